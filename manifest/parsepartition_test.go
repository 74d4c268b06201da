package manifest

import "testing"

// TestParseReadsWhatFormatWrites: also before 1970.
func TestParseReadsWhatFormatWrites(t *testing.T) {
	stamp := Type{Kind: Timestamp}
	for _, micros := range []int64{0, -1, 1, -62135596800000000, 1776247200000000, 253402300799999999, -86400000001} {
		for _, name := range []string{"identity", "year", "month", "day", "hour"} {
			tr, err := ParseTransform(name)
			if err != nil {
				t.Fatal(err)
			}
			v, err := tr.Apply(stamp, micros)
			if err != nil {
				t.Fatal(err)
			}
			text := tr.Format(stamp, v)
			if back, err := tr.Parse(stamp, text); err != nil || back != v {
				t.Errorf("%s of %d: %q is read as %v, %v, not %v", name, micros, text, back, err, v)
			}
		}
	}
	for _, c := range []struct{ transform, text string }{
		{"year", "26x"}, {"month", "2026-13"}, {"month", "2026"}, {"day", "2026-02-30"}, {"hour", "2026-04-15-24"}, {"hour", "10"}, {"hour", "2026-04-15-1"}, {"bucket[4]", "x"},
	} {
		tr, err := ParseTransform(c.transform)
		if err != nil {
			t.Fatal(err)
		}
		if v, err := tr.Parse(stamp, c.text); err == nil {
			t.Errorf("%s: %q is read as %v", c.transform, c.text, v)
		}
	}
}
