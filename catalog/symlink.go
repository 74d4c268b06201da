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

// maxStrangers is how many foreign objects are named.
const maxStrangers = 3

// manyLinks is how many files engines list without complaint in a symlink table.
const manyLinks = 10_000

// symlink is for Hive's SymlinkTextInputFormat (Athena, Trino, Presto, Hive): one object with the URL of a data file on each line.
type symlink struct{}

// Check refuses what the format cannot say.
func (symlink) Check(ctx context.Context, t Target) ([]string, error) {
	if err := onS3(t); err != nil {
		return nil, err
	}
	var notes []string
	if t.Snapshot != nil {
		if err := hiveTypes(t.Snapshot.Schema); err != nil {
			return nil, err
		}
		if err := t.Files(ctx, t.Snapshot, hiveNames(t).check); err != nil {
			return nil, err
		}
		if n := t.Snapshot.FileCounts.Total; n > manyLinks {
			notes = append(notes, fmt.Sprintf("%d files: every query lists them all; a Glue table as: iceberg reads only what it needs", n))
		}
	}
	return notes, nil
}

// hiveNames refuses a file in which a column has another name: it would be null there, without an error. A wider type is read by Trino
// 476, and by Athena (docs: "Handle schema updates").
func hiveNames(t Target) *naming {
	n := newNaming(t, "Hive")
	n.widens = true
	return n
}

// onS3 refuses a table that is elsewhere, if only since it was relocated.
func onS3(t Target) error {
	if !strings.HasPrefix(t.URL, "s3://") {
		return fmt.Errorf("%w: a symlink table is for engines that read s3:// URLs, and this table is a local directory", ErrCannot)
	}
	return nil
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
	state, err := s.state(ctx, t, th)
	state.Foreign = append(state.Foreign, foreign...)
	return state, err
}

func (symlink) state(ctx context.Context, t Target, th there) (State, error) {
	if !th.exists {
		return State{Behind: t.Snapshot != nil}, nil
	}
	generation, err1 := strconv.ParseInt(th.Metadata[metaGeneration], 10, 64)
	version, err2 := strconv.ParseInt(th.Metadata[metaVersion], 10, 64)
	ours := err1 == nil && err2 == nil && generation > 0 && th.Metadata[metaTable] == t.Manifest.TableUUID
	if ours {
		var err error
		if ours, err = t.reached(ctx, generation); err != nil {
			return State{}, err
		}
	}
	if !ours {
		return State{Behind: true, Foreign: []string{SymlinkKey + " was not written for this table by tablectl"}}, nil
	}
	return State{Generation: generation, Version: manifest.Version(version), Behind: generation < t.Manifest.Pointed()}, nil
}

// strangers are objects that engines would take for further manifests.
func (symlink) strangers(ctx context.Context, t Target) ([]string, error) {
	var out []string
	for info, err := range t.Store.List(ctx, SymlinkPrefix) {
		if err != nil {
			return nil, err
		}
		if info.Key == SymlinkKey {
			continue
		}
		if out = append(out, info.Key+" is not ours, and engines read it as a further list of files"); len(out) == maxStrangers {
			break
		}
	}
	return out, nil
}

// Sync writes the object over the one of an earlier generation.
func (s symlink) Sync(ctx context.Context, t Target) (State, error) {
	if err := onS3(t); err != nil {
		return State{}, err
	}
	var state State // as it was seen last
	var body []byte
	wanted := State{Version: t.current(), Generation: t.generation()}
	metadata := map[string]string{
		metaGeneration: strconv.FormatInt(wanted.Generation, 10), metaVersion: strconv.FormatInt(int64(wanted.Version), 10), metaTable: t.Manifest.TableUUID,
	}
	swap := swapping{store: t.Store, key: SymlinkKey}
	swap.next = func(th there) ([]byte, map[string]string, bool, error) {
		var err error
		state, err = s.state(ctx, t, th)
		switch {
		case err != nil || !state.Behind || t.Snapshot == nil:
			return nil, nil, false, err
		case len(state.Foreign) > 0 && !t.Force:
			return nil, nil, false, fmt.Errorf("%w: %s", ErrForeign, state.Foreign[0])
		}
		if body == nil {
			body, err = links(ctx, t)
		}
		return body, metadata, true, err
	}
	wrote, err := swap.run(ctx)
	if wrote {
		state = wanted
	}
	if err != nil {
		return state, err
	}
	foreign, err := s.strangers(ctx, t)
	if state.Foreign = append(state.Foreign, foreign...); err == nil && len(foreign) > 0 {
		err = fmt.Errorf("%w: %s; remove it", ErrForeign, foreign[0])
	}
	return state, err
}

// links is the object: the raw URL of each file on a line. S3 gives equal bytes the same ETag, and a writer that was slow must not find
// the ETag that it knows on the object of a later generation (after a rollback, say, which shows the same files again); so the generation
// decides the order of the lines. One or two files have so few orders that a write which arrives after such a rollback may show the other
// version again, until its writer looks, or the next sync: its generation tells.
func links(ctx context.Context, t Target) ([]byte, error) {
	var lines []string
	naming := hiveNames(t)
	err := t.Files(ctx, t.Snapshot, func(f manifest.File) error {
		if err := naming.check(f); err != nil {
			return err
		}
		lines = append(lines, t.URL+"/"+f.Key+"\n")
		return nil
	})
	if err != nil {
		return nil, err
	}
	shuffle(lines, t.generation())
	return []byte(strings.Join(lines, "")), nil
}

// shuffle puts lines into the n-th of their orders, in the factorial number system.
func shuffle(lines []string, n int64) {
	for i := int64(1); i < int64(len(lines)) && n > 0; i++ {
		j := i - n%(i+1) // 0 leaves it where it is, as it does all that follow
		n /= i + 1
		moved := lines[i]
		lines = slices.Delete(lines, int(i), int(i)+1)
		lines = slices.Insert(lines, int(j), moved)
	}
}
