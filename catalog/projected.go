package catalog

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/tablectl/tablectl/manifest"
)

// projected is a partition column whose values engines work out. Strings are an enum of exactly the values that there are. Dates and
// integers are a range, for Trino takes an enum of strings only; its interval is the largest that meets all values, so that as few
// directories as possible are projected in vain: each query lists all of them.
type projected struct {
	name   string // of the column
	dir    string // as it begins the partition's directory
	typ    manifest.Type
	texts  map[string]bool // of strings
	values map[int64]bool  // of dates, as days since 1970, and integers
}

// projectedOf refuses, with ErrCannot, types of which engines project no values, and names that do not stand for themselves in a template.
func projectedOf(f manifest.PartitionField, column manifest.Field) (*projected, error) {
	switch column.Type.Kind {
	case manifest.String, manifest.Date, manifest.Int, manifest.Long:
	default:
		return nil, fmt.Errorf("%w: partition column %s is %s; string, date, int and long can be projected", ErrCannot, oneLine(column.Name), column.Type)
	}
	if strings.Trim(column.Name, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" {
		return nil, fmt.Errorf("%w: partition column %s: the name in a template is of a-z 0-9 _", ErrCannot, oneLine(column.Name))
	}
	dir, _, _ := strings.Cut(manifest.PartitionDir(f.Name, "", true), "=")
	return &projected{name: column.Name, dir: dir, typ: column.Type, texts: map[string]bool{}, values: map[int64]bool{}}, nil
}

// add takes a value, and gives it as it stands in the directory.
func (c *projected) add(x manifest.Value) (text string, err error) {
	v, err := manifest.DecodeValue(c.typ, x)
	if err != nil {
		return "", fmt.Errorf("partition column %s: %w", c.name, err)
	}
	refuse := func(why string) (string, error) {
		return "", fmt.Errorf("%w: partition column %s has the value %q, %s", ErrCannot, c.name, manifest.FormatValue(c.typ, v), why)
	}
	if v == nil {
		return "", fmt.Errorf("%w: partition column %s is null in some rows, which no projection gives", ErrCannot, c.name)
	}
	text = manifest.FormatValue(c.typ, v)
	if text == "" {
		return refuse("which engines leave out of a list")
	}
	if _, escaped, _ := strings.Cut(manifest.PartitionDir("", text, false), "="); escaped != text {
		return refuse("which is " + escaped + " in the names of directories")
	}
	switch v := v.(type) {
	case string:
		c.texts[v] = true
	case int32:
		if c.typ.Kind == manifest.Date && (int64(v) < firstDay || int64(v) > lastDay) {
			return refuse("which is not of the years 0001 to 9999")
		}
		c.values[int64(v)] = true
	case int64:
		c.values[v] = true
	}
	return text, nil
}

// The dates of four-digit years, in days since 1970. The last day of all is left for the end of a range of one date.
const (
	firstDay = -719162
	lastDay  = 2932895
)

func (c *projected) least() int64 { return slices.Min(c.ends()) }

func (c *projected) most() int64 { return slices.Max(c.ends()) }

// ends are the values, of which there are some.
func (c *projected) ends() []int64 {
	if len(c.values) == 0 {
		return []int64{0} // of a table without rows: what has no directory
	}
	return slices.Collect(maps.Keys(c.values))
}

// step is the largest interval that meets all values, from the least on.
func (c *projected) step() int64 {
	least, step := c.least(), int64(0)
	for v := range c.values {
		for a := v - least; a != 0; {
			a, step = step%a, a
		}
	}
	return max(step, 1)
}

// count is how many values are projected.
func (c *projected) count() int64 {
	if c.typ.Kind == manifest.String {
		return max(int64(len(c.texts)), 1)
	}
	return (c.most()-c.least())/c.step() + 1
}

// text is a date or integer as it stands in a directory.
func (c *projected) text(v int64) string {
	switch c.typ.Kind {
	case manifest.String:
		return ""
	case manifest.Date:
		return manifest.FormatValue(c.typ, int32(v)) //nolint:gosec // it was one
	}
	return strconv.FormatInt(v, 10)
}

// parameters are those of the column, without "projection.<column>." (Amazon Athena User Guide, "Supported types for partition
// projection").
func (c *projected) parameters() map[string]string {
	switch c.typ.Kind {
	case manifest.String:
		values := slices.Sorted(maps.Keys(c.texts))
		if len(values) == 0 {
			values = []string{"none"} // of a table without rows: what has no directory
		}
		return map[string]string{"type": "enum", "values": strings.Join(values, ",")}
	case manifest.Date:
		least, most := c.least(), c.most()
		if least == most {
			most++ // Trino wants two dates
		}
		return map[string]string{"type": "date", "format": "yyyy-MM-dd", "range": c.text(least) + "," + c.text(most), "interval": fmt.Sprint(c.step()), "interval.unit": "DAYS"}
	}
	return map[string]string{"type": "integer", "range": c.text(c.least()) + "," + c.text(c.most()), "interval": fmt.Sprint(c.step())}
}

// maxParameter bounds the value of a parameter of a Glue table, in characters (AWS Glue API, "TableInput", Parameters).
const maxParameter = 512_000

// bounded refuses numbers that Trino cannot count, which has 32 bits for them and for the one after the last (trinodb/trino,
// IntegerProjection), and lists that Glue does not take.
func (c *projected) bounded() error {
	if least, most := c.least(), c.most(); least < math.MinInt32 || most > math.MaxInt32 || most > math.MaxInt32-c.step() {
		return fmt.Errorf("%w: partition column %s has values from %d to %d; Trino projects numbers of 32 bits", ErrCannot, c.name, least, most)
	}
	if n := len(c.parameters()["values"]); n > maxParameter {
		return fmt.Errorf("%w: partition column %s has %d values of %d characters; Glue takes %d", ErrCannot, c.name, c.count(), n, maxParameter)
	}
	return nil
}
