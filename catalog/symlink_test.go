package catalog

import (
	"context"
	"crypto/md5" //nolint:gosec // what S3 makes ETags of
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/internal/objstore/faultstore"
	"github.com/tablectl/tablectl/internal/objstore/memstore"
	"github.com/tablectl/tablectl/manifest"
)

// linesOf are the lines of the object, sorted.
func linesOf(t *testing.T, s objstore.Store) []string {
	t.Helper()
	b, _, err := objstore.ReadAll(context.Background(), s, SymlinkKey, maxSmall)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(string(b), "\n"), "\n")
	slices.Sort(lines)
	return lines
}

func TestSymlink(t *testing.T) {
	s := memstore.New(memstore.Options{})
	targets := flips(t, s, 3, 3)
	if state := looked(t, symlink{}, targets[2]); !state.Behind || len(state.Foreign) > 0 {
		t.Errorf("before: %+v", state)
	}
	for i, version := range []int{1, 2, 1} {
		synced(t, symlink{}, targets[i])
		var want []string
		for n := range 3 {
			want = append(want, fmt.Sprintf("s3://memory/table/version=%d/part-%d.parquet", version, n))
		}
		if got := linesOf(t, s); !slices.Equal(got, want) {
			t.Errorf("flip %d: %q", i+1, got)
		}
	}
	stale := targets[0]
	stale.Force = true
	if state, err := (symlink{}).Sync(context.Background(), stale); err != nil || state.Behind || state.Generation != 3 || len(state.Foreign) > 0 {
		t.Errorf("sync to an earlier flip: %+v, %v", state, err)
	}
	remove(t, s, SymlinkKey)
	if state := looked(t, symlink{}, targets[2]); !state.Behind {
		t.Errorf("the object is gone: %+v", state)
	}
	synced(t, symlink{}, targets[2])
}

// Engines refuse a blank line, so a version without files has an empty object; a table without a version has none.
func TestSymlinkOfNothing(t *testing.T) {
	s := memstore.New(memstore.Options{})
	target := flips(t, s, 1, 0)[0]
	none := target
	none.Snapshot = nil
	if state, err := (symlink{}).Sync(context.Background(), none); err != nil || state.Behind {
		t.Errorf("%+v, %v", state, err)
	}
	if _, err := s.Head(context.Background(), SymlinkKey); !errors.Is(err, objstore.ErrNotFound) {
		t.Errorf("an object without a version: %v", err)
	}
	synced(t, symlink{}, target)
	if info, err := s.Head(context.Background(), SymlinkKey); err != nil || info.Size != 0 {
		t.Errorf("%d bytes, %v", info.Size, err)
	}
}

func TestForeignSymlink(t *testing.T) {
	ctx := context.Background()
	ours := map[string]string{metaGeneration: "2", metaVersion: "1", metaTable: tableUUID}
	with := func(key, value string) map[string]string {
		out := map[string]string{metaGeneration: ours[metaGeneration], metaVersion: ours[metaVersion], metaTable: ours[metaTable]}
		out[key] = value
		return out
	}
	for name, metadata := range map[string]map[string]string{
		"nothing beside it": nil, "another table's": with(metaTable, "1"+tableUUID[1:]), "a flip that never was": with(metaGeneration, "4"),
		"no generation": with(metaGeneration, "x"), "no version": with(metaVersion, ""),
	} {
		s := memstore.New(memstore.Options{})
		targets := flips(t, s, 3, 2)
		if _, err := s.Put(ctx, SymlinkKey, objstore.BytesBody([]byte("s3://elsewhere/x\n")), objstore.PutOptions{Metadata: metadata}); err != nil {
			t.Fatal(err)
		}
		if state := looked(t, symlink{}, targets[2]); !state.Behind || len(state.Foreign) != 1 {
			t.Errorf("%s: %+v", name, state)
		}
		if _, err := (symlink{}).Sync(ctx, targets[2]); !errors.Is(err, ErrForeign) {
			t.Errorf("%s, without force: %v", name, err)
		}
		if got := linesOf(t, s); got[0] != "s3://elsewhere/x" {
			t.Errorf("%s: overwritten without force", name)
		}
		forced := targets[2]
		forced.Force = true
		synced(t, symlink{}, forced)
		if got := linesOf(t, s); len(got) != 2 {
			t.Errorf("%s, with force: %q", name, got)
		}
	}
}

// Whatever else lies under the prefix is named, up to three; force does not remove it.
func TestSymlinkStrangers(t *testing.T) {
	s := memstore.New(memstore.Options{})
	target := flips(t, s, 1, 2)[0]
	target.Force = true
	for _, name := range []string{"a/manifest", "b", "manifest.old", "z"} {
		hand(t, s, SymlinkPrefix+name, nil)
	}
	state, err := symlink{}.Sync(context.Background(), target)
	if !errors.Is(err, ErrForeign) || len(state.Foreign) != 3 || state.Generation != 1 {
		t.Errorf("%+v, %v", state, err)
	}
	if state := looked(t, symlink{}, target); state.Behind || len(state.Foreign) != 3 {
		t.Errorf("%+v", state)
	}
	remove(t, s, "symlink/a/manifest", "symlink/b", "symlink/manifest.old", "symlink/z")
	synced(t, symlink{}, target)
}

