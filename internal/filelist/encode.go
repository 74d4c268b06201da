package filelist

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/parquet-go/parquet-go"

	"github.com/tablectl/tablectl/manifest"
)

// row is a file as a row of the list. Partition is a JSON list of values, Columns a JSON object of statistics by field id.
type row struct {
	Key            string `parquet:"key"`
	Bytes          int64  `parquet:"bytes"`
	Rows           int64  `parquet:"rows"`
	SHA256         string `parquet:"sha256"`
	CRC64NVME      string `parquet:"crc64nvme"`
	RowGroups      int64  `parquet:"row_groups"`
	Partition      string `parquet:"partition"`
	Columns        string `parquet:"columns"`
	AddedByVersion int64  `parquet:"added_by_version"`
	AddedByRun     string `parquet:"added_by_run,dict"`
	Verbatim       bool   `parquet:"verbatim"`
	SpecID         int64  `parquet:"spec_id"`
}

// Pages are as small as one block of the compressor, which needs 16 MiB of memory for larger ones.
const (
	pageBytes = 96 << 10
	pageRows  = 20 // so often it is looked whether a page is full
)

// Encode writes a list of files. It refuses what Decode would refuse.
func Encode(files []manifest.File) ([]byte, error) {
	rows := make([]row, len(files))
	for i, f := range files {
		var err error
		if rows[i], err = newRow(f); err != nil {
			return nil, fmt.Errorf("encode file list: %q: %w", f.Key, err)
		}
	}
	if err := check(files); err != nil {
		return nil, fmt.Errorf("encode file list: %w", err)
	}
	var b bytes.Buffer
	w := parquet.NewGenericWriter[row](&b, parquet.Compression(&parquet.Zstd), parquet.CreatedBy("tablectl", "1", "file list"),
		parquet.PageBufferSize(pageBytes))
	for chunk := range slices.Chunk(rows, pageRows) {
		if _, err := w.Write(chunk); err != nil {
			return nil, fmt.Errorf("encode file list: %w", err)
		}
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("encode file list: %w", err)
	}
	return b.Bytes(), nil
}

func newRow(f manifest.File) (row, error) {
	partition, err := toJSON(f.Partition)
	if err != nil {
		return row{}, fmt.Errorf("partition: %w", err)
	}
	columns, err := toJSON(f.Columns)
	if err != nil {
		return row{}, fmt.Errorf("columns: %w", err)
	}
	return row{
		Key: f.Key, Bytes: f.Bytes, Rows: f.Rows, SHA256: f.SHA256, CRC64NVME: f.CRC64NVME, RowGroups: int64(f.RowGroups),
		Partition: partition, Columns: columns, AddedByVersion: int64(f.AddedBy.Version), AddedByRun: f.AddedBy.Run, Verbatim: f.Verbatim,
		SpecID: int64(f.SpecID),
	}, nil
}

// toJSON leaves the text of values as it is: encoding/json would escape what HTML reads.
func toJSON(v any) (string, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return string(bytes.TrimSuffix(b.Bytes(), []byte("\n"))), err
}
