package table

import (
	"context"
	"slices"
	"strings"
	"testing"
)

// Sync puts back the Iceberg lists that an engine has deleted, under their names: of all versions if those of the current one are gone,
// otherwise with force.
func TestSyncMendsLists(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t, inputsDir(t))
	withCatalogs(w)
	w.mustPublish("id,city,amount\n3,Oslo,1\n", PublishOptions{Mode: Append})
	if _, err := w.table().Rollback(ctx, RollbackOptions{To: "1"}); err != nil {
		t.Fatal(err)
	}
	all := w.lists()
	if len(all) < 4 {
		t.Fatalf("%q", all)
	}
	of2 := func(key string) bool { return strings.HasPrefix(key, "version=2/") }
	for _, tc := range []struct {
		name        string
		gone        func(key string) bool
		force, back bool
	}{
		{"nothing", func(string) bool { return false }, false, true},
		{"all", func(string) bool { return true }, false, true},
		{"of an older version", of2, false, false},
		{"of an older version, by force", of2, true, true},
	} {
		for _, key := range w.lists() {
			if tc.gone(key) {
				if err := w.mem.Delete(ctx, key); err != nil {
					t.Fatal(err)
				}
			}
		}
		if _, err := w.table().Sync(ctx, tc.force); err != nil {
			t.Errorf("%s: %v", tc.name, err)
		}
		if back := slices.Equal(w.lists(), all); back != tc.back {
			t.Errorf("%s: %q, want %q", tc.name, w.lists(), all)
		}
	}
}

// lists are the keys of the Iceberg lists.
func (w *world) lists() []string {
	var out []string
	for info, err := range w.mem.List(context.Background(), "version=") {
		if err != nil {
			w.t.Fatal(err)
		}
		if strings.HasSuffix(info.Key, ".avro") {
			out = append(out, info.Key)
		}
	}
	slices.Sort(out)
	return out
}
