package manifest

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// EncodeValue is v in Iceberg's JSON single-value form (apache/iceberg format/spec.md, appendix D). One value has one form: floats
// with the fewest digits that read back exactly, and with a point or an exponent; timestamps with six digits of fraction, hex in lower case.
// JSON has no word for the infinities and NaN: they are the strings "Infinity", "-Infinity", "NaN". Nil gives the zero Value.
func EncodeValue(t Type, v any) (Value, error) {
	if v == nil {
		return "", nil
	}
	if !holds(t, v) {
		return "", fmt.Errorf("encode value: %w: %T is not how a %s is held", ErrValue, v, t)
	}
	switch v := v.(type) {
	case float32:
		return encodeFloat(float64(v), 32), nil
	case float64:
		return encodeFloat(v, 64), nil
	case bool:
		return Value(strconv.FormatBool(v)), nil
	case string:
		if !utf8.ValidString(v) {
			return "", fmt.Errorf("encode value: %w: %q is not UTF-8", ErrValue, clip(v))
		}
		return Value(appendString(nil, v)), nil
	case Dec:
		if !v.Fits(t.Precision) {
			return "", fmt.Errorf("encode value: %w: %s has more digits than %s", ErrValue, v.String(t.Scale), t)
		}
	}
	switch t.Kind {
	case Int, Long:
		return Value(FormatValue(t, v)), nil
	case Timestamp:
		return Value(append(appendMicros([]byte{'"'}, v.(int64), 'T', false), '"')), nil
	case TimestampTZ:
		return Value(append(appendMicros([]byte{'"'}, v.(int64), 'T', false), `+00:00"`...)), nil
	}
	return Value(`"` + FormatValue(t, v) + `"`), nil // decimal, date, binary
}

// holds reports whether v is of the Go type that holds values of t.
func holds(t Type, v any) bool {
	switch v.(type) {
	case bool:
		return t.Kind == Boolean
	case int32:
		return t.Kind == Int || t.Kind == Date
	case int64:
		return t.Kind == Long || t.Kind == Timestamp || t.Kind == TimestampTZ
	case float32:
		return t.Kind == Float
	case float64:
		return t.Kind == Double
	case string:
		return t.Kind == String
	case []byte:
		return t.Kind == Binary
	case Dec:
		return t.Kind == Decimal
	}
	return false
}

const nan Value = `"NaN"`

func encodeFloat(f float64, bits int) Value {
	switch {
	case math.IsNaN(f):
		return nan
	case math.IsInf(f, 1):
		return `"Infinity"`
	case math.IsInf(f, -1):
		return `"-Infinity"`
	}
	s := formatFloat(f, bits)
	if !strings.ContainsAny(s, ".e") {
		s += ".0"
	}
	return Value(s)
}

// formatFloat is the form of ECMAScript's Number.toString (and of RFC 8785): the fewest digits that read back exactly, with an
// exponent below 1e-6 and from 1e21.
func formatFloat(f float64, bits int) string {
	abs := math.Abs(f)
	small, large := abs < 1e-6, abs >= 1e21
	if bits == 32 {
		small, large = float32(abs) < 1e-6, float32(abs) >= 1e21
	}
	if abs == 0 || !small && !large || math.IsInf(f, 0) || math.IsNaN(f) {
		return strconv.FormatFloat(f, 'f', -1, bits)
	}
	return strings.Replace(strconv.FormatFloat(f, 'e', -1, bits), "e-0", "e-", 1)
}

// DecodeValue is the value that x stands for; nil for null. A value that is not of the type is ErrValue.
func DecodeValue(t Type, x Value) (any, error) {
	if x == "" || x == "null" {
		return nil, nil
	}
	v, err := decodeValue(t, x)
	if err != nil {
		return nil, fmt.Errorf("decode %s: %w", t, err)
	}
	return v, nil
}

