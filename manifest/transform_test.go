package manifest

import (
	"errors"
	"math"
	"testing"
)

// The hashes of apache/iceberg format/spec.md, appendix B.
func TestHash(t *testing.T) {
	cases := []struct {
		typ, text string
		want      int32
	}{
		{"int", "34", 2017239379},
		{"long", "34", 2017239379},
		{"decimal(9, 2)", "14.20", -500754589},
		{"decimal(38, 2)", "14.20", -500754589},
		{"date", "2017-11-16", -653330422},
		{"timestamp", "2017-11-16 22:31:08", -2047944441},
		{"timestamp", "2017-11-16 22:31:08.000001", -1207196810},
		{"timestamptz", "2017-11-16 14:31:08-08:00", -2047944441},
		{"string", "iceberg", 1210000089},
		{"binary", "00010203", -188683207},
	}
	for _, c := range cases {
		typ := mustType(t, c.typ)
		v, err := ParseValue(typ, c.text)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range []int32{1, 16, math.MaxInt32} {
			bucket, err := Transform{Kind: Bucket, N: int(n)}.Apply(typ, v)
			if err != nil || bucket != (c.want&math.MaxInt32)%n {
				t.Errorf("%s %s: bucket %v of %d (%v)", c.typ, c.text, bucket, n, err)
			}
		}
	}
}

func TestTransforms(t *testing.T) {
	cases := []struct{ transform, typ, in, want, people string }{
		{"identity", "int", "7", "7", "7"},
		{"year", "date", "2017-11-16", "47", "2017"},
		{"year", "date", "1970-01-01", "0", "1970"},
		{"year", "date", "1969-12-31", "-1", "1969"},
		{"year", "date", "0000-01-01", "-1970", "0000"},
		{"month", "date", "2017-11-16", "574", "2017-11"},
		{"month", "date", "1969-12-31", "-1", "1969-12"},
		{"month", "date", "1969-01-01", "-12", "1969-01"},
		{"month", "date", "1968-12-31", "-13", "1968-12"},
		{"day", "date", "1969-12-31", `"1969-12-31"`, "1969-12-31"},
		{"year", "timestamp", "1969-12-31 23:59:59.999999", "-1", "1969"},
		{"month", "timestamptz", "2017-12-01 10:12:55.038194-08:00", "575", "2017-12"},
		{"day", "timestamp", "2017-12-01 10:12:55.038194", `"2017-12-01"`, "2017-12-01"},
		{"day", "timestamp", "1969-12-31 23:59:59.999999", `"1969-12-31"`, "1969-12-31"},
		{"day", "timestamptz", "2017-12-01 20:00:00-08:00", `"2017-12-02"`, "2017-12-02"},
		{"hour", "timestamp", "2017-12-01 10:12:55.038194", "420034", "2017-12-01-10"},
		{"hour", "timestamp", "1969-12-31 23:00:00", "-1", "1969-12-31-23"},
		{"hour", "timestamp", "1969-12-31 22:59:59.999999", "-2", "1969-12-31-22"},
		{"hour", "timestamp", "1970-01-01", "0", "1970-01-01-00"},
		{"truncate[10]", "int", "1", "0", "0"},
		{"truncate[10]", "int", "-1", "-10", "-10"},
		{"truncate[10]", "long", "-10", "-10", "-10"},
		{"truncate[2147483647]", "long", "2147483648", "2147483647", "2147483647"},
		{"truncate[50]", "decimal(9, 2)", "10.65", `"10.50"`, "10.50"},
		{"truncate[10]", "decimal(9, 2)", "-0.01", `"-0.10"`, "-0.10"},
		{"truncate[10]", "decimal(38, 0)", "-12345678901234567890123456789012345671", `"-12345678901234567890123456789012345680"`, "-12345678901234567890123456789012345680"},
		{"truncate[7]", "decimal(38, 0)", "99999999999999999999999999999999999999", `"99999999999999999999999999999999999998"`, "99999999999999999999999999999999999998"},
		{"truncate[3]", "string", "iceberg", `"ice"`, "ice"},
		{"truncate[3]", "string", "é😀ñx", `"é😀ñ"`, "é😀ñ"},
		{"truncate[3]", "string", "ab", `"ab"`, "ab"},
		{"truncate[2]", "binary", "000102", `"0001"`, "0001"},
	}
	for _, c := range cases {
		tr, err := ParseTransform(c.transform)
		if err != nil || tr.String() != c.transform {
			t.Fatalf("%s is %s (%v)", c.transform, tr, err)
		}
		typ := mustType(t, c.typ)
		v, err := ParseValue(typ, c.in)
		if err != nil {
			t.Fatal(err)
		}
		got, err := tr.Apply(typ, v)
		if err != nil {
			t.Fatal(err)
		}
		text, err := EncodeValue(tr.Result(typ), got)
		if err != nil || string(text) != c.want || tr.Format(typ, got) != c.people {
			t.Errorf("%s of %s %s is %s, %q (%v); want %s, %q", tr, c.typ, c.in, text, tr.Format(typ, got), err, c.want, c.people)
		}
	}
}

