package table

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/tablectl/tablectl/manifest"
)

// publishText publishes CSV text.
func (w *world) publishText(text string, o PublishOptions) (*Result, error) {
	return w.publishWhile(text, o, nil)
}

// publishWhile publishes CSV text; when its files are written and before it commits, something else happens.
func (w *world) publishWhile(text string, o PublishOptions, meanwhile func()) (*Result, error) {
	w.t.Helper()
	path := w.write(text)
	var once sync.Once
	t, err := Open(context.Background(), "", Options{Store: w.check, By: "test@test", SpoolDir: w.t.TempDir(), Progress: func(p Progress) {
		if p.Phase == "validate" && meanwhile != nil {
			once.Do(meanwhile)
		}
	}})
	if err != nil {
		w.t.Fatal(err)
	}
	w.reach(t)
	o.Inputs = []string{path}
	return t.Publish(context.Background(), o)
}

func (w *world) mustPublish(text string, o PublishOptions) *Result {
	w.t.Helper()
	res, err := w.publishText(text, o)
	if err != nil {
		w.t.Fatalf("publish: %v", err)
	}
	return res
}

// write makes a CSV file of text.
func (w *world) write(text string) string {
	w.t.Helper()
	path := filepath.Join(w.t.TempDir(), "input.csv")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
	return path
}

func (w *world) mustPublishFile(name string, o PublishOptions) {
	w.t.Helper()
	o.Inputs = []string{w.input(name)}
	if _, err := w.table().Publish(context.Background(), o); err != nil {
		w.t.Fatalf("publish %s: %v", name, err)
	}
}

func (w *world) rowsAre(want string) {
	w.t.Helper()
	if got := w.rows("current"); got != want {
		w.t.Errorf("rows\n%swant\n%s", got, want)
	}
}

// setIs compares rows without regard to their order.
func (w *world) setIs(want string) {
	w.t.Helper()
	lines := func(text string) []string { return slices.Sorted(strings.Lines(text)) }
	if got := w.rows("current"); !slices.Equal(lines(got), lines(want)) {
		w.t.Errorf("rows\n%swant\n%s", got, want)
	}
}

const days = "day,n\n2026-04-14,1\n2026-04-15,2\n2026-04-16,3\n"

func byDay(mode Mode) PublishOptions {
	return PublishOptions{Mode: mode, Definition: Definition{PartitionBy: []string{"day"}}}
}

