package manifest

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

// seeds gives the vectors of a kind to a fuzz test.
func seeds(f *testing.F, kind string) {
	f.Helper()
	for _, v := range readIndex(f) {
		if v.Kind == kind {
			f.Add(readVector(f, v.File))
		}
	}
}

// classified fails for an error that callers cannot tell apart.
func classified(t *testing.T, err error) {
	t.Helper()
	for _, want := range []error{ErrInvalid, ErrNotManifest, ErrFormat, ErrTooLarge, ErrType, ErrSchema, ErrValue} {
		if errors.Is(err, want) {
			return
		}
	}
	t.Fatalf("an error of no class: %v", err)
}

func FuzzDecode(f *testing.F) {
	seeds(f, "manifest")
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := Decode(b)
		if err != nil {
			classified(t, err)
			return
		}
		once := encoded(t, m)
		again, err := Decode(once)
		if err != nil {
			t.Fatalf("%v of\n%s", err, once)
		}
		if twice := encoded(t, again); !bytes.Equal(once, twice) {
			t.Fatalf("%s\nbecame\n%s", once, twice)
		}
		sameJSON(t, b, once)
		// Nothing that was accepted makes a reader or a transition fall over.
		for _, ref := range []string{"current", "previous", "1", "2026-01-01"} {
			if v, err := m.Resolve(ref); err == nil {
				if _, live := m.Live(v); !live {
					t.Fatalf("%s is version %d, which is not live", ref, v)
				}
			}
		}
		w := Write{ID: strings.Repeat("f", 32), At: testTime}
		if next, _, err := m.Reserve("a run of the fuzzer", "a", "replace", testTime, w); err == nil {
			encoded(t, next)
		}
		for _, e := range m.Snapshots {
			if next, err := m.Rollback(e.SnapshotID, "", "", w); err == nil {
				encoded(t, next)
			}
		}
		m.RunState(m.Tablectl.Recent, "one", "f")
	})
}

func FuzzDecodeSnapshot(f *testing.F) {
	seeds(f, "snapshot")
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := DecodeSnapshot(b)
		if err != nil {
			classified(t, err)
			return
		}
		once, err := s.Encode()
		if err != nil {
			t.Fatal(err)
		}
		sameJSON(t, b, once)
		for _, file := range s.Files {
			if CheckDataKey(file.Key) != nil {
				t.Fatalf("key %q was accepted", file.Key)
			}
		}
	})
}

func FuzzDecodeEvents(f *testing.F) {
	seeds(f, "history")
	f.Fuzz(func(t *testing.T, b []byte) {
		events, err := decodeEvents(b, 1<<20)
		if err != nil {
			classified(t, err)
			return
		}
		if _, err := EncodeEvents(events); err != nil {
			t.Fatal(err)
		}
	})
}

func FuzzParseType(f *testing.F) {
	for _, s := range []string{"decimal(9, 2)", "struct<a: int not null, \"b c\": list<map<string, double>>>", "timestamp(6) with time zone", "int[][3]", "row(a int)", "x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		typ, err := ParseType(s)
		if err != nil {
			classified(t, err)
			return
		}
		if back, err := ParseType(typ.String()); err != nil || !back.Equal(typ) {
			t.Fatalf("%s is read as %s (%v)", typ, back, err)
		}
	})
}

func FuzzParseColumns(f *testing.F) {
	for _, s := range []string{"a bigint not null, b varchar(3) comment 'x', primary key (a)", "create table if not exists a.\"b\" (c int primary key);", "a int, constraint b unique (a)", "a /* b */ int -- c"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		fields, key, err := ParseColumns(s)
		if err != nil {
			classified(t, err)
			return
		}
		if _, _, _, err := Layout(Schema{Fields: fields}, nil, nil, nil); err != nil && !errors.Is(err, ErrType) && !errors.Is(err, ErrSchema) {
			t.Fatal(err)
		}
		for _, name := range key {
			if indexByName(fields, name) < 0 {
				t.Fatalf("key column %q is no column", name)
			}
		}
	})
}

func FuzzParseValue(f *testing.F) {
	types := []string{"boolean", "int", "long", "float", "double", "decimal(9, 2)", "decimal(38, 38)", "date", "timestamp", "timestamptz", "string", "binary"}
	for i, s := range []string{"true", "-7", "9223372036854775807", "1e-3", "-inf", "12.50", "0.1e-37", "-0001-12-31", "2026-04-15 10:00", "2026-04-15T10:00:00+02:00", "é", "ff"} {
		f.Add(uint8(i), s)
	}
	f.Fuzz(func(t *testing.T, kind uint8, s string) {
		typ := mustType(t, types[int(kind)%len(types)])
		v, err := ParseValue(typ, s)
		if err != nil {
			classified(t, err)
			return
		}
		x, err := EncodeValue(typ, v)
		if err != nil {
			t.Fatal(err)
		}
		if back, err := DecodeValue(typ, x); err != nil || Compare(typ, back, v) != 0 {
			t.Fatalf("%s: %s is read as %v (%v)", s, x, back, err)
		}
		if back, err := ParseValue(typ, FormatValue(typ, v)); err != nil || Compare(typ, back, v) != 0 {
			t.Fatalf("%s: %s is read as %v (%v)", s, FormatValue(typ, v), back, err)
		}
		if _, ok := canonical(typ, x); !ok {
			t.Fatalf("%s is not the one form", x)
		}
		if upper, ok := UpperBound(typ, v); Compare(typ, LowerBound(typ, v), v) > 0 || ok && Compare(typ, v, upper) > 0 {
			t.Fatalf("%v lies outside its bounds", v)
		}
	})
}

// Any text as a value: what is accepted has one form.
func FuzzDecodeValue(f *testing.F) {
	types := []string{"boolean", "int", "long", "float", "double", "decimal(9, 2)", "date", "timestamp", "timestamptz", "string", "binary", "list<int>"}
	for i, s := range []string{"true", "-7", "1", "1.0", `"Infinity"`, `"12.50"`, `"2026-04-15"`, `"2026-04-15T10:00:00.000000"`, `"2026-04-15T10:00:00.000000+00:00"`, `"\u00e9"`, `"ff"`, "{"} {
		f.Add(uint8(i), s)
	}
	f.Fuzz(func(t *testing.T, kind uint8, s string) {
		typ := mustType(t, types[int(kind)%len(types)])
		v, err := DecodeValue(typ, Value(s))
		if err != nil {
			classified(t, err)
			return
		}
		x, err := EncodeValue(typ, v)
		if err != nil {
			t.Fatal(err)
		}
		if back, err := DecodeValue(typ, x); err != nil || Compare(typ, back, v) != 0 {
			t.Fatalf("%s: %s is read as %v (%v)", s, x, back, err)
		}
	})
}
