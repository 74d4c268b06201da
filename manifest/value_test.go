package manifest

import (
	"bytes"
	"encoding/hex"
	"math"
	"math/big"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"
)

func mustType(t testing.TB, s string) Type {
	t.Helper()
	typ, err := ParseType(s)
	if err != nil {
		t.Fatal(err)
	}
	return typ
}

// One value in its forms: what a person writes, JSON, binary. The examples of the Iceberg specification's appendix D are among them.
var valueForms = []struct {
	typ    string
	value  any
	json   Value
	text   string
	binary string // hex
}{
	{"boolean", true, "true", "true", "01"},
	{"boolean", false, "false", "false", "00"},
	{"int", int32(34), "34", "34", "22000000"},
	{"int", int32(math.MinInt32), "-2147483648", "-2147483648", "00000080"},
	{"long", int64(34), "34", "34", "2200000000000000"},
	{"long", int64(math.MaxInt64), "9223372036854775807", "9223372036854775807", "ffffffffffffff7f"},
	{"float", float32(1), "1.0", "1", "0000803f"},
	{"float", float32(0.1), "0.1", "0.1", "cdcccc3d"},
	{"double", 1.0, "1.0", "1", "000000000000f03f"},
	{"double", 3_000_000.0, "3000000.0", "3000000", ""},
	{"double", 1234567.125, "1234567.125", "1234567.125", ""},
	{"double", 1e20, "100000000000000000000.0", "100000000000000000000", ""},
	{"double", 1e-6, "0.000001", "0.000001", ""},
	{"double", 1.5e-7, "1.5e-7", "1.5e-7", ""},
	{"float", float32(1e-6), "0.000001", "0.000001", ""},
	{"float", float32(1e21), "1e+21", "1e+21", ""},
	{"float", float32(1e-7), "1e-7", "1e-7", ""},
	{"double", -0.5e-300, "-5e-301", "-5e-301", ""},
	{"double", 1e21, "1e+21", "1e+21", ""},
	{"double", math.Copysign(0, -1), "-0.0", "-0", "0000000000000080"},
	{"double", math.Inf(1), `"Infinity"`, "+Inf", "000000000000f07f"},
	{"float", float32(math.Inf(-1)), `"-Infinity"`, "-Inf", "000080ff"},
	{"decimal(9, 2)", Dec{0, 1420}, `"14.20"`, "14.20", "058c"},
	{"decimal(9, 2)", DecFromInt64(-5), `"-0.05"`, "-0.05", "fb"},
	{"decimal(9, 2)", Dec{}, `"0.00"`, "0.00", "00"},
	{"decimal(38, 0)", DecFromInt64(128), `"128"`, "128", "0080"},
	{"decimal(38, 0)", DecFromInt64(-129), `"-129"`, "-129", "ff7f"},
	{"date", int32(17486), `"2017-11-16"`, "2017-11-16", "4e440000"},
	{"date", int32(0), `"1970-01-01"`, "1970-01-01", "00000000"},
	{"date", int32(-1), `"1969-12-31"`, "1969-12-31", "ffffffff"},
	{"date", int32(-719528), `"0000-01-01"`, "0000-01-01", ""},
	{"date", int32(-719529), `"-0001-12-31"`, "-0001-12-31", ""},
	{"date", int32(2932897), `"+10000-01-01"`, "+10000-01-01", ""},
	{"date", int32(math.MinInt32), `"-5877641-06-23"`, "-5877641-06-23", ""},
	{"date", int32(math.MaxInt32), `"+5881580-07-11"`, "+5881580-07-11", ""},
	{"timestamp", int64(1510871468123456), `"2017-11-16T22:31:08.123456"`, "2017-11-16 22:31:08.123456", "40a5282d215e0500"},
	{"timestamp", int64(-1), `"1969-12-31T23:59:59.999999"`, "1969-12-31 23:59:59.999999", "ffffffffffffffff"},
	{"timestamp", int64(1776247200000000), `"2026-04-15T10:00:00.000000"`, "2026-04-15 10:00:00", ""},
	{"timestamp", int64(1776247200500000), `"2026-04-15T10:00:00.500000"`, "2026-04-15 10:00:00.5", ""},
	{"timestamptz", int64(1510871468123456), `"2017-11-16T22:31:08.123456+00:00"`, "2017-11-16 22:31:08.123456+00:00", "40a5282d215e0500"},
	{"string", "iceberg", `"iceberg"`, "iceberg", "69636562657267"},
	{"string", "", `""`, "", ""},
	{"string", "a\"b\\é\n\x00", `"a\"b\\é\n\u0000"`, "a\"b\\é\n\x00", ""},
	{"binary", []byte{0, 1, 2, 255}, `"000102ff"`, "000102ff", "000102ff"},
	{"binary", []byte{}, `""`, "", ""},
}

