package catalog

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/glue/types"

	"github.com/tablectl/tablectl/manifest"
)

const (
	// manyPartitions is how many projected partitions a person should know of.
	manyPartitions = 1000
	// maxPartitions is how many partitions Athena and Trino may have to look at for a query (Trino, hive.max-partitions-per-scan).
	maxPartitions = 1_000_000
)

// projection is the partitions of a version as engines can work them out: every combination of the values of its columns. One that no
// file has is an empty directory.
type projection []*projected

// project works out the partitions of the current version. ErrCannot, with the column and value, if they cannot be said so.
func project(ctx context.Context, t Target) (projection, error) {
	s := t.Snapshot
	p, err := projectionOf(s.Spec, s.Schema)
	if err != nil {
		return nil, err
	}
	err = inHive(ctx, t, func(f manifest.File) error {
		switch {
		case f.Rows == 0:
			return nil // of a table without rows, and in no partition
		case f.SpecID != s.Spec.ID:
			return fmt.Errorf("%w: %s was written with another partition spec; a publish that replaces all rows writes it anew", ErrCannot, f.Key)
		}
		return p.add(s.Version, f)
	})
	if err != nil {
		return nil, err
	}
	return p, p.bounded()
}

// projectionOf has a column for each field of the spec, without values yet.
func projectionOf(spec manifest.PartitionSpec, schema manifest.Schema) (projection, error) {
	if len(spec.Fields) == 0 {
		return nil, fmt.Errorf("%w: the table is not partitioned; take as: location", ErrCannot)
	}
	var out projection
	for _, f := range spec.Fields {
		source, _ := schema.FieldByID(f.SourceID)
		if f.Transform != "identity" {
			return nil, fmt.Errorf("%w: partitions by %s of %s have no column of their own, which a projection needs; take as: location or iceberg", ErrCannot, f.Transform, oneLine(source.Name))
		}
		c, err := projectedOf(f, source)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

// add takes the partition of a file, which lies in the directory that the template gives for it.
func (p projection) add(v manifest.Version, f manifest.File) error {
	if len(f.Partition) != len(p) {
		return fmt.Errorf("%s: %d partition values for %d fields", f.Key, len(f.Partition), len(p))
	}
	want := v.Prefix()
	for i, c := range p {
		text, err := c.add(f.Partition[i])
		if err != nil {
			return err
		}
		want += c.dir + "=" + text + "/"
	}
	if dir := f.Key[:strings.LastIndexByte(f.Key, '/')+1]; dir != want {
		return fmt.Errorf("%w: %s does not lie in %s", ErrCannot, f.Key, want)
	}
	return nil
}

// bounded refuses more than engines and Glue take.
func (p projection) bounded() error {
	for _, c := range p {
		if err := c.bounded(); err != nil {
			return err
		}
	}
	if p.partitions() <= maxPartitions {
		return nil
	}
	most := slices.MaxFunc(p, func(a, b *projected) int { return cmp.Compare(a.count(), b.count()) })
	return fmt.Errorf("%w: more than %d partitions would be projected; column %s alone has %d values; take as: iceberg", ErrCannot, maxPartitions, most.name, most.count())
}

// partitions is how many there are, at most maxPartitions+1.
func (p projection) partitions() int64 {
	n := int64(1)
	for _, c := range p {
		if c.count() > maxPartitions || n*c.count() > maxPartitions {
			return maxPartitions + 1
		}
		n *= c.count()
	}
	return n
}

// parameters are those of all columns.
func (p projection) parameters() map[string]string {
	out := map[string]string{}
	for _, c := range p {
		for name, value := range c.parameters() {
			out[projectionPrefix+c.name+"."+name] = value
		}
	}
	return out
}

// template is where a partition lies in the version's prefix: "day=${day}/city=${city}/". Athena wants the slash at the end.
func (p projection) template() string {
	var b strings.Builder
	for _, c := range p {
		fmt.Fprintf(&b, "%s=${%s}/", c.dir, c.name)
	}
	return b.String()
}

// split takes the partition columns out of the columns: one that is in both is an error for engines, and that the files have it too is
// none.
func (p projection) split(columns []types.Column) (keys, others []types.Column) {
	for _, c := range p {
		is := func(o types.Column) bool { return aws.ToString(o.Name) == c.name }
		if i := slices.IndexFunc(columns, is); i >= 0 {
			keys = append(keys, columns[i])
			columns = slices.Delete(slices.Clone(columns), i, i+1)
		}
	}
	return keys, columns
}
