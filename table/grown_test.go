package table

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/tablectl/tablectl/catalog"
	"github.com/tablectl/tablectl/internal/manyfiles"
	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/internal/objstore/memstore"
	"github.com/tablectl/tablectl/manifest"
)

// tally counts what is read and written, by the kind of object.
type tally struct {
	objstore.Store
	mu          sync.Mutex
	gets, puts  map[string]int
	read, wrote int64
}

func counted(s objstore.Store) *tally {
	return &tally{Store: s, gets: map[string]int{}, puts: map[string]int{}}
}

func kindOf(key string) string {
	for _, kind := range []string{"_lists", "_iceberg", "_snapshot", "_manifest", "_tablectl"} {
		if strings.Contains(key, kind) {
			return kind
		}
	}
	return "data"
}

func (s *tally) Get(ctx context.Context, key string, o objstore.GetOptions) (*objstore.Object, error) {
	out, err := s.Store.Get(ctx, key, o)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gets[kindOf(key)]++
	if out != nil {
		s.read += out.Size
	}
	return out, err
}

func (s *tally) Put(ctx context.Context, key string, b objstore.Body, o objstore.PutOptions) (objstore.Info, error) {
	s.mu.Lock()
	s.puts[kindOf(key)]++
	s.wrote += b.Size
	s.mu.Unlock()
	return s.Store.Put(ctx, key, b, o)
}

// grown is a table of many files, which are not there.
func grown(t testing.TB, files, partitions int) *memstore.Store {
	t.Helper()
	mem := memstore.New(memstore.Options{})
	if err := manyfiles.Make(context.Background(), mem, files, partitions); err != nil {
		t.Fatal(err)
	}
	return mem
}

