package csv

import (
	"bytes"
	"io"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"github.com/tablectl/tablectl/internal/source/blocks"
	"github.com/tablectl/tablectl/internal/source/text"
)

// sample is about 75 bytes a row: date, timestamp, four integers, two prices, two short texts.
func sample(rows int) []byte {
	rng := rand.New(rand.NewPCG(9, 10))
	day := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	b := []byte("id,day,at,origin,carrier,distance,delay,air_time,price,share\n")
	for i := range rows {
		at := day.Add(time.Duration(i) * time.Second / 2)
		b = strconv.AppendInt(b, int64(i+1_000_000), 10)
		b = at.AppendFormat(append(b, ','), "2006-01-02")
		b = at.Add(time.Duration(rng.IntN(86400))*time.Second).AppendFormat(append(b, ','), "2006-01-02 15:04:05")
		b = append(b, ',', byte('A'+rng.IntN(26)), byte('A'+rng.IntN(26)), byte('A'+rng.IntN(26)), ',')
		b = append(b, "AADLUAWNB6"[2*rng.IntN(5):][:2]...)
		b = strconv.AppendInt(append(b, ','), int64(100+rng.IntN(4000)), 10)
		b = append(b, ',')
		if rng.IntN(20) > 0 {
			b = strconv.AppendInt(b, int64(rng.IntN(200)-40), 10)
		}
		b = strconv.AppendInt(append(b, ','), int64(20+rng.IntN(400)), 10)
		b = strconv.AppendFloat(append(b, ','), float64(rng.IntN(100000))/100, 'f', 2, 64)
		b = strconv.AppendFloat(append(b, ','), rng.Float64(), 'f', 6, 64)
		b = append(b, '\n')
	}
	return b
}

func eachBlock(b *testing.B, in []byte, do func(*Layout, *blocks.Block)) {
	s := blocks.NewSplitter(bytes.NewReader(in), '"', blocks.Size, blocks.MaxRecord, pool)
	head := Head{}
	var l *Layout
	for {
		blk, err := s.Next()
		if err == io.EOF {
			return
		}
		if err != nil {
			b.Fatal(err)
		}
		if l == nil {
			if l, err = head.Read(blk); err != nil {
				b.Fatal(err)
			}
		}
		do(l, blk)
	}
}

var pool = blocks.NewPool()

func BenchmarkSplit(b *testing.B) {
	in := sample(500_000)
	b.SetBytes(int64(len(in)))
	for b.Loop() {
		eachBlock(b, in, func(_ *Layout, blk *blocks.Block) { blk.Release() })
	}
}

func BenchmarkInfer(b *testing.B) {
	in := sample(500_000)
	b.SetBytes(int64(len(in)))
	for b.Loop() {
		f := NewInferrer(Dialect{})
		hint := make([]text.Class, 10)
		eachBlock(b, in, func(l *Layout, blk *blocks.Block) {
			classes, res := f.Block(l, blk, hint)
			if res.Err != nil {
				b.Fatal(res.Err)
			}
			copy(hint, classes)
		})
	}
}

func BenchmarkParse(b *testing.B) {
	in := sample(500_000)
	schema, err := infer(Dialect{}, string(in), blocks.Size)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(in)))
	for b.Loop() {
		p, err := NewParser(Dialect{}, schema)
		if err != nil {
			b.Fatal(err)
		}
		bound := false
		eachBlock(b, in, func(l *Layout, blk *blocks.Block) {
			if !bound {
				bound = true
				if err := l.Bind(Dialect{}, schema, nobody, false); err != nil {
					b.Fatal(err)
				}
			}
			rec, res := p.Block(l, blk)
			if res.Err != nil {
				b.Fatal(res.Err)
			}
			rec.Release()
		})
	}
}
