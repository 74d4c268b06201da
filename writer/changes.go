package writer

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/writer/internal/spool"
	"github.com/tablectl/tablectl/writer/internal/vector"
)

// What happens to rows of the table whose key is in the input.
const (
	MatchedUpdate = "update" // they get the input's values
	MatchedIgnore = "ignore" // they stay
	MatchedError  = "error"  // the input is refused
)

var (
	// ErrChanges is an input that cannot be applied: a null key, a key twice, a key that should not be there, no value for a column
	// that needs one.
	ErrChanges = errors.New("changes")
	// ErrKeyNotUnique is a key of the input that two rows of the table have.
	ErrKeyNotUnique = errors.New("the key is not unique in the table")
)

// ChangeOptions say what the rows of an input mean. Schema, Input and Key are needed.
type ChangeOptions struct {
	Schema manifest.Schema // the table's

	// Input are the columns of the rows: columns of the table with its ids and types, in any order, and others with id 0, which
	// only DeleteWhen and OrderBy name. An update leaves columns that are missing as they are; in inserted rows they are null. To
	// delete, the key columns are enough. A column that the table requires may be optional here, for rows that DeleteWhen deletes.
	Input manifest.Schema
	Key   []int // field ids of top-level columns of primitive type

	Delete        bool   // rows whose key is in the input go, and nothing else; the options below are ignored
	WhenMatched   string // default MatchedUpdate; it does not hold for rows that DeleteWhen deletes
	UpdateColumns []int  // field ids that an update touches; nil: all that the input has
	DeleteWhen    string // boolean column of the input: where it is true the row of the table goes, and none is inserted
	OrderBy       string // column of the input: of rows with one key the greatest wins, the later one of equals; null is least

	Memory      int64  // bytes of rows and keys kept in memory, default DefaultMemory
	SpoolDir    string // for what does not fit, default the system's temporary directory
	Concurrency int    // default the number of cores
	Logger      *slog.Logger
}

// Changes are the rows of an upsert or delete, one per key. They do not change, and can be applied any number of times.
type Changes struct {
	o      ChangeOptions
	layout changeLayout
	keys   keyer
	limit  int64 // bytes of rows in memory
	spools *spool.Dir

	part   *part    // all rows, where they fit into memory
	spilt  *shuffle // else by the hash of their key
	rows   int64
	ranges []keyRanges // per key column
	filter filter      // of the keys in spilt
}

// Collect reads all rows of rr, whose schema is columnar.ArrowSchema(o.Input). Without OrderBy, a key that occurs twice is
// ErrChanges (to delete, it does not matter). Close frees what Changes hold.
func Collect(ctx context.Context, rr array.RecordReader, o ChangeOptions) (*Changes, error) {
	c, err := newChanges(o)
	if err != nil {
		return nil, err
	}
	if err := c.collect(ctx, rr); err != nil {
		c.Close() // the error is what matters
		return nil, err
	}
	return c, nil
}

func newChanges(o ChangeOptions) (c *Changes, err error) {
	if o, err = o.withDefaults(); err != nil {
		return nil, err
	}
	c = &Changes{o: o, limit: max(o.Memory, MinMemory) / 3}
	if c.layout, err = newChangeLayout(&o); err != nil {
		return nil, err
	}
	if c.keys, err = newKeyer(o.Schema, o.Key); err != nil {
		return nil, err
	}
	c.spools = spool.Open(o.SpoolDir, 0)
	return c, nil
}

func (c *Changes) collect(ctx context.Context, rr array.RecordReader) error {
	in := &collector{c: c, ranges: newRangers(c.keys.order)}
	for rr.Next() {
		b, err := vector.FromRecord(rr.Record())
		if err != nil {
			return fmt.Errorf("collect changes: %w", err)
		}
		if err := in.add(b); err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return context.Cause(ctx)
		}
	}
	if err := rr.Err(); err != nil {
		return err
	}
	return in.finish(ctx)
}

// Rows is the number of different keys.
func (c *Changes) Rows() int64 { return c.rows }

// Close removes temporary files.
func (c *Changes) Close() error {
	c.part = nil
	if c.spilt != nil {
		c.spilt.close()
		c.spilt = nil
	}
	return c.spools.Close()
}

// eachPart calls visit with all rows, a part at a time.
func (c *Changes) eachPart(ctx context.Context, visit func(number int, p *part) error) error {
	if c.spilt == nil {
		return visit(0, c.part)
	}
	for i := range changeParts {
		if err := ctx.Err(); err != nil {
			return context.Cause(ctx)
		}
		blocks, err := c.spilt.load(i)
		if err != nil {
			return err
		}
		if err := visit(i, c.newPart(blocks)); err != nil {
			return err
		}
	}
	return nil
}
