//go:build engines

package engines

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// trino asks a Trino over its client protocol (https://trino.io/docs/476/develop/client-protocol.html). It may be used by several at once.
type trino struct {
	t       *testing.T
	url     string
	catalog string // of names without one
	session string // properties of the session, "name=value,…"
}

// trinoAnswer is what came of a statement.
type trinoAnswer struct {
	rows   []row
	bytes  int64 // that were read of data files
	splits int   // parts of the work; of a plain scan of small files: files that were opened, or 1
}

// trinoPage is one of the answers to a statement.
type trinoPage struct {
	ID      string `json:"id"`
	NextURI string `json:"nextUri"`
	Columns []struct {
		Name string    `json:"name"`
		Type trinoType `json:"typeSignature"`
	} `json:"columns"`
	Data  [][]any `json:"data"`
	Stats struct {
		PhysicalInputBytes int64 `json:"physicalInputBytes"`
		TotalSplits        int   `json:"totalSplits"`
	} `json:"stats"`
	Error *struct {
		Message string `json:"message"`
	} `json:"error"`
}

// ask runs a statement. What Trino refuses is an error. For some seconds after its start it does not know itself for a worker: it is asked
// again.
func (q *trino) ask(statement string) (trinoAnswer, error) {
	for begun := time.Now(); ; {
		a, err := q.once(statement)
		if err == nil || !strings.Contains(err.Error(), "No nodes available") || time.Since(begun) > time.Minute {
			return a, err
		}
	}
}

func (q *trino) once(statement string) (trinoAnswer, error) {
	var out trinoAnswer
	page, err := q.page(http.MethodPost, q.url+"/v1/statement", statement)
	for ; err == nil; page, err = q.page(http.MethodGet, page.NextURI, "") {
		for _, values := range page.Data {
			r := row{}
			for i, c := range page.Columns {
				if r[c.Name], err = c.Type.plain(values[i]); err != nil {
					return out, fmt.Errorf("%s: column %s: %w", statement, c.Name, err)
				}
			}
			out.rows = append(out.rows, r)
		}
		out.bytes, out.splits = page.Stats.PhysicalInputBytes, page.Stats.TotalSplits
		if page.Error != nil {
			return out, fmt.Errorf("%s: %s", statement, page.Error.Message)
		}
		if page.NextURI == "" {
			return out, nil
		}
	}
	return out, fmt.Errorf("%s: %w", statement, err)
}

func (q *trino) page(method, url, body string) (trinoPage, error) {
	var out trinoPage
	req, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		return out, err
	}
	for k, v := range map[string]string{"User": "tests", "Catalog": q.catalog, "Session": q.session, "Time-Zone": "UTC", "Client-Capabilities": "PARAMETRIC_DATETIME"} {
		req.Header.Set("X-Trino-"+k, v)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return out, err
	}
	defer resp.Body.Close()
	var b bytes.Buffer
	if _, err := b.ReadFrom(resp.Body); err != nil {
		return out, err
	}
	if resp.StatusCode != http.StatusOK {
		return out, fmt.Errorf("%s: %s", resp.Status, b.Bytes())
	}
	d := json.NewDecoder(&b)
	d.UseNumber()
	return out, d.Decode(&out)
}

// rows are what a statement gives that must succeed.
func (q *trino) rows(statement string) []row {
	q.t.Helper()
	a, err := q.ask(statement)
	if err != nil {
		q.t.Fatal(err)
	}
	return a.rows
}

// run runs the statements of `tablectl sql`, each verbatim, and gives the rows of every one.
func (q *trino) run(text string) [][]row {
	q.t.Helper()
	out, err := q.try(text)
	if err != nil {
		q.t.Fatal(err)
	}
	return out
}

// try is run that gives what Trino refuses as an error.
func (q *trino) try(text string) ([][]row, error) {
	var out [][]row
	for statement := range strings.SplitSeq(strings.TrimSpace(text), ";\n") {
		a, err := q.ask(strings.TrimSuffix(statement, ";"))
		if err != nil {
			return nil, err
		}
		out = append(out, a.rows)
	}
	return out, nil
}
