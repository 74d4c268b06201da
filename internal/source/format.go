package source

import (
	"fmt"
	"path"
	"strings"
)

// format is what a file is written in. A format that differs only in its delimiter is another format.
type format string

const (
	formatCSV     format = "csv"
	formatTSV     format = "tsv"
	formatNDJSON  format = "ndjson"
	formatParquet format = "parquet"
	formatArrow   format = "arrow"
)

func known(f format) bool {
	switch f {
	case formatCSV, formatTSV, formatNDJSON, formatParquet, formatArrow:
		return true
	}
	return false
}

// text says whether a format is lines of text.
func (f format) text() bool { return f == formatCSV || f == formatTSV || f == formatNDJSON }

// formatOf tells format and compression ("gz", "zst" or "") from a name; given is the format that was asked for, if any.
func formatOf(name string, given format) (f format, compression string, err error) {
	base := strings.ToLower(path.Base(name))
	ext := strings.TrimPrefix(path.Ext(base), ".")
	switch ext {
	case "gz", "gzip":
		compression = "gz"
	case "zst", "zstd":
		compression = "zst"
	}
	if compression != "" {
		ext = strings.TrimPrefix(path.Ext(strings.TrimSuffix(base, "."+ext)), ".")
	}
	if f = given; f == "" {
		f = byExtension(ext)
	}
	switch {
	case f == "":
		return "", "", fmt.Errorf("%w: %s: the format cannot be told from the name; give it with --format", ErrUsage, name)
	case compression != "" && !f.text():
		return "", "", fmt.Errorf("%w: %s: a compressed %s file cannot be read; decompress it first", ErrUsage, name, f)
	}
	return f, compression, nil
}

func byExtension(ext string) format {
	switch ext {
	case "csv":
		return formatCSV
	case "tsv", "tab":
		return formatTSV
	case "ndjson", "jsonl", "json":
		return formatNDJSON
	case "parquet", "pq":
		return formatParquet
	case "arrow", "arrows", "ipc", "feather":
		return formatArrow
	}
	return ""
}
