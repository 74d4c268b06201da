package storetest

import (
	"context"
	"maps"
	"strings"
	"sync"
	"testing"

	"github.com/tablectl/tablectl/internal/objstore"
)

// copyOptions are those for a source with this content.
func copyOptions(content string) objstore.CopyOptions {
	body := objstore.BytesBody([]byte(content))
	return objstore.CopyOptions{Size: body.Size, CRC64NVME: body.CRC64NVME}
}

// copies: the bytes are there under both keys, whatever the keys look like, and each lives its own life.
func (*suite) copies(t *testing.T, s objstore.Store) {
	for from, content := range map[string]string{
		"version=1/d=2026-01-01/part-00000-0123456789abcdef.parquet": "PAR1",
		"version=1/odd +%25 ünïcode&x":                               strings.Repeat("0123456789", 100_000),
		"version=1/empty":                                            "",
	} {
		to := strings.Replace(from, "version=1/", "version=2/", 1)
		put(t, s, from, content, objstore.PutOptions{})
		info, err := s.Copy(t.Context(), from, to, copyOptions(content))
		if err != nil {
			t.Fatalf("copy %s: %v", from, err)
		}
		checkInfo(t, "copy", info, to, content)
		if got := holds(t, s, to, content); got.ETag != info.ETag {
			t.Errorf("ETag of copy %s, of get %s", info.ETag, got.ETag)
		}
		head, err := s.Head(t.Context(), from)
		if err != nil {
			t.Fatal(err)
		}
		if copied, err := s.Head(t.Context(), to); err != nil || (copied.CRC64NVME == nil) != (head.CRC64NVME == nil) {
			t.Errorf("the copy of an object with the checksum %v has %v, %v", head.CRC64NVME, copied.CRC64NVME, err)
		}
		put(t, s, from, "replaced", objstore.PutOptions{})
		holds(t, s, to, content)
		if err := s.Delete(t.Context(), from); err != nil {
			t.Fatal(err)
		}
		holds(t, s, to, content)
	}
}

// copyCreateOnly: nothing is overwritten, also not with the same bytes.
func (*suite) copyCreateOnly(t *testing.T, s objstore.Store) {
	put(t, s, "a/from", "new", objstore.PutOptions{})
	for key, content := range map[string]string{"b/other": "old", "b/same": "new", "b/empty": ""} {
		before := put(t, s, key, content, objstore.PutOptions{})
		_, err := s.Copy(t.Context(), "a/from", key, copyOptions("new"))
		fails(t, err, objstore.ErrPrecondition)
		if after := holds(t, s, key, content); after.ETag != before.ETag {
			t.Errorf("%s: ETag %s became %s", key, before.ETag, after.ETag)
		}
	}
	_, err := s.Copy(t.Context(), "a/from", "a/from", copyOptions("new"))
	fails(t, err, objstore.ErrPrecondition)
}

func (*suite) copyMissing(t *testing.T, s objstore.Store) {
	put(t, s, "there/too.txt", "x", objstore.PutOptions{})
	for _, key := range []string{"none", "there", "there/too.txt/below"} {
		_, err := s.Copy(t.Context(), key, "to", copyOptions("x"))
		fails(t, err, objstore.ErrNotFound)
		absent(t, s, "to")
	}
	for _, keys := range [][2]string{{"", "to"}, {"../there/too.txt", "to"}, {"there/too.txt", "a//b"}, {"there/too.txt", "../to"}} {
		_, err := s.Copy(t.Context(), keys[0], keys[1], copyOptions("x"))
		fails(t, err, objstore.ErrInvalidKey)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := s.Copy(ctx, "there/too.txt", "to", copyOptions("x"))
	fails(t, err, context.Canceled)
	absent(t, s, "to")
}

// copyMultipart: as copies of more than 5 GiB travel.
func (*suite) copyMultipart(t *testing.T, s objstore.Store) {
	content := string(pattern(several))
	put(t, s, "big", content, objstore.PutOptions{ForceMultipart: true})
	o := copyOptions(content)
	o.ForceMultipart = true
	info, err := s.Copy(t.Context(), "big", "copy", o)
	if err != nil {
		t.Fatal(err)
	}
	checkInfo(t, "copy", info, "copy", content)
	holds(t, s, "copy", content)
	put(t, s, "taken", "old", objstore.PutOptions{})
	_, err = s.Copy(t.Context(), "big", "taken", o)
	fails(t, err, objstore.ErrPrecondition)
	holds(t, s, "taken", "old")
}

// copyMetadata comes along.
func (*suite) copyMetadata(t *testing.T, s objstore.Store) {
	want := map[string]string{"tablectl-generation": "41"}
	if _, err := s.Put(t.Context(), "from", objstore.BytesBody([]byte("x")), objstore.PutOptions{Metadata: want}); err != nil {
		fails(t, err, objstore.ErrUnsupported)
		return
	}
	info, err := s.Copy(t.Context(), "from", "to", copyOptions("x"))
	if err != nil || !maps.Equal(info.Metadata, want) {
		t.Errorf("copied with metadata %v, %v", info.Metadata, err)
	}
}

// copyRace lets many copy the same object to the same key, as CopyImmutable does: all end well, and the bytes are there.
func (u *suite) copyRace(t *testing.T, s objstore.Store) {
	for range max(1, u.rounds/4) {
		put(t, s, "from", "bytes", objstore.PutOptions{})
		errs := make([]error, writers)
		var all sync.WaitGroup
		for i := range writers {
			all.Go(func() { _, errs[i] = objstore.CopyImmutable(t.Context(), s, "from", "to", copyOptions("bytes")) })
		}
		all.Wait()
		for i, err := range errs {
			if err != nil {
				t.Fatalf("copier %d: %v", i, err)
			}
		}
		holds(t, s, "to", "bytes")
		if err := s.Delete(t.Context(), "to"); err != nil {
			t.Fatal(err)
		}
	}
}
