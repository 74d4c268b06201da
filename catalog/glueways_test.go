package catalog

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/glue/types"

	"github.com/tablectl/tablectl/internal/gluefake"
	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/internal/objstore/memstore"
	"github.com/tablectl/tablectl/manifest"
)

// target is a table at a generation that can be shown in a way. For a view, what it is over is there, and shows it.
func (f *fakeGlue) target(t *testing.T, as string, store objstore.Store, generation int64) Target {
	t.Helper()
	target := glueTarget(t, store, generation)
	switch as {
	case manifest.AsProjection:
		target = partitioned(t, target, []string{"city"}, `"oslo"`)
	case manifest.AsView:
		over := manifest.Catalog{Name: "ice", Kind: manifest.CatalogGlue, As: manifest.AsIceberg, Database: gluefake.Database, Table: "flights_ice"}
		target.Manifest.Tablectl.Settings.Catalogs = []manifest.Catalog{over}
		mustSync(t, f.of(over), target)
	}
	return target
}

// partitioned is the target partitioned so; it has one file, of a row in that partition.
func partitioned(t *testing.T, target Target, by []string, values ...manifest.Value) Target {
	t.Helper()
	schema := target.Snapshot.Schema
	_, spec, _, err := manifest.Layout(schema, by, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	target.Snapshot.Spec = spec
	return filed(target, partitionFile(t, target, values...))
}

// partitionFile is a file of the target's version in a partition.
func partitionFile(t *testing.T, target Target, values ...manifest.Value) manifest.File {
	t.Helper()
	s := target.Snapshot
	var dirs []string
	for i, typ := range s.Spec.Types(s.Schema) {
		v, err := manifest.DecodeValue(typ, values[i])
		if err != nil {
			t.Fatal(err)
		}
		dirs = append(dirs, manifest.PartitionDir(s.Spec.Fields[i].Name, manifest.FormatValue(typ, v), v == nil))
	}
	return manifest.File{
		Key: manifest.DataKey(s.Version, strings.Join(dirs, "/"), 0, "aa"), Rows: 1, SpecID: s.Spec.ID, Partition: values,
		AddedBy: manifest.AddedBy{Version: s.Version},
	}
}

// filed is the target with other files.
func filed(target Target, files ...manifest.File) Target {
	target.Files = func(_ context.Context, _ *manifest.Snapshot, visit func(manifest.File) error) error {
		for _, f := range files {
			if err := visit(f); err != nil {
				return err
			}
		}
		return nil
	}
	return target
}

// refuses demands that a target is refused when the catalog is added and, with a word of why, when it is brought up to date; what the
// Glue table shows stays.
func (f *fakeGlue) refuses(t *testing.T, as string, target Target, say string) {
	t.Helper()
	before := f.Table("flights")
	e := f.entrance(as)
	if _, err := e.Check(context.Background(), target); !errors.Is(err, ErrCannot) || !strings.Contains(err.Error(), say) {
		t.Errorf("check: %v; want %q", err, say)
	}
	state, err := e.Sync(context.Background(), target)
	if !errors.Is(err, ErrCannot) || !strings.Contains(err.Error(), say) || !state.Behind {
		t.Errorf("sync: %+v, %v; want %q", state, err, say)
	}
	if !reflect.DeepEqual(before, f.Table("flights")) {
		t.Error("the Glue table has changed")
	}
}

func TestGlueLocation(t *testing.T) {
	f, store := newFakeGlue(t), memstore.New(memstore.Options{})
	e := f.entrance(manifest.AsLocation)
	unpublished := glueTarget(t, store, 1)
	unpublished.Snapshot = nil
	if state, err := e.Sync(context.Background(), unpublished); err != nil || state.Behind || f.Table("flights") != nil {
		t.Errorf("before the first publish: %+v, %v", state, err)
	}
	mustSync(t, e, glueTarget(t, store, 3))
	mustSync(t, e, glueTarget(t, store, 4))
	f.shows(t, manifest.AsLocation, glueTarget(t, store, 4))
	got := f.Table("flights")
	want := &types.Table{
		Name: aws.String("flights"), TableType: aws.String("EXTERNAL_TABLE"), PartitionKeys: []types.Column{}, VersionId: aws.String("2"),
		Parameters: map[string]string{
			"EXTERNAL": "TRUE", "tablectl.generation": "4", "tablectl.version": "4", "tablectl.table": "uuid-1", "tablectl.catalog": "glue",
		},
		StorageDescriptor: &types.StorageDescriptor{
			Location: aws.String("s3://memory/table/version=4/"), InputFormat: aws.String(parquetInput), OutputFormat: aws.String(parquetOutput),
			SerdeInfo: &types.SerDeInfo{SerializationLibrary: aws.String(parquetSerDe), Parameters: map[string]string{"serialization.format": "1"}},
			Columns:   got.StorageDescriptor.Columns,
		},
	}
	if !reflect.DeepEqual(got, want) || len(got.StorageDescriptor.Columns) != 3 {
		t.Errorf("got %+v\n%+v", got, got.StorageDescriptor)
	}
	if state, err := e.Sync(context.Background(), glueTarget(t, store, 3)); err != nil || state.Generation != 4 || f.Updates() != 1 {
		t.Errorf("a slow writer: %+v, %v", state, err)
	}
}

// TestGlueLocationNotes: a partitioned table needs a setting in Trino, without which it has no rows.
func TestGlueLocationNotes(t *testing.T) {
	f, store := newFakeGlue(t), memstore.New(memstore.Options{})
	e := f.entrance(manifest.AsLocation)
	if notes, err := e.Check(context.Background(), glueTarget(t, store, 1)); err != nil || len(notes) > 0 {
		t.Errorf("%v, %v", notes, err)
	}
	target := partitioned(t, glueTarget(t, store, 1), []string{"city"}, `"São Paulo"`)
	if notes, err := e.Check(context.Background(), target); err != nil || len(notes) != 1 || !strings.Contains(notes[0], "hive.recursive-directories=true") {
		t.Errorf("%v, %v", notes, err)
	}
	mustSync(t, e, target)
}

// TestGlueDirectoryRefuses: the directory of a version is shown only if it is the version, and read by name as it is.
func TestGlueDirectoryRefuses(t *testing.T) {
	for _, as := range []string{manifest.AsLocation, manifest.AsProjection} {
		f, store := newFakeGlue(t), memstore.New(memstore.Options{})
		mustSync(t, f.entrance(as), f.target(t, as, store, 8))
		put(t, store, "version=9/_iceberg/a.avro")
		put(t, store, "version=9/_snapshot-aa.json")
		target := f.target(t, as, store, 9)
		if err := target.Files(context.Background(), target.Snapshot, func(own manifest.File) error {
			put(t, store, own.Key)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if _, err := f.entrance(as).Check(context.Background(), target); err != nil {
			t.Errorf("as %s: %v", as, err)
		}

		shared := f.target(t, as, store, 9)
		old := f.target(t, as, store, 5) // say, a rollback to before the layout was changed
		files := old.Files
		shared.Files = func(ctx context.Context, _ *manifest.Snapshot, visit func(manifest.File) error) error {
			return files(ctx, old.Snapshot, visit)
		}
		f.refuses(t, as, shared, "version 9 shares files with others: version=5/")

		odd := f.target(t, as, store, 9)
		odd.Manifest.Schemas[0].Fields[2].Type.Fields[0].Name = "a b"
		f.refuses(t, as, odd, `Hive cannot read a type with a field "a b"`)

		renamed := f.target(t, as, store, 9)
		earlier := renamed.Manifest.Schemas[0]
		earlier.ID, earlier.Fields = 1, append([]manifest.Field{}, earlier.Fields...)
		earlier.Fields[0].Name = "key"
		renamed.Manifest.Schemas = append(renamed.Manifest.Schemas, earlier)
		f.refuses(t, as, renamed, "by Hive, which finds columns by name: column id is called key")

		put(t, store, "version=9/part-00009-aa.parquet")
		f.refuses(t, as, target, "engines would read version=9/part-00009-aa.parquet too")

		layout := f.target(t, as, store, 10)
		layout.Manifest.Tablectl.Settings.Layout = manifest.LayoutShared
		if _, err := f.entrance(as).Check(context.Background(), layout); !errors.Is(err, ErrCannot) || !strings.Contains(err.Error(), "it needs `layout: self-contained`") {
			t.Errorf("as %s: %v", as, err)
		}
		mustSync(t, f.entrance(as), layout) // this version is so all the same
	}
}

// TestGlueHiddenDirectory: engines pass over directories whose names begin with _.
func TestGlueHiddenDirectory(t *testing.T) {
	f, store := newFakeGlue(t), memstore.New(memstore.Options{})
	target := filed(glueTarget(t, store, 1), manifest.File{Key: "version=1/_city=oslo/part-00000-aa.parquet", AddedBy: manifest.AddedBy{Version: 1}})
	f.refuses(t, manifest.AsLocation, target, "begin with _ or a dot: version=1/_city=oslo/")
}

// TestGlueInserted: an engine with rights puts a file beside ours.
func TestGlueInserted(t *testing.T) {
	for _, as := range []string{manifest.AsLocation, manifest.AsProjection} {
		f, store := newFakeGlue(t), memstore.New(memstore.Options{})
		target := f.target(t, as, store, 2)
		mustSync(t, f.entrance(as), target)
		put(t, store, "version=2/city=oslo/20260101_000000_00001_x")
		state, err := f.entrance(as).Look(context.Background(), target)
		if err != nil || len(state.Foreign) != 1 || !strings.Contains(state.Foreign[0], "version=2/city=oslo/20260101_000000_00001_x is not ours") {
			t.Errorf("as %s: %+v, %v", as, state, err)
		}
		if _, err := f.entrance(as).Sync(context.Background(), target); !errors.Is(err, ErrForeign) {
			t.Errorf("as %s: %v", as, err)
		}
		mustSync(t, f.entrance(as), f.target(t, as, store, 3))
		f.shows(t, as, f.target(t, as, store, 3))
	}
}

func put(t *testing.T, store objstore.Store, key string) {
	t.Helper()
	if _, err := store.Put(context.Background(), key, objstore.BytesBody([]byte("x")), objstore.PutOptions{}); err != nil {
		t.Fatal(err)
	}
}

// TestGlueOtherWay: a catalog that was removed and added again in another way takes its table over when told to, and leaves nothing of
// the way that it was.
func TestGlueOtherWay(t *testing.T) {
	generation := int64(0)
	for _, from := range manifest.AsKinds() {
		for _, to := range manifest.AsKinds() {
			if from == to {
				continue
			}
			f, store := newFakeGlue(t), memstore.New(memstore.Options{})
			fresh := newFakeGlue(t)
			generation += 2
			mustSync(t, f.entrance(from), f.target(t, from, store, generation))
			f.Change("flights", func(there *types.Table) { there.Description = aws.String("all") })
			target := f.target(t, to, store, generation+1)
			if _, err := f.entrance(to).Sync(context.Background(), target); !errors.Is(err, ErrForeign) {
				t.Errorf("%s to %s: %v", from, to, err)
			}
			target.Force = true
			mustSync(t, f.entrance(to), target)
			f.shows(t, to, target)
			mustSync(t, fresh.entrance(to), fresh.target(t, to, store, generation+1))
			got, want := f.Table("flights"), fresh.Table("flights")
			want.VersionId, want.Description = got.VersionId, got.Description
			if !reflect.DeepEqual(got, want) || aws.ToString(got.Description) != "all" {
				t.Errorf("%s to %s: %s\nwant %s", from, to, said(got), said(want))
			}
		}
	}
}

func said(there *types.Table) string {
	return fmt.Sprintf("%s %v %v\n%+v", aws.ToString(there.TableType), there.Parameters, len(there.PartitionKeys), there.StorageDescriptor)
}
