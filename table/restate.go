package table

import (
	"github.com/tablectl/tablectl/manifest"
)

// restatement describes a file that is carried over as the version's schema has it, where that is another way than the parent's: without
// statistics of columns that are gone, and with bounds in the form of types that grew. Otherwise it is nil, and descriptions are shared.
func (p *publication) restatement(on *parent) func(manifest.File) (manifest.File, error) {
	if on.snap == nil || !restates(on.snap.Schema, p.layout.schema) {
		return nil
	}
	return func(f manifest.File) (manifest.File, error) { return f.Under(on.snap.Schema, p.layout.schema) }
}

// restates says whether a schema describes files of the one before in another way, here or in Iceberg's manifests.
func restates(from, to manifest.Schema) bool {
	types := map[int]manifest.Type{}
	for _, l := range to.Leaves() {
		types[l.ID] = l.Type
	}
	for _, l := range from.Leaves() {
		if t, ok := types[l.ID]; !ok || !l.Type.Equal(t) {
			return true
		}
	}
	return false
}
