//go:build engines

package engines

import (
	"context"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/tablectl/tablectl/internal/columnar"
	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/table"
)

// add publishes rows, in Arrow's JSON form, in some mode: of the columns that the table has now, or of some of them.
func add(t *testing.T, tb *table.Table, mode table.Mode, names []string, lines ...string) {
	t.Helper()
	fields := at(t, tb, "").Schema().Fields
	if names != nil {
		fields = nil
		for _, name := range names {
			f, _ := at(t, tb, "").Schema().Field(name)
			fields = append(fields, f)
		}
	}
	addWith(t, tb, table.PublishOptions{Mode: mode}, fields, lines...)
}

// addWith publishes rows of some columns. Every call is a run of its own.
func addWith(t *testing.T, tb *table.Table, o table.PublishOptions, fields []manifest.Field, lines ...string) {
	t.Helper()
	rec := record(t, fields, lines...)
	defer rec.Release()
	reader, err := array.NewRecordReader(rec.Schema(), []arrow.Record{rec})
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Release()
	o.Reader, o.RunID = reader, hexID()
	if _, err := tb.Publish(context.Background(), o); err != nil {
		t.Fatal(err)
	}
}

func record(t *testing.T, fields []manifest.Field, lines ...string) arrow.Record {
	t.Helper()
	schema := columnar.ArrowSchema(manifest.Schema{Fields: fields})
	rec, _, err := array.RecordFromJSON(memory.DefaultAllocator, schema, strings.NewReader("["+strings.Join(lines, ",")+"]"), array.WithUseNumber())
	if err != nil {
		t.Fatal(err)
	}
	return rec
}

// rowsOf are rows as they were written down.
func rowsOf(t *testing.T, fields []manifest.Field, lines ...string) []row {
	t.Helper()
	rec := record(t, fields, lines...)
	defer rec.Release()
	return rowsIn(rec)
}

func alter(t *testing.T, tb *table.Table, changes ...manifest.Change) {
	t.Helper()
	if _, err := tb.Alter(context.Background(), table.AlterOptions{Changes: changes}); err != nil {
		t.Fatal(err)
	}
}

func rollback(t *testing.T, tb *table.Table, to string) {
	t.Helper()
	if _, err := tb.Rollback(context.Background(), table.RollbackOptions{To: to}); err != nil {
		t.Fatal(err)
	}
}

func typ(t *testing.T, ddl string) manifest.Type {
	t.Helper()
	out, err := manifest.ParseType(ddl)
	if err != nil {
		t.Fatal(err)
	}
	return out
}
