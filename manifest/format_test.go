package manifest

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

func formatText(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile("FORMAT.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// FORMAT.md lists every rule, and none that is none.
func TestFormatListsTheRules(t *testing.T) {
	listed := make(map[Rule]bool)
	_, text, _ := strings.Cut(formatText(t), "\n## Rules\n")
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z0-9-]+)` \\|").FindAllStringSubmatch(text, -1) {
		listed[Rule(m[1])] = true
	}
	for name, rule := range declaredRules(t) {
		if !listed[rule] {
			t.Errorf("%s (%s) is not listed", name, rule)
		}
		delete(listed, rule)
	}
	if len(listed) > 0 {
		t.Errorf("listed, but no rules: %v", listed)
	}
}

// The worked example is a manifest and a snapshot as they can be. (The snapshot's name is the digest of its one-line form.)
func TestFormatExample(t *testing.T) {
	docs := regexp.MustCompile("(?s)```json\n(.*?)```").FindAllStringSubmatch(formatText(t), -1)
	if len(docs) != 2 {
		t.Fatalf("%d examples", len(docs))
	}
	m, err := Decode([]byte(docs[0][1]))
	if err != nil {
		t.Fatal(err)
	}
	s, err := DecodeSnapshot([]byte(docs[1][1]))
	if err != nil {
		t.Fatal(err)
	}
	b, err := s.Encode()
	if err != nil {
		t.Fatal(err)
	}
	e, _ := m.Current()
	if sha := hexOf(string(b)); e.Summary[SummarySHA256] != sha || e.Summary[SummarySnapshot] != SnapshotKey(1, sha) {
		t.Errorf("the snapshot has the digest %s, the manifest says %s", sha, e.Summary[SummarySHA256])
	}
	if e.ManifestList != m.Root()+"/"+s.Iceberg.ManifestList || s.TableUUID != m.TableUUID || !s.Schema.Equal(m.Schema()) {
		t.Error("manifest and snapshot do not belong together")
	}
}

// The links within the document lead somewhere.
func TestFormatLinks(t *testing.T) {
	text := formatText(t)
	for _, m := range regexp.MustCompile(`\]\(#([a-z-]+)\)`).FindAllStringSubmatch(text, -1) {
		heading := regexp.MustCompile(`(?mi)^## ` + strings.ReplaceAll(m[1], "-", "[ -]") + `$`)
		if !heading.MatchString(text) {
			t.Errorf("no heading for #%s", m[1])
		}
	}
}