// Results that their types cannot hold are refused: wrapped around, they would lie outside of every bound.
func TestTransformRefusesValues(t *testing.T) {
	cases := []struct {
		transform Transform
		typ       string
		value     any
	}{
		{Transform{Truncate, 10}, "int", int32(math.MinInt32)},
		{Transform{Truncate, 10}, "long", int64(math.MinInt64)},
		{Transform{Truncate, 100}, "decimal(2, 0)", DecFromInt64(-99)},
		{Transform{Kind: Hour}, "timestamp", int64(math.MaxInt64)},
		{Transform{Kind: Hour}, "timestamptz", int64(math.MinInt64)},
		{Transform{Kind: Day}, "string", "2020-01-01"},
		{Transform{Kind: Day}, "date", int64(1)},
	}
	for _, c := range cases {
		if got, err := c.transform.Apply(mustType(t, c.typ), c.value); !errors.Is(err, ErrValue) {
			t.Errorf("%s of %s %v is %v (%v)", c.transform, c.typ, c.value, got, err)
		}
	}
	if got, err := (Transform{Bucket, 3}).Apply(Type{Kind: String}, nil); got != nil || err != nil {
		t.Errorf("null: %v %v", got, err)
	}
}

func TestParseTransformRefuses(t *testing.T) {
	for _, s := range []string{"", "void", "Day", "days", "day[1]", "bucket", "bucket[]", "bucket[0]", "bucket[-1]", "bucket[01]", "bucket[4]x", "bucket[2147483648]", "truncate[1", "identity[1]"} {
		if got, err := ParseTransform(s); !errors.Is(err, ErrSchema) {
			t.Errorf("%q is %v", s, got)
		}
	}
}

// Every transform but bucket keeps the order of values, so bounds of the one are bounds of the other.
func TestTransformsKeepOrder(t *testing.T) {
	values := map[string][]any{
		"int":           {int32(-2147483640), int32(-11), int32(-10), int32(-1), int32(0), int32(9), int32(10), int32(math.MaxInt32)},
		"long":          {int64(-1 << 62), int64(-11), int64(0), int64(9), int64(10), int64(math.MaxInt64)},
		"date":          {int32(math.MinInt32), int32(-366), int32(-365), int32(-1), int32(0), int32(30), int32(31), int32(365), int32(math.MaxInt32)},
		"timestamp":     {int64(-1 << 61), int64(-microsPerDay - 1), int64(-microsPerHour), int64(-1), int64(0), int64(microsPerHour), int64(1 << 61)},
		"string":        {"", "a", "ab", "abc", "abd", "b", "é", "😀"},
		"binary":        {[]byte{}, []byte{0}, []byte{0, 1, 2}, []byte{0, 1, 3}, []byte{1}, []byte{255, 255, 255}},
		"decimal(9, 2)": {DecFromInt64(-1000), DecFromInt64(-11), DecFromInt64(-10), DecFromInt64(0), DecFromInt64(19), DecFromInt64(20)},
	}
	for _, tr := range []Transform{{}, {Kind: Year}, {Kind: Month}, {Kind: Day}, {Kind: Hour}, {Truncate, 2}, {Truncate, 10}} {
		for name, list := range values {
			typ := mustType(t, name)
			if !tr.Takes(typ) || !tr.Ordered() {
				continue
			}
			var last any
			for i, v := range list {
				got, err := tr.Apply(typ, v)
				if err != nil {
					t.Fatalf("%s of %v: %v", tr, v, err)
				}
				if i > 0 && Compare(tr.Result(typ), last, got) > 0 {
					t.Errorf("%s: %v is %v, after %v", tr, v, got, last)
				}
				last = got
			}
		}
	}
}

