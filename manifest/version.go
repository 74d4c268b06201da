package manifest

// Version is the number N of a version, N >= 1; also its Iceberg snapshot id and sequence number. 0 means none.
type Version int64

// Write says who writes the next manifest, when, and under which id. Every transition takes one.
type Write struct {
	ID string // 128 random bits in hex, new for every request that could change the manifest
	At Time   // the store's clock, milliseconds since 1970; a transition never lets last-updated-ms go back
	By string // "user@host", for people
}

// Time is milliseconds since 1970 UTC. In JSON it is RFC 3339 with milliseconds and Z; 0 is the empty string.
type Time int64
