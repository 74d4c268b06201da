package table

import (
	"context"
	"fmt"

	"github.com/tablectl/tablectl/manifest"
)

// restate describes the files that are carried over as the version's schema has it, where that is another way than the parent's: without
// statistics of columns that are gone, and with bounds of floats that became doubles. Otherwise their descriptions are shared.
func (p *publication) restate(ctx context.Context, on *parent, c *composition) error {
	if on.snap == nil || !restates(on.snap.Schema, p.layout.schema) {
		return nil
	}
	var all []manifest.File
	err := on.files.Each(ctx, nil, func(f manifest.File) error {
		if c.change.Drop[f.Key] {
			return nil
		}
		c.change.Drop[f.Key] = true
		now, err := f.Under(on.snap.Schema, p.layout.schema)
		all = append(all, now)
		return err
	})
	if err != nil {
		return fmt.Errorf("describe the files of version %d anew: %w", on.version, err)
	}
	c.change.Add = append(all, c.change.Add...)
	return nil
}

// restates says whether a schema describes files of the one before in another way.
func restates(from, to manifest.Schema) bool {
	types := map[int]manifest.Type{}
	for _, l := range to.Leaves() {
		types[l.ID] = l.Type
	}
	for _, l := range from.Leaves() {
		t, ok := types[l.ID]
		if !ok || l.Type.Kind == manifest.Float && t.Kind == manifest.Double {
			return true
		}
	}
	return false
}