func TestValueForms(t *testing.T) {
	for _, f := range valueForms {
		t.Run(f.typ+" "+f.text, func(t *testing.T) {
			typ := mustType(t, f.typ)
			x, err := EncodeValue(typ, f.value)
			if err != nil || x != f.json {
				t.Errorf("JSON %s (%v), want %s", x, err, f.json)
			}
			v, err := DecodeValue(typ, f.json)
			if err != nil || !reflect.DeepEqual(v, f.value) {
				t.Errorf("read %s as %#v (%v)", f.json, v, err)
			}
			if text := FormatValue(typ, f.value); text != f.text {
				t.Errorf("text %q, want %q", text, f.text)
			}
			if v, err = ParseValue(typ, f.text); err != nil || !reflect.DeepEqual(v, f.value) {
				t.Errorf("parsed %q as %#v (%v)", f.text, v, err)
			}
			b, err := BinaryValue(typ, f.value)
			if err != nil || f.binary != "" && hex.EncodeToString(b) != f.binary {
				t.Errorf("binary %x (%v), want %s", b, err, f.binary)
			}
			if Compare(typ, v, f.value) != 0 {
				t.Error("not equal to itself")
			}
		})
	}
}

func TestNullAndNaN(t *testing.T) {
	long, double := mustType(t, "long"), mustType(t, "double")
	for _, null := range []Value{"", "null"} {
		if v, err := DecodeValue(long, null); v != nil || err != nil {
			t.Errorf("%q is %v, %v", null, v, err)
		}
	}
	if x, err := EncodeValue(long, nil); x != "" || err != nil {
		t.Errorf("null is %q, %v", x, err)
	}
	if b, err := BinaryValue(long, nil); b != nil || err != nil {
		t.Errorf("null is %x, %v", b, err)
	}
	if FormatValue(long, nil) != "null" {
		t.Error("null has no text")
	}
	x, err := EncodeValue(double, math.NaN())
	if x != `"NaN"` || err != nil {
		t.Errorf("NaN is %s, %v", x, err)
	}
	if v, err := DecodeValue(double, x); err != nil || !math.IsNaN(v.(float64)) {
		t.Errorf("NaN is read as %v, %v", v, err)
	}
}

func TestDecodeValueRefuses(t *testing.T) {
	cases := map[string][]Value{
		"boolean":        {"1", `"true"`, "tru"},
		"int":            {"2147483648", "1.0", `"1"`, "1e3", "true"},
		"long":           {"9223372036854775808", "1.5", `""`},
		"float":          {`"1.0"`, "1e39", "true", `"Inf"`, `"nan"`},
		"double":         {`"1.0"`, "1e309", `"infinity"`},
		"decimal(9, 2)":  {"14.20", `"14.2"`, `"14.200"`, `"12345678.00"`, `"1e1"`, `"014.20"`, `"x"`, `"-0.00"`},
		"date":           {`"2026-2-3"`, `"2026-02-30"`, `"2026-13-01"`, `"2026-00-01"`, `"2026-01-00"`, "20508", `"20260203"`, `"+2026-02-03-"`, `"12345-01-01"`, `"-5877641-06-22"`},
		"timestamp":      {`"2026-04-15 10:00:00"`, `"2026-04-15T10:00:00Z"`, `"2026-04-15T10:00:00+00:00"`, `"2026-04-15T24:00:00"`, `"2026-04-15T10:60:00"`, `"2026-04-15T10:00:60"`, `"2026-04-15"`, `"2026-04-15T"`, `"2026-04-15T10:00:00.1234567"`, "5", `"+300000-01-01T00:00:00"`},
		"timestamptz":    {`"2026-04-15T10:00:00.000000"`, `"2026-04-15T10:00:00.000000Z"`, `"2026-04-15T10:00:00.000000+02:00"`, `"2026-04-15 10:00:00.000000+00:00"`, `"+00:00"`},
		"string":         {"a", "1", `"\ud800"`, `"a`},
		"binary":         {`"0"`, `"0G"`, `"AB"`, `"\\xab"`, "00"},
		"list<int>":      {"1"},
		"struct<a: int>": {`"x"`},
	}
	for name, values := range cases {
		typ := mustType(t, name)
		for _, x := range values {
			v, err := DecodeValue(typ, x)
			if err == nil {
				t.Errorf("%s %s is read as %v", name, x, v)
				continue
			}
			wantErr(t, err, ErrValue)
		}
	}
}

