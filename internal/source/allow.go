package source

import (
	"slices"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/tablectl/tablectl/internal/columnar"
)

// Allow says in what the columns of an input may differ from those that are wanted. The zero value: in nothing but their order.
type Allow struct {
	Absent  []string // wanted columns that an input may lack: they are null there
	Surplus bool     // columns that are not wanted are passed over
}

func (a Allow) absent(name string) bool { return slices.Contains(a.Absent, name) }

// Align gives a record the columns that are wanted.
func (a Allow) Align(rec arrow.Record, want *arrow.Schema) arrow.Record {
	if len(a.Absent) == 0 && !a.Surplus {
		rec.Retain()
		return rec
	}
	return columnar.Align(rec, want, a.absent, a.Surplus)
}

// Allowing lets the inputs differ in this from what is wanted, from the next Read on.
func (s *Source) Allowing(a Allow) *Source {
	s.o.Allow = a
	return s
}
