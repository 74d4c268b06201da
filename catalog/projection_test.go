package catalog

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/tablectl/tablectl/internal/objstore/memstore"
	"github.com/tablectl/tablectl/manifest"
)

// manyTypes is a target with a column of each kind that a partition may have.
func manyTypes(t *testing.T) Target {
	t.Helper()
	target := glueTarget(t, memstore.New(memstore.Options{}), 4)
	fields, _, err := manifest.ParseColumns("id bigint, city varchar, day date, n int, m bigint, price decimal(9, 2), at timestamp, ok boolean, \"Town\" varchar")
	if err != nil {
		t.Fatal(err)
	}
	schema, _, _, err := manifest.Layout(manifest.Schema{Fields: fields}, nil, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	target.Snapshot.Schema, target.Manifest.Schemas = schema, []manifest.Schema{schema}
	return target
}

// partitions is manyTypes with a file in each partition.
func partitions(t *testing.T, by []string, tuples ...[]manifest.Value) Target {
	t.Helper()
	target := partitioned(t, manyTypes(t), by, tuples[0]...)
	var files []manifest.File
	for _, values := range tuples {
		files = append(files, partitionFile(t, target, values...))
	}
	return filed(target, files...)
}

func TestGlueProjection(t *testing.T) {
	f := newFakeGlue(t)
	target := partitions(t, []string{"day", "city", "n"},
		[]manifest.Value{`"2026-01-10"`, `"a.b-c_D"`, "-5"}, []manifest.Value{`"2026-01-03"`, `"oslo"`, "7"}, []manifest.Value{`"2026-01-24"`, `"oslo"`, "4"})
	e := f.entrance(manifest.AsProjection)
	mustSync(t, e, target)
	f.shows(t, manifest.AsProjection, target)
	got := f.Table("flights")
	want := map[string]string{
		"EXTERNAL": "TRUE", "tablectl.generation": "4", "tablectl.version": "4", "tablectl.table": "uuid-1", "tablectl.catalog": "glue",
		"projection.enabled":  "true",
		"projection.day.type": "date", "projection.day.format": "yyyy-MM-dd", "projection.day.range": "2026-01-03,2026-01-24",
		"projection.day.interval": "7", "projection.day.interval.unit": "DAYS",
		"projection.city.type": "enum", "projection.city.values": "a.b-c_D,oslo",
		"projection.n.type": "integer", "projection.n.range": "-5,7", "projection.n.interval": "3",
		"storage.location.template": "s3://memory/table/version=4/day=${day}/city=${city}/n=${n}/",
	}
	if !maps.Equal(got.Parameters, want) {
		t.Errorf("%v", got.Parameters)
	}
	var keys []string
	for _, c := range got.PartitionKeys {
		keys = append(keys, aws.ToString(c.Name)+" "+aws.ToString(c.Type))
	}
	if strings.Join(keys, ", ") != "day date, city string, n int" || len(got.StorageDescriptor.Columns) != 6 ||
		*got.StorageDescriptor.Location != "s3://memory/table/version=4/" || *got.StorageDescriptor.InputFormat != parquetInput {
		t.Errorf("%v, %+v", keys, got.StorageDescriptor)
	}

	// The next version has other partitions; then the table is partitioned otherwise.
	next := partitioned(t, f.later(target, 5), []string{"city"}, `"bern"`)
	mustSync(t, e, next)
	got = f.Table("flights")
	want = map[string]string{
		"EXTERNAL": "TRUE", "tablectl.generation": "5", "tablectl.version": "5", "tablectl.table": "uuid-1", "tablectl.catalog": "glue",
		"projection.enabled": "true", "projection.city.type": "enum", "projection.city.values": "bern",
		"storage.location.template": "s3://memory/table/version=5/city=${city}/",
	}
	if !maps.Equal(got.Parameters, want) || len(got.PartitionKeys) != 1 || len(got.StorageDescriptor.Columns) != 8 {
		t.Errorf("%v", got.Parameters)
	}
}

// later is the target with a further version.
func (f *fakeGlue) later(target Target, generation int64) Target {
	m, s := *target.Manifest, *target.Snapshot
	m.Tablectl.Generation, m.CurrentSnapshotID = generation, generation
	m.Tablectl.Recent = []manifest.Event{{Generation: generation, Op: manifest.OpPublish}}
	s.Version = manifest.Version(generation)
	target.Manifest, target.Snapshot = &m, &s
	return target
}

// TestGlueProjectionOfNothing: a version without rows has one file, in no partition, and projects partitions that are not there.
func TestGlueProjectionOfNothing(t *testing.T) {
	f := newFakeGlue(t)
	target := partitions(t, []string{"day", "city", "n"}, []manifest.Value{`"2026-01-10"`, `"oslo"`, "7"})
	target = filed(target, manifest.File{Key: "version=4/part-00000-aa.parquet", AddedBy: manifest.AddedBy{Version: 4}})
	mustSync(t, f.entrance(manifest.AsProjection), target)
	p := f.Table("flights").Parameters
	if p["projection.day.range"] != "1970-01-01,1970-01-02" || p["projection.city.values"] != "none" || p["projection.n.range"] != "0,0" {
		t.Errorf("%v", p)
	}
}

func TestGlueProjectionRefuses(t *testing.T) {
	one := func(column string, value manifest.Value) Target {
		return partitions(t, []string{column}, []manifest.Value{value})
	}
	pairs := func(column string, values ...manifest.Value) Target {
		var tuples [][]manifest.Value
		for _, v := range values {
			tuples = append(tuples, []manifest.Value{v})
		}
		return partitions(t, []string{column}, tuples...)
	}
	var long []manifest.Value
	for i := range 8000 {
		long = append(long, manifest.Value(fmt.Sprintf(`"%s%04d"`, strings.Repeat("a", 70), i)))
	}
	unpartitioned := manyTypes(t)
	misplaced := one("city", `"oslo"`)
	misplaced = filed(misplaced, manifest.File{Key: "version=4/town=oslo/part-00000-aa.parquet", Rows: 1, Partition: []manifest.Value{`"oslo"`}, SpecID: misplaced.Snapshot.Spec.ID, AddedBy: manifest.AddedBy{Version: 4}})
	older := one("city", `"oslo"`)
	file := partitionFile(t, older, `"oslo"`)
	file.SpecID++
	older = filed(older, file)
	for name, tc := range map[string]struct {
		target Target
		say    string
	}{
		"a null":               {one("city", ""), "partition column city is null in some rows"},
		"a value with a space": {one("city", `"New York"`), `partition column city has the value "New York", which is New_York-`},
		"a value with a slash": {one("city", `"a/b"`), `partition column city has the value "a/b", which is a_b-`},
		"a comma":              {one("city", `"a,b"`), `has the value "a,b"`},
		"an empty string":      {one("city", `""`), `partition column city has the value "", which engines leave out of a list`},
		"Hive's null":          {one("city", `"__HIVE_DEFAULT_PARTITION__"`), "has the value"},
		"a decimal":            {one("price", `"1.50"`), "partition column price is decimal(9, 2)"},
		"a boolean":            {one("ok", "true"), "partition column ok is boolean"},
		"a time":               {one("at", `"2026-01-01T00:00:00"`), "partition column at is timestamp"},
		"a transform":          {partitions(t, []string{"bucket(4, id)"}, []manifest.Value{"1"}), "bucket[4] of id have no column of their own"},
		"capitals":             {one(`Town`, `"oslo"`), "partition column Town: the name in a template"},
		"no partitions":        {unpartitioned, "the table is not partitioned; take as: location"},
		"another place":        {misplaced, "does not lie in version=4/city=oslo/"},
		"an older spec":        {older, "was written with another partition spec"},
		"the year before 0001": {one("day", `"0000-06-01"`), "which is not of the years 0001 to 9999"},
		"numbers of 64 bits":   {one("m", "2147483648"), "partition column m has values from 2147483648 to 2147483648"},
		"the end of 64 bits":   {pairs("m", "-9223372036854775808", "9223372036854775807"), "Trino projects numbers of 32 bits"},
		"the end of 32 bits":   {one("n", "2147483647"), "Trino projects numbers of 32 bits"},
		"numbers far apart":    {pairs("n", "1", "2", "2000000"), "more than 1000000 partitions would be projected; column n alone has 2000000 values"},
		"too many strings":     {pairs("city", long...), "partition column city has 8000 values of 599999 characters; Glue takes 512000"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFakeGlue(t)
			mustSync(t, f.entrance(manifest.AsProjection), f.target(t, manifest.AsProjection, memstore.New(memstore.Options{}), 3))
			f.refuses(t, manifest.AsProjection, tc.target, tc.say)
		})
	}
}

