package manifest

import (
	"fmt"
	"slices"
	"strings"
)

// transformIdentity is the only transform of sort fields.
const transformIdentity = "identity"

// FirstPartitionID is the lowest id of a partition field.
const FirstPartitionID = 1000

// The orders of a sort field.
const (
	Ascending  = "asc"
	Descending = "desc"
	NullsFirst = "nulls-first"
	NullsLast  = "nulls-last"
)

// Layout resolves the names with which a table is declared against its schema: the schema with its row key (whose columns become
// required), the partition spec and the sort order. If no column has an id yet, all get fresh ones. partitionBy takes "name", "day(name)",
// "bucket(16, name)"; sortBy "name", "name desc", "name asc nulls last"; a name may stand in double quotes. Errors are ErrSchema.
func Layout(schema Schema, partitionBy, sortBy, key []string) (Schema, PartitionSpec, SortOrder, error) {
	l := &layout{schema: schema, lastPartition: FirstPartitionID - 1}
	l.schema.Fields = slices.Clone(schema.Fields)
	if highestID(schema.Fields) == 0 {
		l.schema.Fields, _ = AssignIDs(schema.Fields, 0)
	}
	err := l.resolve(partitionBy, sortBy, key)
	if err != nil {
		return Schema{}, PartitionSpec{}, SortOrder{}, err
	}
	return l.schema, l.spec, l.order, nil
}

type layout struct {
	schema Schema
	spec   PartitionSpec
	order  SortOrder

	specs         []PartitionSpec // that the table has had
	lastPartition int             // the highest id of their fields
}

func (l *layout) resolve(partitionBy, sortBy, key []string) error {
	if err := l.schema.CheckNames(); err != nil {
		return err
	}
	if err := checkTypes(l.schema.Fields); err != nil {
		return err
	}
	if err := l.key(key); err != nil {
		return err
	}
	if err := l.partition(partitionBy); err != nil {
		return err
	}
	return l.sort(sortBy)
}

// column finds the column that the use (a word like "partition") names, once.
func (l *layout) column(use, name string, used map[int]bool) (int, error) {
	i := indexByName(l.schema.Fields, name)
	if i < 0 {
		return 0, fmt.Errorf("%w: the %s column %q is not among the columns (%s)", ErrSchema, use, clip(name), l.names())
	}
	f := l.schema.Fields[i]
	if used[f.ID] {
		return 0, fmt.Errorf("%w: the %s column %q is named twice", ErrSchema, use, clip(name))
	}
	used[f.ID] = true
	if f.Type.Nested() {
		return 0, fmt.Errorf("%w: the %s column %q has type %s; only columns with single values can be used", ErrSchema, use, clip(name), clip(f.Type.String()))
	}
	return i, nil
}

func (l *layout) names() string {
	var names []string
	for _, f := range l.schema.Fields {
		if len(names) == 20 {
			names = append(names, "…")
			break
		}
		names = append(names, clip(f.Name))
	}
	return strings.Join(names, ", ")
}

func isFloat(t Type) bool { return t.Kind == Float || t.Kind == Double }

func (l *layout) exact(use, name string, used map[int]bool) (int, error) {
	i, err := l.column(use, name, used)
	if err == nil && isFloat(l.schema.Fields[i].Type) {
		err = fmt.Errorf("%w: the %s column %q has type %s, whose values do not compare exactly; use decimal", ErrSchema, use, clip(name), l.schema.Fields[i].Type)
	}
	return i, err
}

func (l *layout) key(names []string) error {
	used := make(map[int]bool)
	if len(names) > 0 {
		l.schema.IdentifierFieldIDs = nil
	}
	for _, name := range names {
		i, err := l.exact("key", name, used)
		if err != nil {
			return err
		}
		l.schema.Fields[i].Required = true
		l.schema.IdentifierFieldIDs = append(l.schema.IdentifierFieldIDs, l.schema.Fields[i].ID)
	}
	return nil
}

func (l *layout) sort(clauses []string) error {
	used := make(map[int]bool)
	for _, clause := range clauses {
		name, f, err := l.sortClause(clause)
		if err != nil {
			return err
		}
		i, err := l.column("sort", name, used)
		if err != nil {
			return err
		}
		f.SourceID = l.schema.Fields[i].ID
		l.order.ID = 1
		l.order.Fields = append(l.order.Fields, f)
	}
	return nil
}

// sortClause reads "name [asc|desc] [nulls first|last]". A clause that is the name of a column as it stands is just that.
func (l *layout) sortClause(clause string) (string, SortField, error) {
	f := SortField{Transform: transformIdentity, Direction: Ascending, NullOrder: NullsFirst}
	if indexByName(l.schema.Fields, clause) >= 0 {
		return clause, f, nil
	}
	name := strings.TrimSpace(clause)
	nulls := ""
	if rest, ok := cutWords(name, "nulls", "first"); ok {
		name, nulls = rest, NullsFirst
	} else if rest, ok := cutWords(name, "nulls", "last"); ok {
		name, nulls = rest, NullsLast
	}
	if rest, ok := cutWords(name, "asc"); ok {
		name = rest
	} else if rest, ok := cutWords(name, "desc"); ok {
		name, f.Direction, f.NullOrder = rest, Descending, NullsLast
	}
	if nulls != "" {
		f.NullOrder = nulls
	}
	if name = unquoteName(name); name == "" {
		return "", f, fmt.Errorf("%w: the sort column %q has no name", ErrSchema, clip(clause))
	}
	return name, f, nil
}

// cutWords cuts words, in any case, from the end of s, if there is more in s than them.
func cutWords(s string, words ...string) (string, bool) {
	rest := s
	for _, w := range slices.Backward(words) {
		cut := len(rest) - len(w)
		if cut < 2 || !strings.EqualFold(rest[cut:], w) || rest[cut-1] != ' ' && rest[cut-1] != '"' {
			return s, false
		}
		rest = strings.TrimRight(rest[:cut], " ")
	}
	return rest, true
}

func indexByName(fields []Field, name string) int {
	return slices.IndexFunc(fields, func(f Field) bool { return f.Name == name })
}

// indexByFold finds a name without regard to case.
func indexByFold(fields []Field, name string) int {
	return slices.IndexFunc(fields, func(f Field) bool { return foldName(f.Name) == foldName(name) })
}
