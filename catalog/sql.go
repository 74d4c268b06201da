package catalog

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/tablectl/tablectl/manifest"
)

// ErrEngine is returned for an engine that SQL has no statements for.
var ErrEngine = errors.New("unknown engine")

// ErrNoCatalog is returned for an engine that reads through a catalog which the table does not have; it says how to add one.
var ErrNoCatalog = errors.New("the table has no catalog for this engine")

// Engines are the words that SQL takes.
func Engines() []string {
	return []string{"duckdb", "python", "polars", "spark", "athena", "trino", "clickhouse"}
}

// SQLOptions say which version is read and how the store is reached. The zero value reads the current version, whatever it is when
// the statements run, and shows how an older version and a tag are read, where there are any.
type SQLOptions struct {
	Version   manifest.Version // 0: see above
	Tag       string           // wins over Version
	Endpoint  string           // of an S3 server that is not AWS: "http://localhost:9000"
	Region    string
	PathStyle bool // http://host/bucket/key instead of http://bucket.host/key
}

// SQL returns what to type into an engine to read the table: Python for python, polars and spark, statements for the others. They name
// no credentials: the engine finds them by its own chain (environment, profile, instance role). The table's URL is as in BuildIceberg.
// A version that is not live is manifest.ErrNoVersion, an unknown tag manifest.ErrNoTag. Athena, Trino and ClickHouse read through the
// table's catalogs; without one for what is asked it is ErrNoCatalog.
func SQL(engine, tableURL string, m *manifest.Manifest, o SQLOptions) (string, error) {
	selections, err := choose(m, o)
	if err != nil {
		return "", err
	}
	a := access{table: tableURL, metadata: tableURL + "/" + manifest.ObjectKey, s3: strings.HasPrefix(tableURL, "s3://"), o: o}
	switch engine {
	case "duckdb":
		return duckdb(a, selections), nil
	case "python":
		return pyiceberg(a, selections), nil
	case "polars":
		return polars(a, selections), nil
	case "spark":
		return spark(a, m, selections), nil
	case "athena":
		return athena(a, m, selections)
	case "trino":
		return trino(a, m, selections)
	case "clickhouse":
		return clickhouse(a, m, selections)
	}
	return "", fmt.Errorf("%w: %q; there are %s", ErrEngine, engine, strings.Join(Engines(), ", "))
}

// access is how an engine reaches the table.
type access struct {
	table    string
	metadata string // the manifest, absolute
	s3       bool
	o        SQLOptions
}

// selection is one way to say which version is read; both zero is the current one.
type selection struct {
	tag     string
	version manifest.Version // of the tag, today, where there is one
}

func (s selection) comment() string {
	switch {
	case s.tag != "":
		return fmt.Sprintf("the version tagged %s (today %d)", oneLine(s.tag), s.version)
	case s.version != 0:
		return fmt.Sprintf("version %d", s.version)
	}
	return "the current version, also after the next publish or rollback"
}

// noCatalog says which catalog to add.
func (a access) noCatalog(add string) error {
	return fmt.Errorf("%w; add one: tablectl catalog %s add %s", ErrNoCatalog, oneLine(a.table), add)
}

// ofKind are the table's catalogs of a kind; of glue, those that are so there.
func ofKind(m *manifest.Manifest, kind, as string) []manifest.Catalog {
	var out []manifest.Catalog
	for _, c := range m.Tablectl.Settings.Catalogs {
		if c.Kind == kind && c.As == as {
			out = append(out, c)
		}
	}
	return out
}

// asDelta says whether the statements are for what a Delta log shows: the current version, for it has numbers of its own for others.
func asDelta(m *manifest.Manifest, selections []selection) bool {
	return len(ofKind(m, manifest.CatalogDelta, "")) > 0 && selections[0] == selection{}
}

func choose(m *manifest.Manifest, o SQLOptions) ([]selection, error) {
	switch {
	case o.Tag != "":
		v, ok := m.Tag(o.Tag)
		if !ok {
			return nil, fmt.Errorf("%w: %s", manifest.ErrNoTag, o.Tag)
		}
		return []selection{{tag: o.Tag, version: v}}, nil
	case o.Version != 0:
		if _, ok := m.Live(o.Version); !ok {
			return nil, fmt.Errorf("%w: %d", manifest.ErrNoVersion, o.Version)
		}
		return []selection{{version: o.Version}}, nil
	}
	out := []selection{{}}
	if v, ok := m.Previous(); ok {
		out = append(out, selection{version: v})
	}
	for _, name := range slices.Sorted(maps.Keys(m.Refs)) {
		if v, ok := m.Tag(name); ok {
			return append(out, selection{tag: name, version: v}), nil
		}
	}
	return out, nil
}

// oneLine keeps a name inside a comment.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == 0x85 || r == 0x2028 || r == 0x2029 {
			return ' '
		}
		return r
	}, s)
}
