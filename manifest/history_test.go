package manifest

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// Events move to the history in blocks, so that all of them are in one place or the other, and the newest 64 in the manifest.
func TestHistory(t *testing.T) {
	k := newMaker(t)
	k.publish("one")
	var past []Event
	spills := 0
	for i := range 300 {
		if i%2 == 0 {
			k.must(k.m.SetTag("t", 1, false, k.w()))
		} else {
			k.must(k.m.Untag("t", k.w()))
		}
		if more := k.m.Overflow(); more != nil {
			spills++
			past = append(past, more...)
			through := past[len(past)-1].Generation
			before := k.m
			k.m = k.m.WithHistory(History{Object: HistoryKey(through), SHA256: hexOf("h"), Through: through})
			if k.m.Tablectl.WriteID != before.Tablectl.WriteID || k.m.Tablectl.Generation != before.Tablectl.Generation || before.Tablectl.History == k.m.Tablectl.History {
				t.Fatal("it is another write, or the old one was changed")
			}
		}
		if n := len(k.m.Tablectl.Recent); n > maxRecent || i > RecentEvents && n < RecentEvents {
			t.Fatalf("%d recent events", n)
		}
		if err := k.m.Validate(); err != nil {
			t.Fatal(err)
		}
	}
	if spills < 5 || spills > 10 {
		t.Errorf("%d history objects for 300 events", spills)
	}
	all := append(past, k.m.Tablectl.Recent...)
	if len(all) != 302 {
		t.Fatalf("%d events, want 302", len(all))
	}
	b, err := EncodeEvents(all)
	if err != nil {
		t.Fatal(err)
	}
	again, err := DecodeEvents(b)
	if err != nil || !reflect.DeepEqual(again, all) {
		t.Fatalf("events changed (%v)", err)
	}
	twice, err := EncodeEvents(again)
	if err != nil || !bytes.Equal(b, twice) {
		t.Errorf("not the same bytes (%v)", err)
	}
}

func TestWithHistoryOfAll(t *testing.T) {
	k := newMaker(t)
	g := k.m.Tablectl.Generation
	m := k.m.WithHistory(History{Object: HistoryKey(g), SHA256: hexOf("h"), Through: g})
	if len(m.Tablectl.Recent) != 0 || len(k.m.Tablectl.Recent) != 1 {
		t.Errorf("%d and %d events", len(m.Tablectl.Recent), len(k.m.Tablectl.Recent))
	}
	if !strings.Contains(string(encoded(t, m)), `"recent":[]`) {
		t.Error("no list")
	}
}

func gzipped(t testing.TB, text string) []byte {
	t.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := z.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestDecodeEventsRefuses(t *testing.T) {
	line := func(generation, id string) string {
		return `{"generation":` + generation + `,"write_id":"` + hexOf(id)[:32] + `","at":"2026-01-01T00:00:00.000Z","op":"freeze","later":[1]}` + "\n"
	}
	good := line("1", "a") + line("3", "b")
	events, err := DecodeEvents(gzipped(t, good))
	if err != nil || len(events) != 2 || events[1].Unknown != `"later":[1]` {
		t.Fatalf("%+v, %v", events, err)
	}
	if none, err := DecodeEvents(gzipped(t, "")); err != nil || len(none) != 0 {
		t.Errorf("%v, %v", none, err)
	}
	whole := gzipped(t, good)
	for name, c := range map[string]struct {
		b    []byte
		want error
	}{
		"not gzip":        {[]byte(good), ErrInvalid},
		"empty":           {nil, ErrInvalid},
		"cut":             {whole[:len(whole)-9], ErrInvalid},
		"garbage behind":  {append(bytes.Clone(whole), "xyz"...), ErrInvalid},
		"damaged":         {append(bytes.Clone(whole[:len(whole)-8]), 0, 0, 0, 0, 0, 0, 0, 0), ErrInvalid},
		"not JSON":        {gzipped(t, good+"{\n"), ErrInvalid},
		"blank line":      {gzipped(t, good+"\n"+line("4", "c")), ErrInvalid},
		"descending":      {gzipped(t, good+line("2", "c")), ErrInvalid},
		"write id twice":  {gzipped(t, good+line("4", "a")), ErrInvalid},
		"duplicate key":   {gzipped(t, strings.Replace(good, `"op"`, `"op":"x","op"`, 1)), ErrInvalid},
		"missing key":     {gzipped(t, strings.Replace(good, `"op":"freeze",`, ``, 1)), ErrInvalid},
		"a line too long": {gzipped(t, `"`+strings.Repeat("x", maxEventBytes+1)+`"`), ErrTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := DecodeEvents(c.b)
			wantErr(t, err, c.want)
		})
	}
	if _, err := EncodeEvents([]Event{{Generation: 1}}); err == nil {
		t.Error("a bad event was written")
	}
}

// A small object can unpack to a very large one. It is not unpacked to its end.
func TestDecodeEventsBounds(t *testing.T) {
	var events []Event
	for i := range 100 {
		events = append(events, Event{Generation: int64(i + 1), WriteID: fmt.Sprintf("%032x", i), Op: OpFreeze, Message: strings.Repeat("x", 1000)})
	}
	b, err := EncodeEvents(events)
	if err != nil {
		t.Fatal(err)
	}
	if len(b) > 10_000 {
		t.Fatalf("%d bytes", len(b))
	}
	_, err = decodeEvents(b, 50_000)
	wantErr(t, err, ErrTooLarge)
	if got, err := decodeEvents(b, 200_000); err != nil || len(got) != 100 {
		t.Errorf("%d events, %v", len(got), err)
	}
}
