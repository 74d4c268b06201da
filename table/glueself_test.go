package table

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/tablectl/tablectl/internal/gluefake"
	"github.com/tablectl/tablectl/manifest"
)

// TestGlueShowsDirectory: what Glue shows as the directory of a version, or as its partitions, follows whatever makes the version; a value
// that no template can express leaves the projection where it was, and only that.
func TestGlueShowsDirectory(t *testing.T) {
	w := newWorld(t, inputsDir(t))
	w.glue = gluefake.New(t)
	back := func() {
		t.Helper()
		if _, err := w.table().Rollback(context.Background(), RollbackOptions{To: "2"}); err != nil {
			t.Fatal(err)
		}
	}
	w.mustPublish("id,city,amount\n1,Oslo,1\n2,Bern,1\n", PublishOptions{Definition: glueDefinition()})
	w.catalogsShow()
	w.mustPublish("id,city,amount\n3,Oslo,1\n", PublishOptions{Mode: Append})
	w.catalogsShow()
	w.mustPublish("id,city,amount\n3,Bern,1\n", PublishOptions{Mode: Upsert})
	w.catalogsShow()
	back()
	w.catalogsShow()

	var behind *BehindError
	_, err := w.publishText("id,city,amount\n9,New York,1\n", PublishOptions{Mode: Append})
	if !errors.As(err, &behind) || !strings.Contains(err.Error(), "New York") {
		t.Fatalf("a value with a space: %v", err)
	}
	for _, c := range behind.Catalogs {
		if c.Current() != (c.Catalog.As != manifest.AsProjection) {
			t.Errorf("%s: %+v", c.Catalog.Name, c)
		}
	}

	// An upsert that is merged twice leaves files of the first time, and does not publish into their prefix.
	back()
	again := mergingAgain("id,city,amount\n2,Oslo,2\n", "id,city,amount\n2,Oslo,200\n3,Oslo,3\n")(w)
	if err := again(context.Background(), w.table()); err != nil {
		t.Fatal(err)
	}
	w.catalogsShow()
}
