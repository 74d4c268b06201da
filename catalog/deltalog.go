package catalog

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/tablectl/tablectl/internal/objstore"
)

// deltaPrefix is where the log lies.
const deltaPrefix = "_delta_log/"

// maxDelta bounds a commit or checkpoint that is read, in bytes.
const maxDelta = 1 << 30

// deltaKey names a commit.
func deltaKey(n int64) string { return fmt.Sprintf("%s%020d.json", deltaPrefix, n) }

// The names in a log: commits, checkpoints in one file, and what else Delta writers put there (PROTOCOL.md, "File Types").
var (
	deltaCommitName     = regexp.MustCompile(`^([0-9]{20})\.json$`)
	deltaCheckpointName = regexp.MustCompile(`^([0-9]{20})\.checkpoint\.parquet$`)
	deltaOtherName      = regexp.MustCompile(`^[0-9]{20}\.(crc|[0-9]{20}\.compacted\.json|checkpoint\..+\.(json|parquet))$|^_last_checkpoint$|^_(sidecars|staged_commits|commits|trino_meta)/`)
)

// deltaLog is what a listing says of the log.
type deltaLog struct {
	store       objstore.Store
	head        int64 // the newest commit; -1: none
	commits     map[int64]bool
	checkpoints []int64  // ascending
	strangers   []string // what belongs to no log, in words
	foreign     string   // why the log is not ours, in words; "": nothing known against it
	beyond      bool     // a checkpoint lies beyond the newest commit, so that readers begin there
}

// listDelta lists the whole log: _last_checkpoint, which readers begin from, may lag behind.
func listDelta(ctx context.Context, store objstore.Store) (*deltaLog, error) {
	l := &deltaLog{store: store, head: -1, commits: map[int64]bool{}}
	for info, err := range store.List(ctx, deltaPrefix) {
		if err != nil {
			return nil, err
		}
		name := strings.TrimPrefix(info.Key, deltaPrefix)
		if n, ok := deltaNumber(deltaCommitName, name); ok {
			l.commits[n] = true
			l.head = max(l.head, n)
		} else if n, ok := deltaNumber(deltaCheckpointName, name); ok {
			l.checkpoints = append(l.checkpoints, n)
		} else if !deltaOtherName.MatchString(name) && len(l.strangers) < 3 {
			l.strangers = append(l.strangers, info.Key+" belongs to no Delta log")
		}
	}
	if n := len(l.checkpoints); n > 0 && l.checkpoints[n-1] > l.head {
		l.beyond = true
		l.foreign = fmt.Sprintf("%s is there and no such commit; move %s away, and a new log is begun", deltaCheckpointKey(l.checkpoints[n-1]), deltaPrefix)
	}
	return l, nil
}

func deltaNumber(name *regexp.Regexp, s string) (int64, bool) {
	m := name.FindStringSubmatch(s)
	if m == nil {
		return 0, false
	}
	n, err := strconv.ParseInt(m[1], 10, 64)
	return n, err == nil
}

// lastCheckpoint is the newest one, 0 if there is none: the first is due as long after the first commit as any other after the one before.
func (l *deltaLog) lastCheckpoint() int64 {
	if len(l.checkpoints) == 0 {
		return 0
	}
	return l.checkpoints[len(l.checkpoints)-1]
}

// commit reads a commit.
func (l *deltaLog) commit(ctx context.Context, n int64) ([]deltaAction, error) {
	b, _, err := objstore.ReadAll(ctx, l.store, deltaKey(n), maxDelta)
	if err != nil {
		return nil, err
	}
	out, err := decodeDelta(b)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", deltaKey(n), err)
	}
	return out, nil
}

// replay is the table after commit n; n = -1 is before the first. It begins at the newest checkpoint that can be read. A log that cannot be
// replayed is ErrForeign.
func (l *deltaLog) replay(ctx context.Context, n int64) (*deltaTable, error) {
	t, next := newDeltaTable(), int64(0)
	for _, c := range slices.Backward(l.checkpoints) {
		rows, err := l.checkpoint(ctx, c)
		if err == nil {
			t.apply(rows)
			next = c + 1
			break
		} else if !errors.Is(err, errDeltaLog) {
			return nil, err
		}
	}
	for ; next <= n; next++ {
		if !l.commits[next] {
			return nil, fmt.Errorf("%w: %s is missing; move %s away, and a new log is begun", ErrForeign, deltaKey(next), deltaPrefix)
		}
		actions, err := l.commit(ctx, next)
		if errors.Is(err, errDeltaLog) {
			return nil, fmt.Errorf("%w: %w; move %s away, and a new log is begun", ErrForeign, err, deltaPrefix)
		} else if err != nil {
			return nil, err
		}
		t.apply(actions)
	}
	return t, nil
}
