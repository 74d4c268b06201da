package catalog

import (
	"context"
	"testing"

	"github.com/tablectl/tablectl/internal/gluefake"
	"github.com/tablectl/tablectl/manifest"
)

// fakeGlue is a Glue in memory, and the entrances that show a table there as "flights".
type fakeGlue struct{ *gluefake.Glue }

func newFakeGlue(t *testing.T) *fakeGlue { return &fakeGlue{gluefake.New(t)} }

func (f *fakeGlue) entrance(as string) glueTable {
	c := manifest.Catalog{Name: "glue", Kind: manifest.CatalogGlue, As: as, Database: gluefake.Database, Table: "flights"}
	if as == manifest.AsView {
		c.Over = "ice"
	}
	return f.of(c)
}

func (f *fakeGlue) of(c manifest.Catalog) glueTable {
	return glueTable{c, func(context.Context, Target, manifest.Catalog) (glueAPI, error) { return f, nil }}
}
