package filelist

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/tablectl/tablectl/internal/columnar"
	"github.com/tablectl/tablectl/manifest"
)

// schema is the columns of a list, by name; later writers may add others.
func schema() manifest.Schema {
	field := func(name string, k manifest.Kind) manifest.Field {
		return manifest.Field{Name: name, Type: manifest.Type{Kind: k}, Required: true}
	}
	return manifest.Schema{Fields: []manifest.Field{
		field("key", manifest.String), field("bytes", manifest.Long), field("rows", manifest.Long), field("sha256", manifest.String),
		field("crc64nvme", manifest.String), field("row_groups", manifest.Long), field("partition", manifest.String),
		field("columns", manifest.String), field("added_by_version", manifest.Long), field("added_by_run", manifest.String),
		field("verbatim", manifest.Boolean), field("spec_id", manifest.Long),
	}}
}

// Decode reads a list. Whatever is wrong with the bytes is ErrInvalid. Whether partitions and statistics suit the table is for
// the snapshot's Validate to say.
func Decode(b []byte) ([]manifest.File, error) {
	files, err := decode(b)
	if err != nil {
		return nil, fmt.Errorf("decode file list: %w: %w", ErrInvalid, err)
	}
	return files, nil
}

func decode(b []byte) ([]manifest.File, error) {
	f, err := columnar.Open(bytes.NewReader(b), int64(len(b)), columnar.OpenOptions{})
	if err != nil {
		return nil, err
	}
	if f.NumRows() > maxDecode {
		return nil, fmt.Errorf("%d files, at most %d are allowed", f.NumRows(), maxDecode)
	}
	r, err := f.Read(context.Background(), schema(), columnar.ReadOptions{BatchRows: MaxFiles, BatchBytes: 8 << 20})
	if err != nil {
		return nil, err
	}
	defer r.Release()
	d := decoder{budget: 32<<20 + 2*len(b)}
	for r.Next() {
		if err := d.batch(r.Record()); err != nil {
			return nil, err
		}
	}
	if r.Err() != nil {
		return nil, r.Err()
	}
	return d.files, check(d.files)
}

// decoder collects files until their texts are longer than the budget.
type decoder struct {
	files  []manifest.File
	budget int
}

func (d *decoder) batch(rec arrow.Record) error {
	text := func(c, i int) string {
		s := rec.Column(c).(*array.String).Value(i)
		d.budget -= len(s)
		return strings.Clone(s)
	}
	number := func(c, i int) int64 { return rec.Column(c).(*array.Int64).Value(i) }
	for i := range int(rec.NumRows()) {
		f := manifest.File{
			Key: text(0, i), Bytes: number(1, i), Rows: number(2, i), SHA256: text(3, i), CRC64NVME: text(4, i), RowGroups: int(number(5, i)),
			AddedBy: manifest.AddedBy{Version: manifest.Version(number(8, i)), Run: text(9, i)}, Verbatim: rec.Column(10).(*array.Boolean).Value(i),
			SpecID: int(number(11, i)),
		}
		partition, columns := text(6, i), text(7, i)
		if d.budget < 0 {
			return errors.New("the names and statistics take too much memory")
		}
		if err := json.Unmarshal([]byte(partition), &f.Partition); err != nil {
			return fmt.Errorf("partition of %q: %w", f.Key, err)
		}
		if err := json.Unmarshal([]byte(columns), &f.Columns); err != nil {
			return fmt.Errorf("statistics of %q: %w", f.Key, err)
		}
		d.files = append(d.files, f)
	}
	return nil
}

// check refuses what no list may say.
func check(files []manifest.File) error {
	seen := make(map[string]bool, len(files))
	for _, f := range files {
		if err := manifest.CheckDataKey(f.Key); err != nil {
			return err
		}
		switch {
		case seen[f.Key]:
			return fmt.Errorf("%q stands there twice", f.Key)
		case f.Bytes <= 0 || f.Rows < 0 || f.RowGroups < 0 || f.AddedBy.Version < 1:
			return fmt.Errorf("%q has %d bytes, %d rows, %d row groups, and was added by version %d", f.Key, f.Bytes, f.Rows, f.RowGroups, f.AddedBy.Version)
		case !isHex(f.SHA256, 64) || !isHex(f.CRC64NVME, 16):
			return fmt.Errorf("%q has the digests %.64q and %.64q", f.Key, f.SHA256, f.CRC64NVME)
		}
		seen[f.Key] = true
	}
	return nil
}

func isHex(s string, n int) bool {
	return len(s) == n && strings.Trim(s, "0123456789abcdef") == ""
}
