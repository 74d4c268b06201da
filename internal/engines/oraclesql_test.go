//go:build engines

package engines

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tablectl/tablectl/internal/histories"
	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/table"
)

// Do is histories.Oracle: the step in SQL.
func (o *oracle) Do(s *histories.Step) {
	o.t.Helper()
	if s.Alter != nil {
		o.ask(nil, o.alter(s.Alter)...)
		return
	}
	var sql []string
	if s.Evolve {
		sql = o.evolve(s.Input)
	}
	all := "DELETE FROM t"
	switch {
	case s.Where != nil:
		sql = append(sql, all+" WHERE "+s.Where.String())
	case s.Mode == table.Replace:
		sql = append(sql, all, o.insert(s, "input"))
	case s.Mode == table.Append && s.Rerun:
		sql = append(sql, fmt.Sprintf("%s WHERE _run = '%s'", all, s.Run), o.insert(s, "input"))
	case s.Mode == table.Append:
		sql = append(sql, o.insert(s, "input"))
	case s.Mode == table.ReplacePartitions:
		sql = append(sql, all+" WHERE "+o.replaced(s), o.insert(s, "input"))
	case s.Mode == table.Upsert:
		sql = append(sql, o.upsert(s)...)
	default:
		sql = append(sql, fmt.Sprintf("%s WHERE EXISTS (SELECT 1 FROM input i WHERE %s)", all, o.match(o.key, "i")))
	}
	o.ask(s.Input, sql...)
}

// has says whether a column is one of the table's.
func (o *oracle) has(name string) bool {
	return slices.ContainsFunc(o.columns, func(f manifest.Field) bool { return f.Name == name })
}

// shared are the columns of an input that the table has.
func (o *oracle) shared(in *histories.Rows) []string {
	var out []string
	for _, f := range in.Columns {
		if o.has(f.Name) {
			out = append(out, f.Name)
		}
	}
	return out
}

func quote(names []string) string {
	var out []string
	for _, n := range names {
		out = append(out, histories.Quote(n))
	}
	return strings.Join(out, ", ")
}

func (o *oracle) insert(s *histories.Step, from string) string {
	names := quote(o.shared(s.Input))
	return fmt.Sprintf("INSERT INTO t (%s, _run) SELECT %s, '%s' FROM %s", names, names, s.Run, from)
}

// match says that a row of t and one of another table have the same values in some columns.
func (o *oracle) match(names []string, other string) string {
	var out []string
	for _, n := range names {
		out = append(out, fmt.Sprintf("t.%s IS NOT DISTINCT FROM %s.%s", histories.Quote(n), other, histories.Quote(n)))
	}
	return strings.Join(out, " AND ")
}

// replaced says which rows of t lie in the partitions that are replaced.
func (o *oracle) replaced(s *histories.Step) string {
	var given []string
	for _, p := range o.parts {
		if slices.ContainsFunc(s.Input.Columns, func(f manifest.Field) bool { return f.Name == p }) {
			given = append(given, o.match([]string{p}, "i"))
		} else {
			given = append(given, "t."+histories.Quote(p)+" IS NULL")
		}
	}
	out := fmt.Sprintf("EXISTS (SELECT 1 FROM input i WHERE %s)", strings.Join(given, " AND "))
	for _, c := range s.Stated {
		i := slices.IndexFunc(o.columns, func(f manifest.Field) bool { return f.Name == c.Column })
		name, t := histories.Quote(c.Column), o.columns[i].Type
		if c.Lo == nil {
			out += " OR " + name + " IS NULL"
			continue
		}
		out += fmt.Sprintf(" OR %s BETWEEN CAST(%s AS %s) AND CAST(%s AS %s)", name, histories.Literal(t, c.Lo), sqlType(t), histories.Literal(t, c.Hi), sqlType(t))
	}
	return out
}