func decodeValue(t Type, x Value) (any, error) {
	text, quoted := string(x), false
	if x[0] == '"' {
		s, err := decodeText(x)
		if err != nil {
			return nil, err
		}
		text, quoted = s, true
	}
	wantQuotes := t.Kind != Boolean && t.Kind != Int && t.Kind != Long
	if isFloat(t) {
		return decodeFloat(t, text, quoted)
	}
	if quoted != wantQuotes {
		return nil, fmt.Errorf("%w: %s", ErrValue, clip(string(x)))
	}
	switch t.Kind {
	case Boolean:
		if text != "true" && text != "false" {
			return nil, fmt.Errorf("%w: %s is neither true nor false", ErrValue, clip(text))
		}
		return text == "true", nil
	case Decimal:
		if d, err := ParseDec(text, t.Precision, t.Scale); err != nil || d.String(t.Scale) == text {
			return d, err
		}
		return nil, fmt.Errorf("%w: %q does not have %d digits after the point", ErrValue, clip(text), t.Scale)
	case Timestamp, TimestampTZ:
		return decodeTimestamp(t, text)
	case Binary:
		if strings.ToLower(text) != text || strings.HasPrefix(text, `\`) {
			return nil, fmt.Errorf("%w: %q is not a row of pairs of lower-case hex digits", ErrValue, clip(text))
		}
	}
	return parseValue(t, text)
}

func decodeText(x Value) (string, error) {
	r, err := newReader([]byte(x))
	if err != nil {
		return "", fmt.Errorf("%w: %s", ErrValue, clip(string(x)))
	}
	s, err := r.str()
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrValue, err)
	}
	return s, nil
}

func decodeFloat(t Type, text string, quoted bool) (any, error) {
	special := text == "NaN" || text == "Infinity" || text == "-Infinity"
	if quoted != special || !quoted && strings.Trim(text, "0123456789+-.eE") != "" {
		return nil, fmt.Errorf("%w: %q is not a number", ErrValue, clip(text))
	}
	return parseValue(t, text)
}

// decodeTimestamp takes only the form with T, and for timestamptz only the zone +00:00.
func decodeTimestamp(t Type, text string) (any, error) {
	rest, hasZone := strings.CutSuffix(text, "+00:00")
	if !strings.Contains(text, "T") || hasZone != (t.Kind == TimestampTZ) || strings.ContainsAny(rest, " zZ+") && rest[0] != '+' {
		return nil, fmt.Errorf("%w: %q is not in Iceberg's form of a %s", ErrValue, clip(text), t)
	}
	return parseTimestamp(rest, false)
}

// BinaryValue is v in Iceberg's binary single-value form (apache/iceberg format/spec.md, appendix D), as in the bounds of Iceberg
// manifests. Nil gives nil.
func BinaryValue(t Type, v any) ([]byte, error) {
	if v == nil {
		return nil, nil
	}
	if !holds(t, v) {
		return nil, fmt.Errorf("encode value: %w: %T is not how a %s is held", ErrValue, v, t)
	}
	switch v := v.(type) {
	case bool:
		if v {
			return []byte{1}, nil
		}
		return []byte{0}, nil
	case int32:
		return binary.LittleEndian.AppendUint32(nil, uint32(v)), nil
	case int64:
		return binary.LittleEndian.AppendUint64(nil, uint64(v)), nil
	case float32:
		return binary.LittleEndian.AppendUint32(nil, math.Float32bits(v)), nil
	case float64:
		return binary.LittleEndian.AppendUint64(nil, math.Float64bits(v)), nil
	case string:
		return []byte(v), nil
	case []byte:
		return append([]byte{}, v...), nil
	default:
		return v.(Dec).Bytes(), nil
	}
}

// hexDigits reports whether s is n lower-case hex digits.
func hexDigits(s string, n int) bool {
	if len(s) != n || strings.ToLower(s) != s {
		return false
	}
	_, err := hex.DecodeString(s)
	return err == nil
}
