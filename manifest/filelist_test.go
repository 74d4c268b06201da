package manifest

import (
	"slices"
	"testing"
)

// listed puts the files of a snapshot into one list, and returns them.
func listed(s *Snapshot) []File {
	files := s.Files
	l := Summarize(s.PartitionOrder(), s.Version, files)
	l.SHA256, l.Bytes, l.Manifest, l.ManifestBytes = hexOf("a"), 100, s.Iceberg.Manifests[0], 90
	l.Key = FileListKey(s.Version, l.SHA256)
	s.Files, s.Lists, s.Iceberg.Manifests = nil, []FileList{l}, nil
	return files
}

// Files in lists are checked like those inline, all of them or those of one list.
func TestSnapshotWithLists(t *testing.T) {
	k := newMaker(t)
	s := k.snapshot(k.reserve("one"))
	files := listed(s)
	b, err := s.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if s, err = DecodeSnapshot(b); err != nil {
		t.Fatal(err)
	}
	if err := s.Validate(files); err != nil {
		t.Fatal(err)
	}
	if err := s.CheckList(s.Lists[0], files); err != nil {
		t.Fatal(err)
	}
	wantRule(t, s.Validate(nil), RuleCounts)
	wantRule(t, s.CheckList(s.Lists[0], nil), RuleFileLists)
	files[0].Key = "/etc/passwd"
	wantRule(t, s.Validate(files), RuleFileKey)
	wantRule(t, s.CheckList(s.Lists[0], files), RuleFileKey)
}

// Whatever a snapshot says of a list in vain is refused, before the list is read or after.
func TestListRefusals(t *testing.T) {
	k := newMaker(t)
	k.publish("one")
	p := k.reserve("two")
	for _, c := range []struct {
		rule   Rule
		name   string
		change func(*FileList)
	}{
		{RuleFileLists, "outside", func(l *FileList) { l.Key = "_tablectl/x" }},
		{RuleFileLists, "of a later version", func(l *FileList) { l.Key = FileListKey(3, l.SHA256) }},
		{RuleFileLists, "key of another digest", func(l *FileList) { l.SHA256 = hexOf("b") }},
		{RuleFileLists, "no bytes", func(l *FileList) { l.Bytes = 0 }},
		{RuleFileLists, "files", func(l *FileList) { l.Files = 2 }},
		{RuleFileLists, "too many files", func(l *FileList) { l.Files = MaxListFiles + 1 }},
		{RuleFileLists, "rows", func(l *FileList) { l.Rows++ }},
		{RuleFileLists, "bytes of data", func(l *FileList) { l.DataBytes++ }},
		{RuleFileLists, "added files", func(l *FileList) { l.AddedFiles = 2 }},
		{RuleFileLists, "added rows", func(l *FileList) { l.AddedRows = 4 }},
		{RuleFileLists, "since no version", func(l *FileList) { l.MinVersion = 0 }},
		{RuleFileLists, "since a later version", func(l *FileList) { l.MinVersion = 3 }},
		{RuleFileLists, "no ranges", func(l *FileList) { l.Partitions = nil }},
		{RuleFileLists, "of another spec", func(l *FileList) { l.SpecID = 7 }},
		{RuleFileLists, "no date", func(l *FileList) { l.Partitions[0].Lower = `"yesterday"` }},
		{RuleFileLists, "half a range", func(l *FileList) { l.Partitions[0].Upper = "" }},
		{RuleFileLists, "range backwards", func(l *FileList) { l.Partitions[0].Upper = `"2026-04-14"` }},
		{RuleFileLists, "first no date", func(l *FileList) { l.First, l.Last = []Value{"7"}, []Value{`"2026-04-15"`} }},
		{RuleFileLists, "first after last", func(l *FileList) { l.First, l.Last = []Value{`"2026-04-15"`}, []Value{`"2026-04-14"`} }},
		{RuleFileLists, "first too long", func(l *FileList) { l.First = []Value{`"2026-04-15"`, "1"} }},
		{RuleIcebergLists, "manifest outside", func(l *FileList) { l.Manifest = "_tablectl/x" }},
		{RuleIcebergLists, "manifest of another version", func(l *FileList) { l.Manifest = IcebergKey(1, hexOf("m")) }},
		{RuleIcebergLists, "empty manifest", func(l *FileList) { l.ManifestBytes = 0 }},
	} {
		t.Run(string(c.rule)+"/"+c.name, func(t *testing.T) {
			s := k.snapshot(p)
			files := listed(s)
			if err := s.Validate(files); err != nil {
				t.Fatal(err)
			}
			c.change(&s.Lists[0])
			wantRule(t, s.Validate(files), c.rule)
		})
	}
	for name, change := range map[string]func(l *FileList){
		"added files": func(l *FileList) { l.AddedFiles = 0 },
		"added rows":  func(l *FileList) { l.AddedRows = 0 },
		"since":       func(l *FileList) { l.MinVersion = 1 },
		"range":       func(l *FileList) { l.Partitions[0].Upper = `"2026-04-16"` },
		"null":        func(l *FileList) { l.Partitions[0].Null = true },
		"rows":        func(l *FileList) { l.Rows++ },
	} {
		t.Run("read/"+name, func(t *testing.T) {
			s := k.snapshot(p)
			files := listed(s)
			change(&s.Lists[0])
			wantRule(t, s.CheckList(s.Lists[0], files), RuleFileLists)
		})
	}
	s := k.snapshot(p)
	files := listed(s)
	s.Lists = append(s.Lists, s.Lists[0])
	wantRule(t, s.Validate(append(files, files...)), RuleFileLists)
	s.Lists = s.Lists[:1]
	s.Rows.Added--
	_, err := s.Encode()
	wantRule(t, err, RuleCounts)
}

