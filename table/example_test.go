package table_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/tablectl/tablectl/table"
)

// A load that is safe to repeat, and safe to take back.
func Example() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a temporary directory

	monday := write(dir, "monday.csv", "order,amount\n1,10.50\n2,20.25\n")
	tuesday := write(dir, "tuesday.csv", "order,amount\n1,21.00\n2,40.50\n") // oh dear: every amount doubled

	t, err := table.Open(ctx, filepath.Join(dir, "orders"), table.Options{})
	if err != nil {
		log.Fatal(err)
	}
	for _, input := range []string{monday, monday, tuesday} {
		res, err := t.Publish(ctx, table.PublishOptions{Inputs: []string{input}})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(res.Status, "version", res.Version, "with", res.Rows.Total, "rows")
	}

	if _, err := t.Rollback(ctx, table.RollbackOptions{To: "previous"}); err != nil {
		log.Fatal(err)
	}
	_, err = t.Publish(ctx, table.PublishOptions{Inputs: []string{tuesday}})
	fmt.Println("a blind retry of the bad run is refused:", errors.Is(err, table.ErrRolledBack))

	view, err := t.Current(ctx)
	if err != nil {
		log.Fatal(err)
	}
	sum := 0.0
	for rec, err := range view.Scan(ctx, table.ScanOptions{Columns: []string{"amount"}}) {
		if err != nil {
			log.Fatal(err)
		}
		for _, v := range rec.Column(0).(*array.Float64).Float64Values() {
			sum += v
		}
	}
	fmt.Println("current is version", view.Version(), "sum", sum)

	// Output:
	// published version 1 with 2 rows
	// already_published version 1 with 2 rows
	// published version 2 with 2 rows
	// a blind retry of the bad run is refused: true
	// current is version 1 sum 30.75
}

// Publishing what a program has in memory, with a schema of its own.
func ExampleTable_Publish_arrow() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a temporary directory

	schema := arrow.NewSchema([]arrow.Field{
		{Name: "city", Type: arrow.BinaryTypes.String},
		{Name: "inhabitants", Type: arrow.PrimitiveTypes.Int64},
	}, nil)
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	b.Field(0).(*array.StringBuilder).AppendValues([]string{"Bern", "Oslo"}, nil)
	b.Field(1).(*array.Int64Builder).AppendValues([]int64{134591, 709037}, nil)
	reader, err := array.NewRecordReader(schema, []arrow.Record{b.NewRecord()})
	if err != nil {
		log.Fatal(err)
	}

	t, err := table.Open(ctx, filepath.Join(dir, "cities"), table.Options{})
	if err != nil {
		log.Fatal(err)
	}
	res, err := t.Publish(ctx, table.PublishOptions{
		Reader: reader, RunID: "census-2023", Fingerprint: "cities of 2023, second edition",
		Definition: table.Definition{Key: []string{"city"}},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(res.Status, res.Version, res.Schema.Fields[1].Type)

	view, err := t.At(ctx, "1")
	if err != nil {
		log.Fatal(err)
	}
	for rec, err := range view.Scan(ctx, table.ScanOptions{Where: "inhabitants > 500000"}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(rec.Column(0))
	}
	// Output:
	// published 1 long
	// ["Oslo"]
}

func write(dir, name, text string) string {
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		log.Fatal(err)
	}
	return path
}
