package manifest

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestRoundTrip(t *testing.T) {
	m := full(t).m
	b := encoded(t, m)
	if !bytes.HasSuffix(b, []byte("}\n")) || bytes.Count(b, []byte("\n")) != 1 {
		t.Error("not one line")
	}
	again, err := Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	if got := encoded(t, again); !bytes.Equal(got, b) {
		t.Errorf("%s\nbecame\n%s", b, got)
	}
}

// Iceberg demands lists, and what is not there must not be null.
func TestEmptyListsAreLists(t *testing.T) {
	m := clone(t, newMaker(t).m)
	m.Snapshots, m.SnapshotLog, m.MetadataLog, m.Refs, m.Tablectl.Pending = nil, nil, nil, nil, nil
	text := string(encoded(t, m))
	for _, want := range []string{`"snapshots":[]`, `"snapshot-log":[]`, `"metadata-log":[]`, `"refs":{}`, `"pending":[]`, `"history":null`,
		`"frozen":null`, `"gc":{"epoch":0,"expired":[]}`, `"current-snapshot-id":-1`, `{"order-id":0,"fields":[]}`} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in %s", want, text)
		}
	}
	k := newMaker(t)
	k.publish("one")
	if text := string(encoded(t, k.m)); strings.Contains(text, "parent-snapshot-id") {
		t.Errorf("the first version has a parent in %s", text)
	}
}

// annotate puts an unknown key into every object of a JSON text, also into those under keys of the caller's choice.
func annotate(x any, path string) any {
	switch x := x.(type) {
	case map[string]any:
		for k, v := range x {
			x[k] = annotate(v, path+"."+k)
		}
		if !stringMaps[path[strings.LastIndex(path, ".")+1:]] {
			x["zz-later"] = map[string]any{"b": []any{1.5, nil}, "a": path}
			x["a-later"] = "first"
		}
	case []any:
		for i, v := range x {
			x[i] = annotate(v, path)
		}
	}
	return x
}

// stringMaps are objects whose keys are data.
var stringMaps = map[string]bool{"properties": true, "summary": true, "refs": true, "columns": true}

func annotated(t *testing.T, b []byte) []byte {
	t.Helper()
	var x any
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	if err := d.Decode(&x); err != nil {
		t.Fatal(err)
	}
	out, err := json.Marshal(annotate(x, ""))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func sameJSON(t *testing.T, a, b []byte) {
	t.Helper()
	var x, y any
	if err := json.Unmarshal(a, &x); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &y); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(x, y) {
		t.Errorf("%s\nbecame\n%s", indent(t, a), indent(t, b))
	}
}

// A later writer of the same format may add keys anywhere. This one hands them on.
func TestUnknownKeysAreKept(t *testing.T) {
	k := full(t)
	b := annotated(t, encoded(t, k.m))
	m, err := Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	out := encoded(t, m)
	sameJSON(t, b, out)
	if n := bytes.Count(out, []byte(`"a-later":"first","zz-later":`)); n < 40 {
		t.Errorf("%d objects with unknown keys, sorted", n)
	}
	if again, err := Decode(out); err != nil || !bytes.Equal(encoded(t, again), out) {
		t.Errorf("not stable (%v)", err)
	}
}

func TestUnknownKeysOfSnapshotsAreKept(t *testing.T) {
	k := newMaker(t)
	k.publish("one")
	s := k.snapshot(k.reserve("two"))
	b, err := s.Encode()
	if err != nil {
		t.Fatal(err)
	}
	b = annotated(t, b)
	if s, err = DecodeSnapshot(b); err != nil {
		t.Fatal(err)
	}
	out, err := s.Encode()
	if err != nil {
		t.Fatal(err)
	}
	sameJSON(t, b, out)
}

