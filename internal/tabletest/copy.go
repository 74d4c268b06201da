package tabletest

import (
	"bytes"
	"context"

	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/manifest"
)

// Copy checks that only data files are copied, to keys of the grammar, that nothing is overwritten, and that what is there afterwards is
// what was copied: whatever the caller is told.
func (s *Store) Copy(ctx context.Context, from, to string, o objstore.CopyOptions) (objstore.Info, error) {
	for _, key := range []string{from, to} {
		if err := manifest.CheckDataKey(key); err != nil {
			s.t.Errorf("key grammar: copy %q to %q: %v", from, to, err)
		}
	}
	before := s.bytes(to)
	info, err := s.inner.Copy(ctx, from, to, o)
	after := s.bytes(to)
	if before != nil && !bytes.Equal(before, after) {
		s.t.Errorf("invariant 6: %q was overwritten by a copy", to)
	}
	if err == nil && !bytes.Equal(s.bytes(from), after) {
		s.t.Errorf("%q is not a copy of %q", to, from)
	}
	return info, err
}
