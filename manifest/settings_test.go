package manifest

import "testing"

func TestSetSettings(t *testing.T) {
	k := newMaker(t)
	k.publish("one")
	k.must(k.m.Freeze("settings can be set all the same", k.w()))
	size, rows, snappy, owner := int64(1<<20), int64(1000), CompressionSnappy, "ada"
	k.must(k.m.SetSettings(SettingsChange{TargetFileBytes: &size, RowGroupRows: &rows, Compression: &snappy, Properties: map[string]*string{"owner": &owner}}, k.w()))
	s, e := k.m.Tablectl.Settings, k.m.Tablectl.Recent[len(k.m.Tablectl.Recent)-1]
	if s.TargetFileBytes != size || s.RowGroupRows != rows || s.Compression != snappy || k.m.Properties["owner"] != owner {
		t.Errorf("%+v %v", s, k.m.Properties)
	}
	if e.Op != OpSet || e.Message != "target_file_bytes = 1048576, row_group_rows = 1000, compression = snappy, owner = ada" {
		t.Errorf("%+v", e)
	}
	_, err := k.m.SetSettings(SettingsChange{Compression: &snappy, Properties: map[string]*string{"owner": &owner, "other": nil}}, k.w())
	wantErr(t, err, ErrNothingToDo)
	k.must(k.m.SetSettings(SettingsChange{Properties: map[string]*string{"owner": nil}}, k.w()))
	if _, there := k.m.Properties["owner"]; there || k.m.Properties[propertyGC] != "false" {
		t.Errorf("%v", k.m.Properties)
	}
	tiny, odd := int64(1), "lz4"
	for name, c := range map[string]SettingsChange{
		"size": {TargetFileBytes: &tiny}, "codec": {Compression: &odd}, "gc": {Properties: map[string]*string{propertyGC: nil}},
		"mapping": {Properties: map[string]*string{propertyMapping: &owner}}, "no name": {Properties: map[string]*string{"": &owner}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := k.m.SetSettings(c, k.w())
			wantRule(t, err, RuleSettings)
		})
	}
}
