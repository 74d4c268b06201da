package catalog

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
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

// The parameters by which engines know an Iceberg table (apache/iceberg, BaseMetastoreTableOperations).
const (
	glueTableType = "table_type"
	glueMetadata  = "metadata_location"
	gluePrevious  = "previous_metadata_location"
)

// state is what the Glue table shows; nil is none.
func (g glueTable) state(t Target, there *types.Table) State {
	if there == nil {
		return State{Behind: g.due(t) > 0}
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
	root, ours := g.root(there, generation)
	switch {
	case !ours:
		return foreign("has %s, which tablectl did not write: something else has changed the table there", g.points(there))
	case root != t.URL && generation > t.Manifest.Tablectl.Generation:
		return foreign("shows the table at %s, which is further than this one", root)
	}
	return State{Generation: generation, Version: manifest.Version(version), Behind: generation < g.due(t) || root != t.URL}
}

// due is the generation from which on the Glue table is current, 0 if there need not be one.
func (g glueTable) due(t Target) int64 {
	if g.c.As == manifest.AsIceberg {
		return t.Manifest.Shown()
	}
	if t.Snapshot == nil {
		return 0
	}
	return t.Manifest.Pointed()
}

// root is the table root that the Glue table points into; false if it does not point where tablectl makes it point. A table that was
// moved has another one.
func (g glueTable) root(there *types.Table, generation int64) (root string, ours bool) {
	if g.c.As == manifest.AsIceberg {
		root, ours = strings.CutSuffix(there.Parameters[glueMetadata], "/"+CopyKey(generation))
		return root, ours && strings.EqualFold(there.Parameters[glueTableType], "iceberg")
	}
	location := ""
	if d := there.StorageDescriptor; d != nil && aws.ToString(d.InputFormat) == symlinkInput {
		location = strings.TrimSuffix(aws.ToString(d.Location), "/")
	}
	return strings.CutSuffix(location, "/"+strings.TrimSuffix(SymlinkPrefix, "/"))
}

// points says where the Glue table points, for a person.
func (g glueTable) points(there *types.Table) string {
	if g.c.As == manifest.AsIceberg {
		return fmt.Sprintf("%s %.300q", glueMetadata, there.Parameters[glueMetadata])
	}
	d := there.StorageDescriptor
	if d == nil {
		return "no location"
	}
	return fmt.Sprintf("location %.300q, input format %.100q", aws.ToString(d.Location), aws.ToString(d.InputFormat))
}
