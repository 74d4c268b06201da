package encode

import (
	"fmt"
	"strings"

	"github.com/tablectl/tablectl/manifest"
)

// Annotation is how a file states the type of a leaf: by logical type, by converted type, or both.
type Annotation struct{ Logical, Converted string }

// Name is the path of the leaf as people write it.
func (l *Leaf) Name() string { return strings.Join(l.Path, ".") }

// Required says that the leaf is a column of its own and has no nulls.
func (l *Leaf) Required() bool { return len(l.steps) == 1 && l.maxDef == 0 }

// Levels are the highest definition and repetition level of the leaf.
func (l *Leaf) Levels() (definition, repetition int) { return int(l.maxDef), int(l.maxRep) }

// Form is the physical type of a leaf, the bytes of its values where they are fixed, and the annotations that mean its type. Beside a
// logical type, the converted one does not matter; alone it is enough, as older writers have it.
func (l *Leaf) Form() (physical string, length int, annotations []Annotation) {
	return l.physical.String(), l.width, l.annotations()
}

func (l *Leaf) annotations() []Annotation {
	both := func(logical, converted string) []Annotation { return []Annotation{{logical, ""}, {"", converted}} }
	switch l.Type.Kind {
	case manifest.Int:
		return []Annotation{{"INTEGER(32, true)", ""}, {"", "INT_32"}, {"", ""}}
	case manifest.Long:
		return []Annotation{{"INTEGER(64, true)", ""}, {"", "INT_64"}, {"", ""}}
	case manifest.String:
		return both("STRING", "UTF8")
	case manifest.Date:
		return both("DATE", "DATE")
	case manifest.Timestamp:
		return []Annotation{{"TIMESTAMP(MICROS, false)", ""}}
	case manifest.TimestampTZ:
		return both("TIMESTAMP(MICROS, true)", "TIMESTAMP_MICROS")
	case manifest.Decimal:
		return both(fmt.Sprintf("DECIMAL(%d, %d)", l.Type.Precision, l.Type.Scale), "DECIMAL")
	}
	return []Annotation{{"", ""}}
}
