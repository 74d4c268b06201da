package table

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/internal/objstore/faultstore"
	"github.com/tablectl/tablectl/internal/testserver"
	"github.com/tablectl/tablectl/manifest"
)

// The worlds of these tests check of every version of a self-contained table that its prefix holds its data files and no others.

// containing is a self-contained table of one.csv, keyed by id and put apart by city.
func containing(w *world) {
	w.mustPublishFile("one.csv", PublishOptions{Definition: Definition{
		Key: []string{"id"}, PartitionBy: []string{"city"}, Layout: manifest.LayoutSelfContained,
	}})
}

// setLayout changes the layout of the table.
func (w *world) setLayout(to string) {
	w.t.Helper()
	if err := w.table().Set(context.Background(), manifest.SettingsChange{Layout: &to}, false); err != nil {
		w.t.Fatal(err)
	}
}

// remove deletes the data files in the prefix of a version, by hand.
func (w *world) remove(v manifest.Version) {
	w.t.Helper()
	ctx := context.Background()
	for info, err := range w.mem.List(ctx, v.Prefix()) {
		if err == nil && strings.Contains(info.Key, "/part-") {
			err = w.mem.Delete(ctx, info.Key)
		}
		if err != nil {
			w.t.Fatal(err)
		}
	}
}

// snapshotOf is the snapshot of a version.
func (w *world) snapshotOf(ref string) *manifest.Snapshot {
	w.t.Helper()
	v, err := w.table().At(context.Background(), ref)
	if err != nil {
		w.t.Fatal(err)
	}
	return v.Snapshot()
}

const (
	rowOne, rowTwo, rowThree = "1,Zürich,10.5\n", "2,Oslo,20.25\n", "3,Bern,1\n"
	header                   = "id,city,amount\n"
)

// TestSelfContainedModes builds on a version in every way there is, and removes the version that it was built on.
func TestSelfContainedModes(t *testing.T) {
	dir := inputsDir(t)
	column := manifest.Field{Name: "note", Type: manifest.Type{Kind: manifest.String}}
	for _, c := range []struct {
		name string
		do   func(w *world) (*Result, error)
		want string
		kept int
	}{
		{"append", func(w *world) (*Result, error) {
			return w.publishText(header+rowThree, PublishOptions{Mode: Append})
		}, rowOne + rowTwo + rowThree, 2},
		{"append nothing", func(w *world) (*Result, error) {
			return w.publishText(header, PublishOptions{Mode: Append, RunID: "none"})
		}, rowOne + rowTwo, 2},
		{"replace partitions", func(w *world) (*Result, error) {
			return w.publishText(header+"4,Oslo,4\n", PublishOptions{Mode: ReplacePartitions})
		}, rowOne + "4,Oslo,4\n", 1},
		{"upsert", func(w *world) (*Result, error) {
			return w.publishText(header+"2,Oslo,2\n"+rowThree, PublishOptions{Mode: Upsert})
		}, rowOne + "2,Oslo,2\n" + rowThree, 1},
		{"delete", func(w *world) (*Result, error) {
			return w.publishText("id\n2\n", PublishOptions{Mode: Delete})
		}, rowOne, 1},
		{"replace", func(w *world) (*Result, error) {
			return w.publishText(header+rowThree, PublishOptions{})
		}, rowThree, 0},
		{"alter", func(w *world) (*Result, error) {
			return w.table().Alter(context.Background(), AlterOptions{Changes: []manifest.Change{manifest.AddColumns{Columns: []manifest.Field{column}}}})
		}, "1,Zürich,10.5,\n2,Oslo,20.25,\n", 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, dir)
			containing(w)
			res, err := c.do(w)
			if err != nil {
				t.Fatal(err)
			}
			if res.Files.Kept != c.kept || !w.snapshotOf("current").SelfContained() {
				t.Errorf("%+v", res.Files)
			}
			w.remove(1)
			w.setIs(c.want)
		})
	}
}

