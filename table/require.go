package table

import (
	"context"
	"fmt"
	"slices"

	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/writer"
)

// checkRows looks whether the rows that are there allow what an alteration demands: no nulls in columns that become required, and no key
// twice where the table gets another key.
func (p *publication) checkRows(ctx context.Context, on *parent) error {
	from, to := p.layout.from.Schema, p.layout.schema
	p.reports = nil
	if err := p.checkRequired(ctx, on, newlyRequired(from, to)); err != nil {
		return err
	}
	key := to.IdentifierFieldIDs
	if len(key) == 0 || slices.Equal(slices.Sorted(slices.Values(key)), slices.Sorted(slices.Values(from.IdentifierFieldIDs))) {
		return nil
	}
	return p.checkUnique(ctx, on)
}

// newlyRequired are the columns that a schema requires and the one before did not.
func newlyRequired(from, to manifest.Schema) []manifest.Field {
	var out []manifest.Field
	for _, f := range to.Fields {
		if old, ok := from.FieldByID(f.ID); ok && f.Required && !old.Required {
			out = append(out, f)
		}
	}
	return out
}

// checkRequired counts the nulls of columns, as the files' statistics have them.
func (p *publication) checkRequired(ctx context.Context, on *parent, columns []manifest.Field) error {
	for _, c := range columns {
		if c.Type.Nested() {
			return fmt.Errorf("%w: column %q is nested; only columns with single values can become required", ErrUsage, c.Name)
		}
	}
	if len(columns) == 0 {
		return nil
	}
	rows := int64(0)
	err := on.files.Each(ctx, nil, func(f manifest.File) error {
		rows += f.Rows
		for _, c := range columns {
			s, ok := f.Columns[c.ID]
			if nulls := max(s.Nulls, f.Rows-s.Values); f.Rows > 0 && (!ok || nulls > 0) {
				return fmt.Errorf("%w: column %q is null in %d rows of %s; publish rows that have a value first", ErrInput, c.Name, nulls, f.Key)
			}
		}
		return nil
	})
	p.reports = append(p.reports, manifest.Report{Level: p.level(), Passed: true, Checks: []manifest.Check{{Name: "required", Passed: true, Count: rows}}})
	return err
}

// checkUnique looks whether no key of the new design is there twice.
func (p *publication) checkUnique(ctx context.Context, on *parent) error {
	var files []manifest.File
	err := on.files.Each(ctx, nil, func(f manifest.File) error {
		files = append(files, f)
		return nil
	})
	if err != nil {
		return err
	}
	report, err := writer.CheckKeys(ctx, p.t.store, files, p.layout.schema, p.validateOptions())
	if err != nil {
		return err
	}
	p.reports = append(p.reports, report)
	for _, c := range report.Checks {
		if !c.Passed {
			return fmt.Errorf("%w: the columns do not identify rows: %s", ErrInput, c.Detail)
		}
	}
	return nil
}
