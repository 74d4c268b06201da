package writer

import (
	"bytes"
	"context"

	"github.com/tablectl/tablectl/internal/columnar"
	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/writer/internal/vector"
)

// sorted looks whether the rows are in the table's sort order, by decoding its columns.
func (c *candidate) sorted(ctx context.Context) (string, error) {
	if len(c.plan.order) == 0 {
		return "", nil
	}
	var want manifest.Schema
	order := make([]vector.Order, len(c.plan.order))
	for i, o := range c.plan.order {
		want.Fields = append(want.Fields, c.o.Schema.Fields[o.Column])
		order[i] = o
		order[i].Column = i
	}
	r, err := c.file.Read(ctx, want, columnar.ReadOptions{Concurrency: c.o.Concurrency, BatchBytes: 4 << 20})
	if err != nil {
		return whyNot(ctx, err)
	}
	defer r.Release()
	keys := &plan{order: order}
	var last, key []byte
	for r.Next() {
		b, err := vector.FromRecord(r.Record())
		if err != nil {
			return "", err
		}
		for i := range b.Rows {
			key = keys.appendKey(key[:0], b, i)
			if bytes.Compare(key, last) < 0 {
				return "its rows are not in the table's sort order", nil
			}
			last, key = key, last
		}
	}
	if r.Err() != nil {
		return whyNot(ctx, r.Err())
	}
	return "", nil
}