// TestSelfContainedSameRowsTwice adds the same rows again and again: files of the same name and bytes, and none is lost.
func TestSelfContainedSameRowsTwice(t *testing.T) {
	w := newWorld(t, inputsDir(t))
	w.mustPublish(header+rowOne, PublishOptions{Definition: Definition{Layout: manifest.LayoutSelfContained}})
	want := rowOne
	for i := range 4 {
		w.mustPublish(header+rowOne, PublishOptions{Mode: Append, RunID: fmt.Sprint(i)})
		want += rowOne
		if got := w.rows("current"); got != want {
			t.Fatalf("after %d appends:\n%s", i+1, got)
		}
	}
	// One of them is done again with other rows: its own file goes, and none of the others.
	w.mustPublish(header+rowTwo, PublishOptions{Mode: Append, RunID: "1", Rerun: true})
	w.setIs(strings.Repeat(rowOne, 4) + rowTwo)
	if s := w.snapshotOf("current"); s.FileCounts.Kept != 4 || s.FileCounts.Removed != 1 {
		t.Errorf("%+v", s.FileCounts)
	}
}

// TestSelfContainedRebase lets another version come between, with the same files under other keys.
func TestSelfContainedRebase(t *testing.T) {
	const seven = "7,Oslo,7\n"
	dir := inputsDir(t)
	for _, c := range []struct {
		name string
		text string
		o    PublishOptions
		want string
	}{
		{"append", header + "5,Rom,5\n", PublishOptions{Mode: Append}, rowOne + rowTwo + seven + rowThree + "5,Rom,5\n"},
		{"replace partitions", header + "4,Oslo,4\n", PublishOptions{Mode: ReplacePartitions}, rowOne + rowThree + "4,Oslo,4\n"},
		{"upsert", header + "2,Oslo,2\n", PublishOptions{Mode: Upsert}, rowOne + seven + "2,Oslo,2\n" + rowThree},
		{"delete", "id\n2\n", PublishOptions{Mode: Delete}, rowOne + seven + rowThree},
		{"delete where", "", PublishOptions{Mode: Delete, Where: "amount = 20.25", RunID: "one"}, rowOne + seven + rowThree},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, dir)
			w.mustPublish(header+rowOne+rowTwo+seven, PublishOptions{Definition: Definition{
				Key: []string{"id"}, PartitionBy: []string{"city"}, Layout: manifest.LayoutSelfContained,
			}})
			between := func() { w.mustPublish(header+rowThree, PublishOptions{Mode: Append, RunID: "between"}) }
			res, err := w.publishBetween(c.text, c.o, between)
			if err != nil {
				t.Fatal(err)
			}
			if res.Version != 4 { // 2 was reserved first, 3 was published, and 2 is lower
				t.Errorf("version %d", res.Version)
			}
			for v := range res.Version {
				w.remove(v)
			}
			w.setIs(c.want)
		})
	}
}

// publishBetween is publishWhile, also without an input.
func (w *world) publishBetween(text string, o PublishOptions, meanwhile func()) (*Result, error) {
	if text != "" {
		return w.publishWhile(text, o, meanwhile)
	}
	done := false
	t := w.table()
	t.opts.Progress = func(p Progress) {
		if p.Phase == "validate" && !done {
			done = true
			meanwhile()
		}
	}
	return t.Publish(context.Background(), o)
}

// TestSelfContainedRefusesOverlap: what others changed meanwhile is still a conflict.
func TestSelfContainedRefusesOverlap(t *testing.T) {
	w := newWorld(t, inputsDir(t))
	containing(w)
	_, err := w.publishWhile(header+"4,Oslo,4\n", PublishOptions{Mode: ReplacePartitions}, func() {
		w.mustPublish(header+"2,Oslo,2\n", PublishOptions{Mode: Upsert})
	})
	if !errors.Is(err, ErrConflict) {
		t.Errorf("%v", err)
	}
}