func openOn(t testing.TB, s objstore.Store) *Table {
	t.Helper()
	tab, err := Open(context.Background(), "", Options{Store: s, By: "test@test", SpoolDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	return tab
}

// row is a row of the table in partition n, as CSV.
func row(n, id int) string {
	return fmt.Sprintf("day,id,customer,city,amount,quantity,price,at,paid,note\n%s,%d,c,Köln,1.50,1,2.5,%s 10:00:00,true,n\n", manyfiles.Day(n), id, manyfiles.Day(n))
}

func publishRow(t testing.TB, s objstore.Store, n, id int, mode Mode) *Result {
	t.Helper()
	path := filepath.Join(t.TempDir(), fmt.Sprintf("%d.csv", id))
	if err := os.WriteFile(path, []byte(row(n, id)), 0o600); err != nil {
		t.Fatal(err)
	}
	res, err := openOn(t, s).Publish(context.Background(), PublishOptions{Inputs: []string{path}, Mode: mode})
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// checkGrown demands that all that the current version says is so, but for the data files, and gives its snapshot.
func checkGrown(t testing.TB, s objstore.Store) *manifest.Snapshot {
	t.Helper()
	ctx := context.Background()
	tab := openOn(t, s)
	v, err := tab.Current(ctx)
	if err != nil {
		t.Fatal(err)
	}
	files, err := v.Files(ctx)
	if err != nil {
		t.Fatal(err)
	}
	get := func(key string) ([]byte, error) {
		b, _, err := objstore.ReadAll(ctx, s, key, 1<<30)
		return b, err
	}
	if err := catalog.CheckIceberg(v.Snapshot(), files, get, tab.URL()); err != nil {
		t.Fatal(err)
	}
	return v.Snapshot()
}

// TestManyFiles: what a publish to a table of many files, a reader with a condition and a look at the current version read and write.
func TestManyFiles(t *testing.T) {
	ctx := context.Background()
	mem := grown(t, 4000, 40)
	first := checkGrown(t, mem)
	for _, c := range []struct {
		name          string
		do            func(s objstore.Store)
		lists, writes int // at most
		total         int // lists afterwards
		files         int
	}{
		{"look", func(s objstore.Store) {
			if _, err := openOn(t, s).Current(ctx); err != nil {
				t.Error(err)
			}
		}, 0, 0, 4, 4000},
		{"files of a day", func(s objstore.Store) {
			v, err := openOn(t, s).Current(ctx)
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			err = v.EachFile(ctx, "day = '"+manyfiles.Day(31)+"' and amount > 0", func(f manifest.File) error { n++; return nil })
			if err != nil || n != 100 {
				t.Errorf("%d files, %v", n, err)
			}
		}, 1, 0, 4, 4000},
		{"replace a day", func(s objstore.Store) {
			if res := publishRow(t, s, 27, 1, ReplacePartitions); res.Files.Removed != 100 || res.Files.Total != 3901 {
				t.Errorf("%+v", res.Files)
			}
		}, 2, 1, 4, 3901},
		{"append to a day", func(s objstore.Store) { publishRow(t, s, 28, 2, Append) }, 1, 1, 4, 3902},
		{"append to a full list", func(s objstore.Store) { publishRow(t, s, 12, 3, Append) }, 1, 2, 5, 3903},
		{"append a new day", func(s objstore.Store) { publishRow(t, s, 1000, 4, Append) }, 0, 1, 6, 3904},
		{"append it again", func(s objstore.Store) { publishRow(t, s, 1000, 5, Append) }, 1, 1, 6, 3905},
		{"a column more", func(s objstore.Store) {
			alter(t, s, manifest.AddColumns{Columns: []manifest.Field{{Name: "more", Type: manifest.Type{Kind: manifest.Long}}}})
		}, 0, 0, 6, 3905},
		{"a wider type", func(s objstore.Store) {
			alter(t, s, manifest.WidenColumn{Name: "quantity", To: manifest.Type{Kind: manifest.Long}})
		}, 6, 5, 5, 3905},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := counted(mem)
			c.do(s)
			if s.gets["_lists"] > c.lists+s.puts["_lists"] || s.puts["_lists"] > c.writes { // what was written is read back
				t.Errorf("%d lists read and %d written, want %d and %d", s.gets["_lists"], s.puts["_lists"], c.lists, c.writes)
			}
			if more := s.puts["_iceberg"] - s.puts["_lists"]; more > 1 {
				t.Errorf("%d Iceberg lists written beside %d", more, s.puts["_lists"])
			}
			if c.lists == 0 && c.writes == 0 && s.puts["_snapshot"] == 0 && (s.gets["_snapshot"] != 1 || s.gets["_manifest"] != 1) {
				t.Errorf("to look at the current version takes %v", s.gets)
			}
			snap := checkGrown(t, mem)
			if len(snap.Lists) != c.total || snap.FileCounts.Total != c.files {
				t.Errorf("%d files in %d lists, want %d in %d", snap.FileCounts.Total, len(snap.Lists), c.files, c.total)
			}
		})
	}
	if _, err := openOn(t, mem).Rollback(ctx, RollbackOptions{To: "1"}); err != nil {
		t.Fatal(err)
	}
	if again := checkGrown(t, mem); !reflect.DeepEqual(again, first) {
		t.Error("version 1 is not what it was")
	}
}

func alter(t testing.TB, s objstore.Store, c manifest.Change) {
	t.Helper()
	if _, err := openOn(t, s).Alter(context.Background(), AlterOptions{Changes: []manifest.Change{c}}); err != nil {
		t.Fatal(err)
	}
}

// TestManyFilesRelocated: a table that was moved shares its lists still, and Iceberg manifests that name the new place.
func TestManyFilesRelocated(t *testing.T) {
	ctx := context.Background()
	old := grown(t, 3000, 30)
	publishRow(t, old, 7, 1, Append)
	moved := memstore.New(memstore.Options{URL: "mem://moved"})
	for info, err := range old.List(ctx, "") {
		if err != nil {
			t.Fatal(err)
		}
		b, _, err := objstore.ReadAll(ctx, old, info.Key, 1<<30)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := moved.Put(ctx, info.Key, objstore.BytesBody(b), objstore.PutOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	s := counted(moved)
	if _, err := openOn(t, s).Relocate(ctx, false); err != nil {
		t.Fatal(err)
	}
	if s.puts["_iceberg"] != 3+2+2 { // the lists of version 1, those of version 2, and both manifest lists
		t.Errorf("%d Iceberg lists written", s.puts["_iceberg"])
	}
	s = counted(moved)
	publishRow(t, s, 8, 2, Append)
	if s.puts["_lists"] != 1 || s.puts["_iceberg"] != 2 {
		t.Errorf("written: %v", s.puts)
	}
	checkGrown(t, moved)
}

// TestLyingLists: a version that names lists that are damaged, or that hold something else, is not built on.
func TestLyingLists(t *testing.T) {
	mem := grown(t, 3000, 30)
	key := checkGrown(t, mem).Lists[0].Key
	if err := mem.Delete(context.Background(), key); err != nil {
		t.Fatal(err)
	}
	other := checkless(t, mem)
	if _, err := mem.Put(context.Background(), key, objstore.BytesBody(other), objstore.PutOptions{}); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "in.csv")
	if err := os.WriteFile(path, []byte(row(3, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := openOn(t, mem).Publish(context.Background(), PublishOptions{Inputs: []string{path}, Mode: ReplacePartitions})
	if !errors.Is(err, ErrCorrupt) {
		t.Errorf("got %v", err)
	}
}

// checkless is another list than the first.
func checkless(t testing.TB, s objstore.Store) []byte {
	t.Helper()
	v, err := openOn(t, s).Current(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	b, _, err := objstore.ReadAll(context.Background(), s, v.Snapshot().Lists[1].Key, 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
