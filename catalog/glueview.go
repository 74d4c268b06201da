package catalog

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/glue/types"

	"github.com/tablectl/tablectl/manifest"
)

// How Athena and Trino know a view of theirs in Glue (trinodb/trino, ViewReaderUtil and HiveMetadata.createView).
const (
	viewType    = "VIRTUAL_VIEW"
	viewMark    = "presto_view"
	viewComment = "comment"
	viewSaid    = "Presto View" // the comment
	viewText    = "/* Presto View */"
	viewPrefix  = "/* Presto View: "
	viewSuffix  = " */"
)

// maxViewText bounds the text of a view, in characters (AWS Glue API, "TableInput", ViewOriginalText).
const maxViewText = 409_600

// glueView makes the table a view that selects one version of the Glue Iceberg table that it is over. That must have the version
// already.
type glueView struct{ g glueTable }

func (w glueView) check(context.Context, Target) ([]string, error) {
	if w.g.c.Engine != "" {
		return nil, nil
	}
	return []string{fmt.Sprintf("the view finds the table of catalog %s in %s, as Athena calls the Glue catalog; for Trino say with --engine what it calls it", w.g.c.Over, manifest.DefaultEngine)}, nil
}

func (glueView) due(t Target) int64 { return pointed(t) }

// prepare waits for the table that the view is over.
func (w glueView) prepare(ctx context.Context, t Target) (func(*types.TableInput), error) {
	over, err := w.over(t)
	if err != nil {
		return nil, err
	}
	client, err := over.dial(ctx, t, over.c)
	if err != nil {
		return nil, err
	}
	there, err := over.get(ctx, client)
	if err != nil {
		return nil, err
	}
	if s := over.state(t, there); s.Behind || len(s.Foreign) > 0 {
		return nil, fmt.Errorf("%w yet: catalog %s, which the view is over, does not show version %d", ErrCannot, over.c.Name, t.current())
	}
	text, err := prestoView(viewEngine(w.g.c), w.g.c.Database, w.sql(over.c, t))
	if err != nil {
		return nil, err
	}
	return func(in *types.TableInput) {
		in.TableType = aws.String(viewType)
		delete(in.Parameters, "EXTERNAL")
		in.Parameters[viewMark], in.Parameters[viewComment] = "true", viewSaid
		in.ViewExpandedText, in.ViewOriginalText = aws.String(viewText), &text
		in.StorageDescriptor.Location = aws.String("")
		in.StorageDescriptor.SerdeInfo = &types.SerDeInfo{} // Trino's Hive connector fails without one
	}, nil
}

// over is the catalog that the view is over.
func (w glueView) over(t Target) (glueTable, error) {
	c, there := t.Manifest.Catalog(w.g.c.Over)
	if !there {
		return glueTable{}, fmt.Errorf("%w: there is no catalog %s, which the view is over", ErrCannot, w.g.c.Over)
	}
	return glueTable{c, w.g.dial}, nil
}

// viewEngine is what engines that read the view call the Glue catalog.
func viewEngine(c manifest.Catalog) string {
	if c.Engine != "" {
		return c.Engine
	}
	return manifest.DefaultEngine
}

// root is the target's if the view selects from the table that it is over, else what it selects from: that may be another one now.
func (w glueView) root(t Target, there *types.Table, _ int64, version manifest.Version) (root string, ours bool) {
	v, err := readView(there)
	selected, ours := strings.CutSuffix(v.SQL, fromVersion(version))
	if err != nil || !ours {
		return "", false
	}
	from := selected[strings.LastIndex(selected, " FROM ")+1:]
	if over, err := w.over(t); err == nil && from == fromTable(over.c) && v.Catalog == viewEngine(w.g.c) {
		return t.URL, true
	}
	return from, true
}

func fromTable(c manifest.Catalog) string {
	return "FROM " + sqlName(c.Database) + "." + sqlName(c.Table)
}

func (glueView) points(there *types.Table) string {
	v, err := readView(there)
	if err != nil {
		return "no view of tablectl's"
	}
	return fmt.Sprintf("the view %.300q", v.SQL)
}

// viewDefinition is a view as Trino and Athena keep it (trinodb/trino, ConnectorViewDefinition).
type viewDefinition struct {
	SQL          string       `json:"originalSql"`
	Catalog      string       `json:"catalog"` // of names without one
	Schema       string       `json:"schema"`
	Columns      []viewColumn `json:"columns"`
	RunAsInvoker bool         `json:"runAsInvoker"` // it gives nobody rights that they do not have
}

type viewColumn struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

// sql selects the current version's columns. Times are cast to what is declared: engines call a view stale whose columns have others.
func (w glueView) sql(over manifest.Catalog, t Target) viewDefinition {
	var d viewDefinition
	var selected []string
	for _, f := range t.Manifest.Schema().Fields {
		name := strings.ToLower(f.Name)
		typ := prestoType(f.Type)
		d.Columns = append(d.Columns, viewColumn{name, typ})
		if strings.Contains(typ, "timestamp") {
			selected = append(selected, fmt.Sprintf("CAST(%s AS %s) AS %s", sqlName(name), typ, sqlName(name)))
		} else {
			selected = append(selected, sqlName(name))
		}
	}
	d.SQL = "SELECT " + strings.Join(selected, ", ") + " " + fromTable(over) + fromVersion(t.current())
	return d
}

func fromVersion(v manifest.Version) string { return forVersion(selection{version: v}, false) }

// prestoView is the view as the text that Glue keeps.
func prestoView(engine, database string, d viewDefinition) (string, error) {
	d.Catalog, d.Schema, d.RunAsInvoker = engine, database, true
	body, err := json.Marshal(d)
	if err != nil {
		return "", fmt.Errorf("write view: %w", err)
	}
	text := viewPrefix + base64.StdEncoding.EncodeToString(body) + viewSuffix
	if len(text) > maxViewText {
		return "", fmt.Errorf("%w: the view would have %d characters, and Glue takes %d: too many columns", ErrCannot, len(text), maxViewText)
	}
	return text, nil
}

// readView is the view that a Glue table is.
func readView(there *types.Table) (viewDefinition, error) {
	var d viewDefinition
	text, ok := strings.CutPrefix(aws.ToString(there.ViewOriginalText), viewPrefix)
	text, closed := strings.CutSuffix(text, viewSuffix)
	if !ok || !closed || aws.ToString(there.TableType) != viewType {
		return d, fmt.Errorf("read view: not one of Trino's")
	}
	body, err := base64.StdEncoding.DecodeString(text)
	if err == nil {
		err = json.Unmarshal(body, &d)
	}
	if err != nil {
		return d, fmt.Errorf("read view: %w", err)
	}
	return d, nil
}
