package catalog

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/manifest"
)

// MetadataPrefix is where numbered copies of the manifest lie: an Iceberg table directory is T/_iceberg.
const MetadataPrefix = "_iceberg/metadata/"

// HintKey names the object that says which copy is current, as Hadoop's catalog has it (apache/iceberg, HadoopTableOperations).
const HintKey = MetadataPrefix + "version-hint.text"

// CopyKey names the copy of the manifest of a generation.
func CopyKey(generation int64) string {
	return fmt.Sprintf("%sv%d.metadata.json", MetadataPrefix, generation)
}

// putCopy puts the numbered copy of the target's manifest. A metadata file is never changed in place: engines cache it by its path.
func putCopy(ctx context.Context, t Target) (key string, err error) {
	key = CopyKey(t.generation())
	_, err = objstore.PutImmutable(ctx, t.Store, key, objstore.BytesBody(t.Body), objstore.PutOptions{ContentType: "application/json"})
	if errors.Is(err, objstore.ErrKeyCollision) {
		return "", fmt.Errorf("%w: %s holds something else; remove that object, or make a flip (a tag, say), which has another number", ErrForeign, key)
	}
	return key, err
}

// hint is for engines that open an Iceberg table by its directory: T/_iceberg/metadata/version-hint.text names a numbered copy of the
// manifest. The number only grows: a rollback is a further copy.
type hint struct{}

// Check has nothing to refuse.
func (hint) Check(context.Context, Target) ([]string, error) { return nil, nil }

// Look reads the hint and looks for the copy that it names.
func (hint) Look(ctx context.Context, t Target) (State, error) {
	s := swapping{store: t.Store, key: HintKey, body: true}
	th, err := s.look(ctx)
	if err != nil {
		return State{}, err
	}
	return hint{}.state(ctx, t, th)
}

func (hint) state(ctx context.Context, t Target, th there) (State, error) {
	if !th.exists {
		return State{Behind: true}, nil
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(th.body)), 10, 64)
	ours := err == nil && n > 0
	if ours {
		if ours, err = t.reached(ctx, n); err != nil {
			return State{}, err
		}
	}
	if !ours {
		return State{Behind: true, Foreign: []string{fmt.Sprintf("%s says %.40q, and the table is at generation %d", HintKey, th.body, t.generation())}}, nil
	}
	state := State{Generation: n, Behind: n < t.Manifest.Shown()}
	copied, _, err := objstore.ReadAll(ctx, t.Store, CopyKey(n), manifest.MaxBytes)
	switch {
	case errors.Is(err, objstore.ErrNotFound):
		return State{Generation: n, Behind: true}, nil // an engine that dropped "its" table took it along
	case err != nil:
		return state, err
	}
	m, err := manifest.Decode(copied)
	if err != nil || m.TableUUID != t.Manifest.TableUUID || m.Tablectl.Generation != n {
		state.Behind, state.Foreign = true, []string{CopyKey(n) + " is no copy of this table's manifest of that generation"}
		return state, nil //nolint:nilerr // what is wrong with it is said
	}
	state.Version = manifest.Version(max(0, m.CurrentSnapshotID))
	stranger, err := strangerAfter(ctx, t, n)
	if stranger != "" {
		state.Behind, state.Foreign = true, []string{stranger}
	}
	return state, err
}

// strangerAfter says, in words, what stands in the place of the copy after that of generation n and is none: engines go on from the hint
// as long as there is a next number (HadoopTableOperations.findVersion), and so show what an engine has committed there.
func strangerAfter(ctx context.Context, t Target, n int64) (string, error) {
	body, _, err := objstore.ReadAll(ctx, t.Store, CopyKey(n+1), manifest.MaxBytes)
	if errors.Is(err, objstore.ErrNotFound) {
		return "", nil
	} else if err != nil {
		return "", err
	}
	if m, err := manifest.Decode(body); err == nil && m.TableUUID == t.Manifest.TableUUID && m.Tablectl.Generation == n+1 {
		return "", nil // of a flip since
	}
	return CopyKey(n+1) + " was not written by tablectl, and engines show it; move it away, and those with higher numbers", nil
}

// Sync puts the copy, then the hint.
func (h hint) Sync(ctx context.Context, t Target) (State, error) {
	var state State // as it was seen last
	wanted := State{Version: t.current(), Generation: t.generation()}
	number := []byte(strconv.FormatInt(wanted.Generation, 10)) // without a newline: DuckDB does not trim
	copied := false
	s := swapping{store: t.Store, key: HintKey, body: true}
	s.next = func(th there) ([]byte, map[string]string, bool, error) {
		var err error
		if state, err = h.state(ctx, t, th); err != nil || !state.Behind || state.Generation > wanted.Generation {
			return nil, nil, false, err // a later hint is for those who know that generation to mend
		}
		if len(state.Foreign) > 0 && !t.Force {
			return nil, nil, false, fmt.Errorf("%w: %s", ErrForeign, state.Foreign[0])
		}
		if stranger, err := strangerAfter(ctx, t, wanted.Generation); err != nil {
			return nil, nil, false, err
		} else if stranger != "" {
			return nil, nil, false, fmt.Errorf("%w: %s", ErrForeign, stranger)
		}
		if !copied {
			if _, err := putCopy(ctx, t); err != nil {
				return nil, nil, false, err
			}
			copied = true
		}
		if bytes.Equal(th.body, number) { // it was right, and the copy was missing
			state = wanted
			return nil, nil, false, nil
		}
		return number, nil, true, nil
	}
	wrote, err := s.run(ctx)
	if wrote {
		state = wanted
	}
	return state, err
}
