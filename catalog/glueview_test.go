package catalog

import (
	"context"
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/glue/types"

	"github.com/tablectl/tablectl/internal/objstore/memstore"
	"github.com/tablectl/tablectl/manifest"
)

func TestGlueView(t *testing.T) {
	f, store := newFakeGlue(t), memstore.New(memstore.Options{})
	e := f.entrance(manifest.AsView)
	unpublished := glueTarget(t, store, 1)
	unpublished.Snapshot = nil
	if state, err := e.Sync(context.Background(), unpublished); err != nil || state.Behind || f.Table("flights") != nil {
		t.Errorf("before the first publish: %+v, %v", state, err)
	}
	mustSync(t, e, f.target(t, manifest.AsView, store, 3))
	mustSync(t, e, f.target(t, manifest.AsView, store, 4))
	f.shows(t, manifest.AsView, f.target(t, manifest.AsView, store, 4))
	got := f.Table("flights")
	p := got.Parameters
	if *got.TableType != "VIRTUAL_VIEW" || p["presto_view"] != "true" || p["comment"] != "Presto View" || p["EXTERNAL"] != "" || *got.ViewExpandedText != "/* Presto View */" ||
		len(got.StorageDescriptor.Columns) != 3 || got.StorageDescriptor.SerdeInfo == nil || len(got.PartitionKeys) != 0 {
		t.Errorf("%s", said(got))
	}
	text := strings.TrimSuffix(strings.TrimPrefix(*got.ViewOriginalText, "/* Presto View: "), " */")
	body, err := base64.StdEncoding.DecodeString(text)
	want := `{"originalSql":"SELECT \"id\", \"city\", \"st\" FROM \"web\".\"flights_ice\" FOR VERSION AS OF BIGINT '4'","catalog":"awsdatacatalog","schema":"web",` +
		`"columns":[{"name":"id","type":"bigint"},{"name":"city","type":"varchar"},{"name":"st","type":"row(\"x\" integer, \"y\" array(decimal(9,2)))"}],"runAsInvoker":true}`
	if err != nil || string(body) != want {
		t.Errorf("%s, %v", body, err)
	}
}

// TestGlueViewNotes: Trino calls the Glue catalog something else than Athena does.
func TestGlueViewNotes(t *testing.T) {
	f, store := newFakeGlue(t), memstore.New(memstore.Options{})
	e := f.entrance(manifest.AsView)
	target := f.target(t, manifest.AsView, store, 3)
	if notes, err := e.Check(context.Background(), target); err != nil || len(notes) != 1 || !strings.Contains(notes[0], "catalog ice in awsdatacatalog") {
		t.Errorf("%v, %v", notes, err)
	}
	e.c.Engine = "lake"
	if notes, err := e.Check(context.Background(), target); err != nil || len(notes) > 0 {
		t.Errorf("%v, %v", notes, err)
	}
}

// TestGlueViewTypes: every kind of type has one of Trino's, and times are cast.
func TestGlueViewTypes(t *testing.T) {
	want := map[string]string{
		"id": "bigint", "s": "varchar", "day": "date", "ok": "boolean", "i": "integer", "f": "real", "d": "double", "amount": "decimal(9,2)",
		"at": "timestamp(6)", "instant": "timestamp(6) with time zone", "raw": "varbinary", "größe": "bigint", "st": `row("x" integer, "y" varchar)`,
		"li": "array(bigint)", "ma": "map(varchar, double)",
	}
	s := sample(t).Schema
	m := &manifest.Manifest{Schemas: []manifest.Schema{s}, CurrentSchemaID: s.ID, CurrentSnapshotID: 7}
	d := glueView{}.sql(manifest.Catalog{Database: "d", Table: "t"}, Target{Manifest: m})
	for _, c := range d.Columns {
		if c.Type != want[c.Name] {
			t.Errorf("%s: %q", c.Name, c.Type)
		}
	}
	for _, part := range []string{`"amount", CAST("at" AS timestamp(6)) AS "at"`, `CAST("instant" AS timestamp(6) with time zone) AS "instant"`, ` FROM "d"."t" FOR VERSION AS OF BIGINT '7'`} {
		if !strings.Contains(d.SQL, part) {
			t.Errorf("no %s in %s", part, d.SQL)
		}
	}
	if len(d.Columns) != len(want) {
		t.Errorf("%d columns", len(d.Columns))
	}
}