func TestEncodeValueRefuses(t *testing.T) {
	for name, v := range map[string]any{"int": int64(1), "long": int32(1), "double": float32(1), "string": []byte("x"), "date": int64(3), "list<int>": []any{1}} {
		_, err := EncodeValue(mustType(t, name), v)
		wantErr(t, err, ErrValue)
		_, err = BinaryValue(mustType(t, name), v)
		wantErr(t, err, ErrValue)
	}
	_, err := EncodeValue(mustType(t, "decimal(3, 2)"), DecFromInt64(1000))
	wantErr(t, err, ErrValue)
	_, err = EncodeValue(mustType(t, "string"), "\xff")
	wantErr(t, err, ErrValue)
}

func TestParseValue(t *testing.T) {
	micros := func(s string) int64 {
		at, err := time.Parse(time.RFC3339Nano, s)
		if err != nil {
			t.Fatal(err)
		}
		return at.UnixMicro()
	}
	for _, c := range []struct {
		typ, text string
		want      any
	}{
		{"boolean", "TRUE", true}, {"boolean", "f", false}, {"int", "+7", int32(7)}, {"int", "007", int32(7)},
		{"double", "1e3", 1000.0}, {"double", "-.5", -0.5}, {"double", "inf", math.Inf(1)}, {"float", "1e-50", float32(0)},
		{"decimal(9, 2)", "12.5", Dec{0, 1250}}, {"decimal(9, 2)", "+012.500", Dec{0, 1250}}, {"decimal(9, 2)", "1.25e1", Dec{0, 1250}},
		{"decimal(9, 2)", "0", Dec{}}, {"decimal(9, 2)", "-0.000", Dec{}}, {"decimal(9, 2)", "5e-2", Dec{0, 5}}, {"decimal(2, 2)", ".99", Dec{0, 99}},
		{"date", "0001-01-01", int32(-719162)}, {"date", "1582-10-10", int32(-141432)}, {"date", "2000-02-29", int32(11016)},
		{"timestamp", "2026-04-15 10:00:00", micros("2026-04-15T10:00:00Z")}, {"timestamp", "2026-04-15T10:00", micros("2026-04-15T10:00:00Z")},
		{"timestamp", "2026-04-15", micros("2026-04-15T00:00:00Z")}, {"timestamp", "2026-04-15 10:00:00.1", micros("2026-04-15T10:00:00.1Z")},
		{"timestamp", "2026-04-15 10:00:00.123456000", micros("2026-04-15T10:00:00.123456Z")}, {"timestamp", "1899-12-31t23:59:59", micros("1899-12-31T23:59:59Z")},
		{"timestamptz", "2026-04-15 10:00:00+02:00", micros("2026-04-15T08:00:00Z")}, {"timestamptz", "2026-04-15T10:00:00-0330", micros("2026-04-15T13:30:00Z")},
		{"timestamptz", "2026-04-15T10:00:00 +02", micros("2026-04-15T08:00:00Z")}, {"timestamptz", "2026-04-15T10:00:00z", micros("2026-04-15T10:00:00Z")},
		{"timestamptz", "2026-04-15 10:00:00", micros("2026-04-15T10:00:00Z")}, {"timestamptz", "2026-04-15", micros("2026-04-15T00:00:00Z")},
		{"binary", `\xDEad`, []byte{0xde, 0xad}}, {"string", " 7 ", " 7 "},
	} {
		if v, err := ParseValue(mustType(t, c.typ), c.text); err != nil || !reflect.DeepEqual(v, c.want) {
			t.Errorf("%s %q is %v (%v), want %v", c.typ, c.text, v, err, c.want)
		}
	}
}

