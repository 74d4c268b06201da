package expr

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/tablectl/tablectl/manifest"
)

func field(id int, name string, t manifest.Type) manifest.Field {
	return manifest.Field{ID: id, Name: name, Type: t}
}

func plain(k manifest.Kind) manifest.Type { return manifest.Type{Kind: k} }

// columns of the test table, and five rows of each as Arrow's JSON.
var table = []struct {
	field manifest.Field
	arrow arrow.DataType
	rows  string
}{
	{field(1, "i", plain(manifest.Int)), arrow.PrimitiveTypes.Int32, `[1, 2, 3, null, -5]`},
	{field(2, "l", plain(manifest.Long)), arrow.PrimitiveTypes.Int64, `[10, 20, null, 40, 50]`},
	{field(3, "s", plain(manifest.String)), arrow.BinaryTypes.String, `["ab", "it's", "", null, "grün"]`},
	{field(4, "d", plain(manifest.Double)), arrow.PrimitiveTypes.Float64, `[0.5, "NaN", -0.0, null, 2]`},
	{field(5, "dec", manifest.Type{Kind: manifest.Decimal, Precision: 9, Scale: 2}), &arrow.Decimal128Type{Precision: 9, Scale: 2}, `["1.50", "-2.00", "0.00", null, "7.25"]`},
	{field(6, "day", plain(manifest.Date)), arrow.FixedWidthTypes.Date32, `["2026-04-15", "2026-04-16", "1969-12-31", null, "2026-05-01"]`},
	{field(7, "ts", plain(manifest.TimestampTZ)), &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "UTC"}, `["2026-04-15 10:00:00", "2026-04-15 10:00:01", null, null, "2027-01-01 00:00:00"]`},
	{field(8, "ok", plain(manifest.Boolean)), arrow.FixedWidthTypes.Boolean, `[true, false, null, true, false]`},
	{field(9, "bin", plain(manifest.Binary)), arrow.BinaryTypes.Binary, `["AP8=", "AQ==", null, "", "/w=="]`},
	{field(10, "and", plain(manifest.Int)), arrow.PrimitiveTypes.Int32, `[1, 2, 3, 4, 5]`},
	{field(11, "date", plain(manifest.Date)), arrow.FixedWidthTypes.Date32, `[null, null, null, null, "2026-05-01"]`},
	{field(12, "list", manifest.Type{Kind: manifest.List, Fields: []manifest.Field{field(13, "element", plain(manifest.Int))}}), arrow.ListOf(arrow.PrimitiveTypes.Int32), `[[1], [], null, null, null]`},
}

func schema() (s manifest.Schema) {
	for _, c := range table {
		s.Fields = append(s.Fields, c.field)
	}
	return s
}

func record(t *testing.T) arrow.Record {
	t.Helper()
	var fields []arrow.Field
	var cols []arrow.Array
	for _, c := range table {
		a, _, err := array.FromJSON(memory.DefaultAllocator, c.arrow, strings.NewReader(c.rows))
		if err != nil {
			t.Fatal(err)
		}
		fields = append(fields, arrow.Field{Name: c.field.Name, Type: c.arrow, Nullable: true})
		cols = append(cols, a)
	}
	return array.NewRecord(arrow.NewSchema(fields, nil), cols, 5)
}

func TestEval(t *testing.T) {
	rec := record(t)
	for _, c := range []struct {
		where string
		want  string // the rows, counted from 0, for which it is true
	}{
		{"i = 2", "1"},
		{"I <> 2", "024"},
		{"i != 2 and l >= 40", "4"},
		{"not i = 2", "024"},
		{"not (i = 2 or l is null)", "04"},
		{"i = 2 or l = 40", "13"},
		{"i > -5 and i <= +2", "01"},
		{"2 < i", "2"},
		{"-5 = i", "4"},
		{"i in (1, -5, 77)", "04"},
		{"i not in (1, -5)", "12"},
		{"i between 1 and 2 and l < 100", "01"},
		{"i not between 1 and 2", "24"},
		{"i is null", "3"},
		{"i is not null and not i < 3", "2"},
		{"s = 'it''s'", "1"},
		{"s = ''", "2"},
		{"s like '%'", "0124"},
		{"s like 'a_'", "0"},
		{"s like 'gr_n'", "4"},
		{"s not like '%''%'", "024"},
		{"d = 0", "2"},
		{"d > 1", "14"},
		{"d = 'nan'", "1"},
		{"d < 5e-1", "2"},
		{"dec >= 1.5", "04"},
		{"dec = -2", "1"},
		{"day = '2026-04-15'", "0"},
		{"day between date '2026-04-15' and date '2026-04-30'", "01"},
		{"date '2026-04-30' < day", "4"},
		{"date = '2026-05-01'", "4"},
		{"ts > '2026-04-15T10:00:00Z'", "14"},
		{"ts = timestamp '2026-04-15 12:00:00+02:00'", "0"},
		{"ok", "03"},
		{"not ok and i > 1", "1"},
		{"ok = false", "14"},
		{"bin = 'ff'", "4"},
		{"bin < '01'", "03"},
		{`"and" = 3`, "2"},
		{"list is null", "234"},
		{"list is not null", "01"},
		{"l = 10 or (l = 20 and (i = 2))", "01"},
		{"((((i = 1))))", "0"},
		{"i = 1\n\tand l=10", "0"},
	} {
		t.Run(c.where, func(t *testing.T) {
			e, err := Parse(c.where, schema())
			if err != nil {
				t.Fatal(err)
			}
			rows, err := e.Eval(rec)
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for i, match := range rows {
				if match {
					got += fmt.Sprint(i)
				}
			}
			if got != c.want {
				t.Fatalf("rows %q, want %q", got, c.want)
			}
		})
	}
}