// TestGlueViewWaits: the view is not turned to a version that the table under it does not have.
func TestGlueViewWaits(t *testing.T) {
	f, store := newFakeGlue(t), memstore.New(memstore.Options{})
	e := f.entrance(manifest.AsView)
	mustSync(t, e, f.target(t, manifest.AsView, store, 3))
	for name, do := range map[string]func(){
		"it is behind": func() {},
		"it is of others": func() {
			f.Change("flights_ice", func(there *types.Table) {
				there.Parameters[glueMetadata] = "s3://memory/table/_iceberg/metadata/00001-a.metadata.json"
			})
		},
		"it is gone": func() { f.Drop("flights_ice") },
	} {
		target := glueTarget(t, store, 4)
		target.Manifest.Tablectl.Settings.Catalogs = f.target(t, manifest.AsView, store, 3).Manifest.Tablectl.Settings.Catalogs
		do()
		state, err := e.Sync(context.Background(), target)
		if !errors.Is(err, ErrCannot) || !strings.Contains(err.Error(), "catalog ice, which the view is over, does not show version 4") || !state.Behind || state.Version != 3 {
			t.Errorf("%s: %+v, %v", name, state, err)
		}
		f.Drop("flights_ice")
	}
	mustSync(t, e, f.target(t, manifest.AsView, store, 4))
	f.shows(t, manifest.AsView, f.target(t, manifest.AsView, store, 4))
}

func TestGlueViewForeign(t *testing.T) {
	for name, do := range map[string]func(*types.Table){
		"another view":    func(there *types.Table) { there.ViewOriginalText = aws.String("/* Presto View: e30= */") },
		"no view":         func(there *types.Table) { there.ViewOriginalText = nil },
		"another text":    func(there *types.Table) { there.ViewOriginalText = aws.String("/* Presto View: -- */") },
		"no mark":         func(there *types.Table) { there.Parameters = map[string]string{"presto_view": "true"} },
		"another version": func(there *types.Table) { there.Parameters[glueVersion] = "2" },
		"a table":         func(there *types.Table) { there.TableType = aws.String("EXTERNAL_TABLE") },
	} {
		f, store := newFakeGlue(t), memstore.New(memstore.Options{})
		e := f.entrance(manifest.AsView)
		mustSync(t, e, f.target(t, manifest.AsView, store, 3))
		f.Change("flights", do)
		target := f.target(t, manifest.AsView, store, 4)
		state, err := e.Look(context.Background(), target)
		if err != nil || len(state.Foreign) == 0 || !state.Behind {
			t.Errorf("%s: %+v, %v", name, state, err)
		}
		if _, err := e.Sync(context.Background(), target); !errors.Is(err, ErrForeign) {
			t.Errorf("%s: %v", name, err)
		}
		target.Force = true
		mustSync(t, e, target)
		f.shows(t, manifest.AsView, target)
	}
}

// TestGlueViewOverAnother: a view that selects from another table than it is over now, or that another engine is to read, is behind.
func TestGlueViewOverAnother(t *testing.T) {
	f, store := newFakeGlue(t), memstore.New(memstore.Options{})
	target := f.target(t, manifest.AsView, store, 3)
	mustSync(t, f.entrance(manifest.AsView), target)
	over := &target.Manifest.Tablectl.Settings.Catalogs[0]
	over.Table = "flights_two"
	mustSync(t, f.of(*over), target)
	if state, err := f.entrance(manifest.AsView).Look(context.Background(), target); err != nil || !state.Behind || len(state.Foreign) > 0 {
		t.Errorf("another table: %+v, %v", state, err)
	}
	mustSync(t, f.entrance(manifest.AsView), target)
	e := f.entrance(manifest.AsView)
	e.c.Engine = "lake"
	if state, err := e.Look(context.Background(), target); err != nil || !state.Behind || len(state.Foreign) > 0 {
		t.Errorf("another engine: %+v, %v", state, err)
	}
	mustSync(t, e, target)
	if v, err := readView(f.Table("flights")); err != nil || v.Catalog != "lake" || !strings.Contains(v.SQL, `FROM "web"."flights_two" FOR`) {
		t.Errorf("%+v, %v", v, err)
	}
}