func TestSymlinkOnS3Only(t *testing.T) {
	s := memstore.New(memstore.Options{})
	target := flips(t, s, 1, 2)[0]
	target.URL = "/var/table"
	if _, err := (symlink{}).Check(context.Background(), target); !errors.Is(err, ErrCannot) {
		t.Errorf("check: %v", err)
	}
	if _, err := (symlink{}).Sync(context.Background(), target); !errors.Is(err, ErrCannot) {
		t.Errorf("sync: %v", err)
	}
}

// Files that cannot be listed to the end are not shown in part.
func TestSymlinkOfHalfAList(t *testing.T) {
	s := memstore.New(memstore.Options{})
	target := flips(t, s, 1, 4)[0]
	broken := errors.New("broken")
	all := target.Files
	target.Files = func(ctx context.Context, sn *manifest.Snapshot, visit func(manifest.File) error) error {
		return errors.Join(all(ctx, sn, visit), broken)
	}
	if state, err := (symlink{}).Sync(context.Background(), target); !errors.Is(err, broken) || !state.Behind {
		t.Errorf("%+v, %v", state, err)
	}
	if _, err := s.Head(context.Background(), SymlinkKey); !errors.Is(err, objstore.ErrNotFound) {
		t.Errorf("an object: %v", err)
	}
}

// alike gives equal bytes equal ETags, as S3 does.
type alike struct {
	objstore.Store
	mu sync.Mutex
}

func (a *alike) etag(ctx context.Context, key string) (string, error) {
	b, _, err := objstore.ReadAll(ctx, a.Store, key, maxSmall)
	return fmt.Sprintf("\"%x\"", md5.Sum(b)), err //nolint:gosec // see above
}

// Sleep waits by the inner store's clock.
func (a *alike) Sleep(ctx context.Context, d time.Duration) error {
	return objstore.Sleep(ctx, a.Store, d)
}

// Head gives the ETag of the bytes.
func (a *alike) Head(ctx context.Context, key string) (objstore.Info, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	info, err := a.Store.Head(ctx, key)
	if err == nil {
		info.ETag, err = a.etag(ctx, key)
	}
	return info, err
}

// Put compares with the ETag of the bytes.
func (a *alike) Put(ctx context.Context, key string, body objstore.Body, o objstore.PutOptions) (objstore.Info, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if o.IfMatch != "" {
		etag, err := a.etag(ctx, key)
		if err != nil {
			return objstore.Info{}, err
		}
		if etag != o.IfMatch {
			return objstore.Info{}, &objstore.Error{Op: "put", Key: key, Kind: objstore.ErrPrecondition}
		}
		o.IfMatch = ""
	}
	return a.Store.Put(ctx, key, body, o)
}

// A write that is under way while the table is rolled back to the files that its writer saw is refused when it arrives: the same files
// in another order are other bytes. (Two files may have the same order again.)
func TestSymlinkABA(t *testing.T) {
	for files := 3; files <= 6; files++ {
		s := &alike{Store: memstore.New(memstore.Options{})}
		targets := flips(t, s, 4, files)
		synced(t, symlink{}, targets[0])
		slow := targets[1]
		puts := 0
		late := faultstore.New(s, faultstore.Options{Plan: func(r faultstore.Request) faultstore.Fault {
			if r.Op != "put" {
				return faultstore.Fault{}
			}
			if puts++; puts > 1 {
				return faultstore.Fault{Do: faultstore.KillBefore}
			}
			return faultstore.Fault{Do: faultstore.Late}
		}})
		slow.Store = late
		if _, err := (symlink{}).Sync(context.Background(), slow); err == nil {
			t.Fatal("the slow one was not slow")
		}
		synced(t, symlink{}, targets[2])
		want := linesOf(t, s)
		late.Deliver()
		if got := linesOf(t, s); !slices.Equal(got, want) {
			t.Errorf("%d files: a late write has shown %q", files, got)
		}
	}
}

// Each number up to the factorial of the count is an order of its own.
func TestShuffle(t *testing.T) {
	seen := map[string]bool{}
	for n := range int64(24) {
		lines := []string{"a", "b", "c", "d"}
		shuffle(lines, n)
		seen[strings.Join(lines, "")] = true
		if slices.Sort(lines); strings.Join(lines, "") != "abcd" {
			t.Errorf("order %d lost lines: %q", n, lines)
		}
	}
	if len(seen) != 24 {
		t.Errorf("%d orders of 24", len(seen))
	}
}
