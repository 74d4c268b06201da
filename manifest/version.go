package manifest

import (
	"fmt"
	"strconv"
	"time"
)

// Version is the number N of a version, N >= 1; also its Iceberg snapshot id and sequence number. 0 means none.
type Version int64

// Write says who writes the next manifest, when, and under which id. Every transition takes one.
type Write struct {
	ID string // 128 random bits in hex, new for every request that could change the manifest
	At Time   // the store's clock; a transition never lets last-updated-ms go back
	By string // "user@host", for people
}

// Time is milliseconds since 1970 UTC. In JSON it is RFC 3339 with milliseconds and Z; 0 is the empty string.
type Time int64

const timeLayout = "2006-01-02T15:04:05.000Z"

// maxTime is the end of the year 9999, the last instant that RFC 3339 can write.
const maxTime Time = 253402300799999

// String is RFC 3339 with milliseconds, in UTC; "" for 0.
func (t Time) String() string {
	if t == 0 {
		return ""
	}
	return time.UnixMilli(int64(t)).UTC().Format(timeLayout)
}

// MarshalJSON writes what String gives.
func (t Time) MarshalJSON() ([]byte, error) {
	if t < 0 || t > maxTime {
		return nil, fmt.Errorf("encode time: %d ms since 1970 is out of range", int64(t))
	}
	return strconv.AppendQuote(nil, t.String()), nil
}

// UnmarshalJSON accepts exactly what MarshalJSON writes.
func (t *Time) UnmarshalJSON(b []byte) error { return decodeWhole(b, t) }

func parseTime(s string) (Time, error) {
	if s == "" {
		return 0, nil
	}
	parsed, err := time.Parse(timeLayout, s)
	t := Time(parsed.UnixMilli())
	if err != nil || t <= 0 || t.String() != s {
		return 0, fmt.Errorf("want a time like %q, not %q", "2026-04-15T10:00:00.000Z", clip(s))
	}
	return t, nil
}
