package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/table"
)

type statusDoc struct {
	SchemaVersion int                         `json:"schema_version"`
	Table         string                      `json:"table"`
	Version       manifest.Version            `json:"version"`
	Generation    int64                       `json:"generation"`
	UpdatedAt     manifest.Time               `json:"updated_at"`
	Frozen        *manifest.Frozen            `json:"frozen"`
	Pending       []manifest.Pending          `json:"pending"`
	Tags          map[string]manifest.Version `json:"tags"`
	Versions      []manifest.Version          `json:"versions"`
	Catalogs      map[string]catalogDoc       `json:"catalogs"`
}

func (a *app) status() *cobra.Command {
	return a.verb("status TABLE", "What is current, pending and frozen, and what each catalog shows", cobra.ExactArgs(1), textOrJSON(),
		func(ctx context.Context, args []string) error {
			t, err := a.open(ctx, args[0], nil)
			if err != nil {
				return err
			}
			s, err := t.Status(ctx)
			if undone(err) {
				return err
			}
			doc := statusDoc{
				schemaVersion, s.Table, s.Version, s.Generation, s.UpdatedAt, s.Frozen,
				append([]manifest.Pending{}, s.Pending...), s.Tags, append([]manifest.Version{}, s.Live...), map[string]catalogDoc{},
			}
			if doc.Tags == nil {
				doc.Tags = map[string]manifest.Version{}
			}
			for _, c := range catalogDocs(s.Catalogs) {
				doc.Catalogs[c.Name] = c
			}
			return errors.Join(a.result(doc, func(w io.Writer) { statusText(w, s) }), err)
		})
}

func statusText(w io.Writer, s *table.TableStatus) {
	columns(w, func(line func(...any)) {
		line("table", s.Table)
		line("current", versionName(s.Version))
		line("written", fmt.Sprintf("%s (generation %d)", s.UpdatedAt.String(), s.Generation))
		line("versions", versionList(s.Live))
		for _, name := range slices.Sorted(maps.Keys(s.Tags)) {
			line("tag", fmt.Sprintf("%s = %d", name, s.Tags[name]))
		}
		if f := s.Frozen; f != nil {
			line("frozen", fmt.Sprintf("by %s at %s: %s", f.By, f.At.String(), f.Reason))
		}
		for _, p := range s.Pending {
			state := "lease until " + p.LeaseUntil.String()
			if p.LeaseUntil < s.Now {
				state = "lease ended " + p.LeaseUntil.String() + "; the same publish continues it"
			}
			line("pending", fmt.Sprintf("version %d, run %s, %s", p.Version, p.Run, state))
		}
		catalogLines(line, s.Catalogs)
	})
}

// versionList writes runs of numbers as 3-17.
func versionList(vs []manifest.Version) string {
	if len(vs) == 0 {
		return "none"
	}
	vs = slices.Sorted(slices.Values(vs))
	text := ""
	for i := 0; i < len(vs); {
		j := i
		for j+1 < len(vs) && vs[j+1] == vs[j]+1 {
			j++
		}
		if text != "" {
			text += ", "
		}
		switch {
		case i == j:
			text += fmt.Sprint(vs[i])
		default:
			text += fmt.Sprintf("%d-%d", vs[i], vs[j])
		}
		i = j + 1
	}
	return text
}
