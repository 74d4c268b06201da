package catalog

import (
	"fmt"
	"strings"

	"github.com/tablectl/tablectl/manifest"
)

// noGlue advises the catalog that Athena and Trino read best.
func (a access) noGlue(engine string) error {
	if !a.s3 {
		return fmt.Errorf("%w: %s reads tables on S3, and this one is a local directory", ErrNoCatalog, engine)
	}
	return a.noCatalog("glue --as iceberg --database DATABASE --table TABLE")
}

// athena reads Glue tables, and symlink tables that a person has created. Athena is Trino with another dialect for DDL; tags are resolved
// here.
func athena(a access, m *manifest.Manifest, selections []selection) (string, error) {
	var b strings.Builder
	glueStatements(&b, m, selections, func(c manifest.Catalog) string { return sqlName(c.Database) + "." + sqlName(c.Table) }, false)
	if len(ofKind(m, manifest.CatalogSymlink, "")) > 0 && len(m.Schema().Fields) > 0 && selections[0].version == 0 {
		fmt.Fprintf(&b, "-- through the symlink file; run the first statement once, and again when the columns have changed, after DROP TABLE\n%s", a.symlinkDDL(m))
		fmt.Fprintf(&b, "-- %s\nSELECT * FROM %s;\n", selections[0].comment(), sqlName(a.tableName()))
	}
	if a.asDelta(m, selections) {
		name := a.tableName() + "_delta"
		fmt.Fprintf(&b, "-- through the Delta log; run the first statement once\nCREATE EXTERNAL TABLE %s LOCATION %s TBLPROPERTIES ('table_type'='DELTA');\n",
			hiveName(name), hiveText(a.table))
		fmt.Fprintf(&b, "-- %s\nSELECT * FROM %s;\n", selections[0].comment(), sqlName(name))
	}
	if b.Len() == 0 {
		return "", a.noGlue("Athena")
	}
	return b.String(), nil
}

// trino reads Glue tables: it cannot create a symlink table itself. The names of its catalogs are the operator's; these are the
// connectors'.
func trino(a access, m *manifest.Manifest, selections []selection) (string, error) {
	var b strings.Builder
	glueStatements(&b, m, selections, func(c manifest.Catalog) string {
		return connector(c) + "." + sqlName(c.Database) + "." + sqlName(c.Table)
	}, true)
	if a.asDelta(m, selections) {
		schema, name := glueDatabase(m), a.tableName()+"_delta"
		fmt.Fprintf(&b, "-- through the Delta log; run the first statement once, if the operator allows it (delta.register-table-procedure.enabled)\n"+
			"CALL delta.system.register_table(%s, %s, %s);\n", sqlText(schema), sqlText(name), sqlText(a.table))
		fmt.Fprintf(&b, "-- %s\nSELECT * FROM delta.%s.%s;\n", selections[0].comment(), sqlName(schema), sqlName(name))
	}
	if b.Len() == 0 {
		return "", a.noGlue("Trino")
	}
	return "-- iceberg, hive and delta stand for Trino's catalogs of these connectors over Glue\n" + b.String(), nil
}

// asDelta says whether Athena and Trino read the table as a Delta table, which they do on S3.
func (a access) asDelta(m *manifest.Manifest, selections []selection) bool {
	return a.s3 && asDelta(m, selections)
}

// glueDatabase is where the table's Glue tables are, or where one would be put without a thought.
func glueDatabase(m *manifest.Manifest) string {
	for _, c := range m.Tablectl.Settings.Catalogs {
		if c.Kind == manifest.CatalogGlue {
			return c.Database
		}
	}
	return "default"
}

// connector is the kind of Trino's catalog that a Glue table is read through. A view says itself what it is called.
func connector(c manifest.Catalog) string {
	switch c.As {
	case manifest.AsView:
		return sqlName(viewEngine(c))
	case manifest.AsIceberg:
		return "iceberg"
	}
	return "hive"
}

// glueStatements read each Glue table; only Iceberg's have more than the current version.
func glueStatements(b *strings.Builder, m *manifest.Manifest, selections []selection, name func(manifest.Catalog) string, tags bool) {
	for _, c := range ofKind(m, manifest.CatalogGlue, manifest.AsIceberg) {
		for _, s := range selections {
			fmt.Fprintf(b, "-- %s\nSELECT * FROM %s%s;\n", s.comment(), name(c), forVersion(s, tags))
		}
	}
	for _, as := range manifest.AsKinds() {
		for _, c := range ofKind(m, manifest.CatalogGlue, as) {
			if as != manifest.AsIceberg && selections[0].version == 0 {
				fmt.Fprintf(b, "-- %s\nSELECT * FROM %s;\n", selections[0].comment(), name(c))
			}
		}
	}
}

// forVersion is Trino's time travel; a number must be a bigint.
func forVersion(s selection, tags bool) string {
	switch {
	case s.tag != "" && tags:
		return " FOR VERSION AS OF " + sqlText(s.tag)
	case s.version != 0:
		return fmt.Sprintf(" FOR VERSION AS OF BIGINT '%d'", s.version)
	}
	return ""
}

// symlinkDDL is the external table over the symlink file, in Hive's DDL. LOCATION is the prefix and never the object.
func (a access) symlinkDDL(m *manifest.Manifest) string {
	var columns []string
	for _, f := range m.Schema().Fields {
		columns = append(columns, "  "+hiveName(f.Name)+" "+hiveType(f.Type))
	}
	return "CREATE EXTERNAL TABLE " + hiveName(a.tableName()) + " (\n" + strings.Join(columns, ",\n") + "\n)\n" +
		"ROW FORMAT SERDE '" + parquetSerDe + "'\n" +
		"STORED AS INPUTFORMAT '" + symlinkInput + "'\n" +
		"OUTPUTFORMAT '" + symlinkOutput + "'\n" +
		"LOCATION " + hiveText(a.table+"/"+SymlinkPrefix) + ";\n"
}

// tableName is a name for the table in a catalog of others: the last part of its URL, in lower case, of a-z 0-9 _.
func (a access) tableName() string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			return r
		case r >= 'A' && r <= 'Z':
			return r - 'A' + 'a'
		}
		return '_'
	}, a.table[strings.LastIndexByte(a.table, '/')+1:])
}

func sqlName(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

// hiveText is a literal of Hive's, which takes two quotes for the end of one literal and the start of the next.
func hiveText(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'"
}

func hiveName(s string) string { return "`" + strings.ReplaceAll(s, "`", "``") + "`" }