// TestRebase: what came in between is kept, and where both changed the same partition one of the two refuses.
func TestRebase(t *testing.T) {
	for _, c := range []struct {
		name       string
		mode       Mode
		text       string
		partitions []string
		between    func(w *world)
		want       string // "": it must refuse
	}{
		{"append after append", Append, "day,n\n2026-04-14,10\n", nil, func(w *world) {
			w.mustPublish("day,n\n2026-04-14,20\n", byDay(Append))
		}, "2026-04-14,1\n2026-04-15,2\n2026-04-16,3\n2026-04-14,20\n2026-04-14,10\n"},
		{"append after replace", Append, "day,n\n2026-04-14,10\n", nil, func(w *world) {
			w.mustPublish("day,n\n2026-04-17,20\n", byDay(Replace))
		}, "2026-04-17,20\n2026-04-14,10\n"},
		{"append after rollback", Append, "day,n\n2026-04-14,10\n", nil, func(w *world) {
			w.mustPublish("day,n\n2026-04-17,20\n", byDay(Replace))
			if _, err := w.table().Rollback(context.Background(), RollbackOptions{To: "1"}); err != nil {
				w.t.Error(err)
			}
		}, "2026-04-14,1\n2026-04-15,2\n2026-04-16,3\n2026-04-14,10\n"},
		{"another partition", ReplacePartitions, "day,n\n2026-04-14,10\n", nil, func(w *world) {
			w.mustPublish("day,n\n2026-04-15,20\n", byDay(ReplacePartitions))
		}, "2026-04-16,3\n2026-04-15,20\n2026-04-14,10\n"},
		{"the same partition", ReplacePartitions, "day,n\n2026-04-14,10\n", nil, func(w *world) {
			w.mustPublish("day,n\n2026-04-14,20\n", byDay(ReplacePartitions))
		}, ""},
		{"a row more in the partition", ReplacePartitions, "day,n\n2026-04-14,10\n", nil, func(w *world) {
			w.mustPublish("day,n\n2026-04-14,20\n", byDay(Append))
		}, ""},
		{"a new partition that was stated", ReplacePartitions, "day,n\n2026-04-14,10\n", []string{"day=2026-04-14..2026-04-20"}, func(w *world) {
			w.mustPublish("day,n\n2026-04-18,20\n", byDay(Append))
		}, ""},
		{"rolled back meanwhile", ReplacePartitions, "day,n\n2026-04-14,10\n", nil, func(w *world) {
			w.mustPublish("day,n\n2026-04-14,20\n", byDay(ReplacePartitions))
			if _, err := w.table().Rollback(context.Background(), RollbackOptions{To: "1"}); err != nil {
				w.t.Error(err)
			}
		}, "2026-04-15,2\n2026-04-16,3\n2026-04-14,10\n"},
		{"replace takes no notice", Replace, "day,n\n2026-04-14,10\n", nil, func(w *world) {
			w.mustPublish("day,n\n2026-04-14,20\n", byDay(Append))
		}, "2026-04-14,10\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, "")
			w.mustPublish(days, byDay(Replace))
			o := byDay(c.mode)
			o.Partitions = c.partitions
			_, err := w.publishWhile(c.text, o, func() { c.between(w) })
			if c.want == "" {
				if !errors.Is(err, ErrConflict) {
					t.Fatalf("%v, want a conflict", err)
				}
				if m := w.check.Manifest(); len(m.Tablectl.Pending) != 0 {
					t.Errorf("still pending: %+v", m.Tablectl.Pending)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			w.rowsAre(c.want)
			w.check.PublishedOnce()
		})
	}
}

// TestSixteenPartitions: publishers to different partitions all get through, and nothing is lost; also if versions expire meanwhile.
func TestSixteenPartitions(t *testing.T) {
	for _, keep := range []int{0, manifest.MinKeepVersions} {
		t.Run(fmt.Sprint("keep ", keep), func(t *testing.T) { sixteenPartitions(t, keep) })
	}
}

func sixteenPartitions(t *testing.T, keep int) {
	w := newWorld(t, "")
	w.mustPublish(days, byDay(Replace))
	if keep > 0 {
		if err := w.table().Set(context.Background(), manifest.SettingsChange{KeepVersions: &keep}, false); err != nil {
			t.Fatal(err)
		}
	}
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			text := fmt.Sprintf("day,n\n2026-05-%02d,%d\n2026-05-%02d,%d\n", i+1, i, i+1, i+100)
			if _, err := w.publishText(text, byDay(ReplacePartitions)); err != nil {
				t.Errorf("publisher %d: %v", i, err)
			}
		})
	}
	wg.Wait()
	got := strings.Split(w.rows("current"), "\n")
	if len(got) != 3+2*16+1 {
		t.Errorf("%d rows, want %d", len(got)-1, 3+2*16)
	}
	w.check.PublishedOnce()
	if keep == 0 {
		return
	}
	w.mustPublish(days, byDay(Replace)) // the others' reservations hold versions no longer
	if live := len(w.check.Manifest().Snapshots); live != keep {
		t.Errorf("%d versions are live", live)
	}
	if _, err := w.table().Rollback(context.Background(), RollbackOptions{To: "1"}); !errors.Is(err, ErrVersionExpired) {
		t.Errorf("rollback to an expired version: %v", err)
	}
	if _, err := w.table().Rollback(context.Background(), RollbackOptions{To: "previous"}); err != nil {
		t.Error(err)
	}
}

// TestCountsAddUp: what a version counts follows from its parent's rows, in every mode.
func TestCountsAddUp(t *testing.T) {
	w := newWorld(t, "")
	total := int64(0)
	for i, o := range []PublishOptions{byDay(Replace), byDay(Append), byDay(ReplacePartitions), byDay(Append), byDay(Replace)} {
		res := w.mustPublish(fmt.Sprintf("day,n\n2026-04-1%d,1\n2026-04-15,2\n", i), o)
		r := res.Rows
		if r.Total != r.Added+r.Updated+r.CarriedOver || total != r.CarriedOver+r.Deleted+r.Updated {
			t.Errorf("step %d: %+v after %d rows", i, r, total)
		}
		total = r.Total
	}
}

// TestListedFilesAreCarriedOver: a version with more files than are kept inline, and one built on it.
func TestListedFilesAreCarriedOver(t *testing.T) {
	w := newWorld(t, "")
	var text strings.Builder
	text.WriteString("p,n\n")
	for i := range manifest.MaxInlineFiles + 7 {
		fmt.Fprintf(&text, "%d,%d\n", i, i)
	}
	o := PublishOptions{Mode: ReplacePartitions, Definition: Definition{PartitionBy: []string{"p"}}, Validate: "footer"}
	w.mustPublish(text.String(), o)
	res := w.mustPublish("p,n\n500,-1\n5000,-2\n", o)
	if res.Files.Kept != manifest.MaxInlineFiles+6 || res.Files.Written != 2 || res.Rows.Total != int64(manifest.MaxInlineFiles)+8 {
		t.Errorf("files %+v, rows %+v", res.Files, res.Rows)
	}
	if got := w.rows("current"); strings.Contains(got, "500,500\n") || !strings.Contains(got, "500,-1\n") {
		t.Error("partition 500 was not replaced")
	}
}
