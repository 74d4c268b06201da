package catalog

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/glue/types"
	"github.com/aws/smithy-go"

	"github.com/tablectl/tablectl/internal/gluefake"
	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/internal/objstore/memstore"
	"github.com/tablectl/tablectl/manifest"
)

// glueTarget is a table at a generation, which published the version of that number.
func glueTarget(t *testing.T, store objstore.Store, generation int64) Target {
	t.Helper()
	fields, _, err := manifest.ParseColumns("id bigint not null, city varchar, st struct<x: int, y: list<decimal(9, 2)>>")
	if err != nil {
		t.Fatal(err)
	}
	fields, _ = manifest.AssignIDs(fields, 0)
	fields[1].Doc = "where it lies"
	schema, spec, _, err := manifest.Layout(manifest.Schema{Fields: fields}, nil, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	m := &manifest.Manifest{TableUUID: "uuid-1", CurrentSnapshotID: generation, Schemas: []manifest.Schema{schema}}
	m.Tablectl.Generation, m.Tablectl.Settings.Layout = generation, manifest.LayoutSelfContained
	m.Tablectl.Recent = []manifest.Event{{Generation: generation, Op: manifest.OpPublish}}
	return Target{
		URL: store.URL(), Store: store, Manifest: m, Body: fmt.Appendf(nil, "manifest %d", generation),
		Snapshot: &manifest.Snapshot{Version: manifest.Version(generation), Schema: schema, Spec: spec},
		Files: func(_ context.Context, s *manifest.Snapshot, visit func(manifest.File) error) error {
			return visit(manifest.File{Key: fmt.Sprintf("version=%d/part.parquet", s.Version)})
		},
	}
}

// shows demands that the Glue table shows a generation, and that Look says so.
func (f *fakeGlue) shows(t *testing.T, as string, target Target) {
	t.Helper()
	state, err := f.entrance(as).Look(context.Background(), target)
	g := target.Manifest.Tablectl.Generation
	if err != nil || state.Behind || state.Generation != g || state.Version != manifest.Version(g) || len(state.Foreign) > 0 {
		t.Errorf("%+v, %v; want generation %d", state, err, g)
	}
	there := f.Table("flights")
	if there == nil {
		t.Fatal("no Glue table")
	}
	body, _, err := objstore.ReadAll(context.Background(), target.Store, CopyKey(g), 100)
	if as == manifest.AsIceberg && (err != nil || string(body) != string(target.Body) || there.Parameters[glueMetadata] != target.URL+"/"+CopyKey(g)) {
		t.Errorf("%q, %v; %v", body, err, there.Parameters)
	}
}

func mustSync(t *testing.T, e Entrance, target Target) {
	t.Helper()
	state, err := e.Sync(context.Background(), target)
	if err != nil || state.Behind || state.Version != target.current() {
		t.Fatalf("%+v, %v", state, err)
	}
}

func TestGlueIceberg(t *testing.T) {
	f, store := newFakeGlue(t), memstore.New(memstore.Options{})
	e := f.entrance(manifest.AsIceberg)
	if state, err := e.Look(context.Background(), glueTarget(t, store, 3)); err != nil || !state.Behind || state.Generation != 0 {
		t.Errorf("nothing there: %+v, %v", state, err)
	}
	mustSync(t, e, glueTarget(t, store, 3))
	f.shows(t, manifest.AsIceberg, glueTarget(t, store, 3))
	got := f.Table("flights")
	want := &types.Table{
		Name: aws.String("flights"), TableType: aws.String("EXTERNAL_TABLE"), PartitionKeys: []types.Column{}, VersionId: aws.String("1"),
		Parameters: map[string]string{
			"EXTERNAL": "TRUE", "table_type": "ICEBERG", "metadata_location": "s3://memory/table/_iceberg/metadata/v3.metadata.json",
			"tablectl.generation": "3", "tablectl.version": "3", "tablectl.table": "uuid-1", "tablectl.catalog": "glue",
		},
		StorageDescriptor: &types.StorageDescriptor{Location: aws.String("s3://memory/table/_iceberg"), Columns: []types.Column{
			{Name: aws.String("id"), Type: aws.String("bigint")},
			{Name: aws.String("city"), Type: aws.String("string"), Comment: aws.String("where it lies")},
			{Name: aws.String("st"), Type: aws.String("struct<x:int,y:array<decimal(9,2)>>")},
		}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\n%+v", got, got.StorageDescriptor)
	}
	mustSync(t, e, glueTarget(t, store, 3))
	if f.Updates() != 0 {
		t.Error("updated though it is current")
	}
	mustSync(t, e, glueTarget(t, store, 5))
	f.shows(t, manifest.AsIceberg, glueTarget(t, store, 5))
	if p := f.Table("flights").Parameters; p[gluePrevious] != want.Parameters[glueMetadata] {
		t.Errorf("previous: %v", p)
	}
	// A writer that was slow turns nothing back.
	if state, err := e.Sync(context.Background(), glueTarget(t, store, 4)); err != nil || state.Behind || state.Generation != 5 {
		t.Errorf("%+v, %v", state, err)
	}
	f.shows(t, manifest.AsIceberg, glueTarget(t, store, 5))
}

func TestGlueSymlink(t *testing.T) {
	f, store := newFakeGlue(t), memstore.New(memstore.Options{})
	e := f.entrance(manifest.AsSymlink)
	unpublished := glueTarget(t, store, 1)
	unpublished.Snapshot = nil
	if state, err := e.Sync(context.Background(), unpublished); err != nil || state.Behind || f.Table("flights") != nil {
		t.Errorf("before the first publish: %+v, %v", state, err)
	}
	mustSync(t, e, glueTarget(t, store, 3))
	f.shows(t, manifest.AsSymlink, glueTarget(t, store, 3))
	mustSync(t, e, glueTarget(t, store, 4))
	f.shows(t, manifest.AsSymlink, glueTarget(t, store, 4))
	got := f.Table("flights")
	d := got.StorageDescriptor
	if *d.Location != "s3://memory/table/symlink" || *d.InputFormat != symlinkInput || *d.OutputFormat != symlinkOutput ||
		*d.SerdeInfo.SerializationLibrary != parquetSerDe || len(d.Columns) != 3 || got.PartitionKeys == nil || len(got.PartitionKeys) != 0 ||
		got.Parameters["EXTERNAL"] != "TRUE" || got.Parameters[glueTableType] != "" {
		t.Errorf("%+v\n%+v", got, d)
	}
	lines, _, err := objstore.ReadAll(context.Background(), store, SymlinkKey, 100)
	if err != nil || string(lines) != "s3://memory/table/version=4/part.parquet\n" {
		t.Errorf("%q, %v", lines, err)
	}
	// The definition is there, and the object is not.
	if err := store.Delete(context.Background(), SymlinkKey); err != nil {
		t.Fatal(err)
	}
	if state, err := e.Look(context.Background(), glueTarget(t, store, 4)); err != nil || !state.Behind {
		t.Errorf("%+v, %v", state, err)
	}
	mustSync(t, e, glueTarget(t, store, 4))
	// The object is there, and the definition is not.
	f.Drop("flights")
	if state, err := e.Look(context.Background(), glueTarget(t, store, 4)); err != nil || !state.Behind {
		t.Errorf("%+v, %v", state, err)
	}
	mustSync(t, e, glueTarget(t, store, 4))
	f.shows(t, manifest.AsSymlink, glueTarget(t, store, 4))
}

func TestGlueKeepsWhatPeopleAdd(t *testing.T) {
	for _, as := range manifest.AsKinds() {
		f, store := newFakeGlue(t), memstore.New(memstore.Options{})
		e := f.entrance(as)
		mustSync(t, e, f.target(t, as, store, 1))
		f.Change("flights", func(there *types.Table) {
			there.Description, there.Owner, there.Retention = aws.String("all flights"), aws.String("web team"), 7
			there.Parameters["classification"] = "internal"
			there.StorageDescriptor.Parameters = map[string]string{"a": "b"}
			there.StorageDescriptor.Columns[0].Comment = aws.String("the key")
			there.StorageDescriptor.Columns[0].Parameters = map[string]string{"pii": "no"}
		})
		next := f.target(t, as, store, 2)
		fields := next.Manifest.Schemas[0].Fields
		renewed := slices.Clone(fields)
		renewed[2].Doc = "the town"
		next.Manifest.CurrentSchemaID, next.Manifest.Schemas = 1, append(next.Manifest.Schemas, manifest.Schema{ID: 1, Fields: renewed})
		mustSync(t, e, next)
		got := f.Table("flights")
		c := got.StorageDescriptor.Columns
		if aws.ToString(got.Description) != "all flights" || aws.ToString(got.Owner) != "web team" || got.Retention != 7 ||
			got.Parameters["classification"] != "internal" || got.StorageDescriptor.Parameters["a"] != "b" ||
			aws.ToString(c[0].Comment) != "the key" || c[0].Parameters["pii"] != "no" {
			t.Errorf("as %s: %+v\n%+v", as, got, got.StorageDescriptor)
		}
		if c := c[len(c)-1]; aws.ToString(c.Comment) != "the town" {
			t.Errorf("our own comment is now %q", aws.ToString(c.Comment))
		}
	}
}

// TestGlueSendsBack: every property that UpdateTable takes and GetTable gives in the same form is sent back, those of later SDKs too.
func TestGlueSendsBack(t *testing.T) {
	there := types.Table{Parameters: map[string]string{glueUUID: "u"}}
	from, to := reflect.ValueOf(&there).Elem(), reflect.TypeFor[types.TableInput]()
	n := 0
	shared := func(do func(name string)) {
		for i := range to.NumField() {
			f := to.Field(i)
			if v := from.FieldByName(f.Name); f.IsExported() && v.IsValid() && v.Type() == f.Type {
				do(f.Name)
			}
		}
	}
	shared(func(name string) {
		switch v := from.FieldByName(name); v.Kind() {
		case reflect.Pointer:
			v.Set(reflect.New(v.Type().Elem()))
		case reflect.Slice:
			v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		case reflect.Int32:
			v.SetInt(3)
		}
	})
	got := reflect.ValueOf(sendBack(&there, "u")).Elem()
	shared(func(name string) {
		n++
		if name != "FederatedTable" && got.FieldByName(name).IsZero() { // Glue itself says what a federated table is
			t.Errorf("%s is lost", name)
		}
	})
	if n < 12 {
		t.Errorf("%d properties", n)
	}
}

func TestGlueForeign(t *testing.T) {
	for _, as := range []string{manifest.AsIceberg, manifest.AsSymlink, manifest.AsLocation, manifest.AsProjection} {
		for name, do := range map[string]func(*types.Table){
			"no mark":            func(there *types.Table) { there.Parameters = nil },
			"another table":      func(there *types.Table) { there.Parameters[glueUUID] = "uuid-2" },
			"another catalog":    func(there *types.Table) { there.Parameters[glueCatalog] = "other" },
			"a torn mark":        func(there *types.Table) { there.Parameters[glueVersion] = "x" },
			"another generation": func(there *types.Table) { there.Parameters[glueGeneration] = "x" },
			"a view": func(there *types.Table) {
				*there = types.Table{Name: there.Name, TableType: aws.String("VIRTUAL_VIEW"), ViewOriginalText: aws.String("/* */"), Parameters: map[string]string{"presto_view": "true"}}
			},
			"an engine's write": func(there *types.Table) {
				there.Parameters[glueMetadata] = "s3://memory/table/_iceberg/metadata/00001-abc.metadata.json"
				there.StorageDescriptor.Location = aws.String("s3://elsewhere")
			},
			"another kind of table": func(there *types.Table) {
				delete(there.Parameters, glueTableType)
				there.StorageDescriptor.InputFormat = aws.String("text")
			},
			"a place that is further": func(there *types.Table) {
				there.Parameters[glueGeneration] = "9"
				there.Parameters[glueMetadata] = "s3://other/_iceberg/metadata/v9.metadata.json"
				there.StorageDescriptor.Location = aws.String("s3://other/symlink")
			},
		} {
			t.Run(as+", "+name, func(t *testing.T) {
				f, store := newFakeGlue(t), memstore.New(memstore.Options{})
				mustSync(t, f.entrance(as), f.target(t, as, store, 1))
				f.Change("flights", do)
				before := f.Table("flights")
				target := f.target(t, as, store, 2)
				state, err := f.entrance(as).Look(context.Background(), target)
				if err != nil || len(state.Foreign) == 0 || !state.Behind {
					t.Errorf("look: %+v, %v", state, err)
				}
				if _, err := f.entrance(as).Sync(context.Background(), target); !errors.Is(err, ErrForeign) {
					t.Errorf("sync: %v", err)
				}
				if !reflect.DeepEqual(before, f.Table("flights")) {
					t.Error("overwritten without force")
				}
				target.Force = true
				f.Forced = name == "a place that is further" // told to, it goes back to this table
				mustSync(t, f.entrance(as), target)
				f.shows(t, as, target)
				if got := f.Table("flights"); aws.ToString(got.TableType) != "EXTERNAL_TABLE" || got.Parameters["presto_view"] != "" || got.ViewOriginalText != nil {
					t.Errorf("%+v", got)
				}
			})
		}
	}
}

func TestGlueMoved(t *testing.T) {
	for _, as := range []string{manifest.AsIceberg, manifest.AsSymlink, manifest.AsLocation, manifest.AsProjection} {
		f := newFakeGlue(t)
		mustSync(t, f.entrance(as), f.target(t, as, memstore.New(memstore.Options{URL: "s3://old/t"}), 1))
		target := f.target(t, as, memstore.New(memstore.Options{URL: "s3://new/t"}), 2)
		target.Manifest.Tablectl.Recent[0].Generation = 1 // the place alone says that it is behind
		if state, err := f.entrance(as).Look(context.Background(), target); err != nil || !state.Behind || len(state.Foreign) > 0 {
			t.Errorf("as %s: %+v, %v", as, state, err)
		}
		mustSync(t, f.entrance(as), target)
		f.shows(t, as, target)
		if d := f.Table("flights").StorageDescriptor; !strings.HasPrefix(*d.Location, "s3://new/t/") {
			t.Errorf("as %s: %s", as, *d.Location)
		}
	}
}

// TestGlueFaults gives every kind of answer to every request of a sync that creates, and of one that updates. Whatever came of it, the
// next sync brings the table there.
func TestGlueFaults(t *testing.T) {
	for name, err := range gluefake.Faults() {
		for _, after := range []bool{false, true} {
			for _, existing := range []bool{false, true} {
				for at := 1; at <= 3; at++ {
					f, store := newFakeGlue(t), memstore.New(memstore.Options{})
					e := f.entrance(manifest.AsIceberg)
					if existing {
						mustSync(t, e, glueTarget(t, store, 1))
					}
					f.Reset()
					f.Answer = func(r gluefake.Request) gluefake.Fault {
						if r.N == at {
							return gluefake.Fault{Err: err, After: after}
						}
						return gluefake.Fault{}
					}
					mustSync(t, e, glueTarget(t, store, 2))
					f.Answer = nil
					mustSync(t, e, glueTarget(t, store, 2))
					f.shows(t, manifest.AsIceberg, glueTarget(t, store, 2))
					if t.Failed() {
						t.Fatalf("%s (after: %v) at request %d, existing: %v", name, after, at, existing)
					}
				}
			}
		}
	}
}

// TestGlueAway: what does not pass is not asked for for ever, and what helps nothing is asked for once.
func TestGlueAway(t *testing.T) {
	denied := fmt.Errorf("operation: %w", &types.AccessDeniedException{Message: aws.String("no")})
	for _, tc := range []struct {
		name string
		err  error
		say  string
		most int
	}{
		{"throttled for ever", gluefake.Faults()["throttled"], "ThrottlingException", swapRounds},
		{"access denied", denied, "glue:GetTable, glue:CreateTable, glue:UpdateTable", 1},
		{"invalid", &types.InvalidInputException{Message: aws.String("bad")}, "bad", 1},
		{"other refusal", &smithy.GenericAPIError{Code: "UnrecognizedClientException", Fault: smithy.FaultClient}, "UnrecognizedClient", 1},
		{"no credentials", objstore.ErrCredentials, "credentials", 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f, store := newFakeGlue(t), memstore.New(memstore.Options{})
			f.Answer = func(gluefake.Request) gluefake.Fault { return gluefake.Fault{Err: tc.err} }
			for what, do := range map[string]func(context.Context, Target) (State, error){
				"look": f.entrance(manifest.AsIceberg).Look, "sync": f.entrance(manifest.AsIceberg).Sync,
			} {
				f.Reset()
				state, err := do(context.Background(), glueTarget(t, store, 1))
				if !errors.Is(err, tc.err) || !strings.Contains(err.Error(), tc.say) || !state.Behind || f.Requests() != tc.most {
					t.Errorf("%s: %+v, %v after %d requests", what, state, err, f.Requests())
				}
			}
		})
	}
}

func TestGlueNoDatabase(t *testing.T) {
	f, store := newFakeGlue(t), memstore.New(memstore.Options{})
	e := f.entrance(manifest.AsIceberg)
	e.c.Database = "none"
	state, err := e.Sync(context.Background(), glueTarget(t, store, 1))
	if err == nil || !strings.Contains(err.Error(), "there is no database none; create it first") || !state.Behind || f.Requests() != 2 {
		t.Errorf("%+v, %v after %d requests", state, err, f.Requests())
	}
}

// TestGlueInterloper: somebody changes the table between our look and our update.
func TestGlueInterloper(t *testing.T) {
	f, store := newFakeGlue(t), memstore.New(memstore.Options{})
	e := f.entrance(manifest.AsIceberg)
	mustSync(t, e, glueTarget(t, store, 1))
	f.Interlope = func() {
		f.Interlope = nil
		f.Change("flights", func(there *types.Table) { there.Description = aws.String("new") })
	}
	mustSync(t, e, glueTarget(t, store, 2))
	f.shows(t, manifest.AsIceberg, glueTarget(t, store, 2))
	if got := aws.ToString(f.Table("flights").Description); got != "new" {
		t.Errorf("description %q", got)
	}
	f.Interlope = func() {
		f.Interlope = nil
		mustSync(t, e, glueTarget(t, store, 4))
	}
	if state, err := e.Sync(context.Background(), glueTarget(t, store, 3)); err != nil || state.Generation != 4 {
		t.Errorf("%+v, %v", state, err)
	}
	f.shows(t, manifest.AsIceberg, glueTarget(t, store, 4))
}

// TestGlueManyInterlopers: being late more often than a store may be away is no failure.
func TestGlueManyInterlopers(t *testing.T) {
	f, store := newFakeGlue(t), memstore.New(memstore.Options{})
	e := f.entrance(manifest.AsIceberg)
	mustSync(t, e, glueTarget(t, store, 1))
	n := 0
	f.Interlope = func() {
		if n++; n <= swapRounds+1 {
			f.Change("flights", func(there *types.Table) { there.Description = aws.String(fmt.Sprint(n)) })
		}
	}
	mustSync(t, e, glueTarget(t, store, 2))
	f.shows(t, manifest.AsIceberg, glueTarget(t, store, 2))
}

func TestGlueConcurrent(t *testing.T) {
	f, store := newFakeGlue(t), memstore.New(memstore.Options{})
	const most = 16
	var g sync.WaitGroup
	for n := int64(1); n <= most; n++ {
		target := glueTarget(t, store, n)
		g.Go(func() {
			if _, err := f.entrance(manifest.AsIceberg).Sync(context.Background(), target); err != nil {
				t.Errorf("generation %d: %v", n, err)
			}
		})
	}
	g.Wait()
	f.shows(t, manifest.AsIceberg, glueTarget(t, store, most))
}

func TestGlueCheck(t *testing.T) {
	local := glueTarget(t, memstore.New(memstore.Options{URL: "/data/t"}), 1)
	there := glueTarget(t, memstore.New(memstore.Options{}), 1)
	odd := glueTarget(t, memstore.New(memstore.Options{}), 1)
	odd.Snapshot.Schema.Fields[2].Type.Fields[0].Name = "a b"
	long := glueTarget(t, memstore.New(memstore.Options{}), 1)
	long.Snapshot.Schema.Fields[0].Name = strings.Repeat("ü", 128)
	for _, tc := range []struct {
		name, as string
		target   Target
		say      string // "": it can be shown
	}{
		{"iceberg", manifest.AsIceberg, there, ""},
		{"symlink", manifest.AsSymlink, there, ""},
		{"a directory", manifest.AsIceberg, local, "local directory"},
		{"a directory as symlink", manifest.AsSymlink, local, "local directory"},
		{"an odd name in iceberg", manifest.AsIceberg, odd, ""},
		{"an odd name in symlink", manifest.AsSymlink, odd, `column st: Hive cannot read a type with a field "a b"`},
		{"a long name", manifest.AsSymlink, long, "at most 255 bytes"},
	} {
		_, err := newFakeGlue(t).entrance(tc.as).Check(context.Background(), tc.target)
		if tc.say == "" && err != nil || tc.say != "" && (!errors.Is(err, ErrCannot) || !strings.Contains(err.Error(), tc.say)) {
			t.Errorf("%s: %v", tc.name, err)
		}
	}
}

// TestGlueAlteredToOdd: a table that Hive cannot read any more is not defined so.
func TestGlueAlteredToOdd(t *testing.T) {
	f, store := newFakeGlue(t), memstore.New(memstore.Options{})
	e := f.entrance(manifest.AsSymlink)
	mustSync(t, e, glueTarget(t, store, 1))
	target := glueTarget(t, store, 2)
	target.Manifest.Schemas[0].Fields[2].Type.Fields[0].Name = "a b"
	if state, err := e.Sync(context.Background(), target); !errors.Is(err, ErrCannot) || !state.Behind || f.Updates() != 0 {
		t.Errorf("%+v, %v, %d updates", state, err, f.Updates())
	}
}

// TestHiveTypes: every kind of type has one of Hive's.
func TestHiveTypes(t *testing.T) {
	want := map[string]string{
		"id": "bigint", "s": "string", "day": "date", "ok": "boolean", "i": "int", "f": "float", "d": "double", "amount": "decimal(9,2)",
		"at": "timestamp", "instant": "timestamp", "raw": "binary", "größe": "bigint", "st": "struct<x:int,y:string>", "li": "array<bigint>",
		"ma": "map<string,double>",
	}
	s := sample(t).Schema
	for _, f := range s.Fields {
		if got := hiveType(f.Type); got != want[f.Name] {
			t.Errorf("%s: %q", f.Name, got)
		}
	}
	if err := hiveTypes(s); err != nil || len(s.Fields) != len(want) {
		t.Error(err, len(s.Fields))
	}
}

func TestGlueComment(t *testing.T) {
	if got := comment("a\nb"); got != "a b" {
		t.Errorf("%q", got)
	}
	if got := comment(strings.Repeat("ü", 200)); got != strings.Repeat("ü", 127) {
		t.Errorf("%d bytes", len(got))
	}
}
