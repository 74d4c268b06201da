package writer

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/writer/internal/vector"
)

// maxPartitions is how many partitions one version may be written to. More are a mistake in the choice of the columns far more
// often than a wish, and every file costs a request.
const maxPartitions = 100_000

// ErrTooManyPartitions is an input with more distinct partition values than a version may have.
var ErrTooManyPartitions = fmt.Errorf("more than %d distinct partition values", maxPartitions)

// partition is one tuple of partition values.
type partition struct {
	spec   int // its id
	values []manifest.Value
	dir    string
	key    []byte // orders partitions
	number int    // by first appearance

	rows  []vector.Batch // in memory
	spill []segment      // on disk, before what is in memory
}

// partitions tells rows apart by their partition values.
type partitions struct {
	plan  *plan
	all   []*partition
	byKey map[string]*partition
	fixed map[uint64]*partition // a single column of four or eight bytes: by value
	null  *partition            // the same: null
	key   []byte
}

func newPartitions(p *plan) *partitions {
	return &partitions{plan: p, byKey: map[string]*partition{}, fixed: map[uint64]*partition{}}
}

// sorted are all partitions in the order of their values.
func (ps *partitions) sorted() []*partition {
	out := slices.Clone(ps.all)
	slices.SortFunc(out, func(a, b *partition) int { return bytes.Compare(a.key, b.key) })
	return out
}

// split sorts the rows of b by partition: rows that are equal in their partition values come together, in their order. The
// partitions come in the order of their first row.
func (ps *partitions) split(b vector.Batch) ([]*partition, [][]int32, error) {
	values, err := ps.plan.values(b)
	if err != nil {
		return nil, nil, err
	}
	ids := make([]int32, b.Rows)
	if err := ps.identify(values, ids); err != nil {
		return nil, nil, err
	}
	return ps.collect(ids)
}

// collect turns a partition number per row into a list of rows per partition.
func (ps *partitions) collect(ids []int32) ([]*partition, [][]int32, error) {
	counts := make([]int32, len(ps.all))
	var seen []int32
	for _, id := range ids {
		if counts[id] == 0 {
			seen = append(seen, id)
		}
		counts[id]++
	}
	rows := make([]int32, len(ids))
	parts, lists := make([]*partition, len(seen)), make([][]int32, len(seen))
	at := int32(0)
	for i, id := range seen {
		parts[i], lists[i] = ps.all[id], rows[at:at+counts[id]]
		at, counts[id] = at+counts[id], at
	}
	for row, id := range ids {
		rows[counts[id]] = int32(row)
		counts[id]++
	}
	return parts, lists, nil
}

// identify finds the partition of every row; b are the partition values of the rows.
func (ps *partitions) identify(b vector.Batch, ids []int32) error {
	if len(ps.plan.parts) == 0 {
		if len(ps.all) == 0 {
			_, err := ps.create(b, 0)
			return err
		}
		return nil
	}
	if len(ps.plan.parts) == 1 {
		switch v := &b.Cols[ps.plan.parts[0].Column]; v.Width {
		case 4:
			return identifyFixed(ps, b, v, vector.Fixed[uint32](v), ids)
		case 8:
			return identifyFixed(ps, b, v, vector.Fixed[uint64](v), ids)
		}
	}
	var last *partition
	for i := range ids {
		ps.key = ps.key[:0]
		for _, c := range ps.plan.parts {
			ps.key = b.AppendKey(ps.key, c.Order, i)
		}
		if last == nil || !bytes.Equal(ps.key, last.key) {
			var ok bool
			if last, ok = ps.byKey[string(ps.key)]; !ok {
				var err error
				if last, err = ps.create(b, i); err != nil {
					return err
				}
				ps.byKey[string(last.key)] = last
			}
		}
		ids[i] = int32(last.number)
	}
	return nil
}

// identifyFixed does it without making keys.
func identifyFixed[T uint32 | uint64](ps *partitions, b vector.Batch, v *vector.Vector, values []T, ids []int32) error {
	var last T
	var part *partition
	for i, x := range values {
		if v.IsNull(i) {
			if ps.null == nil {
				var err error
				if ps.null, err = ps.create(b, i); err != nil {
					return err
				}
			}
			ids[i] = int32(ps.null.number)
			continue
		}
		if part == nil || x != last {
			var ok bool
			if part, ok = ps.fixed[uint64(x)]; !ok {
				var err error
				if part, err = ps.create(b, i); err != nil {
					return err
				}
				ps.fixed[uint64(x)] = part
			}
			last = x
		}
		ids[i] = int32(part.number)
	}
	return nil
}

// create makes the partition of row i.
func (ps *partitions) create(b vector.Batch, i int) (*partition, error) {
	if len(ps.all) == maxPartitions {
		return nil, ErrTooManyPartitions
	}
	p := &partition{spec: ps.plan.spec, number: len(ps.all)}
	for _, c := range ps.plan.parts {
		v := b.Cols[c.Column].Value(c.Type, i)
		value, err := manifest.EncodeValue(c.Type, v)
		if err != nil {
			return nil, fmt.Errorf("partition value of %q: %w", c.name, err)
		}
		p.values = append(p.values, value)
		p.dir = join(p.dir, partitionDir(c, v))
		p.key = b.AppendKey(p.key, c.Order, i)
	}
	ps.all = append(ps.all, p)
	return p, nil
}

func partitionDir(c partColumn, v any) string {
	if v == nil {
		return manifest.PartitionDir(c.name, "", true)
	}
	return manifest.PartitionDir(c.name, c.t.Format(c.source.Type, v), false)
}

func join(dir, name string) string {
	if dir == "" {
		return name
	}
	return dir + "/" + name
}
