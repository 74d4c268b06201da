//go:build engines

package engines

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/manifest"
)

// driven is a session of driver.py for each entry.
func driven(name string) func(t *testing.T, w *world) session {
	return func(t *testing.T, w *world) session { return start(t, name, w.engineEnv()...) }
}

// engineEnv is the environment of the engines; delta-rs takes http:// only if it is told to.
func (w *world) engineEnv() []string { return append(w.env, "AWS_ALLOW_HTTP=true") }

// metadata is the URL of the manifest.
func (w *world) metadata() string { return w.tb.URL() + "/" + manifest.ObjectKey }

// statements are those of `tablectl sql`.
func (w *world) statements(engine, ref string) string {
	text, err := w.tb.SQL(context.Background(), engine, ref)
	if err != nil {
		panic(err) // of this test
	}
	return text
}

// paths are what `tablectl files -o paths` prints, as a list in JSON, which Python and DuckDB read too.
func (w *world) paths(ref string) string {
	v, err := w.tb.At(context.Background(), ref)
	if err != nil {
		panic(err)
	}
	paths := []string{}
	if err := v.EachFile(context.Background(), "", func(f manifest.File) error {
		paths = append(paths, v.FileURL(f.Key))
		return nil
	}); err != nil {
		panic(err)
	}
	b, err := json.Marshal(paths)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// instant is a time that names a version.
func instant(ref string) time.Time {
	out, err := time.Parse(time.RFC3339Nano, ref)
	if err != nil {
		panic(err)
	}
	return out
}

// always is a text that does not depend on the version.
func always(format string) func(w *world) string {
	return func(w *world) string { return strings.ReplaceAll(format, "TABLE", w.tb.URL()) }
}

// deltaNumber is the number that the Delta log gave to a version last.
func (w *world) deltaNumber(ref string) int {
	v, err := w.tb.At(context.Background(), ref)
	if err != nil {
		panic(err)
	}
	number := -1
	for n, info := range w.deltaLog() {
		if info.Version == v.Version() {
			number = n
		}
	}
	return number
}

// deltaInfo is what we say in a commit.
type deltaInfo struct {
	Version manifest.Version `json:"tablectlVersion"`
}

// deltaLog are the commits.
func (w *world) deltaLog() []deltaInfo {
	store, err := storeOf(w.place)
	if err != nil {
		panic(err)
	}
	var out []deltaInfo
	for {
		b, _, err := objstore.ReadAll(context.Background(), store, fmt.Sprintf("_delta_log/%020d.json", len(out)), 1<<20)
		if err != nil {
			return out
		}
		for line := range strings.Lines(string(b)) {
			var action struct{ CommitInfo *deltaInfo }
			if err := json.Unmarshal([]byte(line), &action); err != nil {
				panic(err)
			}
			if action.CommitInfo != nil {
				out = append(out, *action.CommitInfo)
			}
		}
	}
}
