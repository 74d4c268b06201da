package catalog

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/tablectl/tablectl/manifest"
)

// deltaCommit is the commit that turns the table as the log has it, at version shown, into the target.
func deltaCommit(ctx context.Context, t Target, before *deltaTable, shown manifest.Version) ([]byte, error) {
	if err := mendable(before); err != nil {
		return nil, err
	}
	schema, err := deltaSchema(t.Snapshot.Schema)
	if err != nil {
		return nil, err
	}
	now, generation := int64(t.Now), t.Manifest.Tablectl.Generation
	info := deltaInfo{
		Timestamp: now, Operation: "WRITE", Parameters: map[string]string{"mode": "Overwrite"}, Engine: deltaApp,
		Table: t.Manifest.TableUUID, Version: int64(t.current()), Generation: generation,
	}
	if t.current() < shown {
		info.Operation, info.Parameters = "RESTORE", map[string]string{}
	}
	actions := []deltaAction{{Info: &info}, {Txn: &deltaTxn{AppID: deltaApp, Version: generation, LastUpdated: now}}}
	if p := ourProtocol(); before.protocol == nil || !before.protocol.equal(p) {
		actions = append(actions, deltaAction{Protocol: &p})
	}
	described := ourMeta(t, schema, before.meta)
	if described != nil {
		actions = append(actions, deltaAction{MetaData: described})
	}
	changes, err := deltaChanges(ctx, t, before.files, described != nil)
	if err != nil {
		return nil, err
	}
	return encodeDelta(append(actions, changes...))
}

// mendable refuses a log whose files are more than their paths say, by deletion vectors, say.
func mendable(before *deltaTable) error {
	if p := before.protocol; p != nil {
		for _, f := range p.ReaderFeatures {
			if !slices.Contains(ourProtocol().ReaderFeatures, f) {
				return fmt.Errorf("%w: the log needs the reader feature %.40q; move %s away, and a new log is begun", ErrForeign, f, deltaPrefix)
			}
		}
		if p.MinReader == 2 { // column mapping
			return fmt.Errorf("%w: the log maps columns; move %s away, and a new log is begun", ErrForeign, deltaPrefix)
		}
	}
	return nil
}

// ourMeta is the description of the table, nil if the log has it. There are no partition columns: statistics do what they would, and
// some readers look for version=N/ among them.
func ourMeta(t Target, schema string, before *deltaMeta) *deltaMeta {
	m := &deltaMeta{
		ID: t.Manifest.TableUUID, Format: deltaFormat{Provider: "parquet", Options: map[string]string{}}, Schema: schema,
		PartitionColumns: []string{}, Created: int64(t.Now), Configuration: map[string]string{"delta.enableExpiredLogCleanup": "false"},
	}
	if before == nil {
		return m
	}
	m.Created = before.Created
	if before.ID == m.ID && before.Schema == schema && len(before.PartitionColumns) == 0 && maps.Equal(before.Configuration, m.Configuration) {
		return nil
	}
	return m
}

// deltaChanges are the removes, by path, then the adds, in the snapshot's order. With anew a file that the log has is added again if it has
// other statistics under the target's schema, which changes no data.
func deltaChanges(ctx context.Context, t Target, before map[string]deltaAdd, anew bool) ([]deltaAction, error) {
	var adds, out []deltaAction
	gone, naming := maps.Clone(before), newNaming(t, "Delta")
	err := t.Files(ctx, t.Snapshot, func(f manifest.File) error {
		if err := naming.check(f); err != nil {
			return err
		}
		delete(gone, f.Key)
		old, there := before[f.Key]
		if there && !anew {
			return nil
		}
		stats, err := deltaStats(t.Snapshot.Schema, f, naming.lacks)
		if err != nil {
			return fmt.Errorf("file %s: %w", f.Key, err)
		}
		if there && old.Stats == stats {
			return nil
		}
		adds = append(adds, deltaAction{Add: &deltaAdd{
			Path: f.Key, Partition: map[string]string{}, Size: f.Bytes, Modified: int64(t.Snapshot.Created), DataChange: !there, Stats: stats,
		}})
		return nil
	})
	for _, path := range slices.Sorted(maps.Keys(gone)) {
		out = append(out, deltaAction{Remove: &deltaRemove{Path: path, Deleted: int64(t.Now), DataChange: true, Size: gone[path].Size}})
	}
	return append(out, adds...), err
}
