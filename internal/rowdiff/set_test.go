package rowdiff

import (
	"context"
	"errors"
	"io/fs"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/tablectl/tablectl/internal/columnar"
	"github.com/tablectl/tablectl/manifest"
)

// numbers is a record of one column that counts from a number.
func numbers(from, n int) arrow.Record {
	s := columnar.ArrowSchema(manifest.Schema{Fields: number})
	b := array.NewRecordBuilder(memory.DefaultAllocator, s)
	for i := range n {
		b.Field(0).(*array.Int64Builder).Append(int64(from + i))
	}
	return b.NewRecord()
}

var number = []manifest.Field{{ID: 1, Name: "n", Type: manifest.Type{Kind: manifest.Long}}}

// Equal rows that come soon after each other take no room, however many they are.
func TestEqualRowsTakeNoRoom(t *testing.T) {
	s := NewSet(Options{Fields: number, Key: 1, Memory: 1 << 20, SpoolDir: filepath.Join(t.TempDir(), "not there")})
	e, rows := s.Encoder(), &Rows{}
	for i := range 200 {
		for _, side := range []Side{Old, New} {
			e.Encode(numbers(1000*i, 1000), rows)
			if err := s.Add(side, rows); err != nil {
				t.Fatalf("after %d rows: %v", 1000*i, err)
			}
		}
	}
	if n, err := s.Count(t.Context()); err != nil || n.Added+n.Removed+n.Changed+n.Repeated != 0 {
		t.Errorf("%+v, %v", n, err)
	}
}

func TestSpoolFailureNamesThePlace(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "not there")
	s := NewSet(Options{Fields: number, Key: 1, Memory: 1 << 10, SpoolDir: dir})
	rows := &Rows{}
	s.Encoder().Encode(numbers(0, 1000), rows)
	if err := s.Add(New, rows); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), dir) {
		t.Errorf("%v", err)
	}
}

// The order is that of values, nulls first; a limit counts a change as one; a cancelled context ends the walk.
func TestOrderLimitAndCancel(t *testing.T) {
	s := NewSet(Options{Fields: number, Key: 1, Memory: 512, SpoolDir: t.TempDir()})
	defer s.Close()
	rows := &Rows{}
	for _, from := range []int{50, -100, 200} {
		s.Encoder().Encode(numbers(from, 100), rows)
		if err := s.Add(New, rows); err != nil {
			t.Fatal(err)
		}
	}
	var got []int64
	for rec, err := range s.Records(t.Context(), 250) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, rec.Column(2).(*array.Int64).Int64Values()...)
	}
	if len(got) != 250 || !slices.IsSorted(got) || got[0] != -100 || got[249] != 249 {
		t.Errorf("%d rows from %d to %d, sorted: %v", len(got), got[0], got[len(got)-1], slices.IsSorted(got))
	}
	for level, runs := range s.runs { // a level that is full becomes one run of the next
		if len(runs) >= fanIn || level == 0 && len(s.runs) < 2 {
			t.Errorf("%d levels, %d runs on level %d", len(s.runs), len(runs), level)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Count(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// What is equal by value keeps the form that it had.
func TestFormsAreKept(t *testing.T) {
	fields := []manifest.Field{{ID: 1, Name: "x", Type: manifest.Type{Kind: manifest.Double}}, {ID: 2, Name: "n", Type: manifest.Type{Kind: manifest.Long}}}
	b := array.NewRecordBuilder(memory.DefaultAllocator, columnar.ArrowSchema(manifest.Schema{Fields: fields}))
	forms := []uint64{0x8000000000000000, 0x7ff8000000000001, 0xfff8000000000123, 0x7ff0000000000000, 0x3ff0000000000000}
	for i, bits := range forms {
		b.Field(0).(*array.Float64Builder).Append(math.Float64frombits(bits))
		b.Field(1).(*array.Int64Builder).Append(int64(i))
	}
	s := NewSet(Options{Fields: fields, Key: 2, Memory: 1 << 20})
	rows := &Rows{}
	s.Encoder().Encode(b.NewRecord(), rows)
	if err := s.Add(Old, rows); err != nil {
		t.Fatal(err)
	}
	seen := 0
	for rec, err := range s.Records(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		for i := range int(rec.NumRows()) {
			n := rec.Column(3).(*array.Int64).Value(i)
			seen++
			if got := math.Float64bits(rec.Column(2).(*array.Float64).Value(i)); got != forms[n] {
				t.Errorf("%x, was %x", got, forms[n])
			}
		}
	}
	if seen != len(forms) {
		t.Errorf("%d rows of %d", seen, len(forms))
	}
}
