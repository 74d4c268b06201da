package objstore

import "context"

// BucketInspector is a Store that can say how its bucket is set up. Only S3 is one.
type BucketInspector interface {
	// Versioning is "Enabled", "Suspended" or "" for off.
	Versioning(ctx context.Context) (string, error)
	// Lifecycle is the enabled rules that can touch objects of this store.
	Lifecycle(ctx context.Context) ([]LifecycleRule, error)
}

// LifecycleRule is what a bucket does to objects by itself, as far as it concerns a Store.
type LifecycleRule struct {
	ID          string
	Prefix      string       // relative to the Store's root; "" for all of it
	Tagged      bool         // only objects with certain tags, which a Store never sets
	Expires     string       // "after 30 days", "on 2026-01-01" or "" for never
	Transitions []Transition // to other storage classes
	AbortDays   int          // unfinished uploads are aborted after so many days; 0: never
}

// Transition is a change of storage class.
type Transition struct {
	Class string // "GLACIER", "STANDARD_IA", …
	When  string // as Expires
}
