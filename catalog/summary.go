package catalog

import (
	"math"

	"github.com/apache/iceberg-go"

	"github.com/tablectl/tablectl/manifest"
)

// summary is what the manifest list says of one partition field over all files of a manifest. It is made here and not by the
// library, whose own (v0.7.0) loses a bound that is the empty string; PyIceberg then skips the whole manifest.
type summary struct {
	typ       manifest.Type
	null, nan bool
	min, max  any
}

func (s *summary) add(v any) {
	switch {
	case v == nil:
		s.null = true
	case isNaN(v):
		s.nan = true
	default:
		if s.min == nil || manifest.Compare(s.typ, v, s.min) < 0 {
			s.min = v
		}
		if s.max == nil || manifest.Compare(s.typ, v, s.max) > 0 {
			s.max = v
		}
	}
}

func (s *summary) field() (iceberg.FieldSummary, error) {
	out := iceberg.FieldSummary{ContainsNull: s.null, ContainsNaN: &s.nan}
	if s.min == nil {
		return out, nil
	}
	lower, err := manifest.BinaryValue(s.typ, s.min)
	if err != nil {
		return out, err
	}
	upper, err := manifest.BinaryValue(s.typ, s.max)
	if err != nil {
		return out, err
	}
	lower, upper = present(lower), present(upper)
	out.LowerBound, out.UpperBound = &lower, &upper
	return out, nil
}

// present makes sure that no bytes are not taken for no value.
func present(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

func isNaN(v any) bool {
	switch x := v.(type) {
	case float32:
		return math.IsNaN(float64(x))
	case float64:
		return math.IsNaN(x)
	}
	return false
}
