package csv

import (
	stdcsv "encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/tablectl/tablectl/internal/source/blocks"
	"github.com/tablectl/tablectl/internal/source/text"
)

// each calls do with every block of a file.
func each(d Dialect, in string, size int, do func(*Layout, *blocks.Block) error) error {
	s := blocks.NewSplitter(strings.NewReader(in), d.QuoteByte(), size, blocks.MaxRecord, blocks.NewPool())
	var l *Layout
	head := Head{Dialect: d, File: "f.csv"}
	for {
		b, err := s.Next()
		if err == io.EOF && l == nil {
			if _, err := head.End(); err != nil {
				return err
			}
		}
		if err != nil {
			return err
		}
		if l == nil {
			if l, err = head.Read(b); err != nil {
				return err
			}
			if l == nil {
				b.Release()
				continue
			}
		}
		if err := do(l, b); err != nil {
			return err
		}
	}
}

// infer gives the schema of a file.
func infer(d Dialect, in string, size int) (*arrow.Schema, error) {
	var hint []text.Class
	var names []string
	var place blocks.Place
	f := NewInferrer(d)
	err := each(d, in, size, func(l *Layout, b *blocks.Block) error {
		if hint == nil {
			hint, names = make([]text.Class, len(l.Names)), l.Names
		}
		classes, res := f.Block(l, b, hint)
		for i, c := range classes {
			hint[i] |= c
		}
		return place.Add(res)
	})
	if err != io.EOF {
		return nil, err
	}
	var fields []arrow.Field
	for i, n := range names {
		fields = append(fields, arrow.Field{Name: n, Type: Type(hint[i]), Nullable: true})
	}
	return arrow.NewSchema(fields, nil), nil
}

// read gives the rows of a file as text, one string a value.
func read(d Dialect, in string, schema *arrow.Schema, size int, slow bool) ([][]string, error) {
	p, err := NewParser(d, schema)
	if err != nil {
		return nil, err
	}
	if slow {
		for _, c := range p.cols {
			c.op = opSlow
		}
	}
	var rows [][]string
	var place blocks.Place
	bound := false
	err = each(d, in, size, func(l *Layout, b *blocks.Block) error {
		if !bound {
			bound = true
			if err := l.Bind(d, schema, nobody, false); err != nil {
				return err
			}
		}
		rec, res := p.Block(l, b)
		if err := place.Add(res); err != nil {
			return err
		}
		defer rec.Release()
		for r := range int(rec.NumRows()) {
			row := make([]string, rec.NumCols())
			for c, col := range rec.Columns() {
				row[c] = show(col, r)
			}
			rows = append(rows, row)
		}
		return nil
	})
	if err != io.EOF {
		return rows, err
	}
	return rows, nil
}

func show(a arrow.Array, r int) string {
	if a.IsNull(r) {
		return "∅"
	}
	if s, ok := a.(*array.String); ok {
		return s.Value(r)
	}
	return a.ValueStr(r)
}

func names(n int) *arrow.Schema {
	var f []arrow.Field
	for i := range n {
		f = append(f, arrow.Field{Name: string(rune('a' + i)), Type: arrow.BinaryTypes.String, Nullable: true})
	}
	return arrow.NewSchema(f, nil)
}

// standard is what encoding/csv makes of it: no difference between empty and quoted empty fields.
func standard(in string, n int) ([][]string, error) {
	r := stdcsv.NewReader(strings.NewReader(in))
	r.FieldsPerRecord = n
	all, err := r.ReadAll()
	if len(all) > 0 {
		all = all[1:]
	}
	return all, err
}

func TestAgreesWithEncodingCSV(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	pieces := []string{"a", "bc", ",", ",", "\n", "\n", `"`, `"`, `""`, "é", "12", "\r\n", "0123456789abcdef", " "}
	for range 10_000 {
		in := "a,b,c\n"
		for range rng.IntN(14) {
			in += pieces[rng.IntN(len(pieces))]
		}
		compare(t, in)
	}
}

