package text

import (
	"encoding/binary"
	"errors"
	"math"
	"math/big"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestParseLong(t *testing.T) {
	for in, want := range map[string]int64{
		"0": 0, "-0": 0, "+5": 5, "007": 7, "9223372036854775807": math.MaxInt64, "-9223372036854775808": math.MinInt64,
	} {
		if v, err := ParseLong([]byte(in)); err != nil || v != want {
			t.Errorf("ParseLong(%q) = %d, %v", in, v, err)
		}
	}
	for in, want := range map[string]error{
		"": ErrSyntax, "-": ErrSyntax, "1.0": ErrSyntax, " 1": ErrSyntax, "1e3": ErrSyntax, "9223372036854775808": ErrRange,
		"-9223372036854775809": ErrRange, "99999999999999999999999": ErrRange, "99999999999999999999999x": ErrSyntax,
	} {
		if _, err := ParseLong([]byte(in)); !errors.Is(err, want) {
			t.Errorf("ParseLong(%q) = %v, want %v", in, err, want)
		}
	}
	if _, err := ParseInt([]byte("2147483648")); !errors.Is(err, ErrRange) {
		t.Errorf("ParseInt: %v", err)
	}
}

func TestEightReadsEveryLength(t *testing.T) {
	for n := 1; n <= 8; n++ {
		digits := "98765432"[:n]
		w := binary.LittleEndian.Uint64([]byte(digits + ",x\n1234")[:8])
		mark, d := NonDigits(w)
		want, _ := strconv.ParseUint(digits, 10, 64)
		if First(mark) != n || Eight(d, n) != want {
			t.Errorf("%q: first %d, value %d", digits, First(mark), Eight(d, n))
		}
	}
}

func TestFindAndNonDigitsAgreeWithALoop(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	alphabet := []byte("0123456789.-+/:,\n\"\x00\x01\x80\xff ")
	for range 200_000 {
		var b [8]byte
		for i := range b {
			b[i] = alphabet[rng.IntN(len(alphabet))]
		}
		w := binary.LittleEndian.Uint64(b[:])
		find, nond := 8, 8
		for i := 7; i >= 0; i-- {
			if b[i] == ',' || b[i] == '\n' || b[i] == '"' {
				find = i
			}
			if b[i] < '0' || b[i] > '9' {
				nond = i
			}
		}
		mark, _ := NonDigits(w)
		if First(Find(w, Repeat(','), Repeat('\n'), Repeat('"'))) != find || First(mark) != nond {
			t.Fatalf("%q: find %d, non-digit %d", b, find, nond)
		}
	}
}

func TestParseDoubleIsStrconv(t *testing.T) {
	for _, in := range []string{"0", "-0", "1.5", ".5", "5.", "1e10", "1E-7", "123456789012345678901234567890", "4.9e-324", "1e-400", "2.2250738585072011e-308"} {
		want, _ := strconv.ParseFloat(in, 64)
		if v, err := ParseDouble([]byte(in)); err != nil || math.Float64bits(v) != math.Float64bits(want) {
			t.Errorf("ParseDouble(%q) = %v, %v, want %v", in, v, err, want)
		}
	}
	for in, want := range map[string]error{"": ErrSyntax, "1e400": ErrRange, "0x1p3": ErrSyntax, "1_0": ErrSyntax, ".": ErrSyntax, "e5": ErrSyntax,
		"1e": ErrSyntax, "+nan": ErrSyntax, "in": ErrSyntax, "1.2.3": ErrSyntax, "-1e99999999999999999999": ErrRange} {
		if _, err := ParseDouble([]byte(in)); !errors.Is(err, want) {
			t.Errorf("ParseDouble(%q) = %v, want %v", in, err, want)
		}
	}
	if v, err := ParseDouble([]byte("NaN")); err != nil || !math.IsNaN(v) {
		t.Error("NaN", v, err)
	}
	if v, err := ParseDouble([]byte("-inf")); err != nil || !math.IsInf(v, -1) {
		t.Error("-inf", v, err)
	}
	for range 100_000 {
		mant, frac := rand.Uint64N(MaxExactMantissa), rand.IntN(23)
		s := strconv.FormatUint(mant, 10) + "e-" + strconv.Itoa(frac)
		if want, _ := strconv.ParseFloat(s, 64); Scale(mant, frac, false) != want {
			t.Fatalf("Scale(%s) = %v, want %v", s, Scale(mant, frac, false), want)
		}
	}
}

func TestParseDecimal(t *testing.T) {
	nines := strings.Repeat("9", 38)
	for _, c := range []struct {
		in          string
		prec, scale int
		want        string // unscaled
		err         error
	}{
		{in: "12.34", prec: 9, scale: 2, want: "1234"},
		{in: "-12.3", prec: 9, scale: 2, want: "-1230"},
		{in: "12.3400", prec: 9, scale: 2, want: "1234"},
		{in: "12.345", prec: 9, scale: 2, err: ErrDigits},
		{in: "9999999.99", prec: 9, scale: 2, want: "999999999"},
		{in: "10000000", prec: 9, scale: 2, err: ErrDigits},
		{in: "000000000000010000000000000000000000000000000000000", prec: 38, scale: 0, want: "10000000000000000000000000000000000000"},
		{in: "1e3", prec: 9, scale: 2, want: "100000"},
		{in: "1500e-2", prec: 9, scale: 0, want: "15"},
		{in: "1e-1", prec: 9, scale: 0, err: ErrDigits},
		{in: "0e999999999", prec: 9, scale: 2, want: "0"},
		{in: "1e999999999", prec: 9, scale: 2, err: ErrDigits},
		{in: "1e-999999999", prec: 9, scale: 2, err: ErrDigits},
		{in: nines, prec: 38, scale: 0, want: nines},
		{in: "-" + nines, prec: 38, scale: 0, want: "-" + nines},
		{in: nines + "9", prec: 38, scale: 0, err: ErrDigits},
		{in: "1" + strings.Repeat("0", 60) + "e-50", prec: 38, scale: 0, want: "10000000000"},
		{in: "0." + strings.Repeat("0", 60) + "1", prec: 38, scale: 38, err: ErrDigits},
		{in: "", prec: 9, scale: 2, err: ErrSyntax},
		{in: "NaN", prec: 9, scale: 2, err: ErrSyntax},
		{in: "1,5", prec: 9, scale: 2, err: ErrSyntax},
	} {
		got, err := ParseDecimal([]byte(c.in), c.prec, c.scale)
		if !errors.Is(err, c.err) || err == nil && got.BigInt().String() != c.want {
			t.Errorf("ParseDecimal(%q, %d, %d) = %v, %v", c.in, c.prec, c.scale, got.BigInt(), err)
		}
	}
}

func TestParseDecimalIsBigRat(t *testing.T) {
	for range 50_000 {
		prec := 1 + rand.IntN(38)
		scale := rand.IntN(prec + 1)
		s := strconv.FormatUint(rand.Uint64N(1<<rand.UintN(64)+1), 10)
		if rand.IntN(2) == 0 {
			s += "." + strconv.FormatUint(rand.Uint64N(1<<rand.UintN(64)+1), 10)
		}
		r, _ := new(big.Rat).SetString(s)
		r.Mul(r, new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale)), nil)))
		fits := r.IsInt() && len(r.Num().String()) <= prec
		got, err := ParseDecimal([]byte(s), prec, scale)
		if fits != (err == nil) || fits && got.BigInt().Cmp(r.Num()) != 0 {
			t.Fatalf("ParseDecimal(%q, %d, %d) = %v, %v; exact %v", s, prec, scale, got.BigInt(), err, r)
		}
	}
}

