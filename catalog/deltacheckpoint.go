package catalog

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/parquet-go/parquet-go"

	"github.com/tablectl/tablectl/internal/objstore"
)

// deltaInterval is how many commits may follow a checkpoint: readers fetch all of them.
const deltaInterval = 50

// deltaLast names the object that says where the newest checkpoint is. Readers list from there on, so an old one is slow and not wrong.
const deltaLast = deltaPrefix + "_last_checkpoint"

func deltaCheckpointKey(n int64) string {
	return fmt.Sprintf("%s%020d.checkpoint.parquet", deltaPrefix, n)
}

// checkpointDue says whether a checkpoint at commit n would be in time.
func (l *deltaLog) checkpointDue(n int64) bool { return n-l.lastCheckpoint() >= deltaInterval }

// checkpoint reads a checkpoint in one file (PROTOCOL.md, "Classic checkpoint"). One that cannot be understood is errDeltaLog.
func (l *deltaLog) checkpoint(ctx context.Context, n int64) ([]deltaAction, error) {
	b, _, err := objstore.ReadAll(ctx, l.store, deltaCheckpointKey(n), maxDelta)
	if err != nil {
		return nil, err
	}
	rows, err := decodeCheckpoint(b)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", deltaCheckpointKey(n), err)
	}
	return rows, nil
}

func decodeCheckpoint(b []byte) ([]deltaAction, error) {
	r := bytes.NewReader(b)
	f, err := parquet.OpenFile(r, r.Size())
	if err == nil {
		_, err = parquet.Convert(parquet.SchemaOf(deltaAction{}), f.Schema()) // Read panics where this fails
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errDeltaLog, err)
	}
	rows, err := parquet.Read[deltaAction](r, r.Size())
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errDeltaLog, err)
	}
	t := newDeltaTable()
	if t.apply(rows); t.meta == nil || t.protocol == nil {
		return nil, fmt.Errorf("%w: a checkpoint without metaData and protocol", errDeltaLog)
	}
	return rows, nil
}

// writeCheckpoint puts one at the newest commit, then the object that names it. Another one that is there is as good.
func (l *deltaLog) writeCheckpoint(ctx context.Context) error {
	t, err := l.replay(ctx, l.head)
	if err != nil {
		return fmt.Errorf("write delta checkpoint: %w", err)
	}
	actions := t.actions()
	var b bytes.Buffer
	if err := parquet.Write(&b, actions, parquet.Compression(&parquet.Snappy)); err != nil {
		return fmt.Errorf("write delta checkpoint: %w", err)
	}
	o := objstore.PutOptions{ContentType: "application/vnd.apache.parquet"}
	_, err = objstore.PutImmutable(ctx, l.store, deltaCheckpointKey(l.head), objstore.BytesBody(b.Bytes()), o)
	if err != nil && !errors.Is(err, objstore.ErrKeyCollision) {
		return fmt.Errorf("write delta checkpoint: %w", err)
	}
	last, err := json.Marshal(map[string]int64{"version": l.head, "size": int64(len(actions))})
	if err == nil {
		_, err = l.store.Put(ctx, deltaLast, objstore.BytesBody(last), objstore.PutOptions{ContentType: "application/json"})
	}
	if err != nil {
		return fmt.Errorf("write delta checkpoint: %w", err)
	}
	return nil
}
