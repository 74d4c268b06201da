package table

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/tablectl/tablectl/internal/columnar"
	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/internal/objstore/urlstore"
	"github.com/tablectl/tablectl/internal/source"
	"github.com/tablectl/tablectl/manifest"
)

// inputs are what a run reads: files, or an Arrow reader of the caller's.
type inputs struct {
	src         *source.Source
	reader      array.RecordReader
	list        []manifest.Input
	fingerprint string // of the content and of the options that decide what it means
	notes       []string
}

func (in *inputs) close() {
	if in.src != nil {
		in.src.Close() //nolint:errcheck // temporary files; the next run sweeps what is left
	}
}

// prepare looks at the inputs once: their fingerprint and, for a table without a schema, their columns. Then the run has a name and
// the rows have a layout.
func (p *publication) prepare(ctx context.Context) error {
	if m := p.base.m; m != nil && p.define == nil {
		if err := p.o.Definition.matches(m); err != nil {
			return err
		}
	}
	declared := p.base.m != nil && p.base.m.Declared()
	evolves := declared && p.o.SchemaMode == SchemaEvolve
	fields, err := p.readInputs(ctx, evolves || !declared && len(p.o.Definition.Columns) == 0)
	if err != nil {
		return err
	}
	if err := p.checkPlan(); err != nil {
		return err
	}
	p.nameRun()
	if p.layout, err = p.chooseLayout(fields); err != nil {
		return err
	}
	if evolves {
		if err := p.evolveWith(ctx, fields); err != nil {
			return err
		}
	}
	return p.checkMode()
}

// evolveWith takes the columns of the inputs into the table's layout.
func (p *publication) evolveWith(ctx context.Context, fields []manifest.Field) error {
	on, err := p.parent(ctx)
	if err != nil {
		return err
	}
	p.older = on.olderSpecs()
	return p.evolve(fields, p.in.src == nil || p.in.src.Typed())
}

// chooseLayout is the layout of the table, or the one that it gets with these columns.
func (p *publication) chooseLayout(fields []manifest.Field) (layout, error) {
	m, err := p.base.m, error(nil)
	switch {
	case m == nil:
		m, err = p.create(manifest.Write{ID: newID(), At: 1})
	case p.define != nil:
		m, err = m.Define(*p.define, manifest.Write{ID: newID(), At: 1})
	}
	if err != nil {
		return layout{}, err
	}
	if m.Declared() {
		return layoutOf(m), nil
	}
	return firstLayout(fields, m.Tablectl.Settings)
}

// readInputs opens the inputs and takes their fingerprint, and their columns if they are wanted.
func (p *publication) readInputs(ctx context.Context, wantSchema bool) ([]manifest.Field, error) {
	p.in = &inputs{}
	columns := p.o.Definition.Columns
	if p.o.Where != "" {
		var err error
		p.in.fingerprint, err = p.fingerprint("")
		return columns, err
	}
	if p.o.Reader != nil {
		p.in.reader, p.in.fingerprint = p.o.Reader, p.o.Fingerprint
		if p.in.fingerprint == "" {
			p.in.fingerprint = "none:" + newID()
		}
		if !wantSchema {
			return columns, nil
		}
		fields, err := p.fieldsOf(p.o.Reader.Schema())
		return p.withoutMarks(fields), err
	}
	src, err := source.Open(ctx, p.o.Inputs, p.sourceOptions())
	if err != nil {
		return nil, err
	}
	p.in.src = src
	if err := src.Prepare(ctx, wantSchema); err != nil {
		return nil, err
	}
	sum, list, err := src.Fingerprint(ctx)
	if err != nil {
		return nil, err
	}
	for _, i := range list {
		p.in.list = append(p.in.list, manifest.Input{Name: i.Name, Bytes: i.Bytes, Identity: i.Identity})
	}
	if p.in.fingerprint, err = p.fingerprint(sum); err != nil || !wantSchema {
		return columns, err
	}
	schema, notes, err := src.Schema(ctx)
	if err != nil {
		return nil, err
	}
	p.in.notes = append(p.in.notes, notes...)
	fields, err := p.fieldsOf(schema)
	return p.withoutMarks(fields), err
}

// withoutMarks leaves out the column that only says which rows are to go.
func (p *publication) withoutMarks(fields []manifest.Field) []manifest.Field {
	mark := p.o.Upsert.DeleteWhen
	return slices.DeleteFunc(fields, func(f manifest.Field) bool { return mark != "" && f.Name == mark })
}

// fieldsOf are the columns of a table that begins with this schema.
func (p *publication) fieldsOf(s *arrow.Schema) ([]manifest.Field, error) {
	fields, notes, err := columnar.FromArrow(s)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInput, err)
	}
	for _, n := range notes {
		p.in.notes = append(p.in.notes, n.String())
	}
	return fields, nil
}

// sourceOptions fills in what the caller left to the table.
func (p *publication) sourceOptions() source.Options {
	o := p.o.Source
	if o.Open == nil {
		o.Open = func(ctx context.Context, url string) (objstore.Store, string, error) {
			root, key, err := urlstore.Split(url)
			if err != nil {
				return nil, "", err
			}
			s, err := urlstore.Open(ctx, root, p.t.opts.Stores)
			return s, key, err
		}
	}
	if o.SpoolDir == "" {
		o.SpoolDir = p.t.opts.SpoolDir
	}
	if o.Concurrency == 0 {
		o.Concurrency = p.t.opts.Concurrency
	}
	if o.Memory == 0 {
		o.Memory = p.t.opts.Memory / 4
	}
	if o.Progress == nil {
		o.Progress = p.meter().reading
	}
	return o
}

// fingerprint covers the content and every option that changes what the content means. The table's definition is not in it: it is
// the table's, whichever publish brought it.
func (p *publication) fingerprint(content string) (string, error) {
	b, err := json.Marshal(struct {
		Content, Mode, Format string
		CSV                   source.CSVOptions
		Partitions            []string      `json:",omitempty"`
		Where                 string        `json:",omitempty"`
		Upsert                UpsertOptions `json:",omitzero"`
	}{content, string(p.o.Mode), p.o.Source.Format, p.o.Source.CSV, p.o.Partitions, p.o.Where, p.o.Upsert})
	if err != nil {
		return "", fmt.Errorf("fingerprint: %w", err)
	}
	sum := sha256.Sum256(b)
	return "sha256:" + hex.EncodeToString(sum[:]), nil
}

// nameRun gives the run its id: the caller's, or one that the same command gives again. Standard input and readers cannot be told
// apart that way.
func (p *publication) nameRun() {
	switch {
	case p.o.RunID != "":
		p.run = p.o.RunID
	case p.o.Where != "": // what a condition finds is another thing in another version
		p.run = fmt.Sprintf("auto-%s-at-%d", p.in.fingerprint[len("sha256:"):][:16], current(p.base.m))
	case p.in.src == nil || p.in.src.Stdin():
		p.run = "once-" + newID()[:16]
		p.in.notes = append(p.in.notes, "without --run-id a repeat of this publish is not recognised: it gets the run id "+p.run)
	default:
		p.run = "auto-" + p.in.fingerprint[len("sha256:"):][:16]
	}
}
