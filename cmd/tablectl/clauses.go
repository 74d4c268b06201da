package main

import (
	"strings"

	"github.com/tablectl/tablectl/manifest"
)

// clauses is a flag for a list of columns or of what is made of them: repeatable, and parted at commas, but for those in brackets.
type clauses []string

func (c *clauses) Set(text string) error {
	*c = append(*c, manifest.SplitClauses(text)...)
	return nil
}

func (c *clauses) String() string { return strings.Join(*c, ",") }
func (c *clauses) Type() string   { return "strings" }
