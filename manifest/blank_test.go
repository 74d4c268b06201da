package manifest

import (
	"maps"
	"reflect"
	"testing"
)

// A table that is empty keeps the settings and properties that it was made with, but for those that its first publish names, and also if
// that is rejected.
func TestBlankKeepsSettings(t *testing.T) {
	empty := Settings{Layout: LayoutSelfContained, TargetFileBytes: 1 << 20, RowGroupRows: 10, KeepVersions: 20, Compression: CompressionSnappy}
	named := Settings{Layout: LayoutShared, TargetFileBytes: 2 << 20, RowGroupRows: 11, KeepVersions: 21, Compression: CompressionZstd}
	owner := map[string]string{"owner": "web", "team": "a"}
	w := func(n int) Write { return Write{ID: hexOf(string(rune('a' + n)))[:32], At: testTime} }
	for name, c := range map[string]struct {
		named, want Settings
		properties  map[string]string
	}{
		"nothing": {Settings{}, empty, owner},
		"all":     {named, named, map[string]string{"owner": "me", "team": "a"}},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := New(Table{UUID: testUUID, Location: testRoot + "/_iceberg", Settings: empty, Properties: owner}, w(0))
			if err != nil {
				t.Fatal(err)
			}
			brought := Table{Schema: &Schema{Fields: testColumns()}, Settings: c.named}
			if name == "all" {
				brought.Properties = map[string]string{"owner": "me"}
			}
			check := func(what string, m *Manifest) {
				t.Helper()
				got := maps.Clone(m.Properties)
				delete(got, propertyGC)
				delete(got, propertyMapping)
				if s := m.Tablectl.Settings; !reflect.DeepEqual(s, c.want) || !maps.Equal(got, c.properties) {
					t.Errorf("%s: %+v, %v", what, s, got)
				}
			}
			next, err := m.Define(brought, w(1))
			if err != nil {
				t.Fatal(err)
			}
			check("defined", next)
			next, p, err := next.Reserve("run", "attempt-1", "append", testTime+1000, w(2))
			if err != nil {
				t.Fatal(err)
			}
			next, err = next.RejectFirst("run", "attempt-1", p.Version, "", "", "bad", w(3))
			if err != nil || !next.Blank("") || next.Properties[propertyMapping] != "" {
				t.Fatalf("%v, %+v", err, next)
			}
			check("rejected", next)
		})
	}
}