// Ranges are those of the types: 9 comes before 10, null before all.
func TestListRanges(t *testing.T) {
	types := []Type{{Kind: Int}, {Kind: String}}
	o := PartitionOrder{types: map[int][]Type{0: types, 1: types[:1], 2: {{Kind: Double}}}}
	list := func(spec int, partitions ...[]Value) FileList {
		var files []File
		for _, p := range partitions {
			files = append(files, File{SpecID: spec, Partition: p, AddedBy: AddedBy{Version: 1}})
		}
		return Summarize(o, 1, files)
	}
	for _, c := range []struct {
		name string
		l    FileList
		yes  [][]Value
		no   [][]Value
	}{
		{"numbers", list(1, []Value{"9"}, []Value{"10"}, []Value{"-3"}), [][]Value{{"-3"}, {"0"}, {"10"}}, [][]Value{{"-4"}, {"11"}, {"100"}, {""}}},
		{"null", list(1, []Value{""}, []Value{"5"}), [][]Value{{""}, {"5"}}, [][]Value{{"4"}, {"6"}}},
		{"only null", list(1, []Value{""}), [][]Value{{""}}, [][]Value{{"0"}}},
		{"two fields", list(0, []Value{"1", `"m"`}, []Value{"2", `"c"`}), [][]Value{{"1", `"m"`}, {"2", `"c"`}}, [][]Value{{"1", `"c"`}, {"2", `"m"`}, {"1", ""}, {"3", `"d"`}}},
		{"empty text and NaN as text", list(0, []Value{"1", `""`}, []Value{"1", `"NaN"`}), [][]Value{{"1", `""`}, {"1", `"A"`}, {"1", `"NaN"`}}, [][]Value{{"1", `"a"`}, {"1", ""}}},
		{"NaN", list(2, []Value{"1.0"}, []Value{`"NaN"`}), [][]Value{{`"NaN"`}, {"1.0"}}, [][]Value{{"2.0"}}},
		{"without values", list(1, nil), [][]Value{nil}, [][]Value{{"1"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, p := range c.yes {
				if !c.l.MayHold(o, p) {
					t.Errorf("%v is in %+v", p, c.l)
				}
			}
			for _, p := range c.no {
				if c.l.MayHold(o, p) {
					t.Errorf("%v is not in %+v", p, c.l)
				}
			}
		})
	}
	first, last := list(0, []Value{"10", ""}, []Value{"9", `"x"`}).Span()
	if !slices.Equal(first, []Value{"9", `"x"`}) || !slices.Equal(last, []Value{"10", ""}) {
		t.Errorf("from %v to %v", first, last)
	}
}
