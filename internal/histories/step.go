package histories

import (
	"fmt"
	"strings"

	"github.com/tablectl/tablectl/internal/objstore/faultstore"
	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/table"
)

// Step is one thing that is done to a table: a publish, an alteration, or a rollback.
type Step struct {
	Run   string
	Mode  table.Mode // of a publish
	Input *Rows      // of a publish, but for one with Where
	As    string     // how the input comes: "reader", or the format of a file

	Stated  []Clause
	Most    int // --expect-partitions, 0: none
	Upsert  table.UpsertOptions
	Allow   []string // --allow-missing
	Where   *Condition
	Evolve  bool
	Rerun   bool
	Planned bool // by a plan that is applied

	Alter    manifest.Change
	Rollback manifest.Version
	Tag      string // the rollback goes by a tag

	Fault   faultstore.Fault // what happens to a request of the first try
	Request int              // which one, 0: none
	Abandon bool             // there is no second try
	Between *Step            // done by another one just before that request
}

// Clause is a part of --partitions: the column lies between two values, or is null.
type Clause struct {
	Column string
	Lo, Hi any
}

// String is the step in one line.
func (s *Step) String() string {
	var b strings.Builder
	switch {
	case s.Rollback != 0:
		fmt.Fprintf(&b, "rollback to %d (tag %q)", s.Rollback, s.Tag)
	case s.Alter != nil:
		fmt.Fprintf(&b, "%s: alter %T%+v", s.Run, s.Alter, s.Alter)
	default:
		fmt.Fprintf(&b, "%s: %s as %s", s.Run, s.Mode, s.As)
		if s.Input != nil {
			fmt.Fprintf(&b, ", %d rows", len(s.Input.Values))
		}
		fmt.Fprintf(&b, " stated %v most %d upsert %+v allow %q where %v evolve %v rerun %v planned %v", s.Stated, s.Most, s.Upsert, s.Allow, s.Where, s.Evolve,
			s.Rerun, s.Planned)
	}
	if s.Request > 0 && s.Between == nil {
		fmt.Fprintf(&b, "; %s at request %d, abandoned %v", s.Fault.Do, s.Request, s.Abandon)
	}
	if s.Between != nil {
		fmt.Fprintf(&b, "; before request %d: (%s)", s.Request, s.Between)
	}
	return b.String()
}