func TestEveryDate(t *testing.T) {
	day := time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)
	for ; day.Year() < 10000; day = day.AddDate(0, 0, 3) {
		s := day.Format("2006-01-02")
		v, err := ParseDate([]byte(s))
		if err != nil || int64(v)*86400 != day.Unix() {
			t.Fatalf("%s = %d, %v", s, v, err)
		}
	}
	for in, want := range map[string]error{"2001-02-29": ErrNoDate, "1900-02-29": ErrNoDate, "2000-13-01": ErrNoDate, "2000-00-10": ErrNoDate,
		"2000-01-00": ErrNoDate, "2000-04-31": ErrNoDate, "0000-01-01": ErrNoDate, "2000-1-01": ErrSyntax, "2000/01/01": ErrSyntax, "20000101": ErrSyntax, "2000-01-0a": ErrSyntax} {
		if _, err := ParseDate([]byte(in)); !errors.Is(err, want) {
			t.Errorf("ParseDate(%q) = %v, want %v", in, err, want)
		}
	}
}

func TestTimestamps(t *testing.T) {
	for in, want := range map[string]string{
		"2026-04-15":                       "2026-04-15T00:00:00Z",
		"2026-04-15 10:11":                 "2026-04-15T10:11:00Z",
		"2026-04-15T10:11:12":              "2026-04-15T10:11:12Z",
		"2026-04-15 10:11:12.5":            "2026-04-15T10:11:12.5Z",
		"1969-12-31 23:59:59.999999":       "1969-12-31T23:59:59.999999Z",
		"0001-01-01 00:00:00.000001000000": "0001-01-01T00:00:00.000001Z",
	} {
		at, _ := time.Parse(time.RFC3339Nano, want)
		if v, err := ParseTimestamp([]byte(in)); err != nil || v != at.UnixMicro() {
			t.Errorf("ParseTimestamp(%q) = %d, %v, want %d", in, v, err, at.UnixMicro())
		}
	}
	for in, want := range map[string]string{
		"2026-04-15T10:11:12Z": "2026-04-15T10:11:12Z", "2026-04-15 10:11:12+02:00": "2026-04-15T08:11:12Z",
		"2026-04-15 10:11:12.25-0530": "2026-04-15T15:41:12.25Z", "2026-04-15 10:11:12+00": "2026-04-15T10:11:12Z",
	} {
		at, _ := time.Parse(time.RFC3339Nano, want)
		if v, err := ParseTimestampTZ([]byte(in)); err != nil || v != at.UnixMicro() {
			t.Errorf("ParseTimestampTZ(%q) = %d, %v, want %d", in, v, err, at.UnixMicro())
		}
	}
	for in, want := range map[string]error{
		"2026-04-15 10:11:12.1234567": ErrMicros, "2026-04-15 24:00:00": ErrNoDate, "2026-02-30 10:00:00": ErrNoDate, "2026-04-15 10:11:60": ErrNoDate,
		"2026-04-15 10:11:12Z": ErrZone, "2026-04-15 10": ErrSyntax, "2026-04-15 10:11:12.": ErrSyntax, "2026-04-15 10:11:12 ": ErrSyntax, "2026-04-15x10:11:12": ErrSyntax,
	} {
		if _, err := ParseTimestamp([]byte(in)); !errors.Is(err, want) {
			t.Errorf("ParseTimestamp(%q) = %v, want %v", in, err, want)
		}
	}
	if _, err := ParseTimestampTZ([]byte("2026-04-15 10:11:12")); !errors.Is(err, ErrNoZone) {
		t.Error(err)
	}
	for s := range 86400 {
		in := time.Unix(int64(s), 0).UTC().Format("15:04:05")
		if v, ok := ClockWord(binary.LittleEndian.Uint64([]byte(in))); !ok || v != int64(s)*1_000_000 {
			t.Fatalf("ClockWord(%s) = %d, %v", in, v, ok)
		}
	}
}

