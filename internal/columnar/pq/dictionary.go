package pq

// dictionary is the values of a dictionary page.
type dictionary struct {
	Values
	width  int // of a fixed-width type, else 0
	number int // of a number, else 0
	max    int // length of the longest value of BYTE_ARRAY
}

// newDictionary decodes a dictionary page of n values.
func newDictionary(leaf *Node, b []byte, n int) (*dictionary, error) {
	d := &dictionary{width: width(leaf), number: number(leaf)}
	var plain decoder = &varying{b}
	switch {
	case leaf.Type == Boolean:
		return nil, corrupt("column %q has a dictionary of booleans", leaf)
	case d.width > 0:
		plain = &fixed{b, d.width, d.number}
	}
	if err := plain.into(n, &d.Values); err != nil {
		return nil, err
	}
	for i := 1; i < len(d.Offsets); i++ {
		d.max = max(d.max, int(d.Offsets[i]-d.Offsets[i-1]))
	}
	return d, nil
}

// indexed decodes RLE_DICTIONARY: indices into the dictionary.
type indexed struct {
	dict    *dictionary
	h       hybrid
	scratch []uint32
}

func newIndexed(dict *dictionary, b []byte) (*indexed, error) {
	if dict == nil {
		return nil, corrupt("a page of dictionary indices without a dictionary")
	}
	if len(b) == 0 {
		return &indexed{dict: dict}, nil // a page of nulls
	}
	if b[0] > 32 {
		return nil, corrupt("dictionary indices of %d bits", b[0])
	}
	return &indexed{dict: dict, h: newHybrid(b[1:], uint(b[0]))}, nil
}

func (d *indexed) longest() int { return d.dict.max }

// indices gives the next n, all of them inside the dictionary. They are valid until the next call.
func (d *indexed) indices(n int) ([]uint32, error) {
	d.scratch = d.scratch[:0]
	out := grow(&d.scratch, n)
	if err := decode(&d.h, out); err != nil {
		return nil, err
	}
	largest := uint32(0)
	for _, i := range out {
		largest = max(largest, i)
	}
	if n > 0 && int(largest) >= d.dict.N {
		return nil, corrupt("index %d into a dictionary of %d values", largest, d.dict.N)
	}
	return out, nil
}

func (d *indexed) into(n int, v *Values) error {
	indices, err := d.indices(n)
	if err != nil {
		return err
	}
	w := d.dict.width
	switch {
	case d.dict.number == 4:
		out, values := grow(&v.I32, n), d.dict.I32
		for i, at := range indices {
			out[i] = values[at]
		}
	case d.dict.number == 8:
		out, values := grow(&v.I64, n), d.dict.I64
		for i, at := range indices {
			out[i] = values[at]
		}
	case w == 0:
		d.strings(indices, v)
	default:
		out := grow(&v.Fixed, n*w)
		for i, at := range indices {
			copy(out[i*w:], d.dict.Fixed[int(at)*w:int(at+1)*w])
		}
	}
	v.N += n
	return nil
}

func (d *indexed) strings(indices []uint32, v *Values) {
	v.begin()
	offsets := grow(&v.Offsets, len(indices))
	from, values, size := d.dict.Offsets, d.dict.Data, len(v.Data)
	for i, at := range indices {
		size += int(from[at+1] - from[at])
		offsets[i] = int32(size)
	}
	out := grow(&v.Data, size-len(v.Data))
	for _, at := range indices {
		n := copy(out, values[from[at]:from[at+1]])
		out = out[n:]
	}
}
