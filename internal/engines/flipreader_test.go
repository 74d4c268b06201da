//go:build engines

package engines

import (
	"context"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// flipReader is a query of a table that flips, and what came of it.
type flipReader struct {
	name    string
	scans   int    // of the table in the query
	mixes   bool   // by design, the scans of one answer may be of several versions
	refusal string // what the engine is known to say that met a flip, the query of which is to be asked again; "": nothing
	ask     func() ([]row, error)

	answers, refused, mixed atomic.Int64
}

// query asks once, and checks the answer.
func (r *flipReader) query(t *testing.T, f *flipping) {
	before := f.done.Load()
	rows, err := r.ask()
	may := f.since(before)
	switch {
	case err != nil && r.refusal != "" && strings.Contains(err.Error(), r.refusal):
		r.refused.Add(1)
		return
	case err != nil:
		t.Errorf("%s: %v", r.name, err)
		return
	}
	ok, versions := whole(rows, r.scans, may)
	if !ok || versions > 1 && !r.mixes {
		t.Errorf("%s, %d scans, after flip %d: %v; want %d rows of one of %v in each scan", r.name, r.scans, before, rows, flipRows, may)
	}
	r.answers.Add(1)
	if versions > 1 {
		r.mixed.Add(1)
	}
}

// flipClient is what one client asks in turn.
type flipClient []*flipReader

// readers are those of all clients, each once.
func readers(clients []flipClient) flipClient {
	var out flipClient
	for _, c := range clients {
		for _, r := range c {
			if !slices.Contains(out, r) {
				out = append(out, r)
			}
		}
	}
	return out
}

// underLoad flips at least so often, and until every reader has answered so often, while all clients query. In the end all show the last
// version.
func (f *flipping) underLoad(t *testing.T, flips, answers int64, clients []flipClient) {
	t.Helper()
	all := readers(clients)
	for _, r := range all {
		r.query(t, f) // whatever takes long only once
		r.answers.Store(0)
	}
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	defer running.Wait() // whatever ends the test
	defer stop()
	for i, c := range clients {
		running.Go(func() {
			for n := i; ctx.Err() == nil && !t.Failed(); n++ {
				c[n%len(c)].query(t, f)
			}
		})
	}
	few := func(r *flipReader) bool { return r.answers.Load() < answers }
	begun := f.done.Load()
	for n := int64(0); (n < flips || slices.ContainsFunc(all, few)) && !t.Failed(); n++ {
		if n == 100*flips {
			t.Errorf("%d flips, and still not %d answers of every reader", n, answers)
		}
		f.flip(t)
	}
	stop()
	running.Wait()
	t.Logf("%d flips", f.done.Load()-begun)
	for _, r := range all {
		t.Logf("%s, %d scans: %d answers, %d of several versions, %d refused", r.name, r.scans, r.answers.Load(), r.mixed.Load(), r.refused.Load())
		r.query(t, f)
	}
}
