package manifest

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

func appendInt(b []byte, n int) []byte { return strconv.AppendInt(b, int64(n), 10) }

// CheckNames refuses, with ErrSchema, names that are empty, not UTF-8, hold control characters, or differ from another one of the
// same struct only in case: engines fold case, and then take one of the two.
func (s Schema) CheckNames() error { return checkNames(s.Fields, "column") }

func checkNames(fields []Field, what string) error {
	seen := make(map[string]string, len(fields))
	for _, f := range fields {
		switch other, clash := seen[foldName(f.Name)]; {
		case f.Name == "":
			return fmt.Errorf("%w: a %s has no name", ErrSchema, what)
		case !utf8.ValidString(f.Name) || strings.ContainsFunc(f.Name, unicode.IsControl):
			return fmt.Errorf("%w: the name of %s %q has characters that are none", ErrSchema, what, clip(f.Name))
		case clash && other == f.Name:
			return fmt.Errorf("%w: %s %q is there twice", ErrSchema, what, clip(f.Name))
		case clash:
			return fmt.Errorf("%w: %ss %q and %q differ only in case", ErrSchema, what, clip(other), clip(f.Name))
		}
		seen[foldName(f.Name)] = f.Name
		if err := checkNames(f.Type.Fields, "field of "+what+" "+quoteName(f.Name)); err != nil {
			return err
		}
	}
	return nil
}

// Warnings are sentences about names that are allowed but that some engines get wrong.
func (s Schema) Warnings() []string {
	var out []string
	for _, f := range s.Fields {
		switch {
		case strings.Trim(f.Name, "abcdefghijklmnopqrstuvwxyz0123456789_") != "":
			out = append(out, fmt.Sprintf("column %q: names of a-z, 0-9 and _ work in every engine without quotes; this one does not", clip(f.Name)))
		case reservedNames[f.Name]:
			out = append(out, fmt.Sprintf("column %q: Iceberg engines use this name for a column of their own", f.Name))
		}
	}
	return out
}

// reservedNames are Iceberg's metadata columns (apache/iceberg format/spec.md, "Reserved Field IDs").
var reservedNames = map[string]bool{
	"_file": true, "_pos": true, "_deleted": true, "_spec_id": true, "_partition": true, "_change_type": true,
	"_change_ordinal": true, "_commit_snapshot_id": true, "_row_id": true, "_last_updated_sequence_number": true,
}
