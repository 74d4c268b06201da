package s3store_test

import (
	"testing"

	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/internal/objstore/s3store"
	"github.com/tablectl/tablectl/internal/objstore/storetest"
	"github.com/tablectl/tablectl/internal/testserver"
)

// smallParts makes a few megabytes several parts.
func smallParts(o *s3store.Options) { o.PartSize = 5 << 20 }

func TestConformance(t *testing.T) {
	testserver.Each(t, func(t *testing.T, server *testserver.Server) {
		open := func(t *testing.T) objstore.Store { return server.Open(t, smallParts) }
		storetest.Run(t, open, storetest.DigestETags(), storetest.Rounds(10))
	})
}
