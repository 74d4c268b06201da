package catalog

import (
	"context"
	"errors"
	"fmt"

	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/manifest"
)

// delta makes the table's root a Delta table (delta-io/delta, PROTOCOL.md): T/_delta_log has one commit for each publish and rollback
// that was synced. Commits are numbered and created only if nothing is there, and each says of which generation it is, so that the log
// goes only forward. Delta finds columns by their names; what cannot be read so is refused.
type delta struct{}

// Check refuses a current version whose files have other names or types for its columns.
func (delta) Check(ctx context.Context, t Target) ([]string, error) {
	if t.Snapshot == nil {
		return nil, nil
	}
	return nil, t.Files(ctx, t.Snapshot, newNaming(t, "Delta").check)
}

// Look reads the newest commit.
func (delta) Look(ctx context.Context, t Target) (State, error) {
	log, err := listDelta(ctx, t.Store)
	if err != nil {
		return State{}, err
	}
	return log.state(ctx, t)
}

// Sync adds the one commit that makes the log show the target, and a checkpoint if there are many commits since the last.
func (d delta) Sync(ctx context.Context, t Target) (State, error) {
	var last error
	for n := 1; n <= swapRounds; n++ {
		state, done, err := d.advance(ctx, t)
		if done || err != nil && !transient(err) && !errors.Is(err, objstore.ErrKeyCollision) {
			return state, err
		}
		if last = err; err == nil || errors.Is(err, objstore.ErrKeyCollision) {
			continue // look at once: somebody was faster, or a checkpoint is due
		}
		if err := objstore.Sleep(ctx, t.Store, objstore.Backoff(n)); err != nil {
			return State{Behind: true}, errors.Join(last, err)
		}
	}
	return State{Behind: true}, fmt.Errorf("write %s: %w", deltaPrefix, last)
}

// advance looks at the log and writes what is due next: a commit, or a checkpoint. It is done when nothing is left to write.
// ErrKeyCollision: somebody else has written that commit.
func (delta) advance(ctx context.Context, t Target) (state State, done bool, err error) {
	log, err := listDelta(ctx, t.Store)
	if err != nil {
		return State{Behind: true}, false, err
	}
	if state, err = log.state(ctx, t); err != nil {
		return state, false, err
	}
	switch {
	case t.Snapshot == nil:
		return state, true, nil
	case !state.Behind && !log.checkpointDue(log.head):
		return state, true, nil
	case !state.Behind:
		return state, true, log.writeCheckpoint(ctx)
	case log.beyond || log.foreign != "" && !t.Force:
		return state, true, fmt.Errorf("%w: %s", ErrForeign, log.foreign)
	}
	before, err := log.replay(ctx, log.head)
	if err != nil {
		return state, false, err
	}
	body, err := deltaCommit(ctx, t, before, state.Version)
	if err != nil {
		return state, false, err
	}
	_, err = objstore.PutImmutable(ctx, t.Store, deltaKey(log.head+1), objstore.BytesBody(body), objstore.PutOptions{ContentType: "application/json"})
	if err != nil {
		return state, false, err
	}
	shown := State{Version: t.current(), Generation: t.Manifest.Tablectl.Generation, Foreign: log.strangers}
	return shown, !log.checkpointDue(log.head + 1), nil
}

// state is what the newest commit says, if it is one of ours; else log.foreign says what is wrong with it.
func (l *deltaLog) state(ctx context.Context, t Target) (State, error) {
	state := State{Behind: t.Snapshot != nil, Foreign: l.strangers}
	if l.head < 0 && l.foreign == "" {
		return state, nil
	}
	if l.foreign == "" {
		actions, err := l.commit(ctx, l.head)
		if err != nil && !errors.Is(err, errDeltaLog) {
			return state, err
		}
		info, ours := ourInfo(actions, t.Manifest.TableUUID)
		if err == nil && ours {
			state.Version, state.Generation = manifest.Version(info.Version), info.Generation
			state.Behind = state.Behind && info.Generation < t.Manifest.Pointed()
			return state, nil
		}
		l.foreign = deltaKey(l.head) + " was not written for this table by tablectl"
	}
	state.Foreign = append([]string{l.foreign}, l.strangers...)
	return state, nil
}

// ourInfo is what a commit of ours says of itself.
func ourInfo(actions []deltaAction, table string) (deltaInfo, bool) {
	var info deltaInfo
	var txn deltaTxn
	for _, a := range actions {
		if a.Info != nil {
			info = *a.Info
		}
		if a.Txn != nil {
			txn = *a.Txn
		}
	}
	return info, info.Table == table && table != "" && txn.AppID == deltaApp && txn.Version == info.Generation && info.Generation > 0
}
