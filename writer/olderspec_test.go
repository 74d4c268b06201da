package writer

import (
	"fmt"
	"slices"
	"testing"

	"github.com/tablectl/tablectl/manifest"
)

// repartition gives the table another partition spec than that of the base.
func (c *upsertCase) repartition(g *generator) {
	source := func(name string) int {
		i := slices.IndexFunc(c.schema.Fields, func(f manifest.Field) bool { return f.Name == name })
		return c.schema.Fields[i].ID
	}
	c.opts.Older = []manifest.PartitionSpec{c.opts.Spec}
	c.opts.Spec = manifest.PartitionSpec{ID: 1, Fields: [][]manifest.PartitionField{
		nil,
		{{SourceID: source("sort"), FieldID: 1001, Name: "sort_year", Transform: "year"}},
		{{SourceID: source("part"), FieldID: 1000, Name: "part", Transform: "identity"}, {SourceID: source("sort"), FieldID: 1002, Name: "sort_bucket", Transform: "bucket[3]"}},
	}[g.IntN(3)]}
}

// Files of an older partition spec are written again with that spec and their partition; rows that are new, or that leave such a file
// because the column changes by which it was partitioned, go where the table's own spec says.
func TestUpsertIntoOlderSpecs(t *testing.T) {
	for seed := range uint64(40) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			c, o, key := randomUpsert(t, seed)
			g := newGenerator(seed + 2000)
			c.vary(t, g)
			c.repartition(g)
			before := map[string]bool{}
			for _, f := range c.base {
				before[fmt.Sprint(f.Partition)] = true
			}
			m := c.apply(t, c.collect(t, c.change, int64(g.IntN(2))), o, key)
			for _, f := range m.Files {
				if f.SpecID == 0 && !before[fmt.Sprint(f.Partition)] {
					t.Errorf("%s has spec 0 and the partition %s, which no file had", f.Key, f.Partition)
				}
			}
		})
	}
}

// A file is checked by its own spec, and fails where nobody knows that.
func TestValidateBySpecOfFile(t *testing.T) {
	c, _, _ := randomUpsert(t, 1)
	c.opts.Spec = manifest.PartitionSpec{ID: 1, Fields: []manifest.PartitionField{{SourceID: c.key[0], FieldID: 1003, Name: "b", Transform: "bucket[2]"}}}
	for _, older := range [][]manifest.PartitionSpec{nil, {{}}} {
		r, err := Validate(t.Context(), c.opts.Store, c.base, c.schema, c.opts.Spec, ValidateOptions{Older: older, SpoolDir: t.TempDir()})
		if err != nil || r.Passed != (older != nil) {
			t.Errorf("%v: %+v, %v", older, r, err)
		}
	}
}
