package writer

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/decimal128"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/tablectl/tablectl/internal/columnar"
	"github.com/tablectl/tablectl/manifest"
)

// list is a record reader over records in memory.
type list struct {
	schema *arrow.Schema
	recs   []arrow.Record
	at     int
}

func (l *list) Retain()               {}
func (l *list) Release()              {}
func (l *list) Schema() *arrow.Schema { return l.schema }
func (l *list) Err() error            { return nil }
func (l *list) Record() arrow.Record  { return l.recs[l.at-1] }
func (l *list) Next() bool            { l.at++; return l.at <= len(l.recs) }

// rebatch gives the same rows in batches of other sizes.
func rebatch(schema *arrow.Schema, recs []arrow.Record, sizes ...int64) *list {
	out := &list{schema: schema}
	turn := 0
	for _, r := range recs {
		for at := int64(0); at < r.NumRows(); turn++ {
			n := min(sizes[turn%len(sizes)], r.NumRows()-at)
			out.recs = append(out.recs, r.NewSlice(at, at+n))
			at += n
		}
	}
	return out
}

// generator makes random values, the same for the same seed.
type generator struct {
	*rand.Rand
	nulls float64 // share
	words []string
}

func newGenerator(seed uint64) *generator {
	g := &generator{Rand: rand.New(rand.NewPCG(seed, 7)), nulls: 0.1}
	for range 50 {
		g.words = append(g.words, g.text(g.IntN(20)))
	}
	g.words = append(g.words, "", "é\x00ü", "zzzzzzz", "zzzzzzzz", "zzzzzzzzz")
	return g
}

func (g *generator) text(n int) string {
	b := make([]rune, n)
	for i := range b {
		b[i] = []rune("abcdefghij Äß漢\U0001F600")[g.IntN(15)]
	}
	return string(b)
}

// record makes rows of a schema.
func (g *generator) record(s manifest.Schema, rows int) arrow.Record {
	b := array.NewRecordBuilder(memory.DefaultAllocator, columnar.ArrowSchema(s))
	defer b.Release()
	for i, f := range s.Fields {
		for range rows {
			g.value(b.Field(i), f)
		}
	}
	return b.NewRecord()
}

func (g *generator) value(b array.Builder, f manifest.Field) {
	if !f.Required && g.Float64() < g.nulls {
		b.AppendNull()
		return
	}
	few := g.IntN(4) > 0 // most values out of few, so that dictionaries pay
	switch b := b.(type) {
	case *array.BooleanBuilder:
		b.Append(g.IntN(2) == 0)
	case *array.Int32Builder:
		b.Append(pick(g, few, int32(g.Uint32()), math.MinInt32, math.MaxInt32, 0, -1, 7))
	case *array.Int64Builder:
		b.Append(pick(g, few, int64(g.Uint64()), math.MinInt64, math.MaxInt64, 0, -1, 7))
	case *array.Date32Builder:
		b.Append(arrow.Date32(pick(g, few, int32(g.IntN(40000)-20000), -141428, 0, 19000)))
	case *array.TimestampBuilder:
		b.Append(arrow.Timestamp(pick(g, few, g.Int64N(1<<50), -1<<52, 0, 978307200000000)))
	case *array.Float32Builder:
		b.Append(pick(g, few, float32(g.NormFloat64()), 0, float32(math.Copysign(0, -1)), float32(math.Inf(1)), float32(math.NaN()), 1.5))
	case *array.Float64Builder:
		b.Append(pick(g, few, g.NormFloat64(), 0, math.Copysign(0, -1), math.Inf(-1), math.NaN(), math.MaxFloat64))
	case *array.Decimal128Builder:
		b.Append(g.decimal(f.Type.Precision))
	case *array.StringBuilder:
		b.Append(pick(g, few, g.text(g.IntN(100)), g.words...))
	case *array.BinaryBuilder:
		b.Append([]byte(pick(g, few, string([]byte{0xff, byte(g.IntN(256)), 0}), "", "\x00", "\xff\xff")))
	case *array.StructBuilder:
		b.Append(true)
		for i, k := range f.Type.Fields {
			g.value(b.FieldBuilder(i), k)
		}
	case *array.MapBuilder:
		b.Append(true)
		for range g.IntN(4) {
			g.value(b.KeyBuilder(), f.Type.Fields[0])
			g.value(b.ItemBuilder(), f.Type.Fields[1])
		}
	case *array.ListBuilder:
		b.Append(true)
		for range g.IntN(4) {
			g.value(b.ValueBuilder(), f.Type.Fields[0])
		}
	default:
		panic(fmt.Sprintf("no generator for %T", b))
	}
}

