package source

import (
	"crypto/sha256"
	"hash"

	"github.com/tablectl/tablectl/internal/source/blocks"
)

// digester computes digests of files beside their parsing.
type digester struct {
	c    chan piece
	done chan struct{}
}

// piece is some bytes of a file, or its end.
type piece struct {
	in  *input
	buf *blocks.Buffer
	b   []byte
	sum hash.Hash // computed by the reader itself
	end bool
}

// newDigester starts a goroutine; wait ends it.
func newDigester() *digester {
	d := &digester{c: make(chan piece, 4), done: make(chan struct{})}
	go func() {
		defer close(d.done)
		sum := sha256.New()
		for p := range d.c {
			switch {
			case p.sum != nil:
				sum = p.sum
			case p.end:
				p.in.sha256 = sum.Sum(nil)
				sum = sha256.New()
			case p.buf != nil:
				sum.Write(p.b) // never fails
				p.buf.Release()
			}
		}
	}()
	return d
}

func (d *digester) tap(in *input) func(*blocks.Buffer, []byte) {
	return func(buf *blocks.Buffer, b []byte) {
		buf.Retain()
		d.c <- piece{in: in, buf: buf, b: b}
	}
}

func (d *digester) own(in *input, sum hash.Hash) { d.c <- piece{in: in, sum: sum} }

func (d *digester) finish(in *input) { d.c <- piece{in: in, end: true} }

// wait returns when everything was computed.
func (d *digester) wait() {
	close(d.c)
	<-d.done
}
