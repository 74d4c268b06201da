package catalog

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/tablectl/tablectl/manifest"
)

// SymlinkPrefix is the location of a symlink table; nothing but SymlinkKey may lie there, for engines take every object for a manifest.
const SymlinkPrefix = "symlink/"

// SymlinkKey names the one object of the symlink entrance.
const SymlinkKey = SymlinkPrefix + "manifest"

// The metadata of the symlink object.
const (
	metaGeneration = "tablectl-generation"
	metaVersion    = "tablectl-version"
	metaTable      = "tablectl-table"
)

// manyLinks is how many files engines list without complaint in a symlink table.
const manyLinks = 10_000

// symlink is for Hive's SymlinkTextInputFormat (Athena, Trino, Presto, Hive): one object with the URL of a data file on each line.
type symlink struct{}

// Check refuses what the format cannot say.
func (symlink) Check(_ context.Context, t Target) ([]string, error) {
	if !strings.HasPrefix(t.URL, "s3://") {
		return nil, fmt.Errorf("%w: a symlink table is for engines that read s3:// URLs, and this table is a local directory", ErrCannot)
	}
	var notes []string
	if t.Snapshot != nil {
		if err := hiveTypes(t.Snapshot.Schema); err != nil {
			return nil, err
		}
		if n := t.Snapshot.FileCounts.Total; n > manyLinks {
			notes = append(notes, fmt.Sprintf("%d files: every query lists them all; a Glue table as: iceberg reads only what it needs", n))
		}
	}
	return notes, nil
}

// Look reads what rides on the object, and whether it is alone.
func (s symlink) Look(ctx context.Context, t Target) (State, error) {
	foreign, err := s.strangers(ctx, t)
	if err != nil {
		return State{}, err
	}
	th, err := swapping{store: t.Store, key: SymlinkKey}.look(ctx)
	if err != nil {
		return State{}, err
	}
	state := s.state(t, th)
	state.Foreign = append(state.Foreign, foreign...)
	return state, nil
}

func (symlink) state(t Target, th there) State {
	if !th.exists {
		return State{Behind: t.Snapshot != nil}
	}
	generation, err1 := strconv.ParseInt(th.Metadata[metaGeneration], 10, 64)
	version, err2 := strconv.ParseInt(th.Metadata[metaVersion], 10, 64)
	if err1 != nil || err2 != nil || th.Metadata[metaTable] != t.Manifest.TableUUID || generation > t.Manifest.Tablectl.Generation {
		return State{Behind: true, Foreign: []string{SymlinkKey + " was not written for this table by tablectl"}}
	}
	return State{Generation: generation, Version: manifest.Version(version), Behind: generation < t.Manifest.Pointed()}
}

// strangers are objects that engines would take for further manifests.
func (symlink) strangers(ctx context.Context, t Target) ([]string, error) {
	var out []string
	for info, err := range t.Store.List(ctx, SymlinkPrefix) {
		if err != nil {
			return nil, err
		}
		if info.Key != SymlinkKey && len(out) < 3 {
			out = append(out, info.Key+" is not ours, and engines read it as a further list of files")
		}
	}
	return out, nil
}

// Sync writes the object over the one of an earlier generation.
func (s symlink) Sync(ctx context.Context, t Target) (State, error) {
	var state State
	var lines []string
	swap := swapping{store: t.Store, key: SymlinkKey}
	swap.next = func(th there) ([]byte, map[string]string, bool, error) {
		state = s.state(t, th)
		switch {
		case !state.Behind || t.Snapshot == nil:
			return nil, nil, false, nil
		case len(state.Foreign) > 0 && !t.Force:
			return nil, nil, false, fmt.Errorf("%w: %s", ErrForeign, state.Foreign[0])
		}
		if lines == nil {
			var err error
			if lines, err = links(ctx, t); err != nil {
				return nil, nil, false, err
			}
		}
		state = State{Version: t.current(), Generation: t.Manifest.Tablectl.Generation}
		metadata := map[string]string{
			metaGeneration: strconv.FormatInt(state.Generation, 10), metaVersion: strconv.FormatInt(int64(state.Version), 10), metaTable: t.Manifest.TableUUID,
		}
		return []byte(strings.Join(lines, "\n") + "\n"), metadata, true, nil
	}
	if err := swap.run(ctx); err != nil {
		return state, err
	}
	foreign, err := s.strangers(ctx, t)
	if state.Foreign = foreign; err == nil && len(foreign) > 0 {
		err = fmt.Errorf("%w: %s; remove it", ErrForeign, foreign[0])
	}
	return state, err
}

// links are the lines of the object: the raw URL of each file. S3 gives equal bytes the same ETag, and a writer that was slow must not
// find the ETag that it knows on the object of a later generation; so the generation decides the order of the lines.
func links(ctx context.Context, t Target) ([]string, error) {
	var lines []string
	err := t.Files(ctx, t.Snapshot, func(f manifest.File) error {
		lines = append(lines, t.URL+"/"+f.Key)
		return nil
	})
	shuffle(lines, t.Manifest.Tablectl.Generation)
	return lines, err
}

// shuffle puts lines into the n-th of their orders, in the factorial number system.
func shuffle(lines []string, n int64) {
	for i := int64(1); i < int64(len(lines)) && n > 0; i++ {
		j := n % (i + 1)
		n /= i + 1
		moved := lines[i]
		lines = slices.Delete(lines, int(i), int(i)+1)
		lines = slices.Insert(lines, int(j), moved)
	}
}
