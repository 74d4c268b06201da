package histories

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/tablectl/tablectl/internal/objstore/faultstore"
	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/table"
)

// drawer draws the steps of a history.
type drawer struct {
	r       *rand.Rand
	parquet bool // somebody can write Parquet files
	names   int
	runs    int
}

// kinds are the types of columns.
func kinds() []manifest.Type {
	return []manifest.Type{
		{Kind: manifest.Int}, {Kind: manifest.Long}, {Kind: manifest.Float}, {Kind: manifest.Double}, {Kind: manifest.Decimal, Precision: 7, Scale: 2},
		{Kind: manifest.Decimal, Precision: 18, Scale: 4}, {Kind: manifest.Decimal, Precision: 38, Scale: 10}, {Kind: manifest.Date}, {Kind: manifest.Timestamp},
		{Kind: manifest.TimestampTZ}, {Kind: manifest.String}, {Kind: manifest.Binary}, {Kind: manifest.Boolean},
	}
}

func (d *drawer) chance(percent int) bool { return d.r.IntN(100) < percent }

func (d *drawer) one(names []string) string { return names[d.r.IntN(len(names))] }

// column is a new column, with a name that none ever had.
func (d *drawer) column(allowed func(manifest.Type) bool) manifest.Field {
	d.names++
	for {
		t := kinds()[d.r.IntN(len(kinds()))]
		if allowed(t) {
			return manifest.Field{Name: fmt.Sprintf(d.one([]string{"c%d", "größe %d", "c_%d"}), d.names), Type: t}
		}
	}
}

func anyType(manifest.Type) bool { return true }

// exact are types whose values are equal only if they are the same: those of keys.
func exact(t manifest.Type) bool { return t.Kind != manifest.Float && t.Kind != manifest.Double }

// splitting are types of partition columns.
func splitting(t manifest.Type) bool { return exact(t) && t.Kind != manifest.Binary }

// table is a new table without rows.
func (d *drawer) table() *Model {
	m := &Model{rewrote: map[string]bool{}}
	if d.chance(75) {
		for range 1 + d.r.IntN(2) {
			f := d.column(func(t manifest.Type) bool { return exact(t) && t.Kind != manifest.Boolean })
			f.Required = true
			m.Columns, m.key = append(m.Columns, f), append(m.key, f.Name)
		}
	}
	if d.chance(65) {
		decimals := 0
		for range 1 + d.r.IntN(2) {
			f := d.column(func(t manifest.Type) bool { return splitting(t) && (t.Kind != manifest.Decimal || decimals == 0) })
			if f.Type.Kind == manifest.Decimal {
				decimals++ // two of them have one Avro name in Iceberg's manifests, and a table with them is refused
			}
			m.Columns, m.parts = append(m.Columns, f), append(m.parts, f.Name)
		}
		if len(m.key) > 0 && d.chance(20) && splitting(m.Columns[0].Type) {
			m.parts = m.key[:1]
		}
	}
	for range 2 + d.r.IntN(5) {
		m.Columns = append(m.Columns, d.column(anyType))
	}
	d.r.Shuffle(len(m.Columns), func(i, j int) { m.Columns[i], m.Columns[j] = m.Columns[j], m.Columns[i] })
	if d.chance(30) {
		m.sort = []string{m.Columns[d.r.IntN(len(m.Columns))].Name}
	}
	return m
}

// layout is how the table's versions hold their files.
func (d *drawer) layout() string {
	if d.chance(40) {
		return manifest.LayoutSelfContained
	}
	return manifest.LayoutShared
}

// step is the next step on a table.
func (d *drawer) step(m *Model, old []done) *Step {
	s := d.plain(m, old)
	if s.Rollback != 0 || s.Alter != nil {
		d.fault(s, 12)
		return s
	}
	switch n := d.r.IntN(100); {
	case n < 30:
		d.fault(s, 45)
	case n < 45:
		for s.Between == nil {
			if b := d.plain(m, old); b.Alter == nil && b.Run != s.Run && (b.Rollback == 0 || sameColumns(m, old, b.Rollback)) && !b.Evolve && !s.Evolve {
				s.Between = b
			} else if s.Evolve {
				break
			}
		}
		s.Request = 1 + d.r.IntN(45)
	}
	s.Planned = s.Between == nil && s.As != "reader" && !s.Rerun && d.chance(25)
	return s
}

// fault lets something happen to one of so many requests.
func (d *drawer) fault(s *Step, requests int) {
	all := faultstore.Kinds()
	s.Fault, s.Request = faultstore.Fault{Do: all[d.r.IntN(len(all))]}, 1+d.r.IntN(requests)
	if d.chance(60) {
		s.Fault.Do = []faultstore.Kind{faultstore.KillBefore, faultstore.KillAfter}[d.r.IntN(2)]
	}
	s.Abandon = d.chance(20) && s.Fault.Do != faultstore.Late
}

// plain is a step that nothing comes between.
func (d *drawer) plain(m *Model, old []done) *Step {
	for {
		switch n := d.r.IntN(100); {
		case n < 8:
			return d.publish(m, table.Replace)
		case n < 26:
			return d.publish(m, table.Append)
		case n < 45 && len(m.parts) > 0:
			return d.replacePartitions(m)
		case n < 66 && len(m.key) > 0:
			return d.upsert(m)
		case n < 74 && len(m.key) > 0:
			return d.deleteKeys(m)
		case n < 80:
			d.runs++
			return &Step{Run: fmt.Sprintf("run-%d", d.runs), Mode: table.Delete, Where: d.condition(m, 2)}
		case n < 88:
			return d.alteration(m)
		case n < 94 && len(old) > 1:
			at := old[d.r.IntN(len(old))]
			s := &Step{Rollback: at.version}
			if d.chance(30) {
				s.Tag = fmt.Sprintf("tag-%d", at.version)
			}
			return s
		case n >= 94:
			if s := d.rerun(m, old); s != nil {
				return s
			}
		}
	}
}

// publish is a publish of rows of which nothing else is to be said.
func (d *drawer) publish(m *Model, mode table.Mode) *Step {
	d.runs++
	s := &Step{Run: fmt.Sprintf("run-%d", d.runs), Mode: mode}
	d.input(m, s, slices.Clone(m.Columns))
	return s
}

// rerun is an append with the id of one before.
func (d *drawer) rerun(m *Model, old []done) *Step {
	var runs []string
	for _, o := range old {
		if o.step.Mode == table.Append {
			runs = append(runs, o.step.Run)
		}
	}
	if len(runs) == 0 {
		return nil
	}
	s := d.publish(m, table.Append)
	s.Run, s.Rerun = d.one(runs), true
	return s
}

func sameColumns(m *Model, old []done, v manifest.Version) bool {
	for _, o := range old {
		if o.version == v {
			return slices.EqualFunc(m.Columns, o.model.Columns, func(a, b manifest.Field) bool { return a.Name == b.Name && a.Type.Equal(b.Type) }) &&
				slices.Equal(m.sort, o.model.sort)
		}
	}
	return false
}
