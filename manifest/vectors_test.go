package manifest

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
)

const vectorDir = "../testdata/format"

// vector is an entry of index.json: what a reader must make of a file. See the README there.
type vector struct {
	File      string `json:"file"`
	Kind      string `json:"kind"`      // manifest, snapshot, history, key, value, partition-dir, bounds, transform
	Gives     string `json:"gives"`     // ok, not-manifest, newer-format, or the rule that refuses it
	Canonical bool   `json:"canonical"` // the bytes are what a writer writes
	Facts     facts  `json:"facts"`
}

// facts are what was decoded. Only those that the index names are compared.
type facts struct {
	TableUUID   string             `json:"table_uuid,omitempty"`
	Root        string             `json:"root,omitempty"`
	Generation  int64              `json:"generation,omitempty"`
	NextVersion Version            `json:"next_version,omitempty"`
	Current     *int64             `json:"current,omitempty"`
	Previous    Version            `json:"previous,omitempty"`
	Live        []Version          `json:"live,omitempty"`
	Tags        map[string]Version `json:"tags,omitempty"`
	Pending     []string           `json:"pending,omitempty"`
	Frozen      string             `json:"frozen,omitempty"`
	Columns     []string           `json:"columns,omitempty"`
	Key         []int              `json:"key,omitempty"`
	Version     Version            `json:"version,omitempty"`
	Rows        int64              `json:"rows,omitempty"`
	Files       []string           `json:"files,omitempty"`
	Events      []string           `json:"events,omitempty"`
	Cases       int                `json:"cases,omitempty"`
}