func TestParseValueRefuses(t *testing.T) {
	for typ, texts := range map[string][]string{
		"boolean": {"", "yes", "1"}, "int": {"", " 1", "1.0", "2147483648", "0x10", "1_000", "--1"}, "long": {"9223372036854775808", "a"},
		"float": {"1e39", "0x1p4", "1_0", ""}, "double": {"1e999", "1.2.3", "1,5"},
		"decimal(9, 2)": {"", "-", ".", "1.234", "12345678", "1e8", "1e-9", "e5", "1e", "1e99999", "0x1", "1 2", "1e+", "NaN"},
		"date":          {"", "15.04.2026", "2026/04/15", "2026-04-31", "26-04-15", "2026-4-15", "1900-02-29", "2026-04-15 "},
		"timestamp":     {"", "10:00", "2026-04-15 10", "2026-04-15 10:00:00Z", "2026-04-15 10:00:00+02:00", "2026-04-15T10:00:00.1234567", "2026-04-15 1:00:00", "2026-04-15T10:00.5", "2026-04-15T10:00:00."},
		"timestamptz":   {"2026-04-15T10:00:00+2", "2026-04-15T10:00:00+25:00", "2026-04-15T10:00:00 Europe/Berlin", "2026-04-15T+01:00", "2026-04-15Z"},
		"binary":        {"0", "xyz"}, "string": {"\xff"}, "map<string, int>": {"{}"},
	} {
		for _, text := range texts {
			v, err := ParseValue(mustType(t, typ), text)
			if err == nil {
				t.Errorf("%s %q is read as %v", typ, text, v)
				continue
			}
			wantErr(t, err, ErrValue, "parse "+typ[:3])
		}
	}
	_, err := ParseValue(mustType(t, "int"), "2147483648")
	wantErr(t, err, ErrValue, "out of the range of 32 bits")
	_, err = ParseValue(mustType(t, "int"), strings.Repeat("7", 1000))
	if len(err.Error()) > 200 {
		t.Errorf("%d bytes of message", len(err.Error()))
	}
}

// The calendar agrees with package time on every day of 800 years, and on days far off.
func TestCalendar(t *testing.T) {
	epoch := time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC)
	check := func(days int64) {
		at := epoch.AddDate(0, 0, int(days))
		y, m, d := dateOf(days)
		if ty, tm, td := at.Date(); int64(ty) != y || int(tm) != m || td != d {
			t.Fatalf("day %d is %d-%d-%d, want %v", days, y, m, d, at)
		}
		if back := daysOf(y, m, d); back != days {
			t.Fatalf("%d-%d-%d is day %d, want %d", y, m, d, back, days)
		}
	}
	for days := int64(-200_000); days < 100_000; days++ {
		check(days)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 10_000 {
		check(r.Int64N(200_000_000) - 100_000_000)
	}
}

// Whatever value there is comes back from its JSON and from its text.
func TestValuesComeBack(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	types := []string{"int", "long", "float", "double", "decimal(38, 10)", "decimal(1, 0)", "date", "timestamp", "timestamptz", "string", "binary", "boolean"}
	for range 20_000 {
		typ := mustType(t, types[r.IntN(len(types))])
		v := randomValue(r, typ)
		x, err := EncodeValue(typ, v)
		if err != nil {
			t.Fatalf("%s %v: %v", typ, v, err)
		}
		if back, err := DecodeValue(typ, x); err != nil || Compare(typ, back, v) != 0 {
			t.Fatalf("%s %v: JSON %s is read as %v (%v)", typ, v, x, back, err)
		}
		text := FormatValue(typ, v)
		if back, err := ParseValue(typ, text); err != nil || Compare(typ, back, v) != 0 {
			t.Fatalf("%s %v: text %s is read as %v (%v)", typ, v, text, back, err)
		}
	}
}