// Transitions keep unknown keys, too: here of the manifest, the pending entry that is taken over, and the branch.
func TestTransitionsKeepUnknownKeys(t *testing.T) {
	k := full(t)
	m, err := Decode(annotated(t, encoded(t, k.m)))
	if err != nil {
		t.Fatal(err)
	}
	k.m = m
	k.must(k.m.Unfreeze(k.w()))
	k.must(k.m.Rollback(1, "", "", k.w()))
	next, _, err := k.m.Reserve("other", "taken-over", "replace", testTime+1, k.w())
	k.must(next, err)
	k.must(k.m.SetTag("2026-q1", 2, true, k.w()))
	for name, u := range map[string]Unknown{
		"top": k.m.Unknown, "tablectl": k.m.Tablectl.Unknown, "settings": k.m.Tablectl.Settings.Unknown, "main": k.m.Refs["main"].Unknown,
		"tag": k.m.Refs["2026-q1"].Unknown, "pending": k.m.Tablectl.Pending[1].Unknown, "snapshot": k.m.Snapshots[0].Unknown,
		"schema": k.m.Schemas[0].Unknown, "nested type": k.m.Schemas[0].Fields[6].Type.Unknown,
	} {
		if !strings.HasPrefix(string(u), `"a-later":"first","zz-later":{`) {
			t.Errorf("%s has lost its unknown keys: %q", name, u)
		}
	}
}

func TestUnknownTextIsKept(t *testing.T) {
	b := encoded(t, full(t).m)
	text := `{"big":123456789012345678901234567890, "point":1.0,"exp":1E+2, "esc":"\u00e9\/"}`
	b = bytes.Replace(b, []byte(`"tablectl":{`), []byte(`"later":`+text+`,"tablectl":{`), 1)
	m, err := Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	want := Unknown(`"later":` + strings.ReplaceAll(text, ", ", ","))
	if m.Unknown != want {
		t.Errorf("kept as %s, want %s", m.Unknown, want)
	}
}

