package writer

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/tablectl/tablectl/internal/columnar"
	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/writer/internal/vector"
)

func transformOf(t *testing.T, f manifest.PartitionField) manifest.Transform {
	t.Helper()
	tr, err := f.Parsed()
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

func resultOf(t *testing.T, f manifest.PartitionField, source manifest.Type) manifest.Type {
	return transformOf(t, f).Result(source)
}

func partitionOf(t *testing.T, f manifest.PartitionField, source manifest.Type, v any) any {
	t.Helper()
	out, err := transformOf(t, f).Apply(source, v)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// randomTransform is one that takes all values that the generator makes.
func randomTransform(g *generator, source manifest.Type) string {
	all := []string{"identity", "year", "month", "day", "hour", "bucket[3]", "bucket[16]", "truncate[8]"}
	g.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	for _, text := range all {
		t, err := manifest.ParseTransform(text)
		if err == nil && t.Takes(source) && (source.Kind != manifest.Decimal || t.Kind != manifest.Truncate) {
			return text
		}
	}
	return "identity"
}

// everyTransform partitions the same rows in many ways. In each, every file has the rows of its partition only, by the definition of
// the transform for one value; validation says so, and finds a file that says something else.
func TestPartitionTransforms(t *testing.T) {
	s := manifest.Schema{Fields: []manifest.Field{
		{Name: "i", Type: manifest.Type{Kind: manifest.Int}}, {Name: "l", Type: manifest.Type{Kind: manifest.Long}}, {Name: "day", Type: manifest.Type{Kind: manifest.Date}},
		{Name: "ts", Type: manifest.Type{Kind: manifest.Timestamp}}, {Name: "tz", Type: manifest.Type{Kind: manifest.TimestampTZ}}, {Name: "s", Type: manifest.Type{Kind: manifest.String}},
		{Name: "b", Type: manifest.Type{Kind: manifest.Binary}}, {Name: "n", Type: manifest.Type{Kind: manifest.Decimal, Precision: 30, Scale: 2}},
	}}
	s.Fields, _ = manifest.AssignIDs(s.Fields, 0)
	var rows []string
	for i := range 400 {
		at := int64(i-200) * 1_700_000_001 // half an hour and a bit, both sides of 1970
		text := fmt.Sprintf(`"i":%d,"l":%d,"day":"%s","ts":"%s","tz":"%s","s":"%s","b":"%s","n":"%d.%02d"`, (i-200)*7, (i-200)*1e9,
			manifest.FormatValue(s.Fields[2].Type, int32(i-200)), manifest.FormatValue(s.Fields[3].Type, at*1000), manifest.FormatValue(s.Fields[3].Type, at*1000),
			[]string{"", "é", "漢字カナ", "abcde", "abcdf", "b"}[i%6], []string{"", "AAE=", "AAECAw==", "/w=="}[i%4], (i-200)*31, i%100)
		if i%11 == 0 {
			text = ""
		}
		rows = append(rows, "{"+text+"}")
	}
	rec := fromJSON(t, s, "["+strings.Join(rows, ",")+"]")
	for _, f := range s.Fields {
		for _, text := range []string{"identity", "year", "month", "day", "hour", "bucket[5]", "truncate[3]"} {
			tr, err := manifest.ParseTransform(text)
			if err != nil || !tr.Takes(f.Type) {
				continue
			}
			t.Run(f.Name+" "+text, func(t *testing.T) {
				o := options(t, s)
				o.Spec = manifest.PartitionSpec{ID: 3, Fields: []manifest.PartitionField{{SourceID: f.ID, FieldID: 1000, Name: "p", Transform: text}}}
				files := mustWrite(t, rebatch(rec.Schema(), []arrow.Record{rec}, 33), o)
				mustPass(t, o.Store, files, o)
				seen := map[manifest.Value]bool{}
				for i, file := range files {
					if seen[file.Partition[0]] || file.SpecID != 3 {
						t.Errorf("%s of spec %d is there twice", file.Partition[0], file.SpecID)
					}
					seen[file.Partition[0]] = true
					checkPartitionOf(t, o, f, tr, file)
					takeOver(t, o, file)
					others := slices.Clone(files)
					others[i].Partition = []manifest.Value{files[(i+1)%len(files)].Partition[0]}
					if r := validate(t, o.Store, others[i:i+1], o, LevelFull); r.Passed {
						t.Errorf("%s was taken for %s", file.Partition[0], others[i].Partition[0])
					}
				}
				if len(files) < 3 {
					t.Errorf("only %d files", len(files))
				}
			})
		}
	}
}

// checkPartitionOf decodes a file and transforms every value.
func checkPartitionOf(t *testing.T, o Options, f manifest.Field, tr manifest.Transform, file manifest.File) {
	t.Helper()
	b := object(t, o.Store, file.Key)
	open, err := columnar.Open(bytes.NewReader(b), int64(len(b)), columnar.OpenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	r, err := open.Read(t.Context(), manifest.Schema{Fields: []manifest.Field{f}}, columnar.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for r.Next() {
		batch, err := vector.FromRecord(r.Record())
		if err != nil {
			t.Fatal(err)
		}
		for i := range batch.Rows {
			v, err := tr.Apply(f.Type, batch.Cols[0].Value(f.Type, i))
			if err != nil {
				t.Fatal(err)
			}
			if x, err := manifest.EncodeValue(tr.Result(f.Type), v); err != nil || x != file.Partition[0] {
				t.Fatalf("a row of %s lies in %s (%v)", x, file.Partition[0], err)
			}
			if dir := manifest.PartitionDir("p", tr.Format(f.Type, v), v == nil); !strings.HasPrefix(file.Key, "version=1/"+dir+"/") {
				t.Fatalf("%s lies in %s", dir, file.Key)
			}
		}
	}
	if r.Err() != nil {
		t.Fatal(r.Err())
	}
}

// takeOver: a file that Write wrote is taken as it is, into the same partition.
func takeOver(t *testing.T, o Options, file manifest.File) {
	t.Helper()
	o.Version = 2
	got, reason, err := Verbatim(t.Context(), inputOf(object(t, o.Store, file.Key)), 0, o)
	if err != nil || reason != "" || got.Partition[0] != file.Partition[0] || got.SpecID != 3 {
		t.Fatalf("%+v: %s, %v", got, reason, err)
	}
}

// A file with rows of several partitions is not taken over, whatever the transform.
func TestVerbatimSeveralPartitions(t *testing.T) {
	s := manifest.Schema{Fields: []manifest.Field{{ID: 1, Name: "ts", Type: manifest.Type{Kind: manifest.Timestamp}}}}
	rec := fromJSON(t, s, `[{"ts":"1970-01-01 23:00:00"},{"ts":"1970-01-02 01:00:00"}]`)
	o := options(t, s)
	file := mustWrite(t, &list{schema: rec.Schema(), recs: []arrow.Record{rec}}, o)[0]
	for text, want := range map[string]string{"year": "", "month": "", "day": "several values", "hour": "several values", "bucket[1]": "", "bucket[1000]": "several values"} {
		o.Spec.Fields = []manifest.PartitionField{{SourceID: 1, FieldID: 1000, Name: "p", Transform: text}}
		o.Version++
		_, reason, err := Verbatim(t.Context(), inputOf(object(t, o.Store, file.Key)), 0, o)
		if err != nil || (reason == "") != (want == "") || !strings.Contains(reason, want) {
			t.Errorf("%s: %q, %v", text, reason, err)
		}
	}
}

// A value whose result its type cannot hold refuses the input.
func TestTransformOutOfRange(t *testing.T) {
	s := manifest.Schema{Fields: []manifest.Field{{ID: 1, Name: "i", Type: manifest.Type{Kind: manifest.Int}}}}
	rec := fromJSON(t, s, fmt.Sprintf(`[{"i":null},{"i":%d}]`, math.MinInt32))
	o := options(t, s)
	o.Spec.Fields = []manifest.PartitionField{{SourceID: 1, FieldID: 1000, Name: "i_trunc", Transform: "truncate[10]"}}
	_, err := Write(t.Context(), &list{schema: rec.Schema(), recs: []arrow.Record{rec}}, o)
	if err == nil || !strings.Contains(err.Error(), `"i_trunc": truncate[10] of -2147483648`) {
		t.Error(err)
	}
}

func BenchmarkPartitionValues(b *testing.B) {
	s := manifest.Schema{Fields: []manifest.Field{
		{ID: 1, Name: "ts", Type: manifest.Type{Kind: manifest.Timestamp}, Required: true}, {ID: 2, Name: "s", Type: manifest.Type{Kind: manifest.String}, Required: true},
	}}
	rec := newGenerator(1).record(s, 64<<10)
	batch, err := vector.FromRecord(rec)
	if err != nil {
		b.Fatal(err)
	}
	for _, f := range []manifest.PartitionField{{SourceID: 1, Transform: "day"}, {SourceID: 1, Transform: "month"}, {SourceID: 1, Transform: "bucket[16]"}, {SourceID: 2, Transform: "bucket[16]"}, {SourceID: 2, Transform: "truncate[4]"}} {
		p, err := newPlan(&Options{Schema: s, Spec: manifest.PartitionSpec{Fields: []manifest.PartitionField{f}}})
		if err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprint(f.SourceID, f.Transform), func(b *testing.B) {
			b.SetBytes(64 << 10)
			for b.Loop() {
				if _, err := p.values(batch); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