func compare(t *testing.T, in string) {
	t.Helper()
	want, wantErr := standard(in, 3)
	got, err := read(Dialect{}, in, names(3), 7, false)
	if (err == nil) != (wantErr == nil) {
		t.Fatalf("%q: %v; encoding/csv: %v", in, err, wantErr)
	}
	if err != nil {
		return
	}
	for _, row := range got {
		for i := range row {
			row[i] = strings.ReplaceAll(strings.ReplaceAll(row[i], "∅", ""), "\r\n", "\n") // encoding/csv changes line ends in quotes
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Fatalf("%q: %q; encoding/csv: %q", in, got, want)
	}
}

// wild is a file of many types with everything that makes the fast paths step aside.
func wild(rng *rand.Rand, rows int) string {
	values := [][]string{
		{"0", "-1", "12345678", "123456789012345", "1234567890123456", "-9223372036854775808", "+7", "007", ""},
		{"1", "-2147483648", "2147483647", "", "12345678"},
		{"1.5", "-0.25", "123456.789", "1e10", ".5", "5.", "0.12345678901234567", "", "NaN", "12345678", "9007199254740993"},
		{"1.5", "0.1", "16777217", "3e38", ""},
		{"1.5", "-12.34", "9999999.99", "1.500", "", "7"},
		{"12345678901234567890.123", "-0.001", "", "99"},
		{"2026-04-15", "1969-12-31", "", "0001-01-01", "9999-12-31"},
		{"2026-04-15 10:11:12", "2026-04-15T10:11:12.5", "2026-04-15", "2026-04-15 10:11", "", "2026-04-15 10:11:12.123456"},
		{"2026-04-15 10:11:12Z", "2026-04-15 10:11:12+02:00", "", "2026-04-15T10:11:12.25Z"},
		{"", "a", "short", "exactly8", "longer than eight", "é", `with "quotes"`, "comma,", "two\nlines", "cr\rlf\r\n", "∀x"},
		{"true", "false", "T", "0", ""},
		{"00ff", "", "AB"},
	}
	var b strings.Builder
	b.WriteString("l,i,d,f,m,n,da,ts,tz,s,b,x\n")
	for range rows {
		for c, v := range values {
			if c > 0 {
				b.WriteByte(',')
			}
			s := v[rng.IntN(len(v))]
			if rng.IntN(4) == 0 || strings.ContainsAny(s, "\",\n\r") {
				s = `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
			}
			b.WriteString(s)
		}
		b.WriteString([]string{"\n", "\r\n", "\n\n"}[rng.IntN(3)])
	}
	return b.String()
}

func wildSchema() *arrow.Schema {
	f := func(name string, t arrow.DataType) arrow.Field {
		return arrow.Field{Name: name, Type: t, Nullable: true}
	}
	return arrow.NewSchema([]arrow.Field{
		f("l", arrow.PrimitiveTypes.Int64), f("i", arrow.PrimitiveTypes.Int32), f("d", arrow.PrimitiveTypes.Float64), f("f", arrow.PrimitiveTypes.Float32),
		f("m", &arrow.Decimal128Type{Precision: 9, Scale: 2}), f("n", &arrow.Decimal128Type{Precision: 38, Scale: 10}), f("da", arrow.FixedWidthTypes.Date32),
		f("ts", &arrow.TimestampType{Unit: arrow.Microsecond}), f("tz", &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "UTC"}),
		f("s", arrow.BinaryTypes.String), f("b", arrow.FixedWidthTypes.Boolean), f("x", arrow.BinaryTypes.Binary),
	}, nil)
}

func TestFastIsSlowAndBlocksDoNotMatter(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	for range 25 {
		in := wild(rng, 1+rng.IntN(12))
		want, err := read(Dialect{}, in, wildSchema(), 1<<20, true)
		if err != nil {
			t.Fatal(err)
		}
		schema, err := infer(Dialect{}, in, 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		for size := 1; size < 200; size += 1 + size/20 {
			got, err := read(Dialect{}, in, wildSchema(), size, false)
			if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
				t.Fatalf("size %d of %q:\n%v\nnot\n%v\n%v", size, in, got, want, err)
			}
			if s, err := infer(Dialect{}, in, size); err != nil || !s.Equal(schema) {
				t.Fatalf("size %d of %q: %v %v", size, in, s, err)
			}
		}
		if got, err := read(Dialect{}, in, schema, 64, false); err != nil || len(got) != len(want) {
			t.Fatalf("%q does not fit the schema inferred from it: %v\n%v", in, err, schema)
		}
	}
}

func TestFastNumbersAreExact(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	var texts []string
	for range 40_000 {
		digits := strconv.FormatUint(rng.Uint64()>>rng.IntN(64), 10)
		if at := rng.IntN(len(digits) + 1); at > 0 && at < len(digits) {
			digits = digits[:at] + "." + digits[at:]
		}
		texts = append(texts, []string{"", "-"}[rng.IntN(2)]+digits)
	}
	f := func(name string, t arrow.DataType) arrow.Field {
		return arrow.Field{Name: name, Type: t, Nullable: true}
	}
	schema := arrow.NewSchema([]arrow.Field{f("a", arrow.PrimitiveTypes.Float64), f("b", arrow.PrimitiveTypes.Float32)}, nil)
	p, err := NewParser(Dialect{}, schema)
	if err != nil {
		t.Fatal(err)
	}
	var in strings.Builder
	in.WriteString("a,b\n")
	for _, s := range texts {
		in.WriteString(s + "," + s + "\n")
	}
	i := 0
	err = each(Dialect{}, in.String(), 1<<16, func(l *Layout, b *blocks.Block) error {
		if err := l.Bind(Dialect{}, schema, nobody, false); err != nil {
			return err
		}
		rec, res := p.Block(l, b)
		if res.Err != nil {
			return res.Err
		}
		defer rec.Release()
		for r := range int(rec.NumRows()) {
			want, _ := strconv.ParseFloat(texts[i], 64)
			want32, _ := strconv.ParseFloat(texts[i], 32)
			if got := rec.Column(0).(*array.Float64).Value(r); math.Float64bits(got) != math.Float64bits(want) {
				t.Errorf("%s is %v as a double, not %v", texts[i], got, want)
			}
			if got := rec.Column(1).(*array.Float32).Value(r); math.Float32bits(got) != math.Float32bits(float32(want32)) {
				t.Errorf("%s is %v as a float, not %v", texts[i], got, want32)
			}
			i++
		}
		return nil
	})
	if err != io.EOF || i != len(texts) {
		t.Fatal(i, err)
	}
}

func TestInfer(t *testing.T) {
	for in, want := range map[string]string{
		"a\n1\n2\n":                             "int64",
		"a\n1\n\n-3\n":                          "int64",
		"a\n1\n2.5\n":                           "float64",
		"a\n2.5\n1\n":                           "float64",
		"a\n2.5\n00501\n":                       "utf8",
		"a\n2.5\n-01\n":                         "utf8",
		"a\n1\n00501\n":                         "utf8",
		"a\n1\n-01\n":                           "utf8",
		"a\n9007199254740993\n":                 "int64",
		"a\n9007199254740993\n1.5\n":            "utf8",
		"a\n1.5\n9007199254740993\n":            "utf8",
		"a\n9223372036854775808\n":              "utf8",
		"a\n1.5\n1e400\n":                       "utf8",
		"a\n1.5\nNaN\n":                         "utf8",
		"a\n+1\n":                               "utf8",
		"a\n2001-02-28\n":                       "date32",
		"a\n2001-02-28\n2001-02-30\n":           "utf8",
		"a\n2001-02-28\n2001-02-28 10:00\n":     "timestamp[us]",
		"a\n2001-02-28 10:00:00\n2001-02-28\n":  "timestamp[us]",
		"a\n2001-02-28 10:00:00Z\n":             "timestamp[us, tz=UTC]",
		"a\n2001-02-28 10:00:00Z\n2001-02-28\n": "utf8",
		"a\ntrue\nFALSE\n":                      "bool",
		"a\ntrue\n1\n":                          "utf8",
		"a\n\n\n":                               "utf8",
		"a\n":                                   "utf8",
		"a":                                     "utf8",
		"a\n\"12\"\n\"\"\n":                     "int64",
		"a\nNA\n12\n":                           "int64",
		"a\nNA\n":                               "utf8",
		"a\n \n1\n":                             "utf8",
	} {
		s, err := infer(Dialect{Nulls: []string{"NA"}}, in, 1<<20)
		if err != nil || s.Field(0).Type.String() != want {
			t.Errorf("%q: %v %v, want %s", in, s, err, want)
		}
	}
}

func TestRefusals(t *testing.T) {
	typed := func(t arrow.DataType) *arrow.Schema {
		return arrow.NewSchema([]arrow.Field{{Name: "a", Type: arrow.PrimitiveTypes.Int64}, {Name: "b", Type: t, Nullable: true}}, nil)
	}
	double, date := arrow.PrimitiveTypes.Float64, arrow.FixedWidthTypes.Date32
	for _, c := range []struct {
		in   string
		want arrow.DataType
		err  string
	}{
		{"", double, "f.csv: the file is empty"},
		{"\xef\xbb\xbf\n\n", double, "f.csv: the file is empty"},
		{"\xff\xfea\x00", double, "f.csv, line 1: the file is UTF-16"},
		{"a,b\n1,2\n3\n", double, "f.csv, line 3: found 1 field, expected 2"},
		{"a,b\n1,2\n\n\"x\ny\",2,3\n", double, "f.csv, line 4, column \"a\": \"x\\ny\" is not of type long"},
		{"a,b\n1,\"x\ny\",3\n", double, "f.csv, line 2: found 3 fields, expected 2"},
		{"a,b\n1,2,3\n", double, "f.csv, line 2: found 3 fields, expected 2"},
		{"a,b\n1,2\n3,4x\n", double, "f.csv, line 3, column \"b\": \"4x\" is not of type double"},
		{"a,b\n1,1e400\n", double, "f.csv, line 2, column \"b\": \"1e400\" is not of type double: out of range"},
		{"a,b\n1,2001-02-30\n", date, "line 2, column \"b\": \"2001-02-30\" is not of type date: no such date"},
		{"a,b\n1,12.345\n", &arrow.Decimal128Type{Precision: 9, Scale: 2}, "\"12.345\" is not of type decimal(9, 2): more digits"},
		{"a,b\n1,3000000000\n", arrow.PrimitiveTypes.Int32, "\"3000000000\" is not of type int: out of range"},
		{"a,b\n1, 2\n", double, "\" 2\" is not of type double (there are spaces around it)"},
		{"a,b\n,2\n", double, "line 2, column \"a\": there is no value, and the column may not be null"},
		{"a,b\n1,\"2\n", double, "line 2, column \"b\": a quote is opened and never closed"},
		{"a,b\n1,\"2\"x\n", double, "line 2, column \"b\": text behind a closing quote"},
		{"a,b\n1,2\"\n", double, "line 2, column \"b\": a quote inside a field that is not quoted"},
		{"a,b\n1,caf\xe9\n", arrow.BinaryTypes.String, "line 2, column \"b\": not valid UTF-8"},
		{"a,b\n1,\"caf\xe9\"\n", arrow.BinaryTypes.String, "line 2, column \"b\": not valid UTF-8"},
		{"a,a\n", double, "two columns are named \"a\""},
		{"a,A\n", double, "columns \"a\" and \"A\" differ only in case"},
		{"a,\n", double, "column 2 has no name"},
		{"a,b\xff\n", double, "the name of column 2 is not valid UTF-8"},
		{"a,b\r1,2\r", double, "carriage return"},
		{"a,b,c\n", double, "column \"c\": the table has no such column"},
		{"a,B\n", double, "column \"B\": the table has no such column (it has \"b\")"},
		{"b\n", double, "column \"a\": the file does not have this column"},
	} {
		for size := range 12 {
			_, err := read(Dialect{}, c.in, typed(c.want), 1+size*size, false)
			var e *blocks.Error
			if !errors.As(err, &e) || !strings.Contains(err.Error(), c.err) {
				t.Errorf("size %d, %q: %v, want %s", 1+size*size, c.in, err, c.err)
				break
			}
		}
	}
}

func TestReading(t *testing.T) {
	text := arrow.BinaryTypes.String
	long := arrow.PrimitiveTypes.Int64
	for _, c := range []struct {
		name string
		d    Dialect
		in   string
		cols []arrow.DataType
		want string
	}{
		{"empty and quoted empty", Dialect{}, "a,b\n,\n\"\",\"\"\n", []arrow.DataType{text, long}, "[[∅ ∅] [ ∅]]"},
		{"null words", Dialect{Nulls: []string{"NA", "-"}}, "a,b\nNA,NA\n\"NA\",\"NA\"\n-,-\n", []arrow.DataType{text, long}, "[[∅ ∅] [NA ∅] [∅ ∅]]"},
		{"null words that are numbers", Dialect{Nulls: []string{"-999"}}, "a,b\n-999,-999\n-99,1\n", []arrow.DataType{text, long}, "[[∅ ∅] [-99 1]]"},
		{"order of columns", Dialect{}, "b,a\n1,x\n", []arrow.DataType{text, long}, "[[x 1]]"},
		{"BOM, CRLF, no end", Dialect{}, "\xef\xbb\xbfa,b\r\nx,1\r\ny,2", []arrow.DataType{text, long}, "[[x 1] [y 2]]"},
		{"BOM and quote", Dialect{}, "\xef\xbb\xbf\"a\",b\r\nx,1\r\n", []arrow.DataType{text, long}, "[[x 1]]"},
		{"blank lines", Dialect{}, "\n\r\na,b\n\n\r\nx,1\n\n", []arrow.DataType{text, long}, "[[x 1]]"},
		{"one column", Dialect{}, "a\nx\n\n\"\"\n\r\n", []arrow.DataType{text}, "[[x] [∅] [] [∅]]"},
		{"header only", Dialect{}, "a,b", []arrow.DataType{text, long}, "[]"},
		{"no header", Dialect{NoHeader: true}, "x,1\n", []arrow.DataType{text, long}, "[[x 1]]"},
		{"names", Dialect{NoHeader: true, Columns: []string{"b", "a"}}, "1,x\n", []arrow.DataType{text, long}, "[[x 1]]"},
		{"names, no rows", Dialect{NoHeader: true, Columns: []string{"b", "a"}}, "", []arrow.DataType{text, long}, "[]"},
		{"semicolon, apostrophe", Dialect{Delimiter: ';', Quote: '\''}, "a;b\n'x;''y';'1'\n\",\";2\n", []arrow.DataType{text, long}, "[[x;'y 1] [\",\" 2]]"},
		{"no quotes", Dialect{Delimiter: '\t', Quote: NoQuote}, "a\tb\n5\" disk\t1\n", []arrow.DataType{text, long}, "[[5\" disk 1]]"},
		{"space between", Dialect{Delimiter: ' '}, "a b\nx 1\n", []arrow.DataType{text, long}, "[[x 1]]"},
	} {
		var f []arrow.Field
		for i, typ := range c.cols {
			f = append(f, arrow.Field{Name: string(rune('a' + i)), Type: typ, Nullable: true})
		}
		for size := 1; size < len(c.in)+2; size++ {
			got, err := read(c.d, c.in, arrow.NewSchema(f, nil), size, false)
			if err != nil || fmt.Sprint(got) != c.want {
				t.Errorf("%s, size %d: %v %v, want %s", c.name, size, got, err, c.want)
				break
			}
		}
	}
}

func TestInferRefusesWhatReadRefuses(t *testing.T) {
	for _, in := range []string{"a,b\n1,,2\n", "a,b\n1\n", "a,b\n1,\"2\n", "a,b\n1,x\"\n", "a,b\n1,\"2\"x\n", "a,b\n1,\xff\n", "a,b\n1,\"\xff\"\n"} {
		if _, err := infer(Dialect{}, in, 4); !errors.Is(err, blocks.ErrInput) {
			t.Errorf("%q: %v", in, err)
		}
	}
	if _, err := infer(Dialect{Quote: NoQuote}, "a,b\nx,,y,\n", 1<<20); !errors.Is(err, blocks.ErrInput) {
		t.Error(err)
	}
}

func TestDialects(t *testing.T) {
	for _, d := range []Dialect{{}, {Delimiter: '\t'}, {Delimiter: '|', Quote: '\''}, {Quote: NoQuote}, {NoHeader: true, Columns: []string{"a"}}} {
		if err := d.Check(); err != nil {
			t.Errorf("%+v: %v", d, err)
		}
	}
	for _, d := range []Dialect{{Delimiter: '\n'}, {Delimiter: 'x'}, {Delimiter: '5'}, {Delimiter: '.'}, {Delimiter: '¦'}, {Delimiter: '"'}, {Quote: 'é'},
		{Quote: '\r'}, {Columns: []string{"a"}}, {NoHeader: true, Columns: []string{"a", "A"}}} {
		if d.Check() == nil {
			t.Errorf("%+v is accepted", d)
		}
	}
}

func TestManyColumns(t *testing.T) {
	var head, row []string
	for i := range 3000 {
		head, row = append(head, fmt.Sprintf("column_%d", i)), append(row, fmt.Sprint(i))
	}
	in := strings.Join(head, ",") + "\n" + strings.Repeat(strings.Join(row, ",")+"\n", 5)
	s, err := infer(Dialect{}, in, 1<<14)
	if err != nil || s.NumFields() != 3000 {
		t.Fatal(err)
	}
	rows, err := read(Dialect{}, in, s, 1<<14, false)
	if err != nil || len(rows) != 5 || rows[4][2999] != "2999" {
		t.Fatal(len(rows), err)
	}
}

func FuzzCSV(f *testing.F) {
	f.Add("1,2,3\n\"a\nb\",\"\"\"\",\n")
	f.Add("2026-04-15,2026-04-15 10:11:12,x\r\n,,\n1.5,true,-7")
	f.Fuzz(func(t *testing.T, body string) {
		in := "a,b,c\n" + body
		if !strings.Contains(in, "\r") && !strings.Contains(in, "\x00") && strings.ToValidUTF8(in, "") == in {
			compare(t, in)
		}
		schema, err := infer(Dialect{}, in, 1<<20)
		small, smallErr := infer(Dialect{}, in, 5)
		if fmt.Sprint(err) != fmt.Sprint(smallErr) || err == nil && !schema.Equal(small) {
			t.Fatalf("%q: blocks matter: %v %v; %v %v", in, schema, err, small, smallErr)
		}
		if err != nil {
			schema = names(3)
		}
		want, err := read(Dialect{}, in, schema, 1<<20, true)
		got, gotErr := read(Dialect{}, in, schema, 5, false)
		if fmt.Sprint(err) != fmt.Sprint(gotErr) || err == nil && fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("%q: %q %v; slowly %q %v", in, got, gotErr, want, err)
		}
	})
}

// nobody allows no column to be missing.
func nobody(string) bool { return false }