// TestDecodeRefusesText is the case for RuleJSON.
func TestDecodeRefusesText(t *testing.T) {
	good := string(encoded(t, full(t).m))
	cases := map[string]struct {
		old, new string // replaced once
		want     error
		words    string
	}{
		"duplicate key":            {`"generation":`, `"generation":1,"generation":`, ErrInvalid, `"generation" stands twice`},
		"duplicate by escape":      {`"generation":`, `"g\u0065neration":1,"generation":`, ErrInvalid, "stands twice"},
		"duplicate in unknown":     {`"tablectl":`, `"later":{"a":1,"a":2},"tablectl":`, ErrInvalid, "later"},
		"duplicate under no name":  {`"tablectl":`, `"":{"":{"a":1,"a":2}},"tablectl":`, ErrInvalid, `"".""`},
		"duplicate under any name": {`"tablectl":`, `"\n[":[{"` + strings.Repeat("x", 1000) + `":{"a":1,"a":2}}],"tablectl":`, ErrInvalid, `"\n["[0]."x`},
		"duplicate in a map":       {`"gc.enabled":`, `"gc.enabled":"true","gc.enabled":`, ErrInvalid, "gc.enabled"},
		"missing key":              {`"last-column-id":14,`, ``, ErrInvalid, "last-column-id: is missing"},
		"missing in a list":        {`"schema-id":0,"manifest-list"`, `"manifest-list"`, ErrInvalid, "snapshots[0].schema-id: is missing"},
		"other case":               {`"last-column-id":14`, `"Last-Column-Id":14`, ErrInvalid, "last-column-id: is missing"},
		"null list":                {`"metadata-log":[]`, `"metadata-log":null`, ErrInvalid, "metadata-log: must not be null"},
		"null number":              {`"format-version":2`, `"format-version":null`, ErrInvalid, "must not be null"},
		"string for number":        {`"format-version":2`, `"format-version":"2"`, ErrInvalid, "want an integer"},
		"number for string":        {`"location":"` + testRoot + `/_iceberg"`, `"location":7`, ErrInvalid, "want a string"},
		"fraction":                 {`"last-sequence-number":4`, `"last-sequence-number":4.0`, ErrInvalid, "want an integer"},
		"exponent":                 {`"last-sequence-number":4`, `"last-sequence-number":4e0`, ErrInvalid, "want an integer"},
		"out of 64 bits":           {`"last-sequence-number":4`, `"last-sequence-number":9223372036854775808`, ErrInvalid, "want an integer"},
		"list for object":          {`"refs":{`, `"refs":[],"refz":{`, ErrInvalid, "refs: want an object"},
		"object for list":          {`"snapshot-log":[`, `"snapshot-log":{},"x":[`, ErrInvalid, "want a list"},
		"boolean":                  {`"required":true`, `"required":1`, ErrInvalid, "want true or false"},
		"time in another form":     {`"at":"2026-01-01T00:00:05.000Z"`, `"at":"2026-01-01T00:00:05Z"`, ErrInvalid, "want a time"},
		"time of no day":           {`"at":"2026-01-01T00:00:05.000Z"`, `"at":"2026-02-30T00:00:05.000Z"`, ErrInvalid, "want a time"},
		"type of v3":               {`"type":"date"`, `"type":"timestamp_ns"`, ErrInvalid, "timestamp_ns"},
		"type uuid":                {`"type":"date"`, `"type":"uuid"`, ErrInvalid, "uuid"},
		"nested type of no kind":   {`"type":"list"`, `"type":"set"`, ErrInvalid, "set"},
		"schema of no struct":      {`"type":"struct","schema-id"`, `"type":"list","schema-id"`, ErrInvalid, `want "struct"`},
		"half a surrogate":         {`"wrong amounts"`, `"wrong \ud800 amounts"`, ErrInvalid, "surrogate"},
		"metadata log with things": {`"metadata-log":[]`, `"metadata-log":[{"metadata-file":"x"}]`, ErrInvalid, "metadata-file"},
		"higher format":            {`"format":1`, `"format":2`, ErrFormat, "use a newer one"},
		"higher format, new shape": {`"format":1,"generation":`, `"format":2,"generation":"x","generation2":`, ErrFormat, "newer"},
		"format 0":                 {`"format":1`, `"format":0`, ErrNotManifest, "format"},
		"no format":                {`"format":1,`, ``, ErrNotManifest, "format"},
		"no tablectl":              {`"tablectl":{`, `"other":{`, ErrNotManifest, "Iceberg metadata of another table"},
		"tablectl of another kind": {`"tablectl":{`, `"tablectl":1,"other":{`, ErrNotManifest, "tablectl"},
		"not UTF-8":                {`wrong amounts`, "wrong \xff amounts", ErrNotManifest, "UTF-8"},
		"cut":                      {good[len(good)/2:], ``, ErrNotManifest, "JSON"},
		"trailing garbage":         {good[len(good)-2:], "} x", ErrNotManifest, "JSON"},
		"two documents":            {good[len(good)-2:], "}{}", ErrNotManifest, "JSON"},
		"empty":                    {good, ``, ErrNotManifest, "JSON"},
		"list":                     {good, `[]`, ErrNotManifest, ""},
		"null":                     {good, `null`, ErrNotManifest, ""},
		"deep":                     {`"tablectl":{`, `"later":` + strings.Repeat("[", 200) + strings.Repeat("]", 200) + `,"tablectl":{`, ErrInvalid, "nested deeper"},
		"very deep":                {good, strings.Repeat("[", 1<<20), ErrNotManifest, ""},
		"Delta log":                {good, `{"protocol":{"minReaderVersion":1}}`, ErrNotManifest, ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if !strings.Contains(good, c.old) {
				t.Fatalf("nothing to replace: %s", c.old)
			}
			_, err := Decode([]byte(strings.Replace(good, c.old, c.new, 1)))
			wantErr(t, err, c.want, c.words)
			if c.want == ErrInvalid {
				wantRule(t, err, RuleJSON)
			}
			if len(err.Error()) > 400 {
				t.Errorf("%d bytes of message", len(err.Error()))
			}
		})
	}
	if _, err := Decode([]byte(good)); err != nil {
		t.Error(err)
	}
}

func TestDecodeRefusesSize(t *testing.T) {
	b := encoded(t, full(t).m)
	b = append(b, bytes.Repeat([]byte(" "), MaxBytes-len(b))...)
	if _, err := Decode(b); err != nil {
		t.Errorf("%d bytes: %v", len(b), err)
	}
	_, err := Decode(append(b, ' '))
	wantErr(t, err, ErrTooLarge)
	m := clone(t, full(t).m)
	m.Properties["long"] = strings.Repeat("x", MaxBytes)
	_, err = m.Encode()
	wantErr(t, err, ErrTooLarge)
	m.Properties["long"] = "\xff"
	if _, err = m.Encode(); err == nil || !strings.Contains(err.Error(), "properties.long") {
		t.Errorf("not UTF-8: %v", err)
	}
}

