//go:build engines

package engines

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/tablectl/tablectl/table"
)

// sparkWords turns literals into Spark's: its timestamp is the instant.
var sparkWords = strings.NewReplacer("TIMESTAMPTZ '", "TIMESTAMP '", "TIMESTAMP '", "TIMESTAMP_NTZ '")

// Spark reads what the other engines read, in one session, which takes long to start.
func TestSpark(t *testing.T) {
	spark := spark(t)
	only := map[string]*engine{"spark": spark}
	t.Run("types", func(t *testing.T) {
		tb := local(t).open(t)
		def := table.Definition{Columns: columns(t, typesDDL), PartitionBy: []string{"cat", "day"}, SortBy: []string{"id"}}
		publish(t, tb, def, "run-1", typeRows...)
		publish(t, tb, def, "run-2")
		for _, ref := range []string{"1", "2"} {
			same(t, "spark version "+ref, spark.run(statements(t, tb, "spark", ref))[0], scanned(t, at(t, tb, ref)))
		}
	})
	t.Run("generations", func(t *testing.T) {
		tb := local(t).open(t)
		grow(t, tb, writers{duckdb: start(t, "duckdb"), python: start(t, "python")})
		sameEverywhere(t, tb, only)
	})
	t.Run("transforms", func(t *testing.T) {
		p := local(t)
		plain := p.partitioned(t)
		want := scanned(t, at(t, plain, ""))
		for _, c := range transformed {
			for _, clause := range clauses(c.column, c.transforms) {
				tb := p.partitioned(t, clause)
				text := statements(t, tb, "spark", "1")
				for _, words := range c.conditions {
					text += fmt.Sprintf("rows.where(%q).show()\n", sparkWords.Replace(words[0]))
				}
				results := spark.run(text)
				same(t, "spark, by "+clause, results[0], want)
				for i, words := range c.conditions {
					same(t, "spark, by "+clause+": "+words[0], results[i+1], filtered(t, plain, words[0]))
				}
			}
		}
	})
	t.Run("packages", func(t *testing.T) {
		text := statements(t, sparkTable(t), "spark", "")
		jars, err := os.ReadFile("jars.txt")
		if err != nil {
			t.Fatal(err)
		}
		named := regexp.MustCompile(`"spark.jars.packages", "(.*)"`).FindStringSubmatch(text)
		if named == nil {
			t.Fatal(text)
		}
		for _, jar := range strings.Split(named[1], ",") {
			if !strings.Contains("\n"+string(jars), "\n"+jar+"\n") {
				t.Errorf("the statements name %s, which was not tried", jar)
			}
		}
		tried, _, _ := strings.Cut(string(jars), "# What those depend on")
		for line := range strings.Lines(tried) {
			if jar := strings.TrimSpace(line); !strings.HasPrefix(jar, "#") && !slices.Contains(strings.Split(named[1], ","), jar) {
				t.Errorf("tried with %s, but the statements say\n%s", jar, text)
			}
		}
	})
}