// What lies in the range of a result has that result, and what lies outside has another one.
func TestTransformRanges(t *testing.T) {
	cases := []struct{ transform, typ, in, lo, hi string }{
		{"year", "date", "1969-12-31", "1969-01-01", "1969-12-31"},
		{"year", "timestamp", "2020-02-29", "2020-01-01 00:00:00", "2020-12-31 23:59:59.999999"},
		{"month", "date", "1968-02-03", "1968-02-01", "1968-02-29"},
		{"month", "timestamptz", "1969-12-31 23:59:59", "1969-12-01 00:00:00+00:00", "1969-12-31 23:59:59.999999+00:00"},
		{"day", "date", "1969-12-31", "1969-12-31", "1969-12-31"},
		{"day", "timestamp", "1969-12-31 12:00:00", "1969-12-31 00:00:00", "1969-12-31 23:59:59.999999"},
		{"hour", "timestamp", "1969-12-31 23:30:00", "1969-12-31 23:00:00", "1969-12-31 23:59:59.999999"},
		{"truncate[10]", "int", "-1", "-10", "-1"},
		{"truncate[10]", "int", "2147483647", "2147483640", "2147483647"},
		{"truncate[10]", "long", "9223372036854775807", "9223372036854775800", "9223372036854775807"},
		{"truncate[50]", "decimal(9, 2)", "-10.65", "-11.00", "-10.51"},
		{"identity", "string", "x", "x", "x"},
		{"truncate[2]", "string", "a", "a", "a"},
		{"truncate[2]", "string", "éx", "éx", "éy"},
		{"truncate[2]", "string", "éxyz", "éx", "éy"},
		{"truncate[2]", "binary", "00ff01", "00ff", "01"},
		{"truncate[2]", "binary", "ff", "ff", "ff"},
	}
	for _, c := range cases {
		tr, _ := ParseTransform(c.transform)
		typ := mustType(t, c.typ)
		v, err := ParseValue(typ, c.in)
		if err != nil {
			t.Fatal(err)
		}
		result, err := tr.Apply(typ, v)
		if err != nil {
			t.Fatal(err)
		}
		lo, hi, ok := tr.Range(typ, result)
		if !ok || FormatValue(typ, lo) != c.lo || FormatValue(typ, hi) != c.hi {
			t.Errorf("%s of %s: %s to %s, %t", c.transform, c.in, FormatValue(typ, lo), FormatValue(typ, hi), ok)
		}
	}
	for _, c := range []struct {
		transform Transform
		typ       string
		v         any
	}{
		{Transform{Bucket, 4}, "long", int32(1)}, {Transform{Kind: Day}, "timestamp", int32(math.MaxInt32)}, {Transform{Kind: Year}, "date", int32(math.MaxInt32)},
		{Transform{Kind: Year}, "timestamp", int32(math.MinInt32)}, {Transform{Truncate, 1}, "string", "\U0010FFFF"}, {Transform{Truncate, 1}, "binary", []byte{255}},
		{Transform{Kind: Day}, "date", nil}, {Transform{Kind: Day}, "date", "x"},
	} {
		if lo, hi, ok := c.transform.Range(mustType(t, c.typ), c.v); ok {
			t.Errorf("%s %v: %v to %v", c.transform, c.v, lo, hi)
		}
	}
}
