package table

import (
	"fmt"
	"slices"
	"strings"
)

// Mode says what a publish does with the rows that are there. Every mode writes a new version and flips; none touches a file that a
// version names.
type Mode string

// The modes of a publish.
const (
	Replace           Mode = "replace"            // the new version holds the rows of the inputs and nothing else
	ReplacePartitions Mode = "replace-partitions" // the partitions of the inputs are replaced whole, all others are carried over
	Append            Mode = "append"             // the rows of the inputs are added
	Upsert            Mode = "upsert"             // rows with a key of the inputs are replaced, the others of the inputs are added
	Delete            Mode = "delete"             // rows with a key of the inputs, or for which a condition is true, go
)

// Modes are all modes of a publish.
func Modes() []Mode { return []Mode{Replace, ReplacePartitions, Append, Upsert, Delete} }

// keyed says whether the mode finds rows by the table's key.
func (m Mode) keyed() bool { return m == Upsert || m == Delete }

// checkOptions refuses options that do not go with the mode, before anything is read.
func (o *PublishOptions) checkOptions() error {
	if o.Mode == "" {
		o.Mode = Replace
	}
	if !slices.Contains(Modes(), o.Mode) {
		return fmt.Errorf("%w: mode %q is none of %v", ErrUsage, o.Mode, Modes())
	}
	if m := o.SchemaMode; m != "" && m != SchemaStrict && m != SchemaEvolve {
		return fmt.Errorf("%w: schema mode %q is neither %s nor %s", ErrUsage, m, SchemaStrict, SchemaEvolve)
	}
	for _, c := range []struct {
		name string
		set  bool
		of   []Mode
	}{
		{"partitions", len(o.Partitions) > 0, []Mode{ReplacePartitions}},
		{"expect-partitions", o.ExpectPartitions != nil, []Mode{ReplacePartitions}},
		{"when-matched, --update-columns, --delete-when and --order-by", o.Upsert.set(), []Mode{Upsert}},
		{"where", o.Where != "", []Mode{Delete}},
	} {
		if c.set && !slices.Contains(c.of, o.Mode) {
			return fmt.Errorf("%w: --%s goes with mode %s, not with %s", ErrUsage, c.name, joinModes(c.of), o.Mode)
		}
	}
	switch given := len(o.Inputs) > 0 || o.Reader != nil; {
	case o.Where != "" && given:
		return fmt.Errorf("%w: a delete takes inputs with keys, or a condition, not both", ErrUsage)
	case o.Where == "" && !given:
		return fmt.Errorf("%w: nothing to publish: name inputs", ErrUsage)
	}
	return nil
}

func joinModes(modes []Mode) string {
	var names []string
	for _, m := range modes {
		names = append(names, string(m))
	}
	return strings.Join(names, " or ")
}

// checkMode refuses what a mode cannot do with this table.
func (p *publication) checkMode() error {
	switch {
	case p.o.Mode == ReplacePartitions && len(p.layout.spec.Fields) == 0:
		return fmt.Errorf("%w: the table has no partitions to replace; --partition-by at the first publish gives it some", ErrUsage)
	case p.o.Mode == Delete && current(p.base.m) == 0:
		return fmt.Errorf("%w: %s", ErrNothingThere, p.t.URL())
	case p.o.Mode.keyed() && p.o.Where == "" && len(p.layout.schema.IdentifierFieldIDs) == 0:
		return fmt.Errorf("%w: the table has no key by which rows are found; --key at the first publish gives it one", ErrUsage)
	}
	if p.o.Mode.keyed() {
		return p.understand()
	}
	var err error
	p.stated, err = parseStated(p.o.Partitions, p.layout)
	return err
}
