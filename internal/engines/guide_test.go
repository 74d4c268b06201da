//go:build engines

package engines

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// guideTable is the table of the guides; here it is another one, on the test's server.
const guideTable = "s3://bucket/flights"

// Every command and every statement of the guides is run, one after the other, in one session of the engine, and what a guide says that
// it answers is compared with what it answers.
func TestGuides(t *testing.T) {
	bin := t.TempDir()
	command(t, "", nil, "go", "build", "-o", bin, "../../cmd/tablectl")
	months := deliveries(t, filepath.Join(bin, "tablectl"))
	for file, begin := range map[string]func(t *testing.T, g *guide){
		"duckdb.md": onMinIOWith("duckdb"),
		"spark.md":  onSpark,
		"trino.md":  onTrinoWith(trino{}),
		// As in Athena, tables of all kinds are found under one name.
		"athena.md": onTrinoWith(trino{catalog: "iceberg", session: "iceberg.hive_catalog_name=hive"}),
	} {
		t.Run(file, func(t *testing.T) {
			g := &guide{t: t, dir: months}
			begin(t, g)
			g.env = append(g.env, "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"))
			for _, b := range blocks(t, filepath.Join("../../docs", file)) {
				g.play(b)
			}
		})
	}
}

func onMinIOWith(engine string) func(*testing.T, *guide) {
	return func(t *testing.T, g *guide) {
		p, _ := onMinIO(t)
		g.url, g.env, g.session = p.url+"/flights", p.env, start(t, engine, p.env...)
	}
}

func onSpark(t *testing.T, g *guide) {
	p, _ := onMinIO(t)
	g.url, g.env, g.session = p.url+"/flights", p.env, spark(t)
}

func onTrinoWith(like trino) func(*testing.T, *guide) {
	return func(t *testing.T, g *guide) {
		p, q, database := onTrino(t)
		like.t, like.url = t, q.url
		g.url, g.env, g.database, g.session = p.url, append(p.env, "AWS_ENDPOINT_URL_GLUE="+os.Getenv("AWS_ENDPOINT_URL_GLUE")), database, &like
	}
}

// deliveries are the files that the guides publish: two months of real flights.
func deliveries(t *testing.T, tablectl string) string {
	t.Helper()
	dir := t.TempDir()
	command(t, dir, nil, tablectl, "publish", "all", absolute(t, "../../testdata/flights/flights-3m.parquet"), "--quiet")
	for month, where := range map[string]string{
		"january.csv":  "date < '2001-02-01'",
		"february.csv": "date >= '2001-02-01' and date < '2001-03-01'",
	} {
		rows := command(t, dir, nil, tablectl, "cat", "all", "-o", "csv", "--where", where)
		if err := os.WriteFile(filepath.Join(dir, month), []byte(rows), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func absolute(t *testing.T, path string) string {
	t.Helper()
	out, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// command runs a program and gives what it prints.
func command(t *testing.T, dir string, env []string, name string, args ...string) string {
	t.Helper()
	var stdout, stderr strings.Builder
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = dir, append(os.Environ(), env...), &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, &stderr)
	}
	return stdout.String()
}

// block is a fenced block of a guide.
type block struct {
	where    string // file and line, for messages
	language string
	text     string
}

func blocks(t *testing.T, path string) []block {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var out []block
	open := false
	for i, line := range strings.SplitAfter(string(text), "\n") {
		switch fence, is := strings.CutPrefix(line, "```"); {
		case is && !open:
			out = append(out, block{where: fmt.Sprintf("%s:%d", filepath.Base(path), i+1), language: strings.TrimSpace(fence)})
			open = true
		case is:
			open = false
		case open:
			out[len(out)-1].text += line
		}
	}
	return out
}

// guide is a guide that is being followed.
type guide struct {
	t        *testing.T
	dir      string // with the files to publish
	url      string // of the table
	database string // in Glue
	env      []string
	session  interface{ run(text string) [][]row }
	printed  string // what the last command printed, if the next block shows it
	rows     []row  // what the last statement answered
}

// guideDatabase is the Glue database of the guides.
var guideDatabase = regexp.MustCompile(`\bweb\b`)

// mine is a text of the guide with this test's names.
func (g *guide) mine(text string) string {
	text = strings.ReplaceAll(text, guideTable, g.url)
	if g.database != "" {
		text = guideDatabase.ReplaceAllString(text, g.database)
	}
	return text
}

// theirs is what tablectl would have printed for the table of the guide.
func (g *guide) theirs(text string) string {
	text = strings.ReplaceAll(text, g.url, guideTable)
	if g.database != "" {
		text = strings.ReplaceAll(text, g.database, "web")
	}
	return here.ReplaceAllString(text, "")
}

// play runs a block, or compares it with what the one before it gave.
func (g *guide) play(b block) {
	g.t.Helper()
	switch b.language {
	case "sh":
		for line := range strings.Lines(b.text) {
			g.printed = command(g.t, g.dir, g.env, "sh", "-c", g.mine(line))
			if !strings.HasPrefix(line, "tablectl sql ") {
				g.printed = ""
			}
		}
	case "sql", "python":
		text := g.mine(b.text)
		if g.printed != "" {
			if got := g.theirs(g.printed); got != b.text {
				g.t.Errorf("%s: it prints\n%s", b.where, got)
			}
			text, g.printed = g.printed, ""
		}
		g.rows = nil
		if results := g.session.run(text); len(results) > 0 {
			g.rows = results[len(results)-1]
		}
	case "text":
		header, _, _ := strings.Cut(b.text, "\n")
		if got := shown(strings.Split(header, " | "), g.rows); got != b.text {
			g.t.Errorf("%s: it answers\n%s", b.where, got)
		}
	case "properties", "json":
	default:
		g.t.Errorf("%s: a block of %q", b.where, b.language)
	}
}

// here is what statements say of the test's server: where it is, and that buckets are addressed by path.
var here = regexp.MustCompile(`, REGION '[^']*', ENDPOINT '[^']*', USE_SSL false, URL_STYLE 'path'|    \.config\("spark\.hadoop\.fs\.s3a\.(endpoint|endpoint\.region|path\.style\.access)", "[^"]*"\)\n`)

// shown are rows as the guides show them.
func shown(columns []string, rows []row) string {
	var b strings.Builder
	b.WriteString(strings.Join(columns, " | ") + "\n")
	for _, r := range rows {
		var cells []string
		for _, c := range columns {
			cells = append(cells, cell(r[c]))
		}
		b.WriteString(strings.Join(cells, " | ") + "\n")
	}
	return b.String()
}

// cell is a value, which is in the form of plain, as people write it.
func cell(v any) string {
	text := fmt.Sprint(v)
	if digits, is := strings.CutPrefix(text, "0x"); is {
		if raw, err := hex.DecodeString(digits); err == nil && len(raw) == 8 {
			return fmt.Sprint(math.Float64frombits(binary.BigEndian.Uint64(raw)))
		}
	}
	return text
}
