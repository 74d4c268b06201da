//go:build engines

package engines

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// trinoType is a type in Trino's answers.
type trinoType struct {
	Raw       string `json:"rawType"`
	Arguments []struct {
		Kind  string          `json:"kind"`
		Value json.RawMessage `json:"value"`
	} `json:"arguments"`
}

// trinoField is an argument of the type row.
type trinoField struct {
	Name struct {
		Name string `json:"name"`
	} `json:"fieldName"`
	Type trinoType `json:"typeSignature"`
}

// plain is a value in the form that plain in plain_test.go gives to this module's own. The entries of maps are ordered by their keys: the
// protocol keeps no order.
func (t trinoType) plain(v any) (any, error) {
	switch v := v.(type) {
	case nil, bool:
		return v, nil
	case json.Number:
		return t.number(v.String())
	case string:
		return t.text(v)
	case []any:
		return t.list(v)
	case map[string]any:
		return t.entries(v)
	}
	return nil, fmt.Errorf("a %T for %s", v, t.Raw)
}

func (t trinoType) number(s string) (any, error) {
	size := map[string]int{"real": 32, "double": 64}[t.Raw]
	if size == 0 {
		return s, nil
	}
	f, err := strconv.ParseFloat(s, size)
	return bits(f), err
}

func (t trinoType) text(s string) (any, error) {
	switch t.Raw {
	case "real", "double": // NaN, Infinity
		return t.number(s)
	case "varbinary":
		b, err := base64.StdEncoding.DecodeString(s)
		return "bytes " + hex.EncodeToString(b), err
	case "timestamp", "timestamp with time zone":
		local, zoned := strings.CutSuffix(s, " UTC")
		local, late := strings.CutPrefix(local, "+1") // the year 10000
		at, err := time.Parse("2006-01-02 15:04:05.999999", local)
		if late {
			at = at.AddDate(10_000, 0, 0)
		}
		if zoned {
			return fmt.Sprintf("%dus UTC", at.UnixMicro()), err
		}
		return fmt.Sprintf("%dus", at.UnixMicro()), err
	}
	return s, nil // also decimals and dates
}

// list is an array, or a row, whose fields have names.
func (t trinoType) list(values []any) (any, error) {
	out := []any{}
	for i, v := range values {
		var name string
		of, err := t.argument(0)
		if t.Raw == "row" {
			var f trinoField
			err = json.Unmarshal(t.Arguments[i].Value, &f)
			of, name = f.Type, f.Name.Name
		}
		if err != nil {
			return nil, err
		}
		x, err := of.plain(v)
		if err != nil {
			return nil, err
		}
		if t.Raw == "row" {
			x = []any{name, x}
		}
		out = append(out, x)
	}
	return out, nil
}

func (t trinoType) entries(values map[string]any) (any, error) {
	of, err := t.argument(1)
	if err != nil {
		return nil, err
	}
	out := []any{}
	for _, k := range slices.Sorted(maps.Keys(values)) {
		x, err := of.plain(values[k])
		if err != nil {
			return nil, err
		}
		out = append(out, []any{k, x})
	}
	return out, nil
}

func (t trinoType) argument(i int) (of trinoType, err error) {
	if i >= len(t.Arguments) {
		return of, fmt.Errorf("type %s has %d arguments", t.Raw, len(t.Arguments))
	}
	return of, json.Unmarshal(t.Arguments[i].Value, &of)
}
