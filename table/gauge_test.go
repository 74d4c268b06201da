package table

import (
	"context"
	"sync"
	"testing"
)

// TestProgress: what is to be read is known from the beginning, is read whole, and all rows are seen again in the validation.
func TestProgress(t *testing.T) {
	w := newWorld(t, inputsDir(t))
	var mu sync.Mutex
	seen := map[string]Progress{} // the most of each phase
	tab, err := Open(context.Background(), "", Options{Store: w.check, SpoolDir: t.TempDir(), Progress: func(p Progress) {
		mu.Lock()
		defer mu.Unlock()
		most := seen[p.Phase]
		seen[p.Phase] = Progress{p.Phase, max(p.Rows, most.Rows), max(p.Bytes, most.Bytes), max(p.Total, most.Total), max(p.Files, most.Files)}
	}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tab.Publish(context.Background(), PublishOptions{Inputs: []string{w.input("one.csv")}}); err != nil {
		t.Fatal(err)
	}
	const size = int64(len("id,city,amount\n1,Zürich,10.5\n2,Oslo,20.25\n"))
	for phase, want := range map[string]Progress{
		"read":  {"read", 0, size, size, 0},
		"write": {"write", 2, size, size, 1},
	} {
		if seen[phase] != want {
			t.Errorf("%+v, want %+v", seen[phase], want)
		}
	}
	if v := seen["validate"]; v.Rows != 2 || v.Files != 1 || v.Total != 0 {
		t.Errorf("%+v", v)
	}
}
