package histories

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"

	"github.com/tablectl/tablectl/manifest"
)

// words are strings that are hard for somebody: empty, unicode, longer than what bounds keep, quotes.
var words = []string{
	"", " ", "a", "ab", "Zürich", "Zu\u0308rich", "日本語", "😀", "it's", `"q"`, "a,b", "a/b=c", "%20", "null", "NaN",
	"zzzzzzzzzzzzzzzzzzzz", "zzzzzzzzzzzzzzzzzzzy", "\U0010ffff", "line\nline", "__HIVE_DEFAULT_PARTITION__",
}

// few is how many different values a type gives beside the hard ones, so that keys meet.
const few = 24

// draw is a random value, as the package manifest holds values of the type. It is never nil.
func draw(r *rand.Rand, t manifest.Type) any {
	hard := r.IntN(3) == 0
	switch t.Kind {
	case manifest.Boolean:
		return r.IntN(2) == 0
	case manifest.Int:
		return pick(r, hard, int32(r.IntN(few)), 0, -1, math.MinInt32, math.MaxInt32)
	case manifest.Long:
		return pick(r, hard, r.Int64N(few), 0, -1, math.MinInt64, math.MaxInt64, 1<<53+1)
	case manifest.Float:
		return pick(r, hard, float32(r.IntN(few))/4, 0, float32(math.Copysign(0, -1)), float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1)), 0.1, 1e-45)
	case manifest.Double:
		return pick(r, hard, float64(r.IntN(few))/4, 0, math.Copysign(0, -1), math.NaN(), math.Inf(1), math.Inf(-1), 0.1, 5e-324)
	case manifest.Decimal:
		return decimal(r, t.Precision, hard)
	case manifest.Date:
		return pick(r, hard, int32(20_000+r.IntN(few)), -1, 0, -25_568, -719_162, 2_932_896)
	case manifest.Timestamp, manifest.TimestampTZ:
		return pick(r, hard, 1_776_246_896_123_456+r.Int64N(few)*3_600_000_001, -1, 0, -62_135_596_800_000_000, -2_208_988_800_000_001, 253_402_300_799_999_999)
	case manifest.String:
		return pick(r, hard, fmt.Sprintf("k%02d", r.IntN(few)), words...)
	case manifest.Binary:
		return []byte(pick(r, hard, string([]byte{0x80, byte(r.IntN(few))}), "", "\x00", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", "text"))
	}
	panic(fmt.Sprintf("no values of type %s", t))
}

func pick[T any](r *rand.Rand, hard bool, usual T, some ...T) T {
	if !hard {
		return usual
	}
	return some[r.IntN(len(some))]
}

// decimal is a number of up to so many digits; the hard ones have all of them.
func decimal(r *rand.Rand, digits int, hard bool) manifest.Dec {
	n := big.NewInt(int64(r.IntN(few)))
	if hard {
		n.Exp(big.NewInt(10), big.NewInt(int64(digits)), nil).Sub(n, big.NewInt(1))
	}
	if r.IntN(2) == 0 {
		n.Neg(n)
	}
	d, _ := manifest.DecFromBig(n)
	return d
}

// text says exactly what a value is. A value that was widened has the text that it had.
func text(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case float32:
		return bits(float64(v))
	case float64:
		return bits(v)
	case string:
		return fmt.Sprintf("%q", v)
	case []byte:
		return fmt.Sprintf("x%x", v)
	case manifest.Dec:
		return fmt.Sprintf("%d:%d", v.Hi, v.Lo)
	}
	return fmt.Sprint(v)
}

func bits(f float64) string {
	if math.IsNaN(f) {
		return "NaN" // whichever
	}
	return fmt.Sprintf("%x", math.Float64bits(f))
}

// widened is a value in a type to which its own can grow.
func widened(v any, to manifest.Type) any {
	switch v := v.(type) {
	case int32:
		if to.Kind == manifest.Long {
			return int64(v)
		}
	case float32:
		if to.Kind == manifest.Double {
			return float64(v)
		}
	}
	return v
}

// typeOf is the type of a value that a column of type t has, or is given by an input of a wider type.
func typeOf(v any, t manifest.Type) manifest.Type {
	switch v.(type) {
	case int64:
		if t.Kind == manifest.Int {
			return manifest.Type{Kind: manifest.Long}
		}
	case float64:
		if t.Kind == manifest.Float {
			return manifest.Type{Kind: manifest.Double}
		}
	}
	return t
}
