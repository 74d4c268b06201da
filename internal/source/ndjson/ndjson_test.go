package ndjson

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	arr "github.com/apache/arrow/go/v17/arrow/array"

	"github.com/tablectl/tablectl/internal/source/blocks"
)

func each(in string, size int, do func(*blocks.Block) blocks.Result) error {
	s := blocks.NewSplitter(strings.NewReader(in), blocks.NoQuote, size, blocks.MaxRecord, blocks.NewPool())
	var place blocks.Place
	for {
		b, err := s.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := place.Add(do(b)); err != nil {
			return err
		}
	}
}

func infer(in string, size int) (*arrow.Schema, error) {
	var all Shape
	if err := each(in, size, func(b *blocks.Block) blocks.Result {
		s, res := Infer("f.json", b)
		if s != nil {
			all.Join(s)
		}
		return res
	}); err != nil {
		return nil, err
	}
	schema, _, err := all.Schema()
	return schema, err
}

// read shows every row as JSON.
func read(in string, schema *arrow.Schema, size int) (string, error) {
	p, err := NewParser(schema, false)
	if err != nil {
		return "", err
	}
	var out strings.Builder
	err = each(in, size, func(b *blocks.Block) blocks.Result {
		rec, res := p.Block("f.json", b)
		if rec != nil {
			defer rec.Release()
			for i := range int(rec.NumRows()) {
				for c, col := range rec.Columns() {
					if c > 0 {
						out.WriteByte('|')
					}
					out.WriteString(col.ValueStr(i))
				}
				out.WriteByte('\n')
			}
		}
		return res
	})
	return out.String(), err
}

func TestInferAndRead(t *testing.T) {
	for _, c := range []struct{ in, schema, rows string }{
		{`{"a":1,"b":"x"}` + "\n\n" + ` { "b" : null , "a" : -2 } ` + "\r\n" + `{}`, "a int64, b utf8", "1|x\n-2|(null)\n(null)|(null)\n"},
		{`{"a":1}` + "\n" + `{"a":2.5}`, "a float64", "1\n2.5\n"},
		{`{"a":1}` + "\n" + `{"a":"x"}` + "\n" + `{"a":true}`, "a utf8", "1\nx\ntrue\n"},
		{`{"a":18446744073709551616}`, "a utf8", "18446744073709551616\n"},
		{`{"a":"5"}`, "a utf8", "5\n"},
		{`{"a":true}`, "a bool", "true\n"},
		{`{"d":"2026-04-15","t":"2026-04-15T10:11:12","z":"2026-04-15 10:11:12Z"}`, "d date32, t timestamp[us], z timestamp[us, tz=UTC]",
			"2026-04-15|2026-04-15 10:11:12Z|2026-04-15 10:11:12Z\n"},
		{`{"d":"2026-04-15"}` + "\n" + `{"d":"2026-04-31"}`, "d utf8", "2026-04-15\n2026-04-31\n"},
		{`{"s":{"x":1,"y":[{"z":1.5},null]}}` + "\n" + `{"s":{"y":[],"w":"q"}}` + "\n" + `{"s":null}`,
			"s struct<x: int64, y: list<element: struct<z: float64>, nullable>, w: utf8>",
			`{"w":null,"x":1,"y":[{"z":1.5},null]}` + "\n" + `{"w":"q","x":null,"y":[]}` + "\n(null)\n"},
		{`{"e":"\u00e9\ud83d\ude00\n\/\"\\"}`, "e utf8", "é😀\n/\"\\\n"},
		{`{"\u0061b":1}` + "\n" + `{"ab":2}`, "ab int64", "1\n2\n"},
		{`{"n":null}`, "n utf8", "(null)\n"},
		{`{"l":[]}`, "l list<element: utf8, nullable>", "[]\n"},
	} {
		for size := 1; size < len(c.in)+2; size++ {
			s, err := infer(c.in, size)
			if err != nil {
				t.Errorf("%s: %v", c.in, err)
				break
			}
			var parts []string
			for _, f := range s.Fields() {
				parts = append(parts, f.Name+" "+f.Type.String())
			}
			if got := strings.Join(parts, ", "); got != c.schema {
				t.Errorf("%s, size %d: %s, want %s", c.in, size, got, c.schema)
				break
			}
			if got, err := read(c.in, s, size); err != nil || got != c.rows {
				t.Errorf("%s, size %d: %q %v, want %q", c.in, size, got, err, c.rows)
				break
			}
		}
	}
}