// TestLayoutIsChanged back and forth: versions stay what they were, and can be rolled back to; a change while a publish is under way holds
// for it.
func TestLayoutIsChanged(t *testing.T) {
	w := newWorld(t, inputsDir(t))
	w.mustPublish(header+rowOne, PublishOptions{})
	contained := func(ref string, want bool) {
		t.Helper()
		if got := w.snapshotOf(ref).SelfContained(); got != want {
			t.Errorf("version %s self-contained: %v", ref, got)
		}
	}
	w.setLayout(manifest.LayoutSelfContained)
	w.mustPublish(header+rowTwo, PublishOptions{Mode: Append})
	contained("1", false)
	contained("2", true)
	if _, err := w.publishWhile(header+rowThree, PublishOptions{Mode: Append}, func() { w.setLayout(manifest.LayoutShared) }); err != nil {
		t.Fatal(err)
	}
	contained("3", false)
	if _, err := w.publishWhile(header+rowThree, PublishOptions{Mode: Append, RunID: "again"}, func() { w.setLayout(manifest.LayoutSelfContained) }); err != nil {
		t.Fatal(err)
	}
	contained("current", true)
	w.setIs(rowOne + rowTwo + rowThree + rowThree)
	for to, want := range map[string]string{"1": rowOne, "2": rowOne + rowTwo, "3": rowOne + rowTwo + rowThree} {
		if _, err := w.table().Rollback(context.Background(), RollbackOptions{To: to, CheckFiles: true}); err != nil {
			t.Fatal(err)
		}
		w.setIs(want)
	}
}

// TestSelfContainedLists: a version of many files has lists, and none of its parent's.
func TestSelfContainedLists(t *testing.T) {
	w := newWorld(t, inputsDir(t))
	var rows strings.Builder
	for i := range 150 {
		fmt.Fprintf(&rows, "%d,city-%d,1\n", i, i)
	}
	w.mustPublish(header+rows.String(), PublishOptions{Definition: Definition{PartitionBy: []string{"city"}, Layout: manifest.LayoutSelfContained}})
	if n := len(w.snapshotOf("1").Lists); n < 2 {
		t.Fatalf("%d lists", n)
	}
	w.mustPublish(header+rowThree, PublishOptions{Mode: Append})
	w.remove(1)
	w.setIs(rows.String() + rowThree)
}

