package catalog

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tablectl/tablectl/manifest"
)

// naming finds out whether the files of the current version can be read by its columns' names and types. A file has those of the
// version that wrote it.
type naming struct {
	m       *manifest.Manifest
	reader  string // who finds columns so
	widens  bool   // it reads a column whose type was widened since
	schema  manifest.Schema
	checked map[manifest.Version]error
}

func newNaming(t Target, reader string) *naming {
	return &naming{m: t.Manifest, reader: reader, schema: t.Snapshot.Schema, checked: map[manifest.Version]error{}}
}

// check is ErrCannot, with the column, for a file that cannot be read so.
func (n *naming) check(f manifest.File) error {
	v := f.AddedBy.Version
	err, known := n.checked[v]
	if !known {
		err = n.version(v)
		n.checked[v] = err
	}
	return err
}

// version compares with the schema of a version, or, if that is not live any more and so not known, with all that there were.
func (n *naming) version(v manifest.Version) error {
	schemas := n.m.Schemas
	if s, known := n.written(v); known {
		schemas = []manifest.Schema{s}
	}
	for _, s := range schemas {
		if err := sameNames("", n.schema.Fields, s.Fields, n.widens); err != nil {
			return fmt.Errorf("%w by %s, which finds columns by name: %w in files of version %d; a publish that replaces all rows writes them anew", ErrCannot, n.reader, err, v)
		}
	}
	return nil
}

// written is the schema of the files that a live version wrote.
func (n *naming) written(v manifest.Version) (manifest.Schema, bool) {
	e, live := n.m.Live(v)
	i := slices.IndexFunc(n.m.Schemas, func(s manifest.Schema) bool { return live && s.ID == e.SchemaID })
	if i < 0 {
		return manifest.Schema{}, false
	}
	return n.m.Schemas[i], true
}

// lacks says whether a file is known not to have a column: it was added later.
func (n *naming) lacks(f manifest.File, column manifest.Field) bool {
	s, known := n.written(f.AddedBy.Version)
	return known && !slices.ContainsFunc(s.Fields, func(g manifest.Field) bool { return g.ID == column.ID })
}

// sameNames says of the first field that is not what it is called now, or, unless it may be widened, has another type what it is then.
func sameNames(path string, now, then []manifest.Field, widens bool) error {
	for _, f := range now {
		for _, g := range then {
			switch name := path + f.Name; {
			case f.ID == g.ID && f.Name != g.Name:
				return fmt.Errorf("column %s is called %s", name, path+g.Name)
			case f.ID != g.ID && strings.EqualFold(f.Name, g.Name):
				return fmt.Errorf("column %s is another one", name)
			case f.ID != g.ID:
				continue
			case !widens && (f.Type.Kind != g.Type.Kind || f.Type.Precision != g.Type.Precision || f.Type.Scale != g.Type.Scale):
				return fmt.Errorf("column %s is %s", name, g.Type)
			default:
				if err := sameNames(name+".", f.Type.Fields, g.Type.Fields, widens); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
