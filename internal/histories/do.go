package histories

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/ipc"

	"github.com/tablectl/tablectl/internal/columnar"
	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/table"
)

// do does a step to the table through a store. What is so already is done.
func (p *player) do(ctx context.Context, store objstore.Store, s *Step) outcome {
	t := p.open(store)
	switch {
	case s.Rollback != 0:
		to := s.Tag
		if to == "" {
			to = fmt.Sprint(s.Rollback)
		}
		res, err := t.Rollback(ctx, table.RollbackOptions{To: to})
		if errors.Is(err, table.ErrNothingToDo) {
			err = nil
		}
		return outcome{res, err}
	case s.Alter != nil:
		res, err := t.Alter(ctx, table.AlterOptions{Changes: []manifest.Change{p.named(s.Alter)}, RunID: s.Run})
		return outcome{res, err}
	}
	o := p.options(s)
	if o.Reader != nil {
		defer o.Reader.Release()
	}
	if !s.Planned {
		res, err := t.Publish(ctx, o)
		return outcome{res, err}
	}
	plan, err := p.open(p.check).Plan(context.Background(), o)
	if errors.Is(err, table.ErrNothingToDo) { // a second try of what was published
		res, err := t.Publish(ctx, o)
		return outcome{res, err}
	}
	if err != nil {
		return outcome{nil, err}
	}
	b, err := json.Marshal(plan)
	if err == nil {
		plan, err = table.ReadPlan(b)
	}
	if err != nil {
		return outcome{nil, err}
	}
	res, err := t.Apply(ctx, plan)
	if err == nil && res.Status == table.Published && (res.Rows != plan.Rows || res.Files.Kept != plan.Files.Kept || res.Files.Written != plan.Files.Written) {
		err = fmt.Errorf("planned %+v %+v, done %+v %+v", plan.Rows, plan.Files, res.Rows, res.Files)
	}
	return outcome{res, err}
}

// named is a change in the words of layouts.
func (p *player) named(c manifest.Change) manifest.Change {
	if s, ok := c.(manifest.SetSort); ok {
		return manifest.SetSort{By: quoted(s.By)}
	}
	return c
}

func (p *player) options(s *Step) table.PublishOptions {
	o := table.PublishOptions{Mode: s.Mode, RunID: s.Run, Rerun: s.Rerun, Upsert: s.Upsert, AllowMissing: s.Allow, Partitions: p.clauses(s.Stated)}
	if s.Evolve {
		o.SchemaMode = table.SchemaEvolve
	}
	if s.Most > 0 {
		o.ExpectPartitions = &s.Most
	}
	switch {
	case s.Where != nil:
		o.Where = s.Where.String()
	case s.As == "reader":
		rec := s.Input.Record()
		defer rec.Release()
		reader, err := array.NewRecordReader(rec.Schema(), pieces(rec))
		if err != nil {
			p.fail("read: %v", err)
		}
		o.Reader, o.Fingerprint = reader, fmt.Sprint(s)
	default:
		o.Inputs = []string{p.file(s)}
	}
	return o
}

// pieces are a record in two.
func pieces(rec arrow.Record) []arrow.Record {
	n := rec.NumRows()
	return []arrow.Record{rec.NewSlice(0, n/3), rec.NewSlice(n/3, n)}
}

// clauses are what --partitions says. Fields are called as in the table's partition spec.
func (p *player) clauses(stated []Clause) []string {
	if len(stated) == 0 {
		return nil
	}
	m := p.check.Manifest()
	var out []string
	for _, c := range stated {
		f, _ := m.Schema().Field(c.Column)
		i := slices.IndexFunc(m.Spec().Fields, func(s manifest.PartitionField) bool { return s.SourceID == f.ID })
		if i < 0 {
			p.fail("column %q is no partition", c.Column)
		}
		value := "__HIVE_DEFAULT_PARTITION__"
		if c.Lo != nil {
			lo, hi := manifest.FormatValue(f.Type, c.Lo), manifest.FormatValue(f.Type, c.Hi)
			if value = lo; lo != hi {
				value = lo + ".." + hi
			}
		}
		out = append(out, m.Spec().Fields[i].Name+"="+value)
	}
	return out
}

// file is the input as a file. The same step gives the same file.
func (p *player) file(s *Step) string {
	path := filepath.Join(p.o.Dir, s.Run+"."+s.As)
	if s.As == "parquet" {
		p.o.Oracle.Parquet(s.Input, path)
		return path
	}
	rec := s.Input.Record()
	defer rec.Release()
	var b bytes.Buffer
	var err error
	switch s.As {
	case "arrow":
		err = writeArrow(&b, rec)
	case "csv":
		err = writeCSV(&b, rec)
	default:
		writeNDJSON(&b, rec)
	}
	if err == nil {
		err = os.WriteFile(path, b.Bytes(), 0o600)
	}
	if err != nil {
		p.fail("write input: %v", err)
	}
	return path
}

func writeArrow(b *bytes.Buffer, rec arrow.Record) error {
	w := ipc.NewWriter(b, ipc.WithSchema(rec.Schema()))
	if err := w.Write(rec); err != nil {
		return err
	}
	return w.Close()
}

func writeCSV(b *bytes.Buffer, rec arrow.Record) error {
	w := csv.NewWriter(b)
	var names []string
	for _, f := range rec.Schema().Fields() {
		names = append(names, f.Name)
	}
	if err := w.Write(names); err != nil {
		return err
	}
	for i := range int(rec.NumRows()) {
		var row []string
		for _, c := range rec.Columns() {
			row = append(row, columnar.FormatCell(c, i))
		}
		if err := w.Write(row); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

func writeNDJSON(b *bytes.Buffer, rec arrow.Record) {
	for i := range int(rec.NumRows()) {
		line := []byte("{")
		for c, f := range rec.Schema().Fields() {
			if c > 0 {
				line = append(line, ',')
			}
			line = columnar.AppendJSON(fmt.Appendf(line, "%q:", f.Name), rec.Column(c), i)
		}
		b.Write(append(line, '}', '\n'))
	}
}
