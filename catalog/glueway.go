package catalog

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/glue/types"

	"github.com/tablectl/tablectl/manifest"
)

// glueWay is how a Glue table shows the files.
type glueWay interface {
	// check says, before the catalog is added, what keeps the table from being shown so (ErrCannot), and what a person should know.
	check(ctx context.Context, t Target) (notes []string, err error)
	// due is the generation from which on the Glue table is current, 0 if there need not be one.
	due(t Target) int64
	// prepare puts what the Glue table will point at, and gives what makes it point there: a table whose common properties are set
	// already, and whose properties of other ways are gone. ErrCannot if the current version cannot be shown so.
	prepare(ctx context.Context, t Target) (define func(*types.TableInput), err error)
	// root is the table root that the Glue table points into, for the generation and version that it says it shows; false if it does
	// not point where tablectl makes it point. A table that was moved has another root.
	root(t Target, there *types.Table, generation int64, version manifest.Version) (root string, ours bool)
	// points says where the Glue table points, for a person.
	points(there *types.Table) string
}

// way is that of the catalog; the manifest takes no other than these (manifest.AsKinds).
func (g glueTable) way() glueWay {
	switch g.c.As {
	case manifest.AsIceberg:
		return glueIceberg{}
	case manifest.AsSymlink:
		return glueSymlink{}
	case manifest.AsLocation:
		return glueLocation{}
	case manifest.AsProjection:
		return glueProjection{}
	}
	return glueView{g}
}

// pointed is due for ways that show the current version only.
func pointed(t Target) int64 {
	if t.Snapshot == nil {
		return 0
	}
	return t.Manifest.Pointed()
}
