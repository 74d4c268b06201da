package table

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/manifest"
)

// runMarker is the content of _tablectl/runs/<digest>.json: the first attempt of a run that got as far as commit. Without it the
// run cannot be in the history, so that a new run does not read the history.
type runMarker struct {
	Run         string           `json:"run"`
	Attempt     string           `json:"attempt"`
	Version     manifest.Version `json:"version"`
	Fingerprint string           `json:"fingerprint"`
}

// putMarker leaves the marker of a run. One that is there already stands: it is of an earlier attempt.
func (t *Table) putMarker(ctx context.Context, r runMarker) error {
	b, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("encode run marker: %w", err)
	}
	o := objstore.PutOptions{IfNoneMatch: true, ContentType: "application/json"}
	for try := 1; ; try++ {
		_, err = t.store.Put(ctx, manifest.RunKey(r.Run), objstore.BytesBody(append(b, '\n')), o)
		if isPrecondition(err) {
			return nil
		}
		if err == nil || !passing(err) || try == objectTries {
			break
		}
		if objstore.Sleep(ctx, t.store, objstore.Backoff(try)) != nil {
			break
		}
	}
	if err != nil {
		return fmt.Errorf("put run marker: %w", err)
	}
	return nil
}

// objectTries bounds the tries for an immutable object.
const objectTries = 8

// events are all events that can matter for the run: the recent ones, and before them the history if the run may be in it or if
// the ancestry of its version has to be followed back there.
func (t *Table) events(ctx context.Context, m *manifest.Manifest, run string) ([]manifest.Event, error) {
	if m.Tablectl.History == nil {
		return m.Tablectl.Recent, nil
	}
	if !hasRun(m.Tablectl.Recent, run) {
		_, _, err := objstore.ReadAll(ctx, t.store, manifest.RunKey(run), maxMarkerBytes)
		if isNotFound(err) {
			return m.Tablectl.Recent, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read run marker: %w", err)
		}
	}
	return t.allEvents(ctx, m)
}

// maxMarkerBytes bounds a run marker.
const maxMarkerBytes = 64 << 10

// allEvents is the whole history, oldest first.
func (t *Table) allEvents(ctx context.Context, m *manifest.Manifest) ([]manifest.Event, error) {
	past, err := t.history(ctx, m.Tablectl.History)
	if err != nil {
		return nil, err
	}
	return append(past, m.Tablectl.Recent...), nil
}

func hasRun(events []manifest.Event, run string) bool {
	for _, e := range events {
		if e.Run == run && e.Op == manifest.OpPublish {
			return true
		}
	}
	return false
}

// sameRunAgain decides P1 of the protocol: what it means that this run was published before. The event is set if the run is done.
func (t *Table) sameRunAgain(ctx context.Context, m *manifest.Manifest, run, fingerprint string) (manifest.RunState, manifest.Event, error) {
	events, err := t.events(ctx, m, run)
	if err != nil {
		return 0, manifest.Event{}, err
	}
	state, event := m.RunState(events, run, fingerprint)
	return state, event, nil
}
