package source

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
)

// TestAllow: columns that are missing are null, and those that are not wanted are passed over, only where that is allowed.
func TestAllow(t *testing.T) {
	want := arrow.NewSchema([]arrow.Field{
		{Name: "b", Type: arrow.BinaryTypes.String, Nullable: true},
		{Name: "id", Type: arrow.PrimitiveTypes.Int64},
	}, nil)
	dir := t.TempDir()
	for name, text := range map[string]string{
		"short.csv":     "id\n1\n2\n",
		"long.csv":      "x,id,y,b\n\"p,q\",1,,u\nr,2,s,\n",
		"short.ndjson":  `{"id":1}` + "\n" + `{"id":2}` + "\n",
		"long.ndjson":   `{"x":{"a":[1,{"b":2}],"c":"}"},"id":1,"b":"u"}` + "\n" + `{"id":2,"y":[]}` + "\n",
		"without.csv":   "b\nu\n",
		"ragged.csv":    "x,id,b\n1,2\n",
		"broken.ndjson": `{"x":{"a":[1,},"id":1}` + "\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	absent, surplus := Allow{Absent: []string{"b"}}, Allow{Surplus: true}
	for _, c := range []struct {
		file  string
		allow Allow
		rows  string // or what the error says
	}{
		{"short.csv", absent, `[{"b":null,"id":1},{"b":null,"id":2}]`},
		{"short.csv", Allow{}, `does not have this column`},
		{"short.csv", surplus, `does not have this column`},
		{"long.csv", surplus, `[{"b":"u","id":1},{"b":null,"id":2}]`},
		{"long.csv", absent, `the table has no such column`},
		{"without.csv", Allow{Absent: []string{"id"}}, `may not be null`},
		{"ragged.csv", surplus, `found 2 fields, expected 3`},
		{"short.ndjson", Allow{}, `[{"b":null,"id":1},{"b":null,"id":2}]`},
		{"long.ndjson", surplus, `[{"b":"u","id":1},{"b":null,"id":2}]`},
		{"long.ndjson", absent, `the table has no such column`},
		{"broken.ndjson", surplus, `broken.ndjson`},
	} {
		t.Run(c.file, func(t *testing.T) {
			if got := rowsAs(t, filepath.Join(dir, c.file), want, c.allow); !strings.Contains(got, c.rows) {
				t.Errorf("got %s\nwant %s", got, c.rows)
			}
		})
	}
}

// rowsAs reads a file as JSON, or gives what the error says.
func rowsAs(t *testing.T, path string, want *arrow.Schema, allow Allow) string {
	t.Helper()
	s, err := Open(context.Background(), []string{path}, Options{Allow: allow})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close() //nolint:errcheck // nothing is spooled
	r, err := s.Read(context.Background(), want)
	if err != nil {
		return err.Error()
	}
	defer r.Release()
	var all []any
	for r.Next() {
		b, err := r.Record().MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		var rows []any
		if err := json.Unmarshal(b, &rows); err != nil {
			t.Fatal(err)
		}
		all = append(all, rows...)
	}
	if err := r.Err(); err != nil {
		if !errors.Is(err, ErrInput) {
			t.Errorf("%v is no ErrInput", err)
		}
		return err.Error()
	}
	b, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