func readVector(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(vectorDir, name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func readIndex(t testing.TB) []vector {
	t.Helper()
	var index []vector
	d := json.NewDecoder(bytes.NewReader(readVector(t, "index.json")))
	d.DisallowUnknownFields()
	if err := d.Decode(&index); err != nil {
		t.Fatal(err)
	}
	return index
}

func TestVectors(t *testing.T) {
	for _, v := range readIndex(t) {
		t.Run(v.File, func(t *testing.T) {
			got, err := runVector(t, v)
			if gives := givenBy(err); gives != v.Gives {
				t.Fatalf("gives %q (%v), want %q", gives, err, v.Gives)
			}
			compareFacts(t, got, v.Facts)
		})
	}
}

// Every file has an entry, and every entry a file of its own.
func TestVectorsAreIndexed(t *testing.T) {
	var indexed, there []string
	for _, v := range readIndex(t) {
		indexed = append(indexed, v.File)
	}
	err := filepath.WalkDir(vectorDir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == "index.json" || d.Name() == "README.md" {
			return err
		}
		name, err := filepath.Rel(vectorDir, path)
		there = append(there, filepath.ToSlash(name))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(indexed)
	slices.Sort(there)
	if !slices.Equal(indexed, there) || len(there) < 24 {
		t.Errorf("indexed are\n%q\nthere are\n%q", indexed, there)
	}
}

func givenBy(err error) string {
	var r *Refusal
	switch {
	case err == nil:
		return "ok"
	case errors.Is(err, ErrFormat):
		return "newer-format"
	case errors.Is(err, ErrNotManifest):
		return "not-manifest"
	case errors.As(err, &r):
		return string(r.Rule)
	}
	return err.Error()
}

// compareFacts compares what want has.
func compareFacts(t *testing.T, got, want facts) {
	t.Helper()
	g, w := reflect.ValueOf(got), reflect.ValueOf(want)
	for i := range w.NumField() {
		if !w.Field(i).IsZero() && !reflect.DeepEqual(g.Field(i).Interface(), w.Field(i).Interface()) {
			t.Errorf("%s is %v, want %v", w.Type().Field(i).Name, g.Field(i), w.Field(i))
		}
	}
}

func runVector(t *testing.T, v vector) (facts, error) {
	t.Helper()
	b := readVector(t, v.File)
	switch v.Kind {
	case "manifest":
		m, err := Decode(b)
		if err != nil {
			return facts{}, err
		}
		checkCanonical(t, v, b, encoded(t, m))
		return manifestFacts(m), nil
	case "snapshot":
		s, err := DecodeSnapshot(b)
		if err != nil {
			return facts{}, err
		}
		again, err := s.Encode()
		checkCanonical(t, v, b, again)
		return snapshotFacts(s), err
	case "history":
		events, err := DecodeEvents(b)
		return facts{Events: eventFacts(events)}, err
	case "key":
		return facts{Cases: keyCases(t, b)}, nil
	case "value":
		return facts{Cases: valueCases(t, b)}, nil
	case "partition-dir":
		return facts{Cases: dirCases(t, b)}, nil
	case "bounds":
		return facts{Cases: boundCases(t, b)}, nil
	case "transform":
		return facts{Cases: transformCases(t, b)}, nil
	}
	t.Fatalf("there is no kind %q", v.Kind)
	return facts{}, nil
}

func checkCanonical(t *testing.T, v vector, b, again []byte) {
	t.Helper()
	if v.Canonical && !bytes.Equal(b, again) {
		t.Errorf("written as\n%s", again)
	}
	sameJSON(t, b, again)
}

func manifestFacts(m *Manifest) facts {
	f := facts{
		TableUUID: m.TableUUID, Root: m.Root(), Generation: m.Tablectl.Generation, NextVersion: m.Tablectl.NextVersion, Current: &m.CurrentSnapshotID,
		Tags: m.Tags(), Key: m.Schema().IdentifierFieldIDs, Events: eventFacts(m.Tablectl.Recent), Columns: columnFacts(m.Schema()),
	}
	f.Previous, _ = m.Previous()
	for _, e := range m.Snapshots {
		f.Live = append(f.Live, e.SnapshotID)
	}
	for _, p := range m.Tablectl.Pending {
		f.Pending = append(f.Pending, p.Run)
	}
	if m.Tablectl.Frozen != nil {
		f.Frozen = m.Tablectl.Frozen.Reason
	}
	return f
}

func snapshotFacts(s *Snapshot) facts {
	f := facts{TableUUID: s.TableUUID, Version: s.Version, Rows: s.Rows.Total, Columns: columnFacts(s.Schema), Key: s.Schema.IdentifierFieldIDs}
	for _, file := range s.Files {
		f.Files = append(f.Files, file.Key)
	}
	for _, l := range s.Lists {
		f.Files = append(f.Files, l.Key)
	}
	return f
}

func columnFacts(s Schema) []string {
	var out []string
	for _, f := range s.Fields {
		out = append(out, quoteName(f.Name)+" "+f.typeString())
	}
	return out
}

func eventFacts(events []Event) []string {
	var out []string
	for _, e := range events {
		out = append(out, e.Op)
	}
	return out
}

// readCases reads a file that holds a list of cases.
func readCases[T any](t *testing.T, b []byte) []T {
	t.Helper()
	var cases []T
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&cases); err != nil {
		t.Fatal(err)
	}
	return cases
}

type keyCase struct {
	Key     string  `json:"key"`
	OK      bool    `json:"ok"`
	Version Version `json:"version,omitempty"` // in whose prefix it lies
	Why     string  `json:"why,omitempty"`
}

func keyCases(t *testing.T, b []byte) int {
	cases := readCases[keyCase](t, b)
	for _, c := range cases {
		if err := CheckKey(c.Key); (err == nil) != c.OK {
			t.Errorf("%q: %v (%s)", c.Key, err, c.Why)
		}
		if v, _ := KeyVersion(c.Key); c.OK && v != c.Version {
			t.Errorf("%q lies in version %d, not %d", c.Key, v, c.Version)
		}
	}
	return len(cases)
}

// valueCase is one value in its forms, or a JSON form that is refused.
type valueCase struct {
	Type   string          `json:"type"`
	JSON   json.RawMessage `json:"json"`
	OK     bool            `json:"ok"`
	Text   string          `json:"text,omitempty"`
	Binary string          `json:"binary,omitempty"` // hex
	Why    string          `json:"why,omitempty"`
}

func valueCases(t *testing.T, b []byte) int {
	cases := readCases[valueCase](t, b)
	for _, c := range cases {
		typ := mustType(t, c.Type)
		v, ok := canonical(typ, Value(c.JSON))
		if ok != c.OK {
			t.Errorf("%s %s: accepted %t (%s)", c.Type, c.JSON, ok, c.Why)
		}
		if !c.OK {
			continue
		}
		bin, err := BinaryValue(typ, v)
		if err != nil || hex.EncodeToString(bin) != c.Binary || FormatValue(typ, v) != c.Text {
			t.Errorf("%s %s is %x and %q (%v)", c.Type, c.JSON, bin, FormatValue(typ, v), err)
		}
	}
	return len(cases)
}

type dirCase struct {
	Column string  `json:"column"`
	Text   *string `json:"text"` // null: the null value
	Dir    string  `json:"dir"`
}

func dirCases(t *testing.T, b []byte) int {
	cases := readCases[dirCase](t, b)
	for _, c := range cases {
		text := ""
		if c.Text != nil {
			text = *c.Text
		}
		if got := PartitionDir(c.Column, text, c.Text == nil); got != c.Dir {
			t.Errorf("%q = %q is %q, want %q", c.Column, text, got, c.Dir)
		}
	}
	return len(cases)
}

type boundCase struct {
	Type  string          `json:"type"`
	Value json.RawMessage `json:"value"`
	Lower json.RawMessage `json:"lower"`
	Upper json.RawMessage `json:"upper"` // null: there is none, and so no bounds
}

func boundCases(t *testing.T, b []byte) int {
	cases := readCases[boundCase](t, b)
	for _, c := range cases {
		typ := mustType(t, c.Type)
		v, err := DecodeValue(typ, Value(c.Value))
		if err != nil {
			t.Fatal(err)
		}
		lower, err := EncodeValue(typ, LowerBound(typ, v))
		if err != nil || string(lower) != string(c.Lower) {
			t.Errorf("%s: lower bound %s (%v), want %s", c.Value, lower, err, c.Lower)
		}
		upper := Value("null")
		if bound, ok := UpperBound(typ, v); ok {
			if upper, err = EncodeValue(typ, bound); err != nil {
				t.Error(err)
			}
		}
		if string(upper) != string(c.Upper) {
			t.Errorf("%s: upper bound %s, want %s", c.Value, upper, c.Upper)
		}
	}
	return len(cases)
}

type transformCase struct {
	Transform string          `json:"transform"`
	Type      string          `json:"type"`
	Value     json.RawMessage `json:"value"`
	Gives     json.RawMessage `json:"gives,omitempty"` // missing: there is no result
	Text      string          `json:"text,omitempty"`
}

func transformCases(t *testing.T, b []byte) int {
	cases := readCases[transformCase](t, b)
	for _, c := range cases {
		tr, err := ParseTransform(c.Transform)
		if err != nil {
			t.Fatal(err)
		}
		typ := mustType(t, c.Type)
		v, err := DecodeValue(typ, Value(c.Value))
		if err != nil {
			t.Fatal(err)
		}
		got, err := tr.Apply(typ, v)
		if c.Gives == nil {
			if err == nil {
				t.Errorf("%s of %s %s is %v", c.Transform, c.Type, c.Value, got)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		text, err := EncodeValue(tr.Result(typ), got)
		if text == "" {
			text = "null"
		}
		if err != nil || string(text) != string(c.Gives) || tr.Format(typ, got) != c.Text {
			t.Errorf("%s of %s %s is %s, %q (%v)", c.Transform, c.Type, c.Value, text, tr.Format(typ, got), err)
		}
	}
	return len(cases)
}
