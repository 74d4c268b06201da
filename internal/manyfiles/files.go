package manyfiles

import (
	"encoding/hex"
	"fmt"
	"math/rand/v2"

	"github.com/tablectl/tablectl/manifest"
)

// Columns are those of the tables. They are partitioned by day.
const Columns = `day date not null, id bigint not null, customer varchar, city varchar, amount decimal(12, 2), quantity int, price double,
	at timestamp, paid boolean, note varchar`

// firstDay is 2000-01-01, in days since 1970.
const firstDay = 10957

// Day is the value of partition n.
func Day(n int) string {
	return manifest.FormatValue(manifest.Type{Kind: manifest.Date}, int32(firstDay+n))
}

// maker makes data files that look like those of a real table.
type maker struct {
	random *rand.Rand
	schema manifest.Schema
	seq    int
}

// file is the next file of partition n.
func (m *maker) file(n int) manifest.File {
	v := manifest.Version(1)
	sha, crc := m.hex(32), m.hex(8)
	rows := 50_000 + m.random.Int64N(50_000)
	day := manifest.Value(fmt.Sprintf("%q", Day(n)))
	f := manifest.File{
		Key: manifest.DataKey(v, manifest.PartitionDir("day", Day(n), false), m.seq, sha), Bytes: 40 * rows, Rows: rows, SHA256: sha, CRC64NVME: crc,
		Partition: []manifest.Value{day}, RowGroups: 1, AddedBy: manifest.AddedBy{Version: v, Run: "load"},
		Columns: map[int]manifest.ColumnStats{},
	}
	m.seq++
	for _, c := range m.schema.Fields {
		stats := manifest.ColumnStats{Values: rows, Bytes: rows*4 + m.random.Int64N(1000), Bound: true}
		stats.Lower, stats.Upper = m.bounds(c.Type, n)
		if !c.Required {
			stats.Nulls = m.random.Int64N(100)
		}
		f.Columns[c.ID] = stats
	}
	return f
}

func (m *maker) hex(bytes int) string {
	b := make([]byte, bytes)
	for i := range b {
		b[i] = byte(m.random.Uint32())
	}
	return hex.EncodeToString(b)
}

// bounds are a low and a high value of a type, for partition n.
func (m *maker) bounds(t manifest.Type, n int) (lower, upper manifest.Value) {
	low := m.random.Int64N(1000)
	high := low + 1000 + m.random.Int64N(1_000_000)
	switch t.Kind {
	case manifest.Date:
		day := manifest.Value(fmt.Sprintf("%q", Day(n)))
		return day, day
	case manifest.Decimal:
		return manifest.Value(fmt.Sprintf("%q", fmt.Sprintf("%d.05", low))), manifest.Value(fmt.Sprintf("%q", fmt.Sprintf("%d.95", high)))
	case manifest.Double:
		return manifest.Value(fmt.Sprintf("%d.5", low)), manifest.Value(fmt.Sprintf("%d.25", high))
	case manifest.Timestamp:
		return manifest.Value(fmt.Sprintf(`"%sT00:00:00.%06d"`, Day(n), low)), manifest.Value(fmt.Sprintf(`"%sT23:59:59.%06d"`, Day(n), high%1_000_000))
	case manifest.Boolean:
		return "false", "true"
	case manifest.String:
		return manifest.Value(fmt.Sprintf(`"A%s"`, m.hex(4))), manifest.Value(fmt.Sprintf(`"z%s"`, m.hex(4)))
	default:
		return manifest.Value(fmt.Sprint(low)), manifest.Value(fmt.Sprint(high))
	}
}
