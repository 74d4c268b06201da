package csv

import (
	"encoding/hex"
	"unicode/utf8"

	"github.com/tablectl/tablectl/internal/source/text"
)

func pow10(n int) uint64 { return text.Pow10(n) }

// set stores the content of a field, whatever it is: the slow path, and the definition of what the fast ones do.
func (c *column) set(row int, content []byte) error {
	var err error
	switch c.kind {
	case opLong:
		c.i64[row], err = text.ParseLong(content)
	case opInt:
		c.i32[row], err = text.ParseInt(content)
	case opDouble:
		c.f64[row], err = text.ParseDouble(content)
	case opFloat:
		c.f32[row], err = text.ParseFloat(content)
	case opDecimal:
		c.dec[row], err = text.ParseDecimal(content, c.precision, c.scale)
	case opDate:
		c.i32[row], err = text.ParseDate(content)
	case opTimestamp:
		c.i64[row], err = text.ParseTimestamp(content)
	case opTimestampTZ:
		c.i64[row], err = text.ParseTimestampTZ(content)
	case opBool:
		var v bool
		v, err = text.ParseBool(content)
		c.setBit(row, v)
	case opText:
		if !utf8.Valid(content) {
			return text.ErrEncoding
		}
		c.setBytes(row, content)
	default:
		v := make([]byte, hex.DecodedLen(len(content)))
		if _, err := hex.Decode(v, content); err != nil {
			return text.ErrSyntax
		}
		c.setBytes(row, v)
	}
	return err
}

func (c *column) setBit(row int, v bool) {
	if v {
		c.bits[row>>3] |= 1 << (row & 7)
	}
}
