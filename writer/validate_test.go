package writer

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/internal/objstore/memstore"
	"github.com/tablectl/tablectl/manifest"
)

// small is a published table of one small file with a key, a required column, a partition and nested values.
func small(t *testing.T) (Options, []manifest.File) {
	t.Helper()
	text, number := manifest.Type{Kind: manifest.String}, manifest.Type{Kind: manifest.Long}
	s := manifest.Schema{Fields: []manifest.Field{
		{ID: 1, Name: "id", Type: number, Required: true},
		{ID: 2, Name: "part", Type: text},
		{ID: 3, Name: "amount", Type: manifest.Type{Kind: manifest.Decimal, Precision: 9, Scale: 2}},
		{ID: 4, Name: "tags", Type: manifest.Type{Kind: manifest.List, Fields: []manifest.Field{{ID: 5, Name: "element", Type: text}}}},
		{ID: 6, Name: "when", Type: manifest.Type{Kind: manifest.TimestampTZ}},
	}, IdentifierFieldIDs: []int{1}}
	o := options(t, s)
	o.Spec.Fields = []manifest.PartitionField{{SourceID: 2, FieldID: 1000, Name: "part", Transform: "identity"}}
	rec := fromJSON(t, s, `[
		{"id": 1, "part": "a", "amount": "1.20", "tags": ["x", null], "when": "2026-01-01 00:00:00"},
		{"id": 2, "part": "a", "amount": null, "tags": [], "when": "1870-01-01 00:00:00"},
		{"id": 3, "part": "a", "amount": "-7.00", "tags": null, "when": null}]`)
	return o, mustWrite(t, &list{schema: rec.Schema(), recs: []arrow.Record{rec}}, o)
}