func TestReadIntoGivenSchema(t *testing.T) {
	f := func(name string, t arrow.DataType) arrow.Field {
		return arrow.Field{Name: name, Type: t, Nullable: true}
	}
	schema := arrow.NewSchema([]arrow.Field{
		f("m", &arrow.Decimal128Type{Precision: 38, Scale: 2}), f("i", arrow.PrimitiveTypes.Int32), f("f", arrow.PrimitiveTypes.Float32),
		f("x", arrow.BinaryTypes.Binary), f("k", arrow.MapOf(arrow.BinaryTypes.String, arrow.PrimitiveTypes.Int64)),
	}, nil)
	in := `{"m":123456789012345678901234567890.12,"i":7,"f":1.5,"x":"00ff","k":{"a":1,"b":null}}` + "\n" + `{"m":"12.30","f":"NaN","k":{}}`
	got, err := read(in, schema, 1<<20)
	if want := "123456789012345678901234567890.12|7|1.5|AP8=|[{\"key\":\"a\",\"value\":1},{\"key\":\"b\",\"value\":null}]\n12.3|(null)|NaN|(null)|[]\n"; err != nil || got != want {
		t.Errorf("%q %v", got, err)
	}
}

func TestRefusals(t *testing.T) {
	want := arrow.NewSchema([]arrow.Field{
		{Name: "a", Type: arrow.PrimitiveTypes.Int64}, {Name: "s", Type: arrow.StructOf(arrow.Field{Name: "x", Type: arrow.PrimitiveTypes.Int32}), Nullable: true},
		{Name: "l", Type: arrow.ListOf(arrow.PrimitiveTypes.Int32), Nullable: true},
	}, nil)
	for in, msg := range map[string]string{
		`{"a":1}` + "\n\n" + `{"a":"x"}`: `f.json, line 3, column "a": "x" is not of type long`,
		`{"a":1.5}`:                      `column "a": "1.5" is not of type long`,
		`{"a":1,"s":{"x":3000000000}}`:   `column "s.x": "3000000000" is not of type int: out of range`,
		`{"a":1,"s":{}}`:                 `column "s.x": there is no value`,
		`{"a":1,"l":[1,"q"]}`:            `column "l.item": "q" is not of type int`,
		`{"a":1,"l":5}`:                  `column "l": "5" is not of type list`,
		`{"a":{"b":1}}`:                  `column "a": an object is not of type long`,
		`{"a":[1]}`:                      `column "a": an array is not of type long`,
		`{}`:                             `column "a": there is no value, and the column may not be null`,
		`{"a":null}`:                     `column "a": there is no value`,
		`{"a":1,"b":2}`:                  `column "b": the table has no such column`,
		`{"a":1,"a":2}`:                  `column "a": the key is there twice`,
		`{"a":1`:                         `does not end on its line`,
		"{\n\"a\":1}":                    `line 1: the object does not end on its line`,
		`[{"a":1}]`:                      `this is an array (put one element on each line`,
		`5`:                              `a line must hold one object`,
		`{"a":1} x`:                      `something behind the object`,
		`{"a":01}`:                       `this is no JSON`,
		`{"a":tru}`:                      `this is no JSON`,
		`{"a":1,}`:                       `this is no JSON`,
		`{a:1}`:                          `this is no JSON`,
		"{\"a\":\"\xff\"}":               `not valid UTF-8`,
		`{"a":"\ud800"}`:                 `half of a surrogate pair`,
	} {
		for _, size := range []int{1, 8, 1 << 20} {
			_, err := read(in, want, size)
			var e *blocks.Error
			if !errors.As(err, &e) || !strings.Contains(err.Error(), msg) {
				t.Errorf("%s, size %d: %v, want %s", in, size, err, msg)
				break
			}
		}
	}
}

