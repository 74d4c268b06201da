package vector

// Ref names a row of one of several batches.
type Ref struct{ Batch, Row int32 }

// Pick adds rows of several batches to b, which Owned made, in the order of refs.
func (b *Batch) Pick(from []Batch, refs []Ref) {
	srcs := make([]*Vector, len(from))
	for c := range b.Cols {
		for i := range from {
			srcs[i] = &from[i].Cols[c]
		}
		b.Cols[c].pick(srcs, refs)
	}
	b.Rows += len(refs)
}

func (v *Vector) pick(srcs []*Vector, refs []Ref) {
	v.pickValid(srcs, refs)
	switch {
	case v.Width == 4:
		v.Data = pick[uint32](v.Data, srcs, refs)
	case v.Width == 8:
		v.Data = pick[uint64](v.Data, srcs, refs)
	case v.Width > 0:
		for _, r := range refs {
			v.Data = append(v.Data, srcs[r.Batch].Data[int(r.Row)*v.Width:][:v.Width]...)
		}
	case v.Offs != nil && v.Kids == nil:
		end := v.Offs[len(v.Offs)-1]
		for _, r := range refs {
			value := srcs[r.Batch].Bytes(int(r.Row))
			end += int32(len(value))
			v.Offs = append(v.Offs, end)
			v.Data = append(v.Data, value...)
		}
	case v.Kids != nil:
		v.pickNested(srcs, refs)
	default:
		for n, r := range refs {
			if (v.Len+n)&7 == 0 {
				v.Data = append(v.Data, 0)
			}
			if srcs[r.Batch].Bool(int(r.Row)) {
				setBit(v.Data, v.Len+n)
			}
		}
	}
	v.Len += len(refs)
}

func pick[T uint32 | uint64](dst []byte, srcs []*Vector, refs []Ref) []byte {
	values := make([][]T, len(srcs))
	for i, s := range srcs {
		values[i] = Fixed[T](s)
	}
	have := len(dst)
	dst = grow(dst, have+len(refs)*srcs[0].Width)
	out := Cast[T](dst[have:])
	for n, r := range refs {
		out[n] = values[r.Batch][r.Row]
	}
	return dst
}

func (v *Vector) pickValid(srcs []*Vector, refs []Ref) {
	nulls := v.Nulls
	for _, r := range refs {
		if srcs[r.Batch].IsNull(int(r.Row)) {
			nulls++
		}
	}
	if nulls == 0 {
		return
	}
	if v.Nulls == 0 {
		v.Valid = AppendBits(v.Valid[:0], 0, nil, 0, v.Len)
	}
	for n, r := range refs {
		if (v.Len+n)&7 == 0 {
			v.Valid = append(v.Valid, 0)
		}
		if !srcs[r.Batch].IsNull(int(r.Row)) {
			setBit(v.Valid, v.Len+n)
		}
	}
	v.Nulls = nulls
}

func (v *Vector) pickNested(srcs []*Vector, refs []Ref) {
	for _, r := range refs {
		src, i, j := srcs[r.Batch], int(r.Row), int(r.Row)+1
		if v.Offs != nil {
			i, j = int(src.Offs[r.Row]), int(src.Offs[r.Row+1])
			v.Offs = append(v.Offs, v.Offs[len(v.Offs)-1]+int32(j-i))
		}
		for k := range v.Kids {
			part := src.Kids[k].Slice(i, j)
			v.Kids[k].Append(&part)
		}
	}
}