func randomValue(r *rand.Rand, t Type) any {
	bits := r.Uint64() >> r.IntN(64)
	switch t.Kind {
	case Boolean:
		return bits%2 == 0
	case Int, Date:
		return int32(bits)
	case Long:
		return int64(bits)
	case Timestamp, TimestampTZ:
		return int64(bits) >> 2
	case Float:
		if f := math.Float32frombits(uint32(bits)); f == f {
			return f
		}
		return float32(math.NaN())
	case Double:
		if f := math.Float64frombits(bits); f == f {
			return f
		}
		return math.NaN()
	case Decimal:
		d := Dec{Hi: int64(r.Uint64()) >> r.IntN(64), Lo: r.Uint64()}
		if !d.Fits(t.Precision) {
			return DecFromInt64(int64(bits % 10))
		}
		return d
	case Binary:
		b := make([]byte, r.IntN(100))
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		return b
	}
	return randomText(r, r.IntN(100))
}

func randomText(r *rand.Rand, n int) string {
	var b strings.Builder
	for range n {
		b.WriteRune([]rune("aZ09 \"\\/\n\x00\x7féß€𝄞\U0010FFFF\uD7FF\uE000")[r.IntN(18)])
	}
	return b.String()
}

func TestCompare(t *testing.T) {
	nan, negNaN := math.NaN(), math.Float64frombits(0xfff8000000000001)
	for name, ascending := range map[string][]any{
		"boolean":        {nil, false, true},
		"int":            {nil, int32(math.MinInt32), int32(-1), int32(0), int32(math.MaxInt32)},
		"timestamp":      {int64(math.MinInt64), int64(0), int64(math.MaxInt64)},
		"double":         {nil, negNaN, math.Inf(-1), -math.MaxFloat64, -1.0, math.Copysign(0, -1), 0.0, math.SmallestNonzeroFloat64, 1.0, math.Inf(1), nan},
		"float":          {float32(math.Inf(-1)), float32(-1), float32(math.Copysign(0, -1)), float32(0), float32(1), float32(math.Inf(1)), float32(nan)},
		"decimal(38, 2)": {Dec{-1, 0}, Dec{-1, math.MaxUint64}, Dec{}, Dec{0, 1}, Dec{0, math.MaxUint64}, Dec{1, 0}},
		"string":         {"", "a", "aa", "b", "é", "\uFFFF", "𝄞"}, // by bytes, not by UTF-16
		"binary":         {[]byte{}, []byte{0}, []byte{0x7f}, []byte{0x80}, []byte{0xff}, []byte{0xff, 0}},
	} {
		typ := mustType(t, name)
		for i, a := range ascending {
			for j, b := range ascending {
				want := 0
				if i < j {
					want = -1
				} else if i > j {
					want = 1
				}
				if got := Compare(typ, a, b); got != want {
					t.Errorf("%s: %v against %v is %d, want %d", name, a, b, got, want)
				}
			}
		}
	}
}

func TestBounds(t *testing.T) {
	str, bin, double, float := mustType(t, "string"), mustType(t, "binary"), mustType(t, "double"), mustType(t, "float")
	top := strings.Repeat("\U0010FFFF", 64)
	for _, c := range []struct {
		typ          Type
		v            any
		lower, upper any // upper nil: there is none
	}{
		{str, "short", "short", "short"},
		{str, strings.Repeat("é", 64), strings.Repeat("é", 64), strings.Repeat("é", 64)},
		{str, strings.Repeat("é", 65), strings.Repeat("é", 64), strings.Repeat("é", 63) + "ê"},
		{str, strings.Repeat("a", 63) + "\U0010FFFFz", strings.Repeat("a", 63) + "\U0010FFFF", strings.Repeat("a", 62) + "b"},
		{str, strings.Repeat("a", 63) + "\uD7FFz", strings.Repeat("a", 63) + "\uD7FF", strings.Repeat("a", 63) + "\uE000"},
		{str, top, top, top},
		{str, top + "x", top, nil},
		{bin, bytes.Repeat([]byte{1}, 65), bytes.Repeat([]byte{1}, 64), append(bytes.Repeat([]byte{1}, 63), 2)},
		{bin, append(append(bytes.Repeat([]byte{7}, 63), 0xff), 1), append(bytes.Repeat([]byte{7}, 63), 0xff), append(bytes.Repeat([]byte{7}, 62), 8)},
		{bin, bytes.Repeat([]byte{0xff}, 65), bytes.Repeat([]byte{0xff}, 64), nil},
		{double, 0.0, math.Copysign(0, -1), 0.0},
		{double, math.Copysign(0, -1), math.Copysign(0, -1), 0.0},
		{float, float32(0), float32(math.Copysign(0, -1)), float32(0)},
		{double, -2.5, -2.5, -2.5},
	} {
		if got := LowerBound(c.typ, c.v); Compare(c.typ, got, c.lower) != 0 {
			t.Errorf("lower bound of %v is %v, want %v", c.v, got, c.lower)
		}
		got, ok := UpperBound(c.typ, c.v)
		if ok != (c.upper != nil) || ok && Compare(c.typ, got, c.upper) != 0 {
			t.Errorf("upper bound of %v is %v (%t), want %v", c.v, got, ok, c.upper)
		}
	}
}

