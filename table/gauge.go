package table

import (
	"sync"

	"github.com/tablectl/tablectl/internal/source"
	"github.com/tablectl/tablectl/writer"
)

// gauge joins what reading and writing say each for itself: how much of the input is read, of which the whole is known beforehand, and
// what has become of it.
type gauge struct {
	tell func(Progress)

	mu  sync.Mutex
	now Progress
}

// meter is the gauge of the publication.
func (p *publication) meter() *gauge {
	if p.gauge == nil {
		p.gauge = &gauge{tell: p.t.opts.Progress}
	}
	return p.gauge
}

// reading is told by the source. Its first pass takes the fingerprint, and the columns where they are wanted.
func (g *gauge) reading(s source.Progress) {
	g.tell(g.change(func(now *Progress) {
		now.Phase, now.Bytes, now.Total = "write", s.Bytes, s.Total
		if s.Pass == "scan" {
			now.Phase = "read"
		}
	}))
}

// writing is told by the writer. Of rows that come from no source nobody knows how many bytes they are: those of the files count.
func (g *gauge) writing(w writer.Progress) {
	g.tell(g.change(func(now *Progress) {
		now.Phase, now.Rows, now.Files = "write", w.Rows, w.Files
		if now.Total == 0 {
			now.Bytes = w.Bytes
		}
	}))
}

// validating is told by the validation, which reads the files that were written.
func (g *gauge) validating(w writer.Progress) {
	g.tell(Progress{Phase: "validate", Rows: w.Rows, Bytes: w.Bytes, Files: w.Files})
}

func (g *gauge) change(by func(*Progress)) Progress {
	g.mu.Lock()
	defer g.mu.Unlock()
	by(&g.now)
	return g.now
}
