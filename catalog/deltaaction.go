package catalog

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// deltaApp is the application id of our transactions, and the writer feature that keeps others from writing: a writer must know
// every writer feature of a table (PROTOCOL.md, "Table Features"), a reader need not.
const deltaApp = "tablectl"

// errDeltaLog: the log is no Delta log, or one that is not understood here.
var errDeltaLog = errors.New("not a Delta log that can be read")

// deltaAction is one line of a commit and one row of a checkpoint: exactly one field is set (PROTOCOL.md, "Actions"). Rows of a
// checkpoint have no commitInfo.
type deltaAction struct {
	Info     *deltaInfo     `json:"commitInfo,omitempty" parquet:"-"`
	Txn      *deltaTxn      `json:"txn,omitempty" parquet:"txn,optional"`
	Add      *deltaAdd      `json:"add,omitempty" parquet:"add,optional"`
	Remove   *deltaRemove   `json:"remove,omitempty" parquet:"remove,optional"`
	MetaData *deltaMeta     `json:"metaData,omitempty" parquet:"metaData,optional"`
	Protocol *deltaProtocol `json:"protocol,omitempty" parquet:"protocol,optional"`
}

// deltaInfo says where a commit comes from. Times are milliseconds since 1970.
type deltaInfo struct {
	Timestamp  int64             `json:"timestamp"`
	Operation  string            `json:"operation"` // "WRITE", or "RESTORE" for a lower version than before
	Parameters map[string]string `json:"operationParameters"`
	Engine     string            `json:"engineInfo"`
	Table      string            `json:"tablectlTable"` // uuid
	Version    int64             `json:"tablectlVersion"`
	Generation int64             `json:"tablectlGeneration"`
}

// deltaTxn is how far an application has come: of ours, the generation of the manifest.
type deltaTxn struct {
	AppID       string `json:"appId" parquet:"appId"`
	Version     int64  `json:"version" parquet:"version"`
	LastUpdated int64  `json:"lastUpdated,omitempty" parquet:"lastUpdated,optional"`
}

// deltaAdd is a file that the table has from this commit on.
type deltaAdd struct {
	Path       string            `json:"path" parquet:"path"`
	Partition  map[string]string `json:"partitionValues" parquet:"partitionValues"`
	Size       int64             `json:"size" parquet:"size"`
	Modified   int64             `json:"modificationTime" parquet:"modificationTime"`
	DataChange bool              `json:"dataChange" parquet:"dataChange"`
	Stats      string            `json:"stats,omitempty" parquet:"stats,optional"` // JSON
}

// deltaRemove is a file that it has no more.
type deltaRemove struct {
	Path       string `json:"path" parquet:"path"`
	Deleted    int64  `json:"deletionTimestamp" parquet:"deletionTimestamp"`
	DataChange bool   `json:"dataChange" parquet:"dataChange"`
	Size       int64  `json:"size,omitempty" parquet:"size,optional"`
}

// deltaMeta describes the table.
type deltaMeta struct {
	ID               string            `json:"id" parquet:"id"`
	Format           deltaFormat       `json:"format" parquet:"format"`
	Schema           string            `json:"schemaString" parquet:"schemaString"`
	PartitionColumns []string          `json:"partitionColumns" parquet:"partitionColumns,list"`
	Created          int64             `json:"createdTime,omitempty" parquet:"createdTime,optional"`
	Configuration    map[string]string `json:"configuration" parquet:"configuration"`
}

type deltaFormat struct {
	Provider string            `json:"provider" parquet:"provider"`
	Options  map[string]string `json:"options" parquet:"options"`
}

// deltaProtocol says what readers and writers have to know.
type deltaProtocol struct {
	MinReader      int32    `json:"minReaderVersion" parquet:"minReaderVersion"`
	MinWriter      int32    `json:"minWriterVersion" parquet:"minWriterVersion"`
	ReaderFeatures []string `json:"readerFeatures,omitempty" parquet:"readerFeatures,list,optional"`
	WriterFeatures []string `json:"writerFeatures,omitempty" parquet:"writerFeatures,list,optional"`
}

// ourProtocol is the one of all our logs. Without a writer feature of our own VACUUM would delete whatever the log does not name: other
// versions, and other catalogs. With a column that is not null Spark reads only if the writer feature invariants is there.
func ourProtocol() deltaProtocol {
	const ntz = "timestampNtz"
	return deltaProtocol{MinReader: 3, MinWriter: 7, ReaderFeatures: []string{ntz}, WriterFeatures: []string{ntz, "invariants", deltaApp}}
}

func (p deltaProtocol) equal(o deltaProtocol) bool {
	return p.MinReader == o.MinReader && p.MinWriter == o.MinWriter && slices.Equal(p.ReaderFeatures, o.ReaderFeatures) &&
		slices.Equal(p.WriterFeatures, o.WriterFeatures)
}

// encodeDelta writes a commit: a JSON object a line.
func encodeDelta(actions []deltaAction) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	for _, a := range actions {
		if err := e.Encode(a); err != nil {
			return nil, fmt.Errorf("encode delta commit: %w", err)
		}
	}
	return b.Bytes(), nil
}

// decodeDelta reads a commit. Actions that are not known here have no field set.
func decodeDelta(b []byte) ([]deltaAction, error) {
	var out []deltaAction
	for d := json.NewDecoder(bytes.NewReader(b)); ; {
		var a deltaAction
		switch err := d.Decode(&a); {
		case errors.Is(err, io.EOF):
			return out, nil
		case err != nil:
			return nil, fmt.Errorf("%w: %w", errDeltaLog, err)
		}
		out = append(out, a)
	}
}
