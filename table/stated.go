package table

import (
	"fmt"
	"strings"

	"github.com/tablectl/tablectl/manifest"
)

// stated is a set of partitions as a person states it: each clause like "day=2026-04-15", "day=2026-04-01..2026-04-30", or several
// fields joined by commas. A partition is in the set if it fits one of them.
type stated []clause

// clause limits some fields of the partition spec.
type clause []limit

// limit is one field's part of a clause: its value lies between lo and hi, both included; nil for both: it is null.
type limit struct {
	field  int // of the spec
	typ    manifest.Type
	lo, hi any
}

// parseStated reads clauses. Fields are named as in the partition spec.
func parseStated(texts []string, l layout) (stated, error) {
	var out stated
	for _, text := range texts {
		var c clause
		for part := range strings.SplitSeq(text, ",") {
			one, err := parseLimit(part, l)
			if err != nil {
				return nil, fmt.Errorf("%w: --partitions %q: %w", ErrUsage, text, err)
			}
			c = append(c, one)
		}
		out = append(out, c)
	}
	return out, nil
}

// nullWord stands for null, as in the directories of partitions.
const nullWord = "__HIVE_DEFAULT_PARTITION__"

func parseLimit(text string, l layout) (limit, error) {
	name, value, ok := strings.Cut(text, "=")
	name = strings.TrimSpace(name)
	if !ok {
		return limit{}, fmt.Errorf("%q is not of the form field=value or field=first..last", text)
	}
	out := limit{field: -1}
	var names []string
	types := l.spec.Types(l.schema)
	for i, f := range l.spec.Fields {
		names = append(names, f.Name)
		if f.Name == name {
			out.field, out.typ = i, types[i]
		}
	}
	if out.field < 0 {
		return out, fmt.Errorf("the table is not partitioned by %q; its partition fields are %s", name, strings.Join(names, ", "))
	}
	if value == nullWord {
		return out, nil
	}
	first, last, ranged := strings.Cut(value, "..")
	if !ranged {
		last = first
	}
	transform, source, err := l.partitionBy(out.field)
	if err != nil {
		return out, err
	}
	if out.lo, err = transform.Parse(source, first); err != nil {
		return out, fmt.Errorf("%q is no value of %s: %w", first, name, err)
	}
	if out.hi, err = transform.Parse(source, last); err != nil {
		return out, fmt.Errorf("%q is no value of %s: %w", last, name, err)
	}
	if manifest.Compare(out.typ, out.lo, out.hi) > 0 {
		return out, fmt.Errorf("%s ends before it begins", value)
	}
	return out, nil
}

// holds says whether a partition is in the set.
func (s stated) holds(values []manifest.Value) bool {
	for _, c := range s {
		if c.holds(values) {
			return true
		}
	}
	return false
}

func (c clause) holds(values []manifest.Value) bool {
	for _, l := range c {
		if l.field >= len(values) || !l.holds(values[l.field]) {
			return false
		}
	}
	return true
}

func (l limit) holds(x manifest.Value) bool {
	v, err := manifest.DecodeValue(l.typ, x)
	if err != nil || v == nil || l.lo == nil {
		return err == nil && v == nil && l.lo == nil
	}
	return manifest.Compare(l.typ, l.lo, v) <= 0 && manifest.Compare(l.typ, v, l.hi) <= 0
}

// partitionBy is what a field of the partition spec makes of which type.
func (l layout) partitionBy(field int) (manifest.Transform, manifest.Type, error) {
	f := l.spec.Fields[field]
	source, _ := l.schema.FieldByID(f.SourceID)
	t, err := f.Parsed()
	return t, source.Type, err
}

// mayLieIn says whether a file of the list may lie in a partition of the set. False is certain, if the list has the set's spec.
func (s stated) mayLieIn(l manifest.FileList) bool {
	for _, c := range s {
		if c.mayLieIn(l) {
			return true
		}
	}
	return false
}

func (c clause) mayLieIn(l manifest.FileList) bool {
	for _, one := range c {
		if one.field >= len(l.Partitions) || !one.meets(l.Partitions[one.field]) {
			return false
		}
	}
	return true
}

// meets says whether a value of the range may be one of the limit's.
func (l limit) meets(r manifest.FieldRange) bool {
	if l.lo == nil {
		return r.Null
	}
	lower, err := manifest.DecodeValue(l.typ, r.Lower)
	upper, err2 := manifest.DecodeValue(l.typ, r.Upper)
	if err != nil || err2 != nil || lower == nil {
		return err != nil || err2 != nil
	}
	return manifest.Compare(l.typ, l.lo, upper) <= 0 && manifest.Compare(l.typ, lower, l.hi) <= 0
}

// nameOf is a partition for people: "day=2026-04-15, region=eu".
func (l layout) nameOf(values []manifest.Value) string {
	var parts []string
	for i, f := range l.spec.Fields {
		parts = append(parts, f.Name+"="+l.valueText(i, values[i]))
	}
	return strings.Join(parts, ", ")
}

// valueText is a value of field i of the spec for people.
func (l layout) valueText(i int, x manifest.Value) string {
	t, source, err := l.partitionBy(i)
	v, bad := manifest.DecodeValue(l.spec.Types(l.schema)[i], x)
	if err != nil || bad != nil || v == nil {
		return nullWord
	}
	return t.Format(source, v)
}
