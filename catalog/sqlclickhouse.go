package catalog

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/tablectl/tablectl/manifest"
)

// clickhouse reads the directory of the hint as an Iceberg table, and the table as a Delta table. It knows snapshot ids and no tags, so
// a tag is resolved here; of a Delta table it gets the current version only, for Delta has numbers of its own.
func clickhouse(a access, m *manifest.Manifest, selections []selection) (string, error) {
	var b strings.Builder
	iceberg, delta := "icebergLocal", "deltaLakeLocal"
	if a.s3 {
		iceberg, delta = "icebergS3", "deltaLake"
	}
	if len(ofKind(m, manifest.CatalogHint, "")) > 0 {
		for _, s := range selections {
			settings := ""
			if s.version != 0 {
				settings = fmt.Sprintf(" SETTINGS iceberg_snapshot_id = %d", s.version)
			}
			fmt.Fprintf(&b, "-- %s\nSELECT * FROM %s(%s)%s;\n", s.comment(), iceberg, sqlText(a.http()+"/_iceberg/"), settings)
		}
	}
	if len(ofKind(m, manifest.CatalogDelta, "")) > 0 && selections[0].version == 0 {
		fmt.Fprintf(&b, "-- %s\nSELECT * FROM %s(%s);\n", selections[0].comment(), delta, sqlText(a.http()+"/"))
	}
	if b.Len() == 0 {
		return "", a.noCatalog(manifest.CatalogHint)
	}
	if !a.s3 {
		return b.String(), nil
	}
	return "-- credentials are those of the server: use_environment_credentials in its configuration\n" + b.String(), nil
}

// http is the table's root as ClickHouse wants it; of a local table its path.
func (a access) http() string {
	rest, ok := strings.CutPrefix(a.table, "s3://")
	if !ok {
		return a.table
	}
	bucket, key, _ := strings.Cut(rest, "/")
	host := url.URL{Scheme: "https", Host: "s3.amazonaws.com"}
	if a.o.Region != "" {
		host.Host = "s3." + a.o.Region + ".amazonaws.com"
	}
	if u, err := url.Parse(a.o.Endpoint); err == nil && u.Host != "" {
		host.Scheme, host.Host = u.Scheme, u.Host
	}
	if a.o.PathStyle {
		host.Path = "/" + bucket
	} else {
		host.Host = bucket + "." + host.Host
	}
	if key != "" {
		host.Path += "/" + key
	}
	return host.String()
}
