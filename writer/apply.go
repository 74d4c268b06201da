package writer

import (
	"context"
	"errors"
	"fmt"

	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/writer/internal/spool"
	"github.com/tablectl/tablectl/writer/internal/vector"
)

// Merged is what a change made of the files of a version.
type Merged struct {
	Dropped []string        // keys of the files that the version has no longer: written again, or empty
	Files   []manifest.File // written instead of them, in their order, then those of inserted rows

	Inserted, Updated, Deleted int64 // rows
	Carried                    int64 // rows of dropped files that are in the new ones unchanged
	Chunks                     int64 // column chunks that were copied as they are
}

// Apply writes what o.Schema's table becomes: files of base in which a key of the changes occurs are written again, rows in their
// place, and new rows go to new files as Write arranges them. A row whose partition or sort columns change goes there, too. Files of
// base may be older than the schema; they are read through field ids. Files whose rows all stay as they are are not dropped.
//
// A key of the changes that two rows of base have is ErrKeyNotUnique. ErrChanges is about the input. The same changes and base give
// the same files, whatever the memory and the number of cores.
func (c *Changes) Apply(ctx context.Context, base []manifest.File, o Options) (m Merged, err error) {
	if o, err = o.withDefaults(); err != nil {
		return m, err
	}
	if !o.Schema.Equal(c.o.Schema) {
		return m, fmt.Errorf("%w: the changes were collected for another schema", ErrOptions)
	}
	spools := spool.Open(o.SpoolDir, spoolMemory)
	defer func() { err = errors.Join(err, spools.Close()) }()
	a, err := newApplication(c, base, &o, spools)
	if err != nil {
		return m, err
	}
	defer a.close()
	if err := a.match(ctx); err != nil {
		return m, err
	}
	if err := a.write(ctx); err != nil {
		return m, err
	}
	return a.merged(), nil
}

// application is one Apply.
type application struct {
	c      *Changes
	o      *Options
	spools *spool.Dir
	plan   *plan
	files  []*baseRows
	scan   keyScan
	covers bool // an updated row has all its values from the changes
	arrive *arranger
	moves  *shuffle // rows of the changes by row group of the base, where they are not in memory
	found  findingsOfKeys

	inserted, updated, deleted int64
	out                        []manifest.File
	chunks                     int64
}

// baseRows is what is known of a file of the base after its keys were read.
type baseRows struct {
	manifest.File
	first  int64 // number of its first row among all of base
	group0 int   // number of its first row group among all of base
	groups []baseGroup
	edited int64 // rows that are replaced or removed
	gone   int64 // of these, removed
	moves  int64 // of these, those that come back in another place
}

// baseGroup is a row group of a file of the base.
type baseGroup struct {
	first   int64 // row of the file
	rows    int64
	matches []match // where the changes are in memory
}

func newApplication(c *Changes, base []manifest.File, o *Options, spools *spool.Dir) (*application, error) {
	a := &application{c: c, o: o, spools: spools, covers: true}
	var err error
	if a.plan, err = newPlan(o); err != nil {
		return nil, err
	}
	first := int64(0)
	for _, f := range base {
		a.files = append(a.files, &baseRows{File: f, first: first})
		first += f.Rows
	}
	for i, f := range o.Schema.Fields {
		a.covers = a.covers && (c.o.Delete || c.layout.update[i] >= 0 || c.isKey(f.ID))
	}
	a.scan = newKeyScan(c, o)
	arrival := *a.plan
	arrival.fields = append(append([]manifest.Field{}, a.plan.fields...), rowNumber)
	// Rows that are equal in the sort order come in the order of the input, which their numbers keep.
	arrival.order = append(append([]vector.Order{}, a.plan.order...), vector.Order{Column: len(o.Schema.Fields), Type: rowNumber.Type})
	half := *o
	half.Memory = o.Memory / 2
	a.arrive = newArranger(&half, &arrival, spools)
	return a, nil
}

func (c *Changes) isKey(id int) bool {
	for _, k := range c.o.Key {
		if k == id {
			return true
		}
	}
	return false
}

func (a *application) close() {
	a.arrive.close()
	if a.moves != nil {
		a.moves.close()
	}
}

func (a *application) merged() Merged {
	m := Merged{Files: a.out, Inserted: a.inserted, Updated: a.updated, Deleted: a.deleted, Chunks: a.chunks}
	for _, f := range a.files {
		if f.edited > 0 {
			m.Dropped = append(m.Dropped, f.Key)
			m.Carried += f.Rows - f.edited
		}
	}
	return m
}