// Bounds are bounds, short ones, and can be written.
func TestBoundsHold(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	str := mustType(t, "string")
	for range 5_000 {
		s := randomText(r, r.IntN(200))
		lower := LowerBound(str, s)
		upper, ok := UpperBound(str, s)
		if Compare(str, lower, s) > 0 || ok && Compare(str, s, upper) > 0 || len([]rune(lower.(string))) > BoundRunes {
			t.Fatalf("%q has the bounds %q and %q", s, lower, upper)
		}
		for _, b := range []any{lower, upper} {
			if x, err := EncodeValue(str, b); err != nil {
				t.Fatalf("bound %q: %v", x, err)
			}
		}
	}
}

func TestDec(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	limit := new(big.Int).Exp(big.NewInt(10), big.NewInt(38), nil)
	for range 20_000 {
		d := Dec{Hi: int64(r.Uint64()) >> r.IntN(64), Lo: r.Uint64() >> r.IntN(64)}
		n := d.Big()
		back, ok := DecFromBig(n)
		if n.Cmp(new(big.Int).Neg(new(big.Int).Lsh(big.NewInt(1), 127))) != 0 && (!ok || back != d) {
			t.Fatalf("%v became %v (%t)", d, back, ok)
		}
		o := DecFromInt64(int64(r.Uint64()))
		if d.Cmp(o) != n.Cmp(o.Big()) {
			t.Fatalf("%v against %v", d, o)
		}
		if fits := new(big.Int).Abs(n).Cmp(limit) < 0; d.Fits(38) != fits {
			t.Fatalf("%v fits 38 digits: %t", n, d.Fits(38))
		}
		if digits := len(new(big.Int).Abs(n).String()); digits <= 38 && n.Sign() != 0 && (!d.Fits(digits) || d.Fits(digits-1)) {
			t.Fatalf("%v does not have %d digits", n, digits)
		}
		if got := new(big.Int).SetBytes(signExtended(d.Bytes())); got.Cmp(unsigned128(n)) != 0 {
			t.Fatalf("%v has the bytes %x", n, d.Bytes())
		}
		if !d.Fits(38) {
			continue
		}
		scale := r.IntN(39)
		if back, err := ParseDec(d.String(scale), 38, scale); err != nil || back != d {
			t.Fatalf("%s of scale %d became %v (%v)", d.String(scale), scale, back, err)
		}
	}
	if _, ok := DecFromBig(new(big.Int).Lsh(big.NewInt(1), 127)); ok {
		t.Error("2^127 fits")
	}
	for n, want := range map[int64]string{0: "00", 127: "7f", 128: "0080", -128: "80", -129: "ff7f", 255: "00ff", 256: "0100", -1: "ff"} {
		if got := hex.EncodeToString(DecFromInt64(n).Bytes()); got != want {
			t.Errorf("%d is %s, want %s", n, got, want)
		}
	}
	if s := DecFromInt64(-5).String(3); s != "-0.005" {
		t.Error(s)
	}
}

func signExtended(b []byte) []byte {
	fill := byte(0)
	if b[0] >= 0x80 {
		fill = 0xff
	}
	return append(bytes.Repeat([]byte{fill}, 16-len(b)), b...)
}

func unsigned128(n *big.Int) *big.Int {
	if n.Sign() < 0 {
		return new(big.Int).Add(n, new(big.Int).Lsh(big.NewInt(1), 128))
	}
	return n
}
