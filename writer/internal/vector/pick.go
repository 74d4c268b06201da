package vector

import (
	"slices"
	"sync"
	"sync/atomic"
)

// Ref names a row of one of several batches.
type Ref struct{ Batch, Row int32 }

// Pick adds rows of several batches to b, which Owned made, in the order of refs, several columns at once.
func (b *Batch) Pick(from []Batch, refs []Ref, workers int) {
	if len(refs) < 1024 {
		workers = 1
	}
	Parallel(workers, len(b.Cols), func(c int) {
		srcs := make([]*Vector, len(from))
		for i := range from {
			srcs[i] = &from[i].Cols[c]
		}
		b.Cols[c].pick(srcs, refs)
	})
	b.Rows += len(refs)
}

// Parallel calls do for 0 to n-1, at most workers at once.
func Parallel(workers, n int, do func(i int)) {
	if workers < 2 {
		for i := range n {
			do(i)
		}
		return
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				do(i)
			}
		})
	}
	wg.Wait()
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
		v.pickBytes(srcs, refs)
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

func (v *Vector) pickBytes(srcs []*Vector, refs []Ref) {
	have := len(v.Offs)
	end := v.Offs[have-1]
	v.Offs = slices.Grow(v.Offs, len(refs))[:have+len(refs)]
	ends := v.Offs[have:]
	for n, r := range refs {
		s := srcs[r.Batch]
		end += s.Offs[r.Row+1] - s.Offs[r.Row]
		ends[n] = end
	}
	at := len(v.Data)
	v.Data = grow(v.Data, int(end)+slack)
	for _, r := range refs {
		s := srcs[r.Batch]
		at += copyShort(v.Data[at:], s.Data, int(s.Offs[r.Row]), int(s.Offs[r.Row+1]))
	}
	v.Data = v.Data[:end]
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
