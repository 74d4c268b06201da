package table

import (
	"context"
	"errors"
	"fmt"

	"github.com/tablectl/tablectl/catalog"
	"github.com/tablectl/tablectl/internal/objstore/s3store"
)

// SQL is what to type into an engine (catalog.Engines) to read the table: the current version, whatever it is
// then, or with ref the version, tag or time that it names. It holds no credentials.
func (t *Table) SQL(ctx context.Context, engine, ref string) (string, error) {
	h, err := t.head(ctx)
	if err != nil {
		return "", err
	}
	var o catalog.SQLOptions
	if s3, ok := t.store.(*s3store.Store); ok {
		a := s3.Access()
		o.Endpoint, o.Region, o.PathStyle = a.Endpoint, a.Region, a.PathStyle
	}
	if _, tag := h.m.Tag(ref); tag {
		o.Tag = ref
	} else if ref != "" && ref != "current" {
		if o.Version, err = t.resolve(h.m, ref); err != nil {
			return "", err
		}
	}
	text, err := catalog.SQL(engine, t.URL(), h.m, o)
	if errors.Is(err, catalog.ErrEngine) || errors.Is(err, catalog.ErrNoCatalog) {
		err = fmt.Errorf("%w: %w", ErrUsage, err)
	}
	return text, err
}
