package catalog

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/apache/iceberg-go"

	"github.com/tablectl/tablectl/manifest"
)

// Iceberg's own library gives the same results, of the same types and with the same texts for people.
func TestTransformsAsIcebergHasThem(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	kinds := map[string]func() any{
		"int":  func() any { return int32(r.Uint32()) / 2 },
		"long": func() any { return int64(r.Uint64()) / 2 },
		// From 1148 on: Iceberg in Go does not fill up years below 1000 with zeros, as it does in Java.
		"date":        func() any { return int32(r.IntN(600_000)) - 300_000 },
		"timestamp":   func() any { return (r.Int64N(4_000_000_000) - 2_000_000_000) * 1_000_003 },
		"timestamptz": func() any { return (r.Int64N(4_000_000_000) - 2_000_000_000) * 1_000_003 },
		"string": func() any {
			return string([]rune{rune('a' + r.IntN(26)), 'é', rune(0x4e00 + r.IntN(999)), '😀', 'z'}[:r.IntN(6)])
		},
		"binary":         func() any { return []byte{byte(r.IntN(256)), 0, byte(r.IntN(256)), 1}[:r.IntN(5)] },
		"decimal(9, 2)":  func() any { return manifest.DecFromInt64(r.Int64N(1_000_000_000) - 500_000_000) },
		"decimal(30, 5)": func() any { return manifest.Dec{Hi: r.Int64N(1000) - 500, Lo: r.Uint64()} },
	}
	for name, random := range kinds {
		typ, err := manifest.ParseType(name)
		if err != nil {
			t.Fatal(err)
		}
		fields, _ := manifest.AssignIDs([]manifest.Field{{Name: "x", Type: typ}}, 0)
		schema, err := icebergSchema(manifest.Schema{Fields: fields})
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{"identity", "year", "month", "day", "hour", "bucket[1]", "bucket[16]", "bucket[1000003]", "truncate[1]", "truncate[3]", "truncate[10]"} {
			ours, err := manifest.ParseTransform(text)
			if err != nil {
				t.Fatal(err)
			}
			theirs, err := iceberg.ParseTransform(text)
			if err != nil {
				t.Fatal(err)
			}
			source := schema.Field(0).Type
			if ours.Takes(typ) != theirs.CanTransform(source) {
				t.Errorf("%s of %s: %t, Iceberg's %t", text, name, ours.Takes(typ), theirs.CanTransform(source))
			}
			if ours.Takes(typ) {
				compareTransforms(t, ours, theirs, typ, source, random)
			}
		}
	}
}

func compareTransforms(t *testing.T, ours manifest.Transform, theirs iceberg.Transform, typ manifest.Type, source iceberg.Type, random func() any) {
	t.Helper()
	result := ours.Result(typ)
	if theirs.ResultType(source).String() != fmt.Sprint(result) && result.Kind != manifest.Decimal {
		t.Errorf("%s of %s is %s, Iceberg's %s", ours, typ, result, theirs.ResultType(source))
	}
	for range 300 {
		v := random()
		raw, err := manifest.BinaryValue(typ, v)
		if err != nil {
			t.Fatal(err)
		}
		literal, err := iceberg.LiteralFromBytes(source, raw)
		if err != nil {
			t.Fatal(err)
		}
		got, err := ours.Apply(typ, v)
		if err != nil {
			t.Fatal(err)
		}
		raw, err = manifest.BinaryValue(result, got)
		if err != nil {
			t.Fatal(err)
		}
		want := theirs.Apply(iceberg.Optional[iceberg.Literal]{Val: literal, Valid: true})
		wantRaw, err := want.Val.MarshalBinary()
		if err != nil || !want.Valid || !bytes.Equal(raw, wantRaw) {
			t.Fatalf("%s of %s %s is %s, Iceberg's %v (%v)", ours, typ, manifest.FormatValue(typ, v), manifest.FormatValue(result, got), want.Val, err)
		}
		if text := ours.Format(typ, got); ours.Kind >= manifest.Year && ours.Kind <= manifest.Hour && text != theirs.ToHumanStrType(theirs.ResultType(source), want.Val.Any()) {
			t.Fatalf("%s of %s for people is %q, Iceberg's %q", ours, typ, text, theirs.ToHumanStrType(theirs.ResultType(source), want.Val.Any()))
		}
	}
}

// The lists have partition values of the types that the transforms give, and are read back so.
func TestListsOfTransformedPartitions(t *testing.T) {
	fields, _, err := manifest.ParseColumns("id bigint, at timestamp, city varchar, day date")
	if err != nil {
		t.Fatal(err)
	}
	schema, spec, _, err := manifest.Layout(manifest.Schema{Fields: fields}, []string{"bucket(16, id)", "day(at)", "month(day)", "truncate(2, city)", "city"}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := CheckPartitioning(schema, spec); err != nil {
		t.Fatal(err)
	}
	s := &manifest.Snapshot{Version: 3, Schema: schema, Spec: spec}
	for i, partition := range [][]manifest.Value{{"7", `"2026-04-15"`, "-1", `"Sã"`, `"São Paulo"`}, {"", "", "", "", ""}, {"0", `"1969-12-31"`, "675", `""`, `""`}} {
		s.Files = append(s.Files, manifest.File{Key: fmt.Sprintf("version=3/part-%d.parquet", i), Rows: 1, Bytes: 100, Partition: partition, AddedBy: manifest.AddedBy{Version: 3}})
	}
	lists, get := build(t, s, s.Files)
	if err := CheckIceberg(s, s.Files, get, sampleURL); err != nil {
		t.Fatal(err)
	}
	named, err := iceberg.ReadManifestList(bytes.NewReader(lists.ManifestList.Bytes))
	if err != nil {
		t.Fatal(err)
	}
	entries, err := iceberg.ReadManifest(named[0], bytes.NewReader(lists.Manifests[0].Bytes), false)
	if err != nil {
		t.Fatal(err)
	}
	got := entries[0].DataFile().Partition()
	want := map[int]any{1000: int32(7), 1001: iceberg.Date(20558), 1002: int32(-1), 1003: "Sã", 1004: "São Paulo"}
	if fmt.Sprint(got) != fmt.Sprint(want) || fmt.Sprintf("%T", got[1001]) != "iceberg.Date" {
		t.Errorf("%v (%T), want %v", got, got[1001], want)
	}
	lower, upper := named[0].Partitions()[2].LowerBound, named[0].Partitions()[2].UpperBound
	if !bytes.Equal(*lower, []byte{255, 255, 255, 255}) || !bytes.Equal(*upper, []byte{0xa3, 2, 0, 0}) {
		t.Errorf("months from %x to %x", *lower, *upper)
	}
}
