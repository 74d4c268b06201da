//go:build engines

package engines

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
)

var update = flag.Bool("update", false, "write docs/engines.md")

const enginesDocPath = "../../docs/engines.md"

// enginesDoc is docs/engines.md as the tests find it. Rows whose test did not run are as they are there.
type enginesDoc struct {
	entries []entry
	before  string
	mu      sync.Mutex
	rows    map[string]string
}

func newEnginesDoc(t *testing.T, entries []entry) *enginesDoc {
	t.Helper()
	b, err := os.ReadFile(enginesDocPath)
	if err != nil {
		t.Fatal(err)
	}
	return &enginesDoc{entries: entries, before: string(b), rows: map[string]string{}}
}

func (e entry) name() string { return "| " + e.engine + " | `" + e.entrance + "` |" }

// found takes what an entry was seen to do. What it does not do in every place it does not do.
func (d *enginesDoc) found(e entry, f finding) {
	d.mu.Lock()
	defer d.mu.Unlock()
	cell := func(how way) string {
		switch {
		case e.words[how] != "":
			return e.words[how]
		case e.older[how] == nil:
			return "no"
		}
		return "yes"
	}
	after := "next query"
	if !f.nextQuery {
		after = "when opened again"
	}
	line := fmt.Sprintf("%s %s | %s | %s | %s | %s |", e.name(), f.version, cell(byVersion), cell(byTag), cell(byTime), after)
	if old, ok := d.rows[e.name()]; ok && old != line && strings.Contains(old, "next query") {
		return // seen to be worse elsewhere
	}
	d.rows[e.name()] = line
}

// check compares what was found with what is written, or writes it.
func (d *enginesDoc) check(t *testing.T) {
	t.Helper()
	if t.Failed() {
		return // what failed is no finding
	}
	now := d.text()
	if *update {
		if err := os.WriteFile(enginesDocPath, []byte(now), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if now != d.before {
		t.Errorf("docs/engines.md does not say what was found; `make engines-doc` writes it:\n%s", firstDifference(d.before, now))
	}
}

func firstDifference(before, now string) string {
	a, b := strings.Split(before, "\n"), strings.Split(now, "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return "there:  " + a[i] + "\nfound:  " + b[i]
		}
	}
	return fmt.Sprintf("%d lines there, %d found", len(a), len(b))
}

func (d *enginesDoc) text() string {
	var b strings.Builder
	b.WriteString(enginesIntro)
	for _, e := range d.entries {
		line := d.rows[e.name()]
		if line == "" {
			line = regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(e.name()) + `.*$`).FindString(d.before)
		}
		if line != "" {
			b.WriteString(line + "\n")
		}
	}
	b.WriteString("\n## What differs\n\n")
	said := map[string]bool{}
	for _, e := range d.entries {
		for _, text := range append([]string{e.differs}, e.limits...) {
			line := "- " + e.engine + ", `" + e.entrance + "`: " + text + ".\n"
			if text != "" && !said[line] {
				b.WriteString(line)
				said[line] = true
			}
		}
	}
	b.WriteString(enginesNotes)
	return b.String()
}