// TestSelfContainedDamage: a file that is gone or is another one is not carried over.
func TestSelfContainedDamage(t *testing.T) {
	for _, damage := range []string{"gone", "changed"} {
		w := newWorld(t, inputsDir(t))
		containing(w)
		f := w.snapshotOf("1").Files[0]
		ctx := context.Background()
		err := w.mem.Delete(ctx, f.Key)
		if damage == "changed" && err == nil {
			_, err = w.mem.Put(ctx, f.Key, objstore.BytesBody(make([]byte, f.Bytes)), objstore.PutOptions{})
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.publishText(header+rowThree, PublishOptions{Mode: Append, Validate: "footer"}); !errors.Is(err, ErrCorrupt) {
			t.Errorf("%s: %v", damage, err)
		}
		if v := current(w.check.Manifest()); v != 1 {
			t.Errorf("%s: version %d is current", damage, v)
		}
	}
}

// TestRehearsalCopiesNothing: a plan and a dry run leave the table as it is, and say what a publish would do.
func TestRehearsalCopiesNothing(t *testing.T) {
	w := newWorld(t, inputsDir(t))
	containing(w)
	o := PublishOptions{Mode: Append, Inputs: []string{w.write(header + rowThree)}}
	store, err := w.faulty(nil, func(ctx context.Context, t *Table) error {
		plan, err := t.Plan(ctx, o)
		if err == nil && (plan.Files.Kept != 2 || plan.Files.Written != 1) {
			err = fmt.Errorf("planned are %+v", plan.Files)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range store.Trace() {
		if e.Op == "copy" || e.Op == "put" {
			t.Errorf("%v", e)
		}
	}
}

// TestSelfContainedDirectory: on a local disk what is carried over is the same file under a second name.
func TestSelfContainedDirectory(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "table")
	tab, err := Open(t.Context(), dir, Options{By: "test@test", SpoolDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, "")
	publish := func(text string, o PublishOptions) {
		t.Helper()
		o.Inputs = []string{w.write(text)}
		if _, err := tab.Publish(t.Context(), o); err != nil {
			t.Fatal(err)
		}
	}
	publish(header+rowOne, PublishOptions{Definition: Definition{Layout: manifest.LayoutSelfContained}})
	publish(header+rowTwo, PublishOptions{Mode: Append})
	v, err := tab.At(t.Context(), "2")
	if err != nil {
		t.Fatal(err)
	}
	old, err := tab.At(t.Context(), "1")
	if err != nil {
		t.Fatal(err)
	}
	a, err1 := os.Stat(filepath.Join(dir, old.Snapshot().Files[0].Key))
	b, err2 := os.Stat(filepath.Join(dir, v.Snapshot().Files[0].Key))
	if err := errors.Join(err1, err2); err != nil || !os.SameFile(a, b) {
		t.Errorf("%s is not the file of version 1: %v", v.Snapshot().Files[0].Key, err)
	}
	if err := os.RemoveAll(filepath.Join(dir, "version=1")); err != nil {
		t.Fatal(err)
	}
	if got := rowsOfView(t, v); got != rowOne+rowTwo {
		t.Errorf("without version 1:\n%s", got)
	}
}

// TestSelfContainedAfterACrash: another attempt of a run does not publish in the prefix of the one that died, whatever that left there.
func TestSelfContainedAfterACrash(t *testing.T) {
	w := newWorld(t, inputsDir(t))
	containing(w)
	do := func(text string) func(context.Context, *Table) error {
		path := w.write(text)
		return func(ctx context.Context, t *Table) error {
			_, err := t.Publish(ctx, PublishOptions{Mode: Append, RunID: "day", Inputs: []string{path}})
			return err
		}
	}
	plan := func(r faultstore.Request) faultstore.Fault {
		if r.Op == "put" && strings.Contains(r.Key, "_snapshot") {
			return faultstore.Fault{Do: faultstore.KillBefore}
		}
		return faultstore.Fault{}
	}
	if _, err := w.faulty(plan, do(header+"9,Wien,9\n8,Graz,8\n")); err == nil {
		t.Fatal("did not crash")
	}
	if _, err := w.faulty(nil, do(header+rowThree)); err != nil {
		t.Fatal(err)
	}
	if v := current(w.check.Manifest()); v != 3 {
		t.Errorf("version %d", v)
	}
	w.setIs(rowOne + rowTwo + rowThree)
}

// TestSelfContainedOnServers: real servers copy, and a version does not miss the one that it was built on.
func TestSelfContainedOnServers(t *testing.T) {
	testserver.Each(t, func(t *testing.T, server *testserver.Server) {
		store := server.Open(t)
		tab, err := Open(t.Context(), "", Options{Store: store, By: "test@test", SpoolDir: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		w := newWorld(t, "")
		for i, text := range []string{rowOne, rowTwo, rowTwo} {
			o := PublishOptions{Mode: Append, RunID: fmt.Sprint(i), Inputs: []string{w.write(header + text)}}
			o.Definition.Layout, o.Definition.PartitionBy = manifest.LayoutSelfContained, []string{"city"}
			if _, err := tab.Publish(t.Context(), o); err != nil {
				t.Fatal(err)
			}
		}
		for _, v := range []manifest.Version{1, 2} {
			for info, err := range store.List(t.Context(), v.Prefix()) {
				if err == nil {
					err = store.Delete(t.Context(), info.Key)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
		}
		v, err := tab.At(t.Context(), "current")
		if err != nil {
			t.Fatal(err)
		}
		if got := sortedLines(rowsOfView(t, v)); got != sortedLines(rowOne+rowTwo+rowTwo) {
			t.Errorf("rows\n%s", got)
		}
	})
}

func sortedLines(text string) string {
	lines := strings.SplitAfter(text, "\n")
	slices.Sort(lines)
	return strings.Join(lines, "")
}
