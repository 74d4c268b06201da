package main

import (
	"encoding/json"

	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/table"
)

// diffDoc is how two versions differ, for scripts. With --rows "changes" follows, a list of the rows.
type diffDoc struct {
	SchemaVersion int                `json:"schema_version"`
	Table         string             `json:"table"`
	A             manifest.Version   `json:"a"`
	B             manifest.Version   `json:"b"`
	Different     bool               `json:"different"`
	Schema        []schemaChangeDoc  `json:"schema"`
	Partitions    []partitionDiffDoc `json:"partitions"`
	Files         fileDiffDoc        `json:"files"`
	Rows          beforeAfter        `json:"rows"`
	Sums          []sumDoc           `json:"sums"` // of the files that differ
	RowChanges    *rowChangesDoc     `json:"row_changes,omitempty"`
	Read          readDoc            `json:"read"`
}

type beforeAfter struct {
	Before int64 `json:"before"`
	After  int64 `json:"after"`
}

type schemaChangeDoc struct {
	Change  string  `json:"change"`
	FieldID int     `json:"field_id,omitempty"`
	Column  string  `json:"column,omitempty"`
	Before  *string `json:"before"`
	After   *string `json:"after"`
}

type sizeDoc struct {
	Files int   `json:"files"`
	Rows  int64 `json:"rows"`
	Bytes int64 `json:"bytes"`
}

type partitionDiffDoc struct {
	Partition map[string]*string `json:"partition"`
	Before    sizeDoc            `json:"before"`
	After     sizeDoc            `json:"after"`
	Shared    sizeDoc            `json:"shared"`
}

type fileDiffDoc struct {
	Removed []changedFileDoc `json:"removed"`
	Added   []changedFileDoc `json:"added"`
	Shared  sizeDoc          `json:"shared"` // the same bytes
	Copied  int              `json:"copied"` // of those shared, under another key
}

type changedFileDoc struct {
	Key    string `json:"key"`
	Rows   int64  `json:"rows"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

type sumDoc struct {
	Column     string   `json:"column"`
	FieldID    int      `json:"field_id"`
	Type       string   `json:"type"`
	Exact      bool     `json:"exact"`
	Before     totalDoc `json:"before"`
	After      totalDoc `json:"after"`
	Difference any      `json:"difference"`
}

type totalDoc struct {
	Values int64 `json:"values"`
	Sum    any   `json:"sum"`
}

type rowChangesDoc struct {
	Key      []string         `json:"key"`
	Compared []string         `json:"compared"`
	Removed  int64            `json:"removed"`
	Added    int64            `json:"added"`
	Changed  int64            `json:"changed"`
	Columns  map[string]int64 `json:"columns"`       // changed rows by column
	Repeated int64            `json:"repeated_keys"` // with several rows that the other version does not have
}

type readDoc struct {
	Files int   `json:"files"`
	Bytes int64 `json:"bytes"`
}

func diffDocOf(d *table.Diff) diffDoc {
	doc := diffDoc{
		SchemaVersion: schemaVersion, Table: d.Table, A: d.A, B: d.B, Different: d.Different(),
		Schema: []schemaChangeDoc{}, Partitions: []partitionDiffDoc{}, Rows: beforeAfter{d.RowsBefore, d.RowsAfter}, Sums: []sumDoc{},
		Files: fileDiffDoc{changedFiles(d.Files.Removed), changedFiles(d.Files.Added), sizeDoc(d.Files.Shared), d.Files.Copied},
		Read:  readDoc(d.Read),
	}
	for _, c := range d.Schema {
		doc.Schema = append(doc.Schema, schemaChangeDoc{c.Kind, c.FieldID, c.Column, orNull(c.Before), orNull(c.After)})
	}
	for _, p := range d.Partitions {
		doc.Partitions = append(doc.Partitions, partitionDiffDoc{p.Values, sizeDoc(p.Before), sizeDoc(p.After), sizeDoc(p.Shared)})
	}
	for _, s := range d.Sums {
		doc.Sums = append(doc.Sums, sumDoc{s.Name, s.FieldID, s.Type.String(), s.Exact,
			totalDoc{s.Before.Values, number(s.Before.Total)}, totalDoc{s.After.Values, number(s.After.Total)}, number(s.Difference)})
	}
	if r := d.Rows; r != nil {
		doc.RowChanges = new(rowChangesDoc(*r))
	}
	return doc
}

func changedFiles(files []manifest.File) []changedFileDoc {
	out := []changedFileDoc{}
	for _, f := range files {
		out = append(out, changedFileDoc{f.Key, f.Rows, f.Bytes, f.SHA256})
	}
	return out
}

// number is a JSON number with all its digits; NaN and the infinities, which JSON does not know, are strings.
func number(text string) any {
	if json.Valid([]byte(text)) {
		return json.Number(text)
	}
	return text
}

func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
