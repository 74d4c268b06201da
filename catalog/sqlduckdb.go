package catalog

import (
	"fmt"
	"strings"
)

// duckdb reads through the iceberg extension, which needs avro. DuckDB knows snapshot ids and no tags, so a tag is resolved here.
func duckdb(a access, selections []selection) string {
	var b strings.Builder
	for _, extension := range a.extensions() {
		fmt.Fprintf(&b, "INSTALL %s; LOAD %s;\n", extension, extension)
	}
	if a.s3 {
		fmt.Fprintf(&b, "-- credentials are found as the AWS tools find them: environment, profile, instance role\n%s\n", a.secret())
	}
	for _, s := range selections {
		arguments := sqlText(a.metadata)
		if s.version != 0 {
			arguments += fmt.Sprintf(", snapshot_from_id => %d", s.version)
		}
		fmt.Fprintf(&b, "-- %s\nSELECT * FROM iceberg_scan(%s);\n", s.comment(), arguments)
	}
	return b.String()
}

func (a access) extensions() []string {
	if a.s3 {
		return []string{"httpfs", "aws", "avro", "iceberg"}
	}
	return []string{"avro", "iceberg"}
}

// secret tells DuckDB how to reach the table's prefix, and nothing else.
func (a access) secret() string {
	parts := []string{"TYPE s3", "PROVIDER credential_chain", "SCOPE " + sqlText(a.table)}
	if a.o.Region != "" {
		parts = append(parts, "REGION "+sqlText(a.o.Region))
	}
	if a.o.Endpoint != "" {
		host, plain := strings.CutPrefix(a.o.Endpoint, "http://")
		parts = append(parts, "ENDPOINT "+sqlText(strings.TrimRight(strings.TrimPrefix(host, "https://"), "/")))
		if plain {
			parts = append(parts, "USE_SSL false")
		}
	}
	if a.o.PathStyle {
		parts = append(parts, "URL_STYLE 'path'")
	}
	return "CREATE OR REPLACE SECRET tablectl (" + strings.Join(parts, ", ") + ");"
}

func sqlText(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
