package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"unicode"

	"github.com/dustin/go-humanize"

	"github.com/tablectl/tablectl/manifest"
)

// schemaVersion is that of all JSON documents: fields are added, never removed.
const schemaVersion = 1

// result prints what a command found: doc as JSON, or what text writes.
func (a *app) result(doc any, text func(w io.Writer)) error {
	a.console.clear()
	if !a.json() {
		return buffered(a.stdout, func(w io.Writer) error { text(w); return nil })
	}
	b, err := json.Marshal(doc)
	if err != nil {
		return fmt.Errorf("encode result: %w", err)
	}
	_, err = a.stdout.Write(append(b, '\n'))
	return err
}

// buffered runs text on w and gives back the first error of writing.
func buffered(to io.Writer, text func(w io.Writer) error) error {
	var b strings.Builder
	if err := text(&b); err != nil {
		return err
	}
	_, err := io.WriteString(to, b.String())
	return err
}

// columns aligns lines of tab-separated cells.
func columns(w io.Writer, rows func(line func(cells ...any))) {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	rows(func(cells ...any) {
		words := make([]string, len(cells))
		for i, c := range cells {
			words[i] = printable(fmt.Sprint(c))
		}
		fmt.Fprintln(tw, strings.TrimRight(strings.Join(words, "\t"), "\t"))
	})
	tw.Flush() // into memory
}

// printable takes control characters out of what came from a table: a message or a name must not steer a terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s)
}

// notes prints what a person should know beside the result.
func (a *app) notes(notes []string) {
	if a.flags.quiet {
		return
	}
	for _, n := range notes {
		a.console.note("note: %s", n)
	}
}

// would marks the text of a dry run.
func (a *app) would(what string) string {
	return a.paintOut("33", "dry run:") + " would " + what
}

// paintOut sets text on standard output in a colour, if that is a terminal that has them.
func (a *app) paintOut(code, text string) string {
	if _, ok := terminal(a.stdout); !ok {
		return text
	}
	return a.console.paint(code, text)
}

func bytesText(n int64) string { return humanize.IBytes(uint64(n)) }
func count(n int64) string     { return humanize.Comma(n) }

// plural is "1 file", "2 files".
func plural(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return count(n) + " " + noun + "s"
}

// versionName is "version 3", or "nothing" for none.
func versionName(v manifest.Version) string {
	if v == 0 {
		return "nothing"
	}
	return fmt.Sprintf("version %d", v)
}
