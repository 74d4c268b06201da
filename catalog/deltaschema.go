package catalog

import (
	"encoding/json"
	"fmt"

	"github.com/tablectl/tablectl/manifest"
)

// deltaField is a column in Delta's schema (PROTOCOL.md, "Schema Serialization Format").
type deltaField struct {
	Name     string            `json:"name"`
	Type     any               `json:"type"`
	Nullable bool              `json:"nullable"`
	Metadata map[string]string `json:"metadata"`
}

// deltaSchema is a schema as JSON. ErrCannot for a type that Delta has not.
func deltaSchema(s manifest.Schema) (string, error) {
	t, err := deltaType(manifest.Type{Kind: manifest.Struct, Fields: s.Fields})
	if err != nil {
		return "", err
	}
	b, err := json.Marshal(t)
	if err != nil {
		return "", fmt.Errorf("encode delta schema: %w", err)
	}
	return string(b), nil
}

func deltaType(t manifest.Type) (any, error) {
	var parts []deltaField
	for _, f := range t.Fields {
		inner, err := deltaType(f.Type)
		if err != nil {
			return nil, fmt.Errorf("column %s: %w", f.Name, err)
		}
		d := deltaField{Name: f.Name, Type: inner, Nullable: !f.Required, Metadata: map[string]string{}}
		if f.Doc != "" {
			d.Metadata["comment"] = f.Doc
		}
		parts = append(parts, d)
	}
	switch t.Kind {
	case manifest.Struct:
		return map[string]any{"type": "struct", "fields": parts}, nil
	case manifest.List:
		return map[string]any{"type": "array", "elementType": parts[0].Type, "containsNull": parts[0].Nullable}, nil
	case manifest.Map:
		return map[string]any{"type": "map", "keyType": parts[0].Type, "valueType": parts[1].Type, "valueContainsNull": parts[1].Nullable}, nil
	}
	return deltaPrimitive(t)
}

func deltaPrimitive(t manifest.Type) (string, error) {
	switch t.Kind {
	case manifest.Boolean, manifest.Long, manifest.Float, manifest.Double, manifest.Date, manifest.String, manifest.Binary:
		return t.Kind.String(), nil
	case manifest.Int:
		return "integer", nil
	case manifest.Decimal:
		return fmt.Sprintf("decimal(%d,%d)", t.Precision, t.Scale), nil
	case manifest.TimestampTZ:
		return "timestamp", nil
	case manifest.Timestamp:
		return "timestamp_ntz", nil
	}
	return "", fmt.Errorf("%w: Delta has no type %s", ErrCannot, t)
}
