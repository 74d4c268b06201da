package pq

import (
	"bytes"
	"io"
	"unicode/utf8"
)

// ScanOptions say how a column is looked through.
type ScanOptions struct {
	Unsigned bool                    // INT32 and INT64 hold unsigned integers
	Text     bool                    // BYTE_ARRAY must be UTF-8
	Compare  func(a, b []byte) int   // order of BYTE_ARRAY, FIXED_LEN_BYTE_ARRAY and INT96; nil: unsigned bytes
	Check    func(value []byte) bool // of the same; nil: all are good
	Stop     func() error            // asked before every page
}

// Summary is what a column chunk holds.
type Summary struct {
	Rows   int64
	Values int64 // with nulls and empty lists
	Nulls  int64 // values that are not there at the deepest level
	NaNs   int64
	Pages  int
	Found  bool // there is a least and a greatest value; NaN is neither
	// MinInt and MaxInt are those of BOOLEAN (0, 1), INT32, INT64 (unsigned: the same bits), FLOAT and DOUBLE (as bits; -0 is
	// less than +0).
	MinInt, MaxInt int64
	// MinBytes and MaxBytes are those of the other types.
	MinBytes, MaxBytes []byte
}

// Scan decodes every page from here on.
func (c *Column) Scan(o ScanOptions) (s Summary, err error) {
	defer guard(&err)
	sc := &scanner{c: c, o: o, key: keyOf(c.leaf, o)}
	for {
		if o.Stop != nil {
			if err := o.Stop(); err != nil {
				return s, err
			}
		}
		if err := c.nextPage(); err == io.EOF {
			break
		} else if err != nil {
			return s, err
		}
		if err := sc.page(); err != nil {
			return s, err
		}
	}
	if err := sc.dictionary(); err != nil {
		return s, err
	}
	if sc.s.Rows != c.total {
		return s, corrupt("column %q has %d rows, its row group %d", c.leaf, sc.s.Rows, c.total)
	}
	sc.s.Pages = c.pages
	return sc.s, nil
}

type scanner struct {
	c    *Column
	o    ScanOptions
	s    Summary
	b    Batch
	used []bool // entries of the dictionary that occur
	key  func(int64) int64
}

