package catalog

import (
	"fmt"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/glue/types"

	"github.com/tablectl/tablectl/manifest"
)

// Our marks in the parameters of a Glue table.
const (
	glueGeneration = "tablectl.generation"
	glueVersion    = "tablectl.version"
	glueUUID       = "tablectl.table"
	glueCatalog    = "tablectl.catalog"
)

// state is what the Glue table shows; nil is none.
func (g glueTable) state(t Target, there *types.Table) State {
	way := g.way()
	if there == nil {
		return State{Behind: way.due(t) > 0}
	}
	foreign := func(format string, a ...any) State {
		return State{Behind: true, Foreign: []string{fmt.Sprintf("the Glue table %s.%s ", g.c.Database, g.c.Table) + fmt.Sprintf(format, a...)}}
	}
	p := there.Parameters
	generation, err1 := strconv.ParseInt(p[glueGeneration], 10, 64)
	version, err2 := strconv.ParseInt(p[glueVersion], 10, 64)
	switch {
	case p[glueUUID] == "":
		return foreign("is owned by something else: it has no mark of tablectl")
	case p[glueUUID] != t.Manifest.TableUUID:
		return foreign("is owned by something else: by the table %.40q", p[glueUUID])
	case p[glueCatalog] != g.c.Name:
		return foreign("is of this table's catalog %.64q", p[glueCatalog])
	case err1 != nil || err2 != nil:
		return foreign("has a mark that tablectl did not write: generation %.40q, version %.40q", p[glueGeneration], p[glueVersion])
	}
	root, ours := way.root(t, there, generation, manifest.Version(version))
	switch {
	case !ours:
		return foreign("has %s, which tablectl did not write: something else has changed the table there", way.points(there))
	case root != t.URL && generation > t.Manifest.Tablectl.Generation:
		return foreign("shows the table at %s, which is further than this one", root)
	}
	return State{Generation: generation, Version: manifest.Version(version), Behind: generation < way.due(t) || root != t.URL}
}
