package tabletest

import (
	"context"
	"regexp"
	"strconv"

	"github.com/tablectl/tablectl/catalog"
	"github.com/tablectl/tablectl/internal/objstore"
)

// derived are the create-only objects of catalogs, whose keys are not of the table's own grammar.
var derived = regexp.MustCompile(`^_iceberg/metadata/v[0-9]+\.metadata\.json$|^_delta_log/[0-9]{20}(\.checkpoint\.parquet|\.json)$`)

// pointers are the mutable objects of catalogs: what generation each shows.
var pointers = map[string]func(objstore.Info, []byte) string{
	catalog.HintKey:               func(_ objstore.Info, b []byte) string { return string(b) },
	catalog.SymlinkKey:            func(i objstore.Info, _ []byte) string { return i.Metadata["tablectl-generation"] },
	"_delta_log/_last_checkpoint": nil, // a hint that may go back: readers list from there on
}

// putPointer checks that a catalog's object is written under a condition and never turned back.
func (s *Store) putPointer(ctx context.Context, key string, body objstore.Body, o objstore.PutOptions) (objstore.Info, error) {
	shown := pointers[key]
	if shown == nil {
		return s.inner.Put(ctx, key, body, o)
	}
	if (o.IfMatch == "") == !o.IfNoneMatch {
		s.t.Errorf("catalogs: %s is written without a condition: %+v", key, o)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.generation(key, shown)
	info, err := s.inner.Put(ctx, key, body, o)
	if after := s.generation(key, shown); after < before {
		s.t.Errorf("catalogs: %s went back from generation %d to %d", key, before, after)
	}
	return info, err
}

// generation is what a pointer shows, 0 for nothing or for what is none of ours.
func (s *Store) generation(key string, shown func(objstore.Info, []byte) string) int64 {
	info, err := s.inner.Head(context.Background(), key)
	if err != nil {
		return 0
	}
	n, err := strconv.ParseInt(shown(info, s.bytes(key)), 10, 64)
	if err != nil {
		return 0
	}
	return n
}
