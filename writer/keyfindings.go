package writer

import (
	"fmt"
	"slices"
	"strings"
)

// findingsOfKeys are keys for which the changes are refused.
type findingsOfKeys struct {
	count   int64       // keys that the table has and should not
	some    []duplicate // the first of them, by their row in the input
	present bool        // a key that two rows of the table have:
	key     string
	a, b    int64 // rows of the base
}

func (f *findingsOfKeys) any() bool { return f.count > 0 || f.present }

// there notes a key that the table has.
func (f *findingsOfKeys) there(c *Changes, p *part, change int32) {
	f.count++
	b, row := p.block(change)
	n := c.layout.number(b, row)
	if len(f.some) == manyKeys && f.some[manyKeys-1].first < n {
		return
	}
	f.some = append(f.some, duplicate{key: c.keys.show(b, row), first: n})
	slices.SortFunc(f.some, func(a, b duplicate) int { return int(a.first - b.first) })
	f.some = f.some[:min(len(f.some), manyKeys)]
}

// twice notes two rows of the base with a key of the changes; the first such pair is told.
func (f *findingsOfKeys) twice(c *Changes, p *part, change int32, x, y int64) {
	x, y = min(x, y), max(x, y)
	if f.present && (f.b < y || f.b == y && f.a <= x) {
		return
	}
	b, row := p.block(change)
	f.present, f.key, f.a, f.b = true, c.keys.show(b, row), x, y
}

// refusal is the error for what was found.
func (f *findingsOfKeys) refusal(a *application) error {
	if f.present {
		return fmt.Errorf("%w: %s in %s and %s", ErrKeyNotUnique, f.key, a.place(f.a), a.place(f.b))
	}
	if f.count == 0 {
		return nil
	}
	var texts []string
	for _, d := range f.some {
		texts = append(texts, fmt.Sprintf("%s in row %d", d.key, d.first+1))
	}
	return fmt.Errorf("%w: the table has %d keys of the input already: %s", ErrChanges, f.count, strings.Join(texts, "; "))
}
