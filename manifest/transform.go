package manifest

import (
	"fmt"
	"strconv"
	"strings"
)

// TransformKind is what a transform does.
type TransformKind uint8

// The transforms of Iceberg (apache/iceberg format/spec.md, "Partition Transforms"), without void.
const (
	Identity TransformKind = iota
	Year                   // years since 1970
	Month                  // months since 1970-01
	Day                    // the date
	Hour                   // hours since 1970-01-01 00:00
	Bucket                 // hash of the value modulo N
	Truncate               // the value rounded down to a multiple of N; the first N code points or bytes
)

var transformNames = [...]string{
	Identity: "identity", Year: "year", Month: "month", Day: "day", Hour: "hour", Bucket: "bucket", Truncate: "truncate",
}

// Transform makes the value of a partition field of that of its source column. The zero Transform is identity.
type Transform struct {
	Kind TransformKind
	N    int // Bucket: how many; Truncate: the width; at least 1. Else 0
}

// maxTransformN is the largest number in brackets: Iceberg keeps it in 32 bits.
const maxTransformN = 1<<31 - 1

// ParseTransform reads Iceberg's JSON form: "identity", "day", "bucket[16]". Another text is ErrSchema.
func ParseTransform(s string) (Transform, error) {
	name, rest, bracket := strings.Cut(s, "[")
	for kind, known := range transformNames {
		t := Transform{Kind: TransformKind(kind)}
		if name != known {
			continue
		}
		if !t.numbered() && !bracket {
			return t, nil
		}
		text, closed := strings.CutSuffix(rest, "]")
		if n, ok := transformNumber(text); t.numbered() && closed && ok {
			t.N = n
			return t, nil
		}
	}
	return Transform{}, fmt.Errorf("%w: the transform %q is not known", ErrSchema, clip(s))
}

// transformNumber reads 1 to maxTransformN in its one form.
func transformNumber(s string) (int, bool) {
	n, ok := digits(s)
	return int(n), ok && n >= 1 && n <= maxTransformN && strconv.FormatInt(n, 10) == s
}

func (t Transform) numbered() bool { return t.Kind == Bucket || t.Kind == Truncate }

// timed reports whether the transform takes a part of a point in time.
func (t Transform) timed() bool { return t.Kind >= Year && t.Kind <= Hour }

// String is the form that ParseTransform reads.
func (t Transform) String() string {
	name := "invalid"
	if int(t.Kind) < len(transformNames) {
		name = transformNames[t.Kind]
	}
	if t.numbered() {
		return name + "[" + strconv.Itoa(t.N) + "]"
	}
	return name
}

// Result is the type of what the transform makes of values of source: date for day, int for year, month, hour and bucket, else source
// itself.
func (t Transform) Result(source Type) Type {
	switch t.Kind {
	case Year, Month, Hour, Bucket:
		return Type{Kind: Int}
	case Day:
		return Type{Kind: Date}
	}
	return source
}

// Takes reports whether the transform is defined for values of source. Floats are never partition values: they do not compare
// exactly.
func (t Transform) Takes(source Type) bool {
	switch source.Kind {
	case Int, Long, Decimal, String:
		return !t.timed()
	case Date:
		return t.Kind != Hour && t.Kind != Truncate
	case Timestamp, TimestampTZ:
		return t.Kind != Truncate
	case Binary:
		return !t.timed()
	case Boolean:
		return t.Kind == Identity
	}
	return false
}

// Ordered reports whether a <= b has transform(a) <= transform(b), so that bounds of the one are bounds of the other: all but bucket.
func (t Transform) Ordered() bool { return t.Kind != Bucket }

// Parsed is the field's transform.
func (f PartitionField) Parsed() (Transform, error) { return ParseTransform(f.Transform) }
