package columnar

import (
	"context"
	"strings"
	"testing"

	"github.com/tablectl/tablectl/manifest"
)

// A file that was written before its columns were renamed and widened gives the same values, under the new names and types.
func TestOldFilesUnderNewSchemas(t *testing.T) {
	decimal := func(p, s int) manifest.Type { return manifest.Type{Kind: manifest.Decimal, Precision: p, Scale: s} }
	names := map[int][]string{20: {"renamed before", "i"}, 40: {"f"}, 99: {"nowhere"}}
	cases := []struct {
		old, now manifest.Field
	}{
		{wanted(20, "i", plain(manifest.Int)), wanted(20, "whole", plain(manifest.Long))},
		{wanted(40, "f", plain(manifest.Float)), wanted(40, "number", plain(manifest.Double))},
		{wanted(110, "small", decimal(9, 2)), wanted(110, "small", decimal(12, 2))},
		{wanted(110, "small", decimal(9, 2)), wanted(110, "small", decimal(38, 2))},
	}
	for _, file := range []string{"ids", "plain", "dictionary"} {
		f, _ := open(t, "testdata/"+file+".parquet")
		for _, c := range cases {
			want, err := columnText(t, f, c.old)
			if err != nil {
				t.Fatal(err)
			}
			r, err := f.Known(names).Read(context.Background(), manifest.Schema{Fields: []manifest.Field{c.now, wanted(99, "new", plain(manifest.Date))}}, ReadOptions{})
			if err != nil {
				t.Fatal(err)
			}
			got, added := "", ""
			for r.Next() {
				got, added = got+jsonOf(r.Record().Column(0)), added+jsonOf(r.Record().Column(1))
			}
			if r.Err() != nil || got != want || !strings.Contains(want, "1") {
				t.Errorf("%s: %s is %s (%v), was %s", file, c.now.Name, got, r.Err(), want)
			}
			if strings.Trim(added, "[]nul,") != "" {
				t.Errorf("%s: the new column has %s", file, added)
			}
		}
	}
	// A file with ids does not ask for names.
	f, _ := open(t, "testdata/ids.parquet")
	r, err := f.Known(map[int][]string{99: {"i"}}).Read(context.Background(), manifest.Schema{Fields: []manifest.Field{wanted(99, "x", plain(manifest.Int))}}, ReadOptions{})
	if err != nil || !r.Next() || r.Record().Column(0).NullN() != 8 {
		t.Errorf("%v", err)
	}
}
