package manifest

import (
	"fmt"
	"slices"
	"strings"
)

// partitionClause reads "col", "day(col)", "bucket(16, col)", "truncate(4, col)"; the column can stand in double quotes. A clause that is
// the name of a column as it stands is just that.
func (l *layout) partitionClause(clause string) (string, Transform, error) {
	if indexByName(l.schema.Fields, clause) >= 0 {
		return clause, Transform{}, nil
	}
	text := strings.TrimSpace(clause)
	word, rest, bracket := strings.Cut(text, "(")
	inside, closed := strings.CutSuffix(rest, ")")
	kind, known := clauseKind(strings.ToLower(strings.TrimSpace(word)))
	if !bracket || !closed || !known {
		if name := unquoteName(text); name != text || !bracket || !closed {
			return name, Transform{}, nil
		}
		return "", Transform{}, fmt.Errorf("%w: the partition %q: year, month, day, hour, bucket and truncate are known", ErrSchema, clip(clause))
	}
	t := Transform{Kind: kind}
	if t.numbered() {
		number, column, comma := strings.Cut(inside, ",")
		n, ok := transformNumber(strings.TrimSpace(number))
		if !comma || !ok {
			return "", Transform{}, fmt.Errorf("%w: the partition %q: write %s(number, column)", ErrSchema, clip(clause), t.name())
		}
		t.N, inside = n, column
	}
	return unquoteName(strings.TrimSpace(inside)), t, nil
}

// clauseKind is the transform of a word; SQL dialects also have its plural.
func clauseKind(word string) (TransformKind, bool) {
	i := slices.Index(transformNames[:], strings.TrimSuffix(word, "s"))
	return TransformKind(max(i, 0)), i > 0
}

// SplitClauses parts a list of clauses at its commas, but for those in brackets and in double quotes: "day, bucket(16, id)" are two.
func SplitClauses(list string) []string {
	var out []string
	start, depth, quoted := 0, 0, false
	for i := range len(list) {
		switch c := list[i]; {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == ',' && depth <= 0:
			out = append(out, strings.TrimSpace(list[start:i]))
			start = i + 1
		}
	}
	return append(out, strings.TrimSpace(list[start:]))
}

// unquoteName takes the double quotes off a name.
func unquoteName(s string) string {
	if len(s) >= 2 && s[0] == '"' && s[len(s)-1] == '"' {
		return strings.ReplaceAll(s[1:len(s)-1], `""`, `"`)
	}
	return s
}

// PartitionClauses is the spec as Layout takes it, with the names that the columns have in s: "city", "day(ts)", "bucket(16, id)".
func PartitionClauses(s Schema, p PartitionSpec) []string {
	out := make([]string, len(p.Fields))
	for i, f := range p.Fields {
		source, _ := s.top(f.SourceID)
		t, err := f.Parsed()
		switch {
		case err != nil || t.Kind == Identity:
			out[i] = source.Name
		case t.numbered():
			out[i] = fmt.Sprintf("%s(%d, %s)", t.name(), t.N, quoteName(source.Name))
		default:
			out[i] = fmt.Sprintf("%s(%s)", t.name(), quoteName(source.Name))
		}
	}
	return out
}

// SortClauses is the sort order as Layout takes it, with the names that the columns have in s.
func SortClauses(s Schema, o SortOrder) []string {
	out := make([]string, len(o.Fields))
	for i, f := range o.Fields {
		source, _ := s.top(f.SourceID)
		out[i] = quoteName(source.Name)
		usual := NullsFirst
		if f.Direction == Descending {
			out[i], usual = out[i]+" desc", NullsLast
		}
		if f.NullOrder != usual {
			out[i] += " " + strings.Replace(f.NullOrder, "-", " ", 1)
		}
	}
	return out
}

func (l *layout) partition(clauses []string) error {
	type use struct {
		source int
		t      Transform
	}
	used, timed := make(map[use]bool), make(map[int]bool)
	for _, clause := range clauses {
		name, t, err := l.partitionClause(clause)
		if err != nil {
			return err
		}
		i, err := l.exact("partition", name, make(map[int]bool))
		if err != nil {
			return err
		}
		f := l.schema.Fields[i]
		switch {
		case !t.Takes(f.Type):
			return fmt.Errorf("%w: the partition %q: %s is not defined for column %q of type %s", ErrSchema, clip(clause), t.name(), clip(f.Name), f.Type)
		case used[use{f.ID, t}]:
			return fmt.Errorf("%w: the partition column %q is named twice", ErrSchema, clip(name))
		case t.timed() && timed[f.ID]:
			return fmt.Errorf("%w: the partition %q: one part of the time of column %q is enough", ErrSchema, clip(clause), clip(f.Name))
		}
		used[use{f.ID, t}] = true
		timed[f.ID] = timed[f.ID] || t.timed()
		l.spec.Fields = append(l.spec.Fields, l.partitionField(f, t))
	}
	return nil
}

// partitionField is the field that the table had for this before, or a new one.
func (l *layout) partitionField(source Field, t Transform) PartitionField {
	f, known := partitionField(l.specs, source.ID, t.String())
	if !known {
		l.lastPartition++
		f = PartitionField{SourceID: source.ID, FieldID: l.lastPartition, Transform: t.String()}
	}
	if !known || t.Kind == Identity || indexByFold(l.schema.Fields, f.Name) >= 0 {
		f.Name = l.partitionName(source, t)
	}
	return f
}

// name is the transform without its number.
func (t Transform) name() string { return transformNames[t.Kind] }

// partitionName is what Iceberg calls such a field, with a number behind it if a column or another field has that name.
func (l *layout) partitionName(source Field, t Transform) string {
	if t.Kind == Identity {
		return source.Name
	}
	suffix := "_" + t.name()
	if t.Kind == Truncate {
		suffix = "_trunc"
	}
	for n := 1; ; n++ {
		name := source.Name + suffix
		if n > 1 {
			name = fmt.Sprintf("%s_%d", name, n)
		}
		if !l.partitionNamed(name) && indexByFold(l.schema.Fields, name) < 0 {
			return name
		}
	}
}

// partitionNamed reports whether a field of this or of another spec has that name.
func (l *layout) partitionNamed(name string) bool {
	return slices.ContainsFunc(append(slices.Clip(l.specs), l.spec), func(p PartitionSpec) bool {
		return slices.ContainsFunc(p.Fields, func(f PartitionField) bool { return foldName(f.Name) == foldName(name) })
	})
}