func pick[T any](g *generator, few bool, random T, some ...T) T {
	if !few {
		return random
	}
	return some[g.IntN(len(some))]
}

func (g *generator) decimal(precision int) decimal128.Num {
	n := decimal128.FromI64(0)
	for range g.IntN(precision + 1) {
		n = n.Mul(decimal128.FromI64(10)).Add(decimal128.FromI64(int64(g.IntN(10))))
	}
	if g.IntN(2) == 0 {
		n = n.Negate()
	}
	return n
}

// everyKind is a schema with all primitive types, optional and required, and nested ones in each other.
func everyKind() manifest.Schema {
	var fields []manifest.Field
	for k := manifest.Boolean; k <= manifest.Binary; k++ {
		t := manifest.Type{Kind: k}
		if k == manifest.Decimal {
			continue
		}
		fields = append(fields, manifest.Field{Name: fmt.Sprintf("o%d", k), Type: t}, manifest.Field{Name: fmt.Sprintf("r%d", k), Type: t, Required: true})
	}
	for _, p := range []int{1, 9, 10, 18, 19, 38} {
		t := manifest.Type{Kind: manifest.Decimal, Precision: p, Scale: p / 2}
		fields = append(fields, manifest.Field{Name: fmt.Sprintf("d%d", p), Type: t, Required: p == 9})
	}
	text, number := manifest.Type{Kind: manifest.String}, manifest.Type{Kind: manifest.Long}
	listOf := func(f manifest.Field) manifest.Type {
		f.Name = "element"
		return manifest.Type{Kind: manifest.List, Fields: []manifest.Field{f}}
	}
	pair := manifest.Type{Kind: manifest.Struct, Fields: []manifest.Field{
		{Name: "a", Type: text}, {Name: "b", Type: number, Required: true}, {Name: "c", Type: listOf(manifest.Field{Type: text})},
	}}
	dict := manifest.Type{Kind: manifest.Map, Fields: []manifest.Field{{Name: "key", Type: text, Required: true}, {Name: "value", Type: pair}}}
	fields = append(fields,
		manifest.Field{Name: "l", Type: listOf(manifest.Field{Type: number})},
		manifest.Field{Name: "lr", Type: listOf(manifest.Field{Type: number, Required: true}), Required: true},
		manifest.Field{Name: "ll", Type: listOf(manifest.Field{Type: listOf(manifest.Field{Type: pair})})},
		manifest.Field{Name: "s", Type: pair},
		manifest.Field{Name: "sr", Type: pair, Required: true},
		manifest.Field{Name: "m", Type: dict},
	)
	s := manifest.Schema{Fields: fields}
	s.Fields, _ = manifest.AssignIDs(fields, 0)
	return s
}

// randomSchema is some of everyKind's columns.
func randomSchema(g *generator) manifest.Schema {
	all := everyKind().Fields
	g.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return manifest.Schema{Fields: slices.Clone(all[:1+g.IntN(6)])}
}

// hugeRecord is five rows of a string and a number; the third string has size bytes.
func hugeRecord(t *testing.T, s manifest.Schema, size int) arrow.Record {
	b := array.NewRecordBuilder(memory.DefaultAllocator, columnar.ArrowSchema(s))
	defer b.Release()
	for i := range 5 {
		text := "x"
		if i == 2 {
			text = string(make([]byte, size))
		}
		b.Field(0).(*array.StringBuilder).Append(text)
		b.Field(1).(*array.Int32Builder).Append(int32(i))
	}
	return b.NewRecord()
}
