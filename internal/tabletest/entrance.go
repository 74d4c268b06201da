package tabletest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
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

// deltaCommit is a commit of a Delta log.
var deltaCommit = regexp.MustCompile(`^_delta_log/([0-9]{20})\.json$`)

// checkDelta checks that a commit that is there follows one of an earlier generation.
func (s *Store) checkDelta(key string) {
	m := deltaCommit.FindStringSubmatch(key)
	if m == nil {
		return
	}
	n, err := strconv.ParseInt(m[1], 10, 64)
	if err != nil || n == 0 {
		return // the first
	}
	before, after := s.deltaGeneration(n-1), s.deltaGeneration(n)
	if after > 0 && before >= after {
		s.t.Errorf("catalogs: delta commit %d of generation %d follows one of generation %d", n, after, before)
	}
}

// deltaGeneration is the generation in a commit's transaction, 0 if there is none.
func (s *Store) deltaGeneration(n int64) int64 {
	generation := int64(0)
	for line := range bytes.Lines(s.bytes(fmt.Sprintf("_delta_log/%020d.json", n))) {
		var action struct {
			Txn struct{ Version int64 }
		}
		if err := json.Unmarshal(line, &action); err != nil {
			s.t.Errorf("catalogs: delta commit %d: %v", n, err)
		}
		generation = max(generation, action.Txn.Version)
	}
	return generation
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
