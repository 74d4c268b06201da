package table

import (
	"fmt"
	"slices"

	"github.com/tablectl/tablectl/catalog"
	"github.com/tablectl/tablectl/manifest"
)

// layout is how rows are written: the schema with its key, the partition spec and the sort order.
type layout struct {
	schema   manifest.Schema
	spec     manifest.PartitionSpec
	sort     manifest.SortOrder
	settings manifest.Settings
	from     manifest.Design // what the table had when this layout was made
}

// layoutOf is the layout that a table has. Without a schema there is none yet.
func layoutOf(m *manifest.Manifest) layout {
	return layoutWith(m.Design(nil), m.Design(nil), m.Tablectl.Settings)
}

// layoutWith is the layout of a design that follows from another one.
func layoutWith(d, from manifest.Design, s manifest.Settings) layout {
	return layout{schema: d.Schema, spec: d.Spec, sort: d.SortOrder, settings: s, from: from}
}

// firstLayout resolves the names that a table was created with against the columns that its first publish brings.
func firstLayout(fields []manifest.Field, s manifest.Settings) (layout, error) {
	schema, spec, sort, err := manifest.Layout(manifest.Schema{Fields: fields}, s.PartitionBy, s.SortBy, s.Key)
	if err != nil {
		return layout{}, fmt.Errorf("%w: %w", ErrUsage, err)
	}
	if err := catalog.CheckPartitioning(schema, spec); err != nil {
		return layout{}, fmt.Errorf("%w: %w", ErrUsage, err)
	}
	d := manifest.Design{Schema: schema, Spec: spec, SortOrder: sort}
	return layoutWith(d, d, s), nil
}

// agrees refuses to go on if the table has got another schema, partition spec or sort order since this layout was made.
func (l layout) agrees(m *manifest.Manifest) error {
	if !m.Declared() || l.from.Schema.Equal(m.Schema()) && l.from.Spec.Equal(m.Spec()) && l.from.SortOrder.Equal(m.SortOrder()) {
		return nil
	}
	return fmt.Errorf("%w: the table has got another schema meanwhile; run the same command again", ErrConflict)
}

// matches refuses a definition that says something else than the table that is there: flags of a first publish may be repeated,
// but they do not change a table.
func (d Definition) matches(m *manifest.Manifest) error {
	refuse := func(what string, have, want any) error {
		return fmt.Errorf("%w: the table exists with %s %v, not %v; a publish does not change it", ErrUsage, what, have, want)
	}
	names := func(ids []int) []string {
		var out []string
		for _, id := range ids {
			f, _ := m.Schema().FieldByID(id)
			out = append(out, f.Name)
		}
		return out
	}
	st := m.Tablectl.Settings
	key, parts, want := st.Key, st.PartitionBy, d.PartitionBy
	if m.Declared() {
		key, parts = names(m.Schema().IdentifierFieldIDs), manifest.PartitionClauses(m.Schema(), m.Spec())
		if _, spec, _, err := manifest.Layout(m.Schema(), want, nil, nil); err == nil { // the same clauses in their one form
			want = manifest.PartitionClauses(m.Schema(), spec)
		}
	}
	if len(d.Key) > 0 && !sameSet(d.Key, key) {
		return refuse("key", key, d.Key)
	}
	if len(d.PartitionBy) > 0 && !slices.Equal(want, parts) {
		return refuse("partition columns", parts, d.PartitionBy)
	}
	if len(d.SortBy) > 0 {
		if err := d.matchesSort(m); err != nil {
			return err
		}
	}
	if d.TargetFileBytes != 0 && d.TargetFileBytes != st.TargetFileBytes {
		return refuse("target file size", st.TargetFileBytes, d.TargetFileBytes)
	}
	if d.RowGroupRows != 0 && d.RowGroupRows != st.RowGroupRows {
		return refuse("row group rows", st.RowGroupRows, d.RowGroupRows)
	}
	if d.Layout != "" && d.Layout != st.Layout {
		return refuse("layout", st.Layout, d.Layout)
	}
	if d.Compression != "" && d.Compression != st.Compression {
		return refuse("compression", st.Compression, d.Compression)
	}
	for _, c := range d.Catalogs {
		if !m.HasCatalog(c) {
			return fmt.Errorf("%w: the table exists without catalog %s of kind %s as described; a publish does not add one, `tablectl catalog` does", ErrUsage, c.Name, c.Kind)
		}
	}
	if len(d.Columns) > 0 && m.Declared() {
		return d.matchesColumns(m.Schema())
	}
	return nil
}

func (d Definition) matchesSort(m *manifest.Manifest) error {
	if !m.Declared() {
		if !slices.Equal(d.SortBy, m.Tablectl.Settings.SortBy) {
			return fmt.Errorf("%w: the table exists with sort order %v, not %v", ErrUsage, m.Tablectl.Settings.SortBy, d.SortBy)
		}
		return nil
	}
	_, _, sort, err := manifest.Layout(m.Schema(), nil, d.SortBy, nil)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUsage, err)
	}
	if !slices.Equal(sort.Fields, m.SortOrder().Fields) {
		return fmt.Errorf("%w: the table exists with another sort order than %v", ErrUsage, d.SortBy)
	}
	return nil
}

// matchesColumns compares names and types; the table's field ids are its own.
func (d Definition) matchesColumns(have manifest.Schema) error {
	if len(d.Columns) != len(have.Fields) {
		return fmt.Errorf("%w: the table exists with %d columns, --schema has %d", ErrUsage, len(have.Fields), len(d.Columns))
	}
	for i, f := range have.Fields {
		if c := d.Columns[i]; c.Name != f.Name || c.Type.String() != f.Type.String() {
			return fmt.Errorf("%w: column %d of the table is %s %s, --schema says %s %s", ErrUsage, i+1, f.Name, f.Type, c.Name, c.Type)
		}
	}
	return nil
}

func sameSet(a, b []string) bool {
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	return slices.Equal(a, b)
}
