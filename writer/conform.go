package writer

import (
	"fmt"
	"slices"

	"github.com/tablectl/tablectl/internal/columnar"
	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/writer/internal/encode"
)

// misfit says in what a file's schema is not the table's: names, order, types, their physical form, field ids. A file taken from
// elsewhere may have no field ids at all, and may allow nulls in columns of the table that are required.
func misfit(f *columnar.File, table manifest.Schema, layout *encode.Schema, foreign bool) string {
	have, err := f.Schema()
	if err != nil {
		return err.Error()
	}
	if len(have.Fields) != len(table.Fields) {
		return fmt.Sprintf("%d columns, the table has %d", len(have.Fields), len(table.Fields))
	}
	for i, want := range table.Fields {
		got := have.Fields[i]
		if foreign {
			got.Required = got.Required || want.Required
		}
		noIDs := foreign && !f.HasFieldIDs() && withoutIDs(have.Fields)
		if reason := fieldMisfit(got, want, noIDs); reason != "" {
			return reason
		}
	}
	leaves := f.Leaves()
	if len(leaves) != len(layout.Leaves) {
		return fmt.Sprintf("%d leaf columns, the table has %d", len(leaves), len(layout.Leaves))
	}
	for i := range leaves {
		if reason := leafMisfit(&leaves[i], &layout.Leaves[i]); reason != "" {
			return reason
		}
	}
	return ""
}

func withoutIDs(fields []manifest.Field) bool {
	for _, f := range fields {
		if f.ID != 0 || !withoutIDs(f.Type.Fields) {
			return false
		}
	}
	return true
}

// fieldMisfit compares a column and what is in it.
func fieldMisfit(got, want manifest.Field, noIDs bool) string {
	switch {
	case got.Name != want.Name:
		return fmt.Sprintf("column %q stands where the table has %q", got.Name, want.Name)
	case !noIDs && got.ID != want.ID:
		return fmt.Sprintf("column %q has field id %d, the table %d", got.Name, got.ID, want.ID)
	case got.Required != want.Required:
		return fmt.Sprintf("column %q is %s, in the table %s", got.Name, required(got.Required), required(want.Required))
	case got.Type.Kind != want.Type.Kind || len(got.Type.Fields) != len(want.Type.Fields):
		return fmt.Sprintf("column %q is %s, in the table %s", got.Name, got.Type, want.Type)
	case len(got.Type.Fields) == 0 && !got.Type.Equal(want.Type):
		return fmt.Sprintf("column %q is %s, in the table %s", got.Name, got.Type, want.Type)
	}
	for i := range got.Type.Fields {
		if reason := fieldMisfit(got.Type.Fields[i], want.Type.Fields[i], noIDs); reason != "" {
			return fmt.Sprintf("in column %q: %s", got.Name, reason)
		}
	}
	return ""
}

func required(yes bool) string {
	if yes {
		return "required"
	}
	return "optional"
}

// leafMisfit compares the physical form: the one way in which every reader reads a type alike.
func leafMisfit(got *columnar.Leaf, want *encode.Leaf) string {
	if !slices.Equal(got.Path, want.Path) {
		return fmt.Sprintf("leaf %q stands where the table has %q", got.Path, want.Path)
	}
	physical, length, logical := want.Form()
	if got.Physical != physical || got.Length != length {
		return fmt.Sprintf("column %q is %s(%d), the table writes %s(%d)", want.Name(), got.Physical, got.Length, physical, length)
	}
	for _, l := range logical {
		if got.Logical == l.Logical && (l.Logical != "" || got.Converted == l.Converted) {
			return ""
		}
	}
	return fmt.Sprintf("column %q is annotated %q %q", want.Name(), got.Logical, got.Converted)
}
