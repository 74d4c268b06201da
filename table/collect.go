package table

import (
	"context"
	"fmt"
	"slices"

	"github.com/tablectl/tablectl/internal/columnar"
	"github.com/tablectl/tablectl/internal/expr"
	"github.com/tablectl/tablectl/internal/source"
	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/writer"
)

// understand finds the columns that an upsert or delete names, before anything is reserved.
func (p *publication) understand() error {
	p.merging = &merging{}
	if p.o.Where != "" {
		var err error
		if p.merging.where, err = expr.Parse(p.o.Where, p.layout.schema); err != nil {
			return fmt.Errorf("%w: %w", ErrUsage, err)
		}
	}
	for _, name := range p.o.Upsert.UpdateColumns {
		if _, ok := p.layout.schema.Field(name); !ok {
			return fmt.Errorf("%w: --update-columns: the table has no column %q; it has %s", ErrUsage, name, columnNames(p.layout.schema))
		}
	}
	return nil
}

// collect takes the rows of the input, one a key.
func (p *publication) collect(ctx context.Context) error {
	if p.merging.where != nil {
		return nil
	}
	o, allow, err := p.changeOptions(ctx)
	if err != nil {
		return err
	}
	rr, err := p.read(ctx, columnar.ArrowSchema(o.Input), allow)
	if err != nil {
		return err
	}
	defer rr.Release()
	if p.merging.rows, err = writer.Collect(ctx, rr, o); err != nil {
		return mergeError(err)
	}
	return nil
}

// changeOptions say which columns of the input are read, and what they mean.
func (p *publication) changeOptions(ctx context.Context) (writer.ChangeOptions, source.Allow, error) {
	s, u := p.layout.schema, p.o.Upsert
	o := writer.ChangeOptions{
		Schema: s, Key: s.IdentifierFieldIDs, Delete: p.o.Mode == Delete, WhenMatched: u.WhenMatched, DeleteWhen: u.DeleteWhen, OrderBy: u.OrderBy,
		Memory: p.t.opts.Memory / 4, SpoolDir: p.t.opts.SpoolDir, Concurrency: p.t.opts.Concurrency, Logger: p.t.opts.Logger,
	}
	for _, name := range u.UpdateColumns {
		f, _ := s.Field(name) // understand has seen that it is there
		o.UpdateColumns = append(o.UpdateColumns, f.ID)
	}
	names, err := p.inputColumns(ctx)
	if err != nil {
		return o, source.Allow{}, err
	}
	for _, f := range s.Fields {
		key := slices.Contains(s.IdentifierFieldIDs, f.ID)
		lacking := names != nil && !slices.Contains(names, f.Name) && slices.Contains(p.o.AllowMissing, f.Name)
		if o.Delete && !key || lacking && !key {
			continue
		}
		o.Input.Fields = append(o.Input.Fields, f)
	}
	return o, source.Allow{Surplus: o.Delete}, p.addMarks(ctx, &o)
}

// addMarks adds the columns of the input that the table does not have and that say what is to be done with a row.
func (p *publication) addMarks(ctx context.Context, o *writer.ChangeOptions) error {
	if name := o.DeleteWhen; name != "" {
		if _, ok := o.Input.Field(name); !ok {
			o.Input.Fields = append(o.Input.Fields, manifest.Field{Name: name, Type: manifest.Type{Kind: manifest.Boolean}})
		}
	}
	name := o.OrderBy
	if _, ok := o.Input.Field(name); name == "" || ok {
		return nil
	}
	fields, err := p.inputFields(ctx)
	if err != nil {
		return err
	}
	for _, f := range fields {
		if f.Name == name {
			o.Input.Fields = append(o.Input.Fields, manifest.Field{Name: name, Type: f.Type})
			return nil
		}
	}
	return fmt.Errorf("%w: --order-by: the input has no column %q", ErrInput, name)
}

// inputColumns are the names of the columns of the input; nil if they are not known. Where columns may be missing, all lines of NDJSON are
// looked at for it: a column that none of them has is not one that is null.
func (p *publication) inputColumns(ctx context.Context) ([]string, error) {
	var names []string
	if p.in.src != nil {
		names, err := p.in.src.Columns(ctx)
		if names != nil || err != nil || len(p.o.AllowMissing) == 0 || p.o.Source.CSV.NoHeader {
			return names, err
		}
		schema, _, err := p.in.src.Schema(ctx)
		if err != nil {
			return nil, err
		}
		for _, f := range schema.Fields() {
			names = append(names, f.Name)
		}
		return names, nil
	}
	for _, f := range p.in.reader.Schema().Fields() {
		names = append(names, f.Name)
	}
	return names, nil
}

// inputFields are the columns of the input with their types.
func (p *publication) inputFields(ctx context.Context) ([]manifest.Field, error) {
	if p.in.src == nil {
		return p.fieldsOf(p.in.reader.Schema())
	}
	schema, _, err := p.in.src.Schema(ctx)
	if err != nil {
		return nil, err
	}
	return p.fieldsOf(schema)
}