func TestMistakes(t *testing.T) {
	for _, c := range []struct{ where, want string }{
		{"", "at character 1: the condition is empty"},
		{"  amout = 1", `at character 3: unknown column "amout"; there are i, l, s, d, dec, day, ts, ok, …`},
		{"dayy = '2026-01-01'", `at character 1: unknown column "dayy"; did you mean day?`},
		{`"I" = 1`, `at character 1: unknown column "I"; did you mean i?`},
		{"i = ", "at character 5: a value is due, there is the end"},
		{"i 5", "at character 3: an operator is due after i (= <> < <= > >= in between like is null), there is 5"},
		{"i = x", "at character 5: a value is due, there is x; put text in single quotes: 'x'"},
		{"s = \"x\"", "at character 5: a value is due, there is x; put text in single quotes: 'x'"},
		{"s = 5", `at character 5: column "s" is a string; put text in single quotes: '5'`},
		{"i = null", "at character 5: no comparison with null is ever true; write: is null, is not null"},
		{"i = 1.5", `at character 5: column "i": parse int: `},
		{"i = 3000000000", `at character 5: column "i": parse int: `},
		{"day = '2026-02-30'", `at character 7: column "day": parse date: `},
		{"i = 1 i = 2", "at character 7: unexpected i; join conditions with and, or"},
		{"(i = 1", "at character 7: ) is due, there is the end"},
		{"i = 1)", "at character 6: unexpected ); join conditions with and, or"},
		{"s = 'x", "at character 5: ' is not closed; write the quote twice where it is part of the text"},
		{"s = 'ü' and i ; 1", `at character 15: unexpected ';'`},
		{"i like 'x'", `at character 3: like is for strings, column "i" is int`},
		{"s like 5", "at character 8: a pattern is due, there is 5"},
		{"i in 5", "at character 6: ( is due, there is 5"},
		{"i in (1 2)", "at character 9: ) is due, there is 2"},
		{"i between 1", "at character 12: and is due, there is the end"},
		{"list = 1", `at character 8: column "list" is a list<int>, which has no order; only is null can be asked`},
		{"5", "at character 1: a condition cannot begin with 5; write the column first"},
		{"i = --5", "at character 6: a number is due after -, there is -"},
		{strings.Repeat("(", 300) + "i = 1", "at character 201: the condition is nested too deeply"},
	} {
		_, err := Parse(c.where, schema())
		var e *Error
		if !errors.As(err, &e) || !errors.Is(err, ErrSyntax) {
			t.Errorf("%s: got %v", c.where, err)
			continue
		}
		if got := strings.TrimPrefix(err.Error(), "bad condition "); !strings.HasPrefix(got, c.want) {
			t.Errorf("%s:\n got %s\nwant %s", c.where, got, c.want)
		}
	}
}

func TestColumns(t *testing.T) {
	e, err := Parse("l = 1 or i in (1, 2) or not L = 5", schema())
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(e.Columns()); got != "[l i]" {
		t.Fatal(got)
	}
}

// TestLike compares with regular expressions.
func TestLike(t *testing.T) {
	texts := []string{"", "a", "b", "ab", "ba", "aab", "abab", "ü", "aüb", "%", "_", "a%b", "mississippi"}
	patterns := []string{"", "%", "_", "a", "a%", "%a", "%a%", "a_", "_b", "%ab", "a%b", "%%", "_%", "__", "%b%a%", "ü", "a_b", "%ss%ss%", "m%i", "%issip_"}
	for _, p := range patterns {
		re := regexp.MustCompile("(?s)^" + strings.NewReplacer("%", ".*", "_", ".").Replace(regexp.QuoteMeta(p)) + "$")
		for _, s := range texts {
			if got, want := like(s, p), re.MatchString(s); got != want {
				t.Errorf("%q like %q is %v", s, p, got)
			}
		}
	}
}

func TestFloatOrder(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	order := []float64{-inf, -1, 0, 1, inf, nan}
	for i, a := range order {
		for j, b := range order {
			if got := compareFloats(a, b); got != max(-1, min(1, i-j)) {
				t.Errorf("%v against %v is %d", a, b, got)
			}
		}
	}
	if compareFloats(math.Copysign(0, -1), 0) != 0 {
		t.Error("-0 is not 0")
	}
}
