package catalog

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/tablectl/tablectl/manifest"
)

// pyiceberg opens the metadata file as it is now: a table object stays at the versions it was opened with.
func pyiceberg(a access, selections []selection) string {
	var b strings.Builder
	b.WriteString("from pyiceberg.table import StaticTable\n\n")
	fmt.Fprintf(&b, "# open it again to see what was published since\ntable = StaticTable.from_metadata(%s%s)\n",
		pyText(a.metadata), a.keyword("properties"))
	for _, s := range selections {
		fmt.Fprintf(&b, "\n# %s\n", s.comment())
		switch {
		case s.tag != "":
			fmt.Fprintf(&b, "rows = table.scan().use_ref(%s).to_arrow()\n", pyText(s.tag))
		case s.version != 0:
			fmt.Fprintf(&b, "rows = table.scan(snapshot_id=%d).to_arrow()\n", s.version)
		default:
			b.WriteString("rows = table.scan().to_arrow()\n")
		}
		b.WriteString("print(rows)\n")
	}
	return b.String()
}

// polars reads the metadata file each time a frame is collected. It knows snapshot ids and no tags, so a tag is resolved here.
func polars(a access, selections []selection) string {
	var b strings.Builder
	b.WriteString("import polars as pl\n")
	for _, s := range selections {
		version := ""
		if s.version != 0 {
			version = fmt.Sprintf(", snapshot_id=%d", s.version)
		}
		fmt.Fprintf(&b, "\n# %s\nrows = pl.scan_iceberg(%s%s%s).collect()\nprint(rows)\n",
			s.comment(), pyText(a.metadata), version, a.keyword("storage_options"))
	}
	return b.String()
}

// keyword is the argument with PyIceberg's FileIO properties, which Polars takes too, or nothing where there is nothing to say.
func (a access) keyword(name string) string {
	var parts []string
	if a.s3 && a.o.Endpoint != "" {
		parts = append(parts, `"s3.endpoint": `+pyText(a.o.Endpoint))
		if !a.o.PathStyle {
			parts = append(parts, `"s3.force-virtual-addressing": "true"`)
		}
	}
	if a.s3 && a.o.Region != "" {
		parts = append(parts, `"s3.region": `+pyText(a.o.Region))
	}
	if len(parts) == 0 {
		return ""
	}
	return ", " + name + "={" + strings.Join(parts, ", ") + "}"
}

// The packages are versions that were tried together; Spark 4.1.
const (
	sparkPackage      = "org.apache.iceberg:iceberg-spark-runtime-4.1_2.13:1.12.0"
	sparkS3Package    = "org.apache.hadoop:hadoop-aws:3.4.2"
	sparkDeltaPackage = "io.delta:delta-spark_4.1_2.13:4.4.0"
)

// spark reads the metadata file by path, and the table as a Delta table where it is one: of that the current version only, for Delta has
// numbers of its own. Spark's own session options must be set before its first session starts.
func spark(a access, m *manifest.Manifest, selections []selection) string {
	var b strings.Builder
	delta := asDelta(m, selections)
	b.WriteString("from pyspark.sql import SparkSession\n\nspark = (\n    SparkSession.builder\n")
	for _, c := range a.sparkConf(delta) {
		fmt.Fprintf(&b, "    .config(%s, %s)\n", pyText(c[0]), pyText(c[1]))
	}
	b.WriteString("    .getOrCreate()\n)\n")
	for _, s := range selections {
		fmt.Fprintf(&b, "\n# %s\nrows = spark.read.format(\"iceberg\")%s.load(%s)\nrows.show()\n",
			s.comment(), versionAsOf(s), pyText(a.metadata))
	}
	if delta {
		fmt.Fprintf(&b, "\n# %s, as a Delta table\nrows = spark.read.format(\"delta\").load(%s)\nrows.show()\n", selection{}.comment(), pyText(a.table))
	}
	return b.String()
}

// versionAsOf takes snapshot ids and tags.
func versionAsOf(s selection) string {
	switch {
	case s.tag != "":
		return fmt.Sprintf(".option(\"versionAsOf\", %s)", pyText(s.tag))
	case s.version != 0:
		return fmt.Sprintf(".option(\"versionAsOf\", \"%d\")", s.version)
	}
	return ""
}

// sparkConf are the session options. The metadata says s3://, for which Spark has to be told its S3 client.
func (a access) sparkConf(delta bool) [][2]string {
	packages := sparkPackage
	if delta {
		packages += "," + sparkDeltaPackage
	}
	if a.s3 {
		packages += "," + sparkS3Package
	}
	out := [][2]string{{"spark.jars.packages", packages}}
	if delta {
		out = append(out, [2]string{"spark.sql.extensions", "io.delta.sql.DeltaSparkSessionExtension"},
			[2]string{"spark.sql.catalog.spark_catalog", "org.apache.spark.sql.delta.catalog.DeltaCatalog"})
	}
	if !a.s3 {
		return out
	}
	out = append(out, [2]string{"spark.hadoop.fs.s3.impl", "org.apache.hadoop.fs.s3a.S3AFileSystem"})
	if a.o.Region != "" {
		out = append(out, [2]string{"spark.hadoop.fs.s3a.endpoint.region", a.o.Region})
	}
	if a.o.Endpoint != "" {
		out = append(out, [2]string{"spark.hadoop.fs.s3a.endpoint", a.o.Endpoint})
	}
	if a.o.PathStyle {
		out = append(out, [2]string{"spark.hadoop.fs.s3a.path.style.access", "true"})
	}
	return out
}

// pyText is a Python string literal.
func pyText(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteRune('\\')
			b.WriteRune(r)
		case strconv.IsPrint(r) && r != utf8.RuneError:
			b.WriteRune(r)
		default:
			fmt.Fprintf(&b, "\\U%08x", r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