func TestNoSchema(t *testing.T) {
	for in, msg := range map[string]string{
		`{"a":{"x":1}}` + "\n" + `{"a":5}`:    `key "a" holds objects and plain values`,
		`{"a":[1]}` + "\n" + `{"a":5}`:        `key "a" holds arrays and plain values`,
		`{"a":{"b":{}}}`:                      `key "a.b" holds only empty objects`,
		`{"a":1,"A":2}`:                       `keys "a" and "A" differ only in case`,
		`{"":1}`:                              `is empty`,
		`{"a":{"b":1,"b":2}}`:                 `column "a.b": the key is there twice`,
		strings.Repeat(`{"a":`, 70) + `1`:     `nested too deep`,
		`{"a":` + strings.Repeat(`[`, 100000): `nested too deep`,
	} {
		if _, err := infer(in, 1<<20); err == nil || !strings.Contains(err.Error(), msg) {
			t.Errorf("%.60s: %v, want %s", in, err, msg)
		}
	}
}

func TestParserGoesOnAfterAnError(t *testing.T) {
	schema := arrow.NewSchema([]arrow.Field{{Name: "a", Type: arrow.PrimitiveTypes.Int64, Nullable: true}, {Name: "b", Type: arrow.PrimitiveTypes.Int64, Nullable: true}}, nil)
	p, err := NewParser(schema, false)
	if err != nil {
		t.Fatal(err)
	}
	for _, in := range []string{"{\"a\":1,\"b\":\"x\"}\n", "{\"b\":2}\n"} {
		s := blocks.NewSplitter(strings.NewReader(in), blocks.NoQuote, 100, blocks.MaxRecord, blocks.NewPool())
		b, err := s.Next()
		if err != nil {
			t.Fatal(err)
		}
		rec, res := p.Block("f", b)
		if (res.Err == nil) != (rec != nil) {
			t.Fatal(rec, res.Err)
		}
		if rec != nil && (rec.NumRows() != 1 || rec.Column(1).(*arr.Int64).Value(0) != 2) {
			t.Fatal(rec)
		}
	}
}

func FuzzNDJSON(f *testing.F) {
	for _, s := range []string{`{"a":1,"b":[1,2.5,{"c":null}],"d":"\u00e9"}`, `{"a":{}}`, `{"a":"2026-04-15"}` + "\n" + `{"a":true}`, `{"a":-0.5e-3}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		schema, err := infer(in, 1<<20)
		small, smallErr := infer(in, 3)
		if (err == nil) != (smallErr == nil) || err == nil && !schema.Equal(small) {
			t.Fatalf("%q: blocks matter: %v %v; %v %v", in, schema, err, small, smallErr)
		}
		var e *blocks.Error
		if !errors.As(err, &e) {
			for _, line := range strings.Split(in, "\n") { // accepted as far as the grammar goes
				if strings.Trim(line, " \t\r") != "" && !json.Valid([]byte(line)) {
					t.Fatalf("%q was accepted", line)
				}
			}
		} else if strings.HasPrefix(e.Msg, errSyntax.Error()) || strings.HasPrefix(e.Msg, errUnended.Error()) {
			if line := strings.Split(in, "\n")[e.Line-1]; json.Valid([]byte(line)) {
				t.Fatalf("%q is JSON: %v", line, err)
			}
		}
		if err != nil || schema.NumFields() == 0 {
			return
		}
		want, err := read(in, schema, 1<<20)
		if err != nil {
			t.Fatalf("%q does not fit the schema inferred from it: %v\n%v", in, err, schema)
		}
		if got, err := read(in, schema, 3); err != nil || got != want {
			t.Fatalf("%q: %q %v, in one block %q", in, got, err, want)
		}
	})
}

func BenchmarkNDJSON(b *testing.B) {
	var in strings.Builder
	for i := range 200_000 {
		fmt.Fprintf(&in, `{"id":%d,"day":"2024-01-%02d","carrier":"AA","delay":%d,"price":%d.%02d}`+"\n", i, i%28+1, i%200-40, i%1000, i%100)
	}
	text := in.String()
	schema, err := infer(text, blocks.Size)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("infer", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			if _, err := infer(text, blocks.Size); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("parse", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		p, err := NewParser(schema, false)
		if err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			if err := each(text, blocks.Size, func(blk *blocks.Block) blocks.Result {
				rec, res := p.Block("f", blk)
				rec.Release()
				return res
			}); err != nil {
				b.Fatal(err)
			}
		}
	})
}