// page looks through the current page.
func (sc *scanner) page() error {
	c := sc.c
	for c.left > 0 {
		n := c.clamp(min(step, c.left), 1<<20)
		present, err := sc.levels(n)
		if err != nil {
			return err
		}
		c.left -= n
		sc.s.Values += int64(n)
		sc.s.Nulls += int64(n - present)
		if d, ok := c.values.(*indexed); ok && c.leaf.Type != Float && c.leaf.Type != Double {
			err = sc.mark(d, present)
		} else {
			sc.b.Values.Reset()
			if err = c.values.into(present, &sc.b.Values); err == nil {
				err = sc.fold(&sc.b.Values)
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// levels decodes n levels, counts rows, and returns how many are values.
func (sc *scanner) levels(n int) (int, error) {
	c := sc.c
	sc.b.Reset()
	if c.leaf.MaxRep == 0 {
		sc.s.Rows += int64(n)
		return c.present(n, c.leaf.MaxDef > 1, &sc.b)
	}
	rep := grow(&sc.b.Rep, n)
	if err := decode(&c.rep, rep); err != nil {
		return 0, err
	}
	if sc.s.Values == 0 && rep[0] != 0 {
		return 0, corrupt("column %q begins inside a row", c.leaf)
	}
	for _, r := range rep {
		if r == 0 {
			sc.s.Rows++
		} else if int(r) > c.leaf.MaxRep {
			return 0, corrupt("a repetition level of %d where %d is the highest", r, c.leaf.MaxRep)
		}
	}
	return c.present(n, true, &sc.b)
}

// mark notes which entries of the dictionary occur, so that each is looked at once.
func (sc *scanner) mark(d *indexed, n int) error {
	indices, err := d.indices(n)
	if err != nil {
		return err
	}
	if sc.used == nil {
		sc.used = make([]bool, d.dict.N)
	}
	for _, i := range indices {
		sc.used[i] = true
	}
	return nil
}

// dictionary folds the entries that occur.
func (sc *scanner) dictionary() error {
	d := sc.c.dict
	for i, used := range sc.used {
		if !used {
			continue
		}
		one := Values{N: 1}
		switch {
		case d.number == 4:
			one.I32 = d.I32[i : i+1]
		case d.number == 8:
			one.I64 = d.I64[i : i+1]
		case d.width > 0:
			one.Fixed = d.Fixed[i*d.width : (i+1)*d.width]
		default:
			one.Offsets, one.Data = []int32{0, d.Offsets[i+1] - d.Offsets[i]}, d.Data[d.Offsets[i]:d.Offsets[i+1]]
		}
		if err := sc.fold(&one); err != nil {
			return err
		}
	}
	return nil
}

// fold takes the values into the least and greatest.
func (sc *scanner) fold(v *Values) error {
	if v.N == 0 {
		return nil
	}
	switch sc.c.leaf.Type {
	case Boolean:
		for i := range v.N {
			sc.int(int64(v.Bits[i>>3] >> (i & 7) & 1))
		}
	case Int32:
		sc.narrow(v.I32)
	case Int64:
		sc.wide(v.I64)
	case Float, Double:
		sc.floats(v)
	case ByteArray:
		return sc.strings(v)
	default:
		w := width(sc.c.leaf)
		for i := range v.N {
			if err := sc.bytes(v.Fixed[i*w : (i+1)*w]); err != nil {
				return err
			}
		}
	}
	return nil
}

// keyOf gives the order of integers and floats: key(a) < key(b) if a is the lesser one.
func keyOf(leaf *Node, o ScanOptions) func(int64) int64 {
	switch {
	case leaf.Type == Int64 && o.Unsigned:
		return func(v int64) int64 { return v ^ -1<<63 }
	case leaf.Type == Float || leaf.Type == Double:
		return func(v int64) int64 { return v ^ int64(uint64(v>>63)>>1) }
	}
	return func(v int64) int64 { return v }
}

func (sc *scanner) int(v int64) {
	s := &sc.s
	if !s.Found {
		s.Found, s.MinInt, s.MaxInt = true, v, v
		return
	}
	if sc.key(v) < sc.key(s.MinInt) {
		s.MinInt = v
	}
	if sc.key(v) > sc.key(s.MaxInt) {
		s.MaxInt = v
	}
}

func (sc *scanner) narrow(values []int32) {
	if sc.o.Unsigned {
		lo, hi := uint32(values[0]), uint32(values[0])
		for _, v := range values {
			lo, hi = min(lo, uint32(v)), max(hi, uint32(v))
		}
		sc.int(int64(lo))
		sc.int(int64(hi))
		return
	}
	lo, hi := extremes(values)
	sc.int(int64(lo))
	sc.int(int64(hi))
}

func (sc *scanner) wide(values []int64) {
	if sc.o.Unsigned {
		for _, v := range values {
			sc.int(v)
		}
		return
	}
	lo, hi := extremes(values)
	sc.int(lo)
	sc.int(hi)
}

func extremes[T int32 | int64](values []T) (lo, hi T) {
	lo, hi = values[0], values[0]
	for _, v := range values {
		lo, hi = min(lo, v), max(hi, v)
	}
	return lo, hi
}

const (
	nan32 = 0x7f800000
	nan64 = 0x7ff0000000000000
)

func (sc *scanner) floats(v *Values) {
	lo, hi, found := int64(0), int64(0), false
	take := func(key int64) {
		if !found {
			lo, hi, found = key, key, true
		}
		lo, hi = min(lo, key), max(hi, key)
	}
	for _, bits := range v.I32 {
		if bits&0x7fffffff > nan32 {
			sc.s.NaNs++
			continue
		}
		take(int64(bits ^ int32(uint32(bits>>31)>>1)))
	}
	for _, bits := range v.I64 {
		if bits&0x7fffffffffffffff > nan64 {
			sc.s.NaNs++
			continue
		}
		take(bits ^ int64(uint64(bits>>63)>>1))
	}
	if !found {
		return
	}
	sc.int(unkey(lo, sc.c.leaf.Type))
	sc.int(unkey(hi, sc.c.leaf.Type))
}

// unkey gives the bits of a float back from its key. Those of FLOAT are kept sign-extended, so that the key orders them too.
func unkey(key int64, t Type) int64 {
	if t == Float {
		k := int32(key)
		return int64(k ^ int32(uint32(k>>31)>>1))
	}
	return key ^ int64(uint64(key>>63)>>1)
}

func (sc *scanner) strings(v *Values) error {
	if sc.o.Text && !ascii(v.Data) {
		for i := range v.N {
			if value := v.Data[v.Offsets[i]:v.Offsets[i+1]]; !utf8.Valid(value) {
				return corrupt("column %q holds text that is not UTF-8: %.40q", sc.c.leaf, value)
			}
		}
	}
	for i := range v.N {
		if err := sc.bytes(v.Data[v.Offsets[i]:v.Offsets[i+1]]); err != nil {
			return err
		}
	}
	return nil
}

func ascii(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func (sc *scanner) bytes(v []byte) error {
	s := &sc.s
	if sc.o.Check != nil && !sc.o.Check(v) {
		return corrupt("column %q holds a value that its type does not have: %.40x", sc.c.leaf, v)
	}
	compare := sc.o.Compare
	if compare == nil {
		compare = bytes.Compare
	}
	if !s.Found {
		s.Found = true
		s.MinBytes, s.MaxBytes = bytes.Clone(v), bytes.Clone(v)
		return nil
	}
	if compare(v, s.MinBytes) < 0 {
		s.MinBytes = append(s.MinBytes[:0], v...)
	} else if compare(v, s.MaxBytes) > 0 {
		s.MaxBytes = append(s.MaxBytes[:0], v...)
	}
	return nil
}
