package manifest

import (
	"cmp"
	"slices"
	"strings"
)

// PartitionOrder compares the partitions of the files of a version: value by value as Compare does, by the types of their spec.
type PartitionOrder struct {
	types map[int][]Type // by spec
}

// PartitionOrder is the order of the version's partitions.
func (s *Snapshot) PartitionOrder() PartitionOrder {
	o := PartitionOrder{types: make(map[int][]Type)}
	for _, p := range s.Specs() {
		o.types[p.ID] = p.Types(s.Schema)
	}
	return o
}

// Fields is how many fields a spec has.
func (o PartitionOrder) Fields(spec int) int { return len(o.types[spec]) }

// Compare is -1, 0 or 1. A partition that has fewer values comes first: a file without rows may have none. What is no value of its
// field's type compares by its text.
func (o PartitionOrder) Compare(spec int, a, b []Value) int {
	for i := range min(len(a), len(b)) {
		if c := o.compareField(spec, i, a[i], b[i]); c != 0 {
			return c
		}
	}
	return cmp.Compare(len(a), len(b))
}

func (o PartitionOrder) compareField(spec, field int, a, b Value) int {
	if a == b {
		return 0
	}
	if field < o.Fields(spec) {
		t := o.types[spec][field]
		x, err := DecodeValue(t, a)
		y, err2 := DecodeValue(t, b)
		if err == nil && err2 == nil {
			return Compare(t, x, y)
		}
	}
	return strings.Compare(string(a), string(b))
}

// isNaN says whether x is one in a field of floats; the text "NaN" is a value of others.
func (o PartitionOrder) isNaN(spec, field int, x Value) bool {
	return x == nan && field < o.Fields(spec) && isFloat(o.types[spec][field])
}

// spanner finds the ranges of the partitions of files of one spec.
type spanner struct {
	order       PartitionOrder
	spec        int
	fields      []FieldRange
	any         bool
	first, last []Value
}

func (s *spanner) add(partition []Value) {
	if s.any && slices.Equal(partition, s.last) {
		return // as most often: the files of a partition lie together
	}
	if !s.any || s.order.Compare(s.spec, partition, s.first) < 0 {
		s.first = partition
	}
	if !s.any || s.order.Compare(s.spec, partition, s.last) > 0 {
		s.last = partition
	}
	s.any = true
	for i := range min(len(partition), len(s.fields)) {
		s.addField(i, partition[i])
	}
}

func (s *spanner) addField(i int, x Value) {
	r := &s.fields[i]
	switch {
	case x == "":
		r.Null = true
	case s.order.isNaN(s.spec, i, x):
		r.NaN = true
	case r.Lower == "":
		r.Lower, r.Upper = x, x
	case s.order.compareField(s.spec, i, x, r.Lower) < 0:
		r.Lower = x
	case s.order.compareField(s.spec, i, x, r.Upper) > 0:
		r.Upper = x
	}
}

// put writes what was found into a list. The first and the last partition stand there only where the range of a single field does not
// say the same.
func (s *spanner) put(l *FileList) {
	if len(s.fields) == 0 {
		return
	}
	l.Partitions = s.fields
	if first, last := l.Span(); !slices.Equal(first, s.first) || !slices.Equal(last, s.last) {
		l.First, l.Last = slices.Clone(s.first), slices.Clone(s.last)
	}
}

// validateRanges checks what a list says of the partitions in it.
func (o PartitionOrder) validateRanges(l *FileList) error {
	types, ok := o.types[l.SpecID]
	if !ok || len(l.Partitions) != len(types) {
		return refuse(RuleFileLists, "%q has %d ranges of the fields of spec %d, which has %d", clip(l.Key), len(l.Partitions), l.SpecID, len(types))
	}
	for i, r := range l.Partitions {
		_, ok := canonical(types[i], r.Lower)
		_, ok2 := canonical(types[i], r.Upper)
		if !ok || !ok2 || (r.Lower == "") != (r.Upper == "") || o.compareField(l.SpecID, i, r.Lower, r.Upper) > 0 {
			return refuse(RuleFileLists, "%q: field %d has the range %s to %s", clip(l.Key), i, clip(string(r.Lower)), clip(string(r.Upper)))
		}
	}
	for _, p := range [][]Value{l.First, l.Last} {
		for i, x := range p {
			if i >= len(types) {
				return refuse(RuleFileLists, "%q: a partition of %d values", clip(l.Key), len(p))
			}
			if _, ok := canonical(types[i], x); !ok {
				return refuse(RuleFileLists, "%q: %s is not the form of a %s", clip(l.Key), clip(string(x)), types[i])
			}
		}
	}
	if first, last := l.Span(); o.Compare(l.SpecID, first, last) > 0 {
		return refuse(RuleFileLists, "%q: its first partition comes after its last", clip(l.Key))
	}
	return nil
}