// TestGlueProjectionMixed: one value among others is enough, and a later version without it is shown again.
func TestGlueProjectionMixed(t *testing.T) {
	f := newFakeGlue(t)
	mustSync(t, f.entrance(manifest.AsProjection), partitions(t, []string{"city"}, []manifest.Value{`"oslo"`}))
	target := partitions(t, []string{"city"}, []manifest.Value{`"oslo"`})
	target = f.later(target, 5)
	target = filed(target, partitionFile(t, target, `"oslo"`), partitionFile(t, target, `"São Paulo"`))
	f.refuses(t, manifest.AsProjection, target, `has the value "São Paulo"`)
	state, err := f.entrance(manifest.AsProjection).Look(context.Background(), target)
	if err != nil || !state.Behind || state.Version != 4 || len(state.Foreign) > 0 {
		t.Errorf("%+v, %v", state, err)
	}
	target = f.later(target, 6)
	mustSync(t, f.entrance(manifest.AsProjection), filed(target, partitionFile(t, target, `"oslo"`)))
}

func TestGlueProjectionNotes(t *testing.T) {
	for _, tc := range []struct {
		values [][]manifest.Value
		notes  int
	}{
		{[][]manifest.Value{{"1"}, {"1000"}, {"3"}}, 0},
		{[][]manifest.Value{{"1"}, {"1001"}, {"2"}}, 1},
	} {
		notes, err := newFakeGlue(t).entrance(manifest.AsProjection).Check(context.Background(), partitions(t, []string{"n"}, tc.values...))
		if err != nil || len(notes) != tc.notes {
			t.Errorf("%v: %v, %v", tc.values, notes, err)
		}
	}
}
