package pq

// deltas decodes DELTA_BINARY_PACKED values of INT32 or INT64.
type deltas struct {
	d      delta
	narrow bool
}

func (d *deltas) longest() int { return 0 }

func (d *deltas) into(n int, v *Values) error {
	v.N += n
	if d.narrow {
		return decodeDelta(&d.d, grow(&v.I32, n))
	}
	return decodeDelta(&d.d, grow(&v.I64, n))
}

// deltaLengths decodes DELTA_LENGTH_BYTE_ARRAY: the lengths, then the bytes.
type deltaLengths struct {
	lengths delta
	b       []byte
	scratch []int32
}

func newDeltaLengths(b []byte, limit int) (*deltaLengths, error) {
	lengths, err := newDelta(b, limit)
	if err != nil {
		return nil, err
	}
	rest, err := lengths.skip()
	return &deltaLengths{lengths: lengths, b: rest}, err
}

func (d *deltaLengths) longest() int { return 0 }

// next gives the next value.
func (d *deltaLengths) next(size int32) ([]byte, error) {
	if size < 0 || int(size) > len(d.b) {
		return nil, corrupt("a value of %d bytes, %d are left in its page", size, len(d.b))
	}
	value := d.b[:size]
	d.b = d.b[size:]
	return value, nil
}

func (d *deltaLengths) into(n int, v *Values) error {
	v.begin()
	d.scratch = d.scratch[:0]
	lengths := grow(&d.scratch, n)
	if err := decodeDelta(&d.lengths, lengths); err != nil {
		return err
	}
	offsets := grow(&v.Offsets, n)
	for i, size := range lengths {
		value, err := d.next(size)
		if err != nil {
			return err
		}
		v.Data = append(v.Data, value...)
		offsets[i] = int32(len(v.Data))
	}
	v.N += n
	return nil
}

// deltaStrings decodes DELTA_BYTE_ARRAY: of each value, how many bytes it shares with the one before, and the rest.
type deltaStrings struct {
	prefixes delta
	suffixes *deltaLengths
	last     []byte
	max      int
	fixed    int // length of every value of a FIXED_LEN_BYTE_ARRAY, 0 for BYTE_ARRAY
	scratch  []int32
}

func newDeltaStrings(b []byte, limit, fixed int) (*deltaStrings, error) {
	prefixes, err := newDelta(b, limit)
	if err != nil {
		return nil, err
	}
	rest, err := prefixes.skip()
	if err != nil {
		return nil, err
	}
	suffixes, err := newDeltaLengths(rest, limit)
	if err != nil {
		return nil, err
	}
	d := &deltaStrings{prefixes: prefixes, suffixes: suffixes, fixed: fixed}
	return d, d.measure()
}

// measure finds the longest value by decoding the lengths once.
func (d *deltaStrings) measure() error {
	prefixes, suffixes := d.prefixes, d.suffixes.lengths
	if prefixes.left != suffixes.left {
		return corrupt("a page of %d prefixes and %d suffixes", prefixes.left, suffixes.left)
	}
	var a, b [256]int32
	for n := prefixes.left; n > 0; n -= len(a) {
		k := min(n, len(a))
		if err := decodeDelta(&prefixes, a[:k]); err != nil {
			return err
		}
		if err := decodeDelta(&suffixes, b[:k]); err != nil {
			return err
		}
		for i := range k {
			d.max = max(d.max, int(a[i])+int(b[i]))
		}
	}
	return nil
}

func (d *deltaStrings) longest() int { return d.max }

func (d *deltaStrings) into(n int, v *Values) error {
	d.scratch = d.scratch[:0]
	both := grow(&d.scratch, 2*n)
	prefixes, lengths := both[:n], both[n:]
	if err := decodeDelta(&d.prefixes, prefixes); err != nil {
		return err
	}
	if err := decodeDelta(&d.suffixes.lengths, lengths); err != nil {
		return err
	}
	if d.fixed == 0 {
		v.begin()
	}
	for i := range n {
		suffix, err := d.suffixes.next(lengths[i])
		if err != nil {
			return err
		}
		if prefixes[i] < 0 || int(prefixes[i]) > len(d.last) {
			return corrupt("a value shares %d bytes with one of %d", prefixes[i], len(d.last))
		}
		d.last = append(d.last[:prefixes[i]], suffix...)
		if err := d.give(v); err != nil {
			return err
		}
	}
	v.N += n
	return nil
}

func (d *deltaStrings) give(v *Values) error {
	if d.fixed == 0 {
		v.Data = append(v.Data, d.last...)
		v.Offsets = append(v.Offsets, int32(len(v.Data)))
		return nil
	}
	if len(d.last) != d.fixed {
		return corrupt("a value of %d bytes in a column of %d", len(d.last), d.fixed)
	}
	v.Fixed = append(v.Fixed, d.last...)
	return nil
}
