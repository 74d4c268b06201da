package table

import (
	"fmt"

	"github.com/tablectl/tablectl/manifest"
)

// PartitionOf names the partition values of a file, by the spec with which it was written. A nil value is null.
func PartitionOf(s *manifest.Snapshot, f manifest.File) map[string]*string {
	out := map[string]*string{}
	for _, spec := range s.Specs() {
		if spec.ID != f.SpecID {
			continue
		}
		l := layout{schema: s.Schema, spec: spec}
		for i, field := range spec.Fields {
			out[field.Name] = nil
			if i < len(f.Partition) && f.Partition[i] != "" {
				out[field.Name] = new(l.valueText(i, f.Partition[i]))
			}
		}
	}
	return out
}

// checkOlder refuses to replace partitions of which rows lie in files that were partitioned otherwise: those files hold other rows, too.
func (p *publication) checkOlder(f manifest.File, replaced [][]manifest.Value) error {
	for _, values := range replaced {
		if p.layout.mayHold(f, values) {
			return fmt.Errorf("%w: %s was written before the table was partitioned as it is now, and may hold rows of %s among others; publish the table once in mode replace, or delete those rows with --mode delete --where first",
				ErrConflict, f.Key, p.layout.nameOf(values))
		}
	}
	for _, c := range p.stated {
		if p.layout.mayHoldClause(f, c) {
			return fmt.Errorf("%w: %s was written before the table was partitioned as it is now, and may hold rows of the stated partitions among others; publish the table once in mode replace, or delete those rows with --mode delete --where first",
				ErrConflict, f.Key)
		}
	}
	return nil
}

// mayHold says whether a file, whatever its spec, can hold rows of a partition; false is certain.
func (l layout) mayHold(f manifest.File, values []manifest.Value) bool {
	types := l.spec.Types(l.schema)
	for i := range l.spec.Fields {
		v, err := manifest.DecodeValue(types[i], values[i])
		if err == nil && !l.fieldMayHold(f, i, v, v) {
			return false
		}
	}
	return true
}

func (l layout) mayHoldClause(f manifest.File, c clause) bool {
	for _, one := range c {
		if !l.fieldMayHold(f, one.field, one.lo, one.hi) {
			return false
		}
	}
	return true
}

// fieldMayHold says whether a column of the file can have a value that field i of the spec turns into one between lo and hi; nil: null.
func (l layout) fieldMayHold(f manifest.File, i int, lo, hi any) bool {
	stats, ok := f.Columns[l.spec.Fields[i].SourceID]
	if lo == nil {
		return !ok || stats.Nulls > 0
	}
	t, source, err := l.partitionBy(i)
	if !ok || err != nil {
		return err != nil // a file without the column has nulls only
	}
	from, _, ok1 := t.Range(source, lo)
	_, to, ok2 := t.Range(source, hi)
	if !ok1 || !ok2 || !stats.Bound {
		return stats.Values > stats.Nulls
	}
	least, err1 := manifest.DecodeValue(source, stats.Lower)
	most, err2 := manifest.DecodeValue(source, stats.Upper)
	return err1 != nil || err2 != nil || manifest.Compare(source, most, from) >= 0 && manifest.Compare(source, least, to) <= 0
}