func TestClassOf(t *testing.T) {
	for in, want := range map[string]Class{
		"": Text, "true": Bool, "FALSE": Bool, "t": Text, "0": Long, "-12": Long, "00501": Text, "-01": Text, "+5": Text, "9223372036854775808": Text,
		"9007199254740993": Long | BigLong, "1.0": Double, "01.5": Text, ".5": Double, "1e5": Double, "1e400": Text, "NaN": Text, "1.2.3": Text, "-": Text,
		"2001-02-28": Date, "2001-02-30": Text, "2001-02-28 10:00": Timestamp, "2001-02-28 10:00Z": TimestampTZ, "2001-02-28 10:00:00.1234567": Text,
		"12:30": Text, "a": Text, " 1": Text, "1 ": Text,
	} {
		if got := ClassOf([]byte(in)); got != want {
			t.Errorf("ClassOf(%q) = %b, want %b", in, got, want)
		}
	}
	nines := strings.Repeat("9", 308)
	if ClassOf([]byte(nines+".5")) != Double || ClassOf([]byte(nines+"9.5")) != Text {
		t.Error("the largest double")
	}
	for set, want := range map[Class]Class{
		0: 0, Bool: Bool, Long: Long, Long | BigLong: Long, Long | Double: Double, Long | BigLong | Double: Text, Date | Timestamp: Timestamp,
		Timestamp | TimestampTZ: Text, Bool | Long: Text, Date | Long: Text,
	} {
		if got := set.Settle(); got != want {
			t.Errorf("Settle(%b) = %b, want %b", set, got, want)
		}
	}
}

func FuzzValues(f *testing.F) {
	for _, s := range []string{"1.5", "2026-04-15 10:11:12.5+02:00", "-9223372036854775808", "1e400", "true"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		v, err := ParseDouble(b)
		if want, wantErr := strconv.ParseFloat(string(b), 64); err == nil && (wantErr != nil || v != want && v == v) {
			t.Errorf("ParseDouble(%q) = %v, strconv %v %v", b, v, want, wantErr)
		}
		n, err := ParseLong(b)
		if want, wantErr := strconv.ParseInt(string(b), 10, 64); (err == nil) != (wantErr == nil) || err == nil && n != want {
			t.Errorf("ParseLong(%q) = %v %v, strconv %v %v", b, n, err, want, wantErr)
		}
		if _, err := ParseDecimal(b, 20, 5); err == nil {
			if _, ok := new(big.Rat).SetString(string(b)); !ok {
				t.Errorf("ParseDecimal(%q) took what is no number", b)
			}
		}
		switch c := ClassOf(b).Settle(); c {
		case Date:
			_, err = ParseDate(b)
		case Timestamp:
			_, err = ParseTimestamp(b)
		case TimestampTZ:
			_, err = ParseTimestampTZ(b)
		case Bool:
			_, err = ParseBool(b)
		case Long:
			_, err = ParseLong(b)
		case Double:
			_, err = ParseDouble(b)
		default:
			err = nil
		}
		if err != nil {
			t.Errorf("%q was given a class that cannot read it: %v", b, err)
		}
	})
}
