package manifest

import (
	"encoding/json"
	"strings"
	"testing"
)

// junk stands where something else should.
var junk = []json.RawMessage{
	[]byte(`null`), []byte(`-1`), []byte(`0`), []byte(`9223372036854775807`), []byte(`1e999`), []byte(`""`), []byte(`"../.."`),
	[]byte(`[]`), []byte(`{}`), []byte(`[[{"":{"a":1}}]]`), []byte(`true`),
}

// everywhere calls try with every value of the document x replaced by each kind of junk in turn, and with every member and element
// left out.
func everywhere(x any, try func()) {
	switch x := x.(type) {
	case map[string]any:
		for k, v := range x {
			for _, j := range junk {
				x[k] = j
				try()
			}
			delete(x, k)
			try()
			x[k] = v
			everywhere(v, try)
		}
	case []any:
		for i, v := range x {
			for _, j := range junk {
				x[i] = j
				try()
			}
			x[i] = v
			everywhere(v, try)
		}
	}
}

// survives fails if accept neither refuses a damaged document in words nor accepts it.
func survives(t *testing.T, b []byte, accept func([]byte) error) {
	t.Helper()
	var x any
	if err := json.Unmarshal(b, &x); err != nil {
		t.Fatal(err)
	}
	refused, accepted := 0, 0
	everywhere(x, func() {
		damaged, err := json.Marshal(x)
		if err != nil {
			t.Fatal(err)
		}
		if err := accept(damaged); err != nil {
			classified(t, err)
			refused++
			return
		}
		accepted++
	})
	if refused < 1000 || accepted == 0 || accepted > refused/4 {
		t.Errorf("%d refused, %d accepted", refused, accepted)
	}
}

func TestDecodeSurvivesJunk(t *testing.T) {
	survives(t, encoded(t, full(t).m), func(b []byte) error {
		m, err := Decode(b)
		if err != nil {
			return err
		}
		encoded(t, m)
		w := Write{ID: strings.Repeat("f", 32), At: testTime}
		for _, e := range m.Snapshots {
			if next, err := m.Rollback(e.SnapshotID, "", "", w); err == nil {
				encoded(t, next)
			}
		}
		return nil
	})
}

func TestDecodeSnapshotSurvivesJunk(t *testing.T) {
	k := newMaker(t)
	k.publish("one")
	b, err := k.snapshot(k.reserve("two")).Encode()
	if err != nil {
		t.Fatal(err)
	}
	survives(t, b, func(b []byte) error {
		s, err := DecodeSnapshot(b)
		if err == nil {
			_, err = s.Encode()
		}
		return err
	})
}