// upsert is an upsert in single steps: which row of the input counts, whether its key is there, and what follows.
func (o *oracle) upsert(s *histories.Step) []string {
	u := s.Upsert
	order, gone := "_row DESC", "false"
	if u.OrderBy != "" {
		order = histories.Quote(u.OrderBy) + " DESC NULLS LAST, _row DESC"
	}
	if u.DeleteWhen != "" {
		gone = "coalesce(" + histories.Quote(u.DeleteWhen) + ", false)"
	}
	sql := []string{
		fmt.Sprintf("CREATE OR REPLACE TEMP TABLE w AS SELECT *, %s AS _gone FROM input QUALIFY row_number() OVER (PARTITION BY %s ORDER BY %s) = 1", gone, quote(o.key), order),
		fmt.Sprintf("CREATE OR REPLACE TEMP TABLE m AS SELECT *, EXISTS (SELECT 1 FROM t WHERE %s) AS _there FROM w", o.match(o.key, "w")),
		fmt.Sprintf("DELETE FROM t USING m WHERE m._gone AND %s", o.match(o.key, "m")),
	}
	if u.WhenMatched != "ignore" {
		// Not an UPDATE: DuckDB's does not write -0 where 0 is.
		var now []string
		shared := o.shared(s.Input)
		for _, f := range o.columns {
			from := "t"
			if slices.Contains(shared, f.Name) && (len(u.UpdateColumns) == 0 || slices.Contains(u.UpdateColumns, f.Name)) {
				from = "m"
			}
			now = append(now, from+"."+histories.Quote(f.Name))
		}
		sql = append(sql,
			fmt.Sprintf("CREATE OR REPLACE TEMP TABLE u AS SELECT %s, '' AS _run FROM t JOIN m ON NOT m._gone AND %s", strings.Join(now, ", "), o.match(o.key, "m")),
			fmt.Sprintf("DELETE FROM t USING m WHERE NOT m._gone AND %s", o.match(o.key, "m")),
			"INSERT INTO t SELECT * FROM u")
	}
	return append(sql, o.insert(s, "m WHERE NOT _there AND NOT _gone"))
}

// evolve takes the columns of an input into t.
func (o *oracle) evolve(in *histories.Rows) (sql []string) {
	for _, f := range in.Columns {
		i := slices.IndexFunc(o.columns, func(c manifest.Field) bool { return c.Name == f.Name })
		switch {
		case i < 0:
			sql = append(sql, o.add(f))
		case histories.Wider(o.columns[i].Type, f.Type):
			sql = append(sql, o.alter(manifest.WidenColumn{Name: f.Name, To: f.Type})...)
		}
	}
	return append(sql, o.order())
}

func (o *oracle) add(f manifest.Field) string {
	o.columns = append(o.columns, f)
	return fmt.Sprintf("ALTER TABLE t ADD COLUMN %s %s", histories.Quote(f.Name), sqlType(f.Type))
}

// order puts the columns of t into their order, with the run last.
func (o *oracle) order() string {
	var names []string
	for _, f := range o.columns {
		names = append(names, f.Name)
	}
	return fmt.Sprintf("CREATE OR REPLACE TABLE t AS SELECT %s, _run FROM t", quote(names))
}

func (o *oracle) alter(c manifest.Change) []string {
	rename := func(names []string, from, to string) {
		if i := slices.Index(names, from); i >= 0 {
			names[i] = to
		}
	}
	at := func(name string) int {
		return slices.IndexFunc(o.columns, func(f manifest.Field) bool { return f.Name == name })
	}
	switch c := c.(type) {
	case manifest.AddColumns:
		var sql []string
		for _, f := range c.Columns {
			sql = append(sql, o.add(f))
		}
		return append(sql, o.order())
	case manifest.RenameColumn:
		o.columns[at(c.Name)].Name = c.To
		rename(o.key, c.Name, c.To)
		rename(o.parts, c.Name, c.To)
		return []string{fmt.Sprintf("ALTER TABLE t RENAME COLUMN %s TO %s", histories.Quote(c.Name), histories.Quote(c.To))}
	case manifest.DropColumns:
		var sql []string
		for _, n := range c.Names {
			i := at(n)
			o.columns = slices.Delete(o.columns, i, i+1)
			sql = append(sql, "ALTER TABLE t DROP COLUMN "+histories.Quote(n))
		}
		return sql
	case manifest.WidenColumn:
		o.columns[at(c.Name)].Type = c.To
		return []string{fmt.Sprintf("ALTER TABLE t ALTER COLUMN %s TYPE %s", histories.Quote(c.Name), sqlType(c.To))}
	}
	return []string{"SELECT 1"} // what does not change rows
}
