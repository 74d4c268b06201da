package blocks

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
)

// split cuts text with blocks of size bytes.
func split(t *testing.T, text string, quote, size int) []string {
	t.Helper()
	s := NewSplitter(strings.NewReader(text), quote, size, MaxRecord, NewPool())
	var out []string
	var tapped []byte
	s.Tap = func(_ *Buffer, p []byte) { tapped = append(tapped, p...) }
	for {
		b, err := s.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if b.First != (len(out) == 0) || cap(b.Data)-len(b.Data) < Slack {
			t.Fatalf("first %v, slack %d", b.First, cap(b.Data)-len(b.Data))
		}
		if !b.Quotes && quote != NoQuote && bytes.IndexByte(b.Data, byte(quote)) >= 0 {
			t.Fatalf("quotes not seen in %q", b.Data)
		}
		out = append(out, string(b.Data))
		b.Release()
	}
	if string(tapped) != text {
		t.Fatalf("tap saw %q", tapped)
	}
	return out
}

func TestBordersLieBetweenRecords(t *testing.T) {
	text := "a,b\n1,\"x\ny\"\n\"\"\"\n\",2\n\"\",\"\n\n\n\"\nlast,\"end\""
	ends := map[int]bool{4: true, 12: true, 20: true, 29: true, len(text) + 1: true}
	for size := 1; size < len(text)+3; size++ {
		at := 0
		for _, b := range split(t, text, '"', size) {
			at += len(b)
			if !ends[at] {
				t.Fatalf("size %d: a border at %d, in %q", size, at, text[:min(at, len(text))])
			}
		}
		if at != len(text)+1 {
			t.Fatalf("size %d: %d bytes of %d", size, at, len(text)+1)
		}
	}
}

func TestNothingIsLostOrAdded(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 3000 {
		b := make([]byte, rng.IntN(60))
		for i := range b {
			b[i] = "ab,\n\n\"\"\r"[rng.IntN(8)]
		}
		for _, quote := range []int{'"', NoQuote} {
			want := string(b)
			if want != "" && !strings.HasSuffix(want, "\n") {
				want += "\n"
			}
			if got := strings.Join(split(t, string(b), quote, 1+rng.IntN(20)), ""); got != want {
				t.Fatalf("%q became %q", want, got)
			}
		}
	}
}

func TestRecordTooLong(t *testing.T) {
	s := NewSplitter(strings.NewReader("a\n\""+strings.Repeat("x\n", 1000)), '"', 64, MaxRecord, NewPool())
	s.max = 512
	b, err := s.Next()
	if err != nil || string(b.Data) != "a\n" {
		t.Fatal(b, err)
	}
	b.Release()
	if _, err := s.Next(); !errors.Is(err, ErrTooLong) {
		t.Fatalf("%v", err)
	}
}

func TestErrorSaysWhere(t *testing.T) {
	e := &Error{File: "f.csv", Line: 3, Column: "n", Value: "x", Want: "long", Msg: "wrong", Hint: "quote it"}
	if got := e.Error(); got != `f.csv, line 3, column "n": wrong (quote it)` {
		t.Error(got)
	}
	if got := Cut(bytes.Repeat([]byte("é"), 100)); got != strings.Repeat("é", 64)+"…" {
		t.Error(got)
	}
	if got := Cut([]byte("short")); got != "short" {
		t.Error(got)
	}
}
