package s3store

import "testing"

func TestPartSize(t *testing.T) {
	const mib = 1 << 20
	for _, c := range []struct{ size, least, want int64 }{
		{0, 16 * mib, 16 * mib},
		{160_000 * mib, 16 * mib, 16 * mib},
		{160_000*mib + 1, 16 * mib, 17 * mib},
		{5 << 40, 16 * mib, 525 * mib},
	} {
		got := partSize(c.size, c.least)
		if got != c.want || (c.size+got-1)/got > maxParts {
			t.Errorf("%d bytes: parts of %d, want %d", c.size, got, c.want)
		}
	}
}