func TestStringsSurvive(t *testing.T) {
	for _, s := range []string{"", `"\/`, "\b\f\n\r\t\x00\x1f\x7f", "é€𝄞\u2028<>&", "\uFFFD"} {
		b := appendString(nil, s)
		var theirs string
		if err := json.Unmarshal(b, &theirs); err != nil || theirs != s {
			t.Errorf("%q is written as %s, which encoding/json reads as %q (%v)", s, b, theirs, err)
		}
		b, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		r := reader{b: b}
		if ours, err := r.str(); err != nil || ours != s {
			t.Errorf("%s is read as %q (%v)", b, ours, err)
		}
	}
	r := reader{b: []byte(`"\ud834\udd1e \/ \u0041"`)}
	if s, err := r.str(); err != nil || s != "𝄞 / A" {
		t.Errorf("%q, %v", s, err)
	}
	for _, bad := range []string{`"\ud834"`, `"\udd1e\ud834"`, `"\ud834A"`} {
		r := reader{b: []byte(bad)}
		if s, err := r.str(); err == nil {
			t.Errorf("%s is read as %q", bad, s)
		}
	}
}

// The rest of the project marshals parts with encoding/json.
func TestPartsMarshalAlone(t *testing.T) {
	schema := newMaker(t).m.Schema()
	b, err := json.Marshal(schema)
	if err != nil || !bytes.HasPrefix(b, []byte(`{"type":"struct","schema-id":0,"fields":[{"id":1,`)) {
		t.Fatalf("%s, %v", b, err)
	}
	var back Schema
	if err := json.Unmarshal(b, &back); err != nil || !back.Equal(schema) {
		t.Errorf("%+v, %v", back, err)
	}
	type doc struct {
		At    Time
		Never Time
		V     []Value
		T     Type
	}
	in := doc{At: testTime, V: []Value{"1.50", ""}, T: Type{Kind: Decimal, Precision: 9, Scale: 2}}
	b, err = json.Marshal(in)
	want := `{"At":"2026-01-01T00:00:00.000Z","Never":"","V":[1.50,null],"T":"decimal(9, 2)"}`
	if err != nil || string(b) != want {
		t.Fatalf("%s, %v, want %s", b, err, want)
	}
	var out doc
	if err := json.Unmarshal(b, &out); err != nil || !reflect.DeepEqual(in, out) {
		t.Errorf("%+v, %v", out, err)
	}
	for _, bad := range []string{`{"At":5}`, `{"V":[[1]]}`, `{"T":"nope"}`} {
		if err := json.Unmarshal([]byte(bad), &out); err == nil {
			t.Errorf("%s was accepted", bad)
		}
	}
	if _, err := json.Marshal(maxTime + 1); err == nil {
		t.Error("the year 10000 was written")
	}
}

func TestDecodeSnapshotRefuses(t *testing.T) {
	k := newMaker(t)
	b, err := k.snapshot(k.reserve("one")).Encode()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := DecodeSnapshot(b); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		old, new string
		want     error
	}{
		"higher format":     {`"format":1`, `"format":3`, ErrFormat},
		"not ours":          {`"format":1,`, ``, ErrNotManifest},
		"not JSON":          {`{`, `x`, ErrNotManifest},
		"key outside":       {`"key":"version=1/`, `"key":"../version=1/`, ErrInvalid},
		"list as partition": {`"partition":["2026-04-15"]`, `"partition":[[1]]`, ErrInvalid},
		"odd column id":     {`"columns":{"1"`, `"columns":{"01"`, ErrInvalid},
		"no column id":      {`"columns":{"1"`, `"columns":{"id"`, ErrInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			if !bytes.Contains(b, []byte(c.old)) {
				t.Fatalf("no %s in %s", c.old, b)
			}
			_, err := DecodeSnapshot(bytes.Replace(b, []byte(c.old), []byte(c.new), 1))
			wantErr(t, err, c.want)
		})
	}
	if _, err := DecodeSnapshot(make([]byte, MaxSnapshotBytes+1)); !errors.Is(err, ErrTooLarge) {
		t.Error(err)
	}
}

// Many keys in one object take another path than few.
func TestKeySet(t *testing.T) {
	var s keySet
	var names []string
	for i := range 100 {
		names = append(names, strings.Repeat("k", i))
	}
	for _, name := range names {
		if !s.add(name) {
			t.Fatalf("%q was not new", name)
		}
	}
	if slices.ContainsFunc(names, s.add) {
		t.Fatal("a key was added twice")
	}
}