func validate(t *testing.T, store objstore.Store, files []manifest.File, o Options, level string) manifest.Report {
	t.Helper()
	r, err := Validate(t.Context(), store, files, o.Schema, o.Spec, ValidateOptions{Level: level, SpoolDir: o.SpoolDir})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// withObject is a store that has b under the file's key.
func withObject(t *testing.T, key string, b []byte) objstore.Store {
	t.Helper()
	store := memstore.New(memstore.Options{})
	if _, err := store.Put(t.Context(), key, objstore.BytesBody(b), objstore.PutOptions{}); err != nil {
		t.Fatal(err)
	}
	return store
}

func TestReportOfASoundFile(t *testing.T) {
	o, files := small(t)
	var names []string
	for _, c := range validate(t, o.Store, files, o, LevelFull).Checks {
		names = append(names, c.Name)
		if !c.Passed || c.Count == 0 || c.Detail != "" || c.File != "" {
			t.Errorf("%+v", c)
		}
	}
	want := []string{"size", "checksum", "footer", "schema", "rows", "pages", "required", "bounds", "partition", "key"}
	if !slices.Equal(names, want) {
		t.Errorf("checks %v, want %v", names, want)
	}
}

func TestEveryFlippedBitIsFound(t *testing.T) {
	o, files := small(t)
	f := files[0]
	sound := object(t, o.Store, f.Key)
	for i := range 8 * len(sound) {
		b := bytes.Clone(sound)
		b[i/8] ^= 1 << (i % 8)
		r := validate(t, withObject(t, f.Key, b), files, o, LevelFull)
		if r.Passed {
			t.Fatalf("bit %d of byte %d of %d is not missed", i%8, i/8, len(b))
		}
		last := r.Checks[len(r.Checks)-1]
		if c := r.Checks[1]; c.Name != "checksum" || c.Passed || c.File != f.Key || c.Detail == "" {
			t.Fatalf("%+v %+v", r.Checks, last)
		}
	}
}

// TestDecodingFindsWhatChecksumsBless looks at damaged files whose recorded digests match, so that everything behind the digests runs.
func TestDecodingFindsWhatChecksumsBless(t *testing.T) {
	o, files := small(t)
	sound := object(t, o.Store, files[0].Key)
	missed := 0
	for i := range 8 * len(sound) {
		b := bytes.Clone(sound)
		b[i/8] ^= 1 << (i % 8)
		f := files[0]
		sum := sha256.Sum256(b)
		f.SHA256, f.CRC64NVME = hex.EncodeToString(sum[:]), fmt.Sprintf("%016x", *objstore.BytesBody(b).CRC64NVME)
		for _, level := range []string{LevelFull, LevelFooter} {
			if validate(t, withObject(t, f.Key, b), []manifest.File{f}, o, level).Passed && level == LevelFull {
				missed++
			}
		}
	}
	// What remains lies in the page index and in parts of the footer that say nothing about the rows.
	if missed > 8*len(sound)*3/4 {
		t.Errorf("%d of %d flips are not seen", missed, 8*len(sound))
	}
}

func TestTruncatedFiles(t *testing.T) {
	o, files := small(t)
	sound := object(t, o.Store, files[0].Key)
	for n := range len(sound) {
		for _, level := range []string{LevelFull, LevelFooter} {
			r := validate(t, withObject(t, files[0].Key, sound[:n]), files, o, level)
			if r.Passed || r.Checks[0].Name != "size" || r.Checks[0].Passed {
				t.Fatalf("%d bytes, %s: %+v", n, level, r.Checks)
			}
		}
	}
}

func TestValidateNames(t *testing.T) {
	for _, c := range []struct {
		check, detail string
		levels        []string
		change        func(o *Options, f *manifest.File)
	}{
		{"size", "not there", []string{LevelFull, LevelFooter}, func(_ *Options, f *manifest.File) { f.Key += "x" }},
		{"size", "recorded", []string{LevelFull, LevelFooter}, func(_ *Options, f *manifest.File) { f.Bytes++ }},
		{"size", "recorded", []string{LevelFull, LevelFooter}, func(_ *Options, f *manifest.File) { f.Bytes-- }},
		{"checksum", "SHA-256", []string{LevelFull}, func(_ *Options, f *manifest.File) { f.SHA256 = strings.Repeat("0", 64) }},
		{"checksum", "CRC64NVME", []string{LevelFull, LevelFooter}, func(_ *Options, f *manifest.File) { f.CRC64NVME = "0" }},
		{"schema", "field id", []string{LevelFull, LevelFooter}, func(o *Options, _ *manifest.File) { o.Schema.Fields[2].ID = 77 }},
		{"schema", "field id", []string{LevelFull, LevelFooter}, func(o *Options, _ *manifest.File) { o.Schema.Fields[3].Type.Fields[0].ID = 77 }},
		{"schema", "optional", []string{LevelFull, LevelFooter}, func(o *Options, _ *manifest.File) { o.Schema.Fields[2].Required = true }},
		{"schema", "columns", []string{LevelFull, LevelFooter}, func(o *Options, _ *manifest.File) { o.Schema.Fields = o.Schema.Fields[:4] }},
		{"schema", "decimal(9, 2)", []string{LevelFull, LevelFooter}, func(o *Options, _ *manifest.File) { o.Schema.Fields[2].Type.Scale = 3 }},
		{"schema", `"when"`, []string{LevelFull, LevelFooter}, func(o *Options, _ *manifest.File) { o.Schema.Fields[4].Type.Kind = manifest.Timestamp }},
		{"rows", "recorded", []string{LevelFull, LevelFooter}, func(_ *Options, f *manifest.File) { f.Rows++ }},
		{"rows", "row groups", []string{LevelFull, LevelFooter}, func(_ *Options, f *manifest.File) { f.RowGroups++ }},
		{"bounds", "lower bound", []string{LevelFull}, func(_ *Options, f *manifest.File) { setStats(f, 1, func(s *manifest.ColumnStats) { s.Lower = "2" }) }},
		{"bounds", "upper bound", []string{LevelFull}, func(_ *Options, f *manifest.File) { setStats(f, 1, func(s *manifest.ColumnStats) { s.Upper = "2" }) }},
		{"bounds", "null", []string{LevelFull, LevelFooter}, func(_ *Options, f *manifest.File) { setStats(f, 3, func(s *manifest.ColumnStats) { s.Nulls = 0 }) }},
		{"bounds", "values", []string{LevelFull, LevelFooter}, func(_ *Options, f *manifest.File) { setStats(f, 5, func(s *manifest.ColumnStats) { s.Values++ }) }},
		{"partition", `"b"`, []string{LevelFull}, func(_ *Options, f *manifest.File) { f.Partition = []manifest.Value{`"b"`} }},
		{"partition", "null", []string{LevelFull}, func(_ *Options, f *manifest.File) { f.Partition = []manifest.Value{""} }},
		{"partition", "0 partition values", []string{LevelFull}, func(_ *Options, f *manifest.File) { f.Partition = nil }},
	} {
		for _, level := range c.levels {
			t.Run(c.check+" "+c.detail+" "+level, func(t *testing.T) {
				o, files := small(t)
				c.change(&o, &files[0])
				r := validate(t, o.Store, files, o, level)
				i := slices.IndexFunc(r.Checks, func(x manifest.Check) bool { return !x.Passed })
				if r.Passed || i < 0 {
					t.Fatalf("passed: %+v", r.Checks)
				}
				if x := r.Checks[i]; x.Name != c.check || !strings.Contains(x.Detail, c.detail) || x.File != files[0].Key {
					t.Errorf("%+v", x)
				}
			})
		}
	}
}

func setStats(f *manifest.File, id int, change func(*manifest.ColumnStats)) {
	s := f.Columns[id]
	change(&s)
	f.Columns[id] = s
}

func TestDuplicateKeys(t *testing.T) {
	for _, kind := range []manifest.Kind{manifest.Long, manifest.String} {
		for _, memory := range []int64{0, MinMemory} {
			t.Run(fmt.Sprint(kind, memory), func(t *testing.T) {
				s := manifest.Schema{Fields: []manifest.Field{{ID: 1, Name: "k", Type: manifest.Type{Kind: kind}, Required: true}}, IdentifierFieldIDs: []int{1}}
				var rows strings.Builder
				key := func(i int) string {
					if kind == manifest.String {
						return fmt.Sprintf(`"a key that is longer than sixteen bytes %d"`, i)
					}
					return fmt.Sprint(i)
				}
				for i := range 5000 {
					fmt.Fprintf(&rows, `{"k": %s},`, key(i))
				}
				o := options(t, s)
				o.Memory = memory
				o.Settings.RowGroupRows, o.Settings.TargetFileBytes = 1000, 1
				unique := fromJSON(t, s, "["+strings.TrimSuffix(rows.String(), ",")+"]")
				files := mustWrite(t, &list{schema: unique.Schema(), recs: []arrow.Record{unique}}, o)
				fmt.Fprintf(&rows, `{"k": %s}`, key(17))
				o.Version = 2
				double := fromJSON(t, s, "["+rows.String()+"]")
				files2, err := Write(t.Context(), &list{schema: double.Schema(), recs: []arrow.Record{double}}, o)
				if err != nil {
					t.Fatal(err)
				}
				last := validate(t, o.Store, files2, o, LevelFull)
				c := last.Checks[len(last.Checks)-1]
				if last.Passed || c.Name != "key" || c.Passed || c.Count != 5001 || !strings.Contains(c.Detail, "row 17 of "+files2[0].Key) || !strings.Contains(c.Detail, "row 0 of "+files2[len(files2)-1].Key) {
					t.Errorf("%+v", c)
				}
				if len(files) != 5 {
					t.Errorf("%d files", len(files))
				}
			})
		}
	}
}

func TestKeysSpill(t *testing.T) {
	s, recs := flights(100_000, 3)
	s.IdentifierFieldIDs = []int{1}
	s.Fields[0].Required = true
	o := options(t, s)
	o.Settings.RowGroupRows = 7000
	files := mustWrite(t, &list{schema: recs[0].Schema(), recs: recs}, o)
	v := &validator{o: &ValidateOptions{Concurrency: 2}, store: o.Store}
	keys, err := newKeySet(s, mustSpool(t), 200_000)
	if err != nil {
		t.Fatal(err)
	}
	defer keys.close()
	readKeys(t, keys, o.Store, files)
	if keys.end == 0 {
		t.Error("nothing went to disk")
	}
	out := &findings{}
	if err := keys.check(t.Context(), v, files, out); err != nil || out.failed() || out.count[checkKey] != 100_000 {
		t.Errorf("%v %+v", err, out)
	}
	readKeys(t, keys, o.Store, files)
	if surplus, _, err := keys.duplicates(t.Context(), 2); err != nil || surplus != 100_000 {
		t.Errorf("%d rows too many, %v", surplus, err)
	}
}

// counting counts requests.
type counting struct {
	objstore.Store
	gets, heads, puts atomic.Int64
}

func (c *counting) Get(ctx context.Context, key string, o objstore.GetOptions) (*objstore.Object, error) {
	c.gets.Add(1)
	return c.Store.Get(ctx, key, o)
}

func (c *counting) Head(ctx context.Context, key string) (objstore.Info, error) {
	c.heads.Add(1)
	return c.Store.Head(ctx, key)
}

func (c *counting) Put(ctx context.Context, key string, b objstore.Body, o objstore.PutOptions) (objstore.Info, error) {
	c.puts.Add(1)
	return c.Store.Put(ctx, key, b, o)
}

func TestRequestsOfOneFile(t *testing.T) {
	o, _ := small(t)
	c := &counting{Store: memstore.New(memstore.Options{})}
	o.Store = c
	rec := newGenerator(1).record(o.Schema, 0)
	files, err := Write(t.Context(), &list{schema: rec.Schema(), recs: []arrow.Record{rec}}, o)
	if err != nil || c.puts.Load() != 1 || c.gets.Load()+c.heads.Load() != 0 {
		t.Errorf("write: %d PUT, %d GET, %d HEAD, %v", c.puts.Load(), c.gets.Load(), c.heads.Load(), err)
	}
	for i, level := range []string{LevelFull, LevelFooter} {
		validate(t, c, files, o, level)
		if c.gets.Load() != int64(i+1) || c.heads.Load() != 0 {
			t.Errorf("%s: %d GET, %d HEAD", level, c.gets.Load(), c.heads.Load())
		}
	}
}

func TestLargeFilesAreReadOnce(t *testing.T) {
	s := manifest.Schema{Fields: []manifest.Field{{ID: 1, Name: "a", Type: manifest.Type{Kind: manifest.Double}, Required: true}, {ID: 2, Name: "b", Type: manifest.Type{Kind: manifest.Long}}}}
	for _, c := range []struct {
		name   string
		rows   int
		groups int64
		spool  bool
	}{{"row by row group", 4_000_000, 300_000, false}, {"large row groups", 3_000_000, 0, true}} {
		t.Run(c.name, func(t *testing.T) {
			o := options(t, s)
			o.Settings.RowGroupRows = c.groups
			counted := &counting{Store: o.Store}
			o.Store = counted
			recs := noise(s, c.rows)
			files, err := Write(t.Context(), &list{schema: recs[0].Schema(), recs: recs}, o)
			if err != nil || len(files) != 1 {
				t.Fatal(files, err)
			}
			memory := int64(DefaultMemory)
			if c.spool {
				memory = MinMemory
			}
			r, err := Validate(t.Context(), counted, files, o.Schema, o.Spec, ValidateOptions{Memory: memory, SpoolDir: o.SpoolDir})
			if err != nil || !r.Passed {
				t.Fatalf("%+v %v", r.Checks, err)
			}
			if want := (files[0].Bytes+pieceBytes-1)/pieceBytes + 1; counted.gets.Load() != want {
				t.Errorf("%d requests for %d bytes, want %d", counted.gets.Load(), files[0].Bytes, want)
			}
			b := object(t, o.Store, files[0].Key)
			b[len(b)/2] ^= 4
			store := withObject(t, files[0].Key, b)
			r, err = Validate(t.Context(), store, files, o.Schema, o.Spec, ValidateOptions{Memory: memory, SpoolDir: o.SpoolDir})
			if err != nil || r.Passed {
				t.Fatalf("%+v %v", r.Checks, err)
			}
		})
	}
}

// failing answers every read with an error.
type failing struct {
	objstore.Store
	err error
}

func (f *failing) Get(context.Context, string, objstore.GetOptions) (*objstore.Object, error) {
	return nil, &objstore.Error{Op: "get", Kind: f.err}
}

func TestWhatCannotBeLookedAtIsAnError(t *testing.T) {
	o, files := small(t)
	for _, kind := range []error{objstore.ErrAccessDenied, objstore.ErrCredentials} {
		for _, level := range []string{LevelFull, LevelFooter} {
			_, err := Validate(t.Context(), &failing{o.Store, kind}, files, o.Schema, o.Spec, ValidateOptions{Level: level, SpoolDir: o.SpoolDir})
			if !errors.Is(err, kind) {
				t.Errorf("%s: %v", level, err)
			}
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Validate(ctx, o.Store, files, o.Schema, o.Spec, ValidateOptions{}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if _, err := Validate(t.Context(), o.Store, files, o.Schema, o.Spec, ValidateOptions{Level: "deep"}); !errors.Is(err, ErrOptions) {
		t.Error(err)
	}
}
