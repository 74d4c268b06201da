package rowdiff

import (
	"hash/maphash"

	"github.com/apache/arrow/go/v17/arrow"
)

// Rows are encoded rows. A row is a string of bytes that is equal to that of another row exactly when their values are, and whose
// bytewise order is that of the values, column by column, nulls first. Where a value has several forms (-0, the many NaN), patches
// behind the row tell which one it was.
type Rows struct {
	buf  []byte
	rows []span
}

// span is where a row is in the buffer: its first key bytes are the key, and from canon on there are patches.
type span struct {
	start, key, canon, end int
	hash                   uint64
}

// Encoder encodes records of one schema, the first columns of which are the key. It is safe for concurrent use.
type Encoder struct {
	key  int // columns
	seed maphash.Seed
}

// Len is the number of rows.
func (r *Rows) Len() int { return len(r.rows) }

// Encode replaces what is in into by the rows of a record.
func (e *Encoder) Encode(rec arrow.Record, into *Rows) {
	into.buf, into.rows = into.buf[:0], into.rows[:0]
	var patches []byte
	w := rowWriter{buf: into.buf, patches: patches}
	for i := range int(rec.NumRows()) {
		s := span{start: len(w.buf)}
		w.start, w.patches = s.start, w.patches[:0]
		for c, col := range rec.Columns() {
			if c == e.key {
				s.key = len(w.buf) - s.start
			}
			w.value(col, i)
		}
		if e.key == int(rec.NumCols()) {
			s.key = len(w.buf) - s.start
		}
		s.canon = len(w.buf)
		w.buf = append(w.buf, w.patches...)
		s.end = len(w.buf)
		s.hash = maphash.Bytes(e.seed, w.buf[s.start:s.canon])
		into.rows = append(into.rows, s)
	}
	into.buf = w.buf
}

// row is row i.
func (r *Rows) row(i int) row {
	s := r.rows[i]
	return row{bytes: r.buf[s.start:s.end], key: s.key, canon: s.canon - s.start}
}

// row is one encoded row.
type row struct {
	bytes []byte
	key   int // so many bytes at the beginning are the key
	canon int // so many bytes are the values, the others are patches
}

func (r row) values() []byte  { return r.bytes[:r.canon] }
func (r row) keys() []byte    { return r.bytes[:r.key] }
func (r row) patches() []byte { return r.bytes[r.canon:] }
