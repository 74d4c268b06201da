package writer

import (
	"math/rand/v2"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/tablectl/tablectl/internal/columnar"
	"github.com/tablectl/tablectl/internal/objstore/filestore"
	"github.com/tablectl/tablectl/manifest"
)

// orders makes rows of eleven columns as it is asked for them: a table that is larger than what should be in memory.
type orders struct {
	list
	schema manifest.Schema
	rand   *rand.Rand
	ids    func(i int) int64
	rows   int
	at     int
	rec    arrow.Record
}

func ordersSchema() manifest.Schema {
	s := manifest.Schema{}
	for i, k := range []struct {
		name string
		kind manifest.Kind
	}{
		{"id", manifest.Long}, {"day", manifest.Date}, {"created", manifest.Timestamp}, {"customer", manifest.Long}, {"quantity", manifest.Int},
		{"amount", manifest.Decimal}, {"status", manifest.String}, {"country", manifest.String}, {"product", manifest.String},
		{"channel", manifest.String}, {"score", manifest.Double},
	} {
		t := manifest.Type{Kind: k.kind}
		if k.kind == manifest.Decimal {
			t.Precision, t.Scale = 12, 2
		}
		s.Fields = append(s.Fields, manifest.Field{ID: i + 1, Name: k.name, Type: t, Required: i == 0})
	}
	s.IdentifierFieldIDs = []int{1}
	return s
}

func (o *orders) Record() arrow.Record { return o.rec }

func (o *orders) Next() bool {
	if o.rec != nil {
		o.rec.Release()
		o.rec = nil
	}
	n := min(65536, o.rows-o.at)
	if n == 0 {
		return false
	}
	b := array.NewRecordBuilder(memory.DefaultAllocator, columnar.ArrowSchema(o.schema))
	defer b.Release()
	r := o.rand
	for range n {
		id := o.ids(o.at)
		day := int32(id % 30)
		b.Field(0).(*array.Int64Builder).Append(id)
		b.Field(1).(*array.Date32Builder).Append(arrow.Date32(19000 + day))
		b.Field(2).(*array.TimestampBuilder).Append(arrow.Timestamp((19000+int64(day))*86400e6 + r.Int64N(86400)*1e6))
		b.Field(3).(*array.Int64Builder).Append(r.Int64N(50_000))
		b.Field(4).(*array.Int32Builder).Append(int32(1 + r.IntN(20)))
		b.Field(5).(*array.Decimal128Builder).Append(decimal(int64(r.IntN(100_000))))
		b.Field(6).(*array.StringBuilder).Append([]string{"new", "paid", "shipped", "returned"}[r.IntN(4)])
		b.Field(7).(*array.StringBuilder).Append("country " + strconv.Itoa(r.IntN(60)))
		b.Field(8).(*array.StringBuilder).Append("product number " + strconv.Itoa(r.IntN(2000)))
		b.Field(9).(*array.StringBuilder).Append([]string{"web", "shop", "phone"}[r.IntN(3)])
		b.Field(10).(*array.Float64Builder).Append(float64(r.IntN(1000)) / 8)
		o.at++
	}
	o.rec = b.NewRecord()
	return true
}

// peakRSS is the most memory that the process had since the last call, in MiB.
func peakRSS(b *testing.B) float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0 // no Linux
	}
	defer os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) // counts from here on where that is allowed
	for _, line := range strings.Split(string(status), "\n") {
		if f := strings.Fields(line); len(f) > 1 && f[0] == "VmHWM:" {
			kib, err := strconv.Atoi(f[1])
			if err != nil {
				b.Fatal(err)
			}
			return float64(kib) / 1024
		}
	}
	return 0
}

// cpuSeconds is what the process has used of all cores.
func cpuSeconds(b *testing.B) float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()).Seconds()
}

// BenchmarkUpsert merges 100,000 rows, 90 % of them updates, into 10 million rows on a local directory,
// and does other things like that.
func BenchmarkUpsert(b *testing.B) {
	const rows = 10_000_000
	spread := func(r *rand.Rand, i, changes int) int64 { return int64(i*(rows/changes) + r.IntN(rows/changes)) }
	inOne := func(r *rand.Rand, i, changes int) int64 {
		return 7 + 30*int64(i*(rows/30/changes)+r.IntN(rows/30/changes))
	}
	for _, c := range []struct {
		name    string
		changes int
		parts   bool
		memory  int64
		id      func(r *rand.Rand, i, changes int) int64
	}{
		{"spread", 100_000, false, 0, spread}, {"delete", 100_000, false, 0, spread}, {"onePartition", 100_000, true, 0, inOne},
		{"largerThanMemory", 2_500_000, false, MinMemory, spread},
	} {
		b.Run(c.name, func(b *testing.B) {
			changes := c.changes
			s := ordersSchema()
			store, err := filestore.New(b.TempDir())
			if err != nil {
				b.Fatal(err)
			}
			o := Options{Store: store, Version: 1, Schema: s, SpoolDir: b.TempDir()}
			if c.parts {
				o.Spec.Fields = []manifest.PartitionField{{SourceID: 2, FieldID: 1000, Name: "day", Transform: "identity"}}
			}
			r := rand.New(rand.NewPCG(1, 2))
			base, err := Write(b.Context(), &orders{schema: s, rand: r, ids: func(i int) int64 { return int64(i) }, rows: rows}, o)
			if err != nil {
				b.Fatal(err)
			}
			o.Memory = c.memory
			debug.FreeOSMemory()
			peakRSS(b)
			cpu := cpuSeconds(b)
			for b.Loop() {
				o.Version++
				input := &orders{schema: s, rand: r, rows: changes, ids: func(i int) int64 {
					if i%10 == 9 {
						return rows + 30*int64(i) + 7
					}
					return c.id(r, i, changes)
				}}
				ch, err := Collect(b.Context(), input, ChangeOptions{Schema: s, Input: s, Key: []int{1}, Delete: c.name == "delete", Memory: c.memory, SpoolDir: o.SpoolDir})
				if err != nil {
					b.Fatal(err)
				}
				var touched []manifest.File
				for _, f := range base {
					if ch.MayTouch(f, o.Spec) {
						touched = append(touched, f)
					}
				}
				m, err := ch.Apply(b.Context(), touched, o)
				if err != nil {
					b.Fatal(err)
				}
				if m.Updated+m.Deleted != int64(changes-changes/10) {
					b.Fatal(m.Inserted, m.Updated, m.Deleted)
				}
				b.ReportMetric(float64(m.Chunks), "chunks")
				if err := ch.Close(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(peakRSS(b), "MiB")
			b.ReportMetric((cpuSeconds(b)-cpu)/float64(b.N), "cpu-s/op")
		})
	}
}
