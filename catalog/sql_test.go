package catalog

import (
	"errors"
	"strings"
	"testing"

	"github.com/tablectl/tablectl/manifest"
)

// versions is a table with three versions of which the second is current again, and two tags.
func versions() *manifest.Manifest {
	return &manifest.Manifest{
		CurrentSnapshotID: 2, Snapshots: []manifest.Entry{{SnapshotID: 1}, {SnapshotID: 2}, {SnapshotID: 3}},
		Refs:        map[string]manifest.Ref{"main": {SnapshotID: 2, Type: "branch"}, "q2": {SnapshotID: 3, Type: "tag"}, "q1": {SnapshotID: 1, Type: "tag"}},
		SnapshotLog: []manifest.LogEntry{{SnapshotID: 1}, {SnapshotID: 2}, {SnapshotID: 3}, {SnapshotID: 2}},
	}
}

func TestSQL(t *testing.T) {
	minio := SQLOptions{Endpoint: "http://localhost:9000", Region: "us-east-1", PathStyle: true}
	for _, tc := range []struct {
		name, engine, url string
		m                 *manifest.Manifest
		o                 SQLOptions
		want              string
	}{
		{"duckdb", "duckdb", "/data/it's", versions(), SQLOptions{}, `
INSTALL avro; LOAD avro;
INSTALL iceberg; LOAD iceberg;
-- the current version, also after the next publish or rollback
SELECT * FROM iceberg_scan('/data/it''s/_manifest.metadata.json');
-- version 3
SELECT * FROM iceberg_scan('/data/it''s/_manifest.metadata.json', snapshot_from_id => 3);
-- the version tagged q1 (today 1)
SELECT * FROM iceberg_scan('/data/it''s/_manifest.metadata.json', snapshot_from_id => 1);
`},
		{"duckdb before the first publish", "duckdb", "/t", &manifest.Manifest{CurrentSnapshotID: -1}, SQLOptions{}, `
INSTALL avro; LOAD avro;
INSTALL iceberg; LOAD iceberg;
-- the current version, also after the next publish or rollback
SELECT * FROM iceberg_scan('/t/_manifest.metadata.json');
`},
		{"duckdb on S3", "duckdb", "s3://b/p", versions(), SQLOptions{Version: 1}, `
INSTALL httpfs; LOAD httpfs;
INSTALL aws; LOAD aws;
INSTALL avro; LOAD avro;
INSTALL iceberg; LOAD iceberg;
-- credentials are found as the AWS tools find them: environment, profile, instance role
CREATE OR REPLACE SECRET tablectl (TYPE s3, PROVIDER credential_chain, SCOPE 's3://b/p');
-- version 1
SELECT * FROM iceberg_scan('s3://b/p/_manifest.metadata.json', snapshot_from_id => 1);
`},
		{"duckdb on MinIO", "duckdb", "s3://b/p", versions(), withTag(minio, "q2"), `
INSTALL httpfs; LOAD httpfs;
INSTALL aws; LOAD aws;
INSTALL avro; LOAD avro;
INSTALL iceberg; LOAD iceberg;
-- credentials are found as the AWS tools find them: environment, profile, instance role
CREATE OR REPLACE SECRET tablectl (TYPE s3, PROVIDER credential_chain, SCOPE 's3://b/p', REGION 'us-east-1', ENDPOINT 'localhost:9000', USE_SSL false, URL_STYLE 'path');
-- the version tagged q2 (today 3)
SELECT * FROM iceberg_scan('s3://b/p/_manifest.metadata.json', snapshot_from_id => 3);
`},
		{"python", "python", `/data/a "b" \ü`, versions(), SQLOptions{}, `
from pyiceberg.table import StaticTable

# open it again to see what was published since
table = StaticTable.from_metadata("/data/a \"b\" \\ü/_manifest.metadata.json")

# the current version, also after the next publish or rollback
rows = table.scan().to_arrow()
print(rows)

# version 3
rows = table.scan(snapshot_id=3).to_arrow()
print(rows)

# the version tagged q1 (today 1)
rows = table.scan().use_ref("q1").to_arrow()
print(rows)
`},
		{"python on another S3", "python", "s3://b/p", versions(), SQLOptions{Endpoint: "https://s3.example", Version: 2}, `
from pyiceberg.table import StaticTable

# open it again to see what was published since
table = StaticTable.from_metadata("s3://b/p/_manifest.metadata.json", properties={"s3.endpoint": "https://s3.example", "s3.force-virtual-addressing": "true"})

# version 2
rows = table.scan(snapshot_id=2).to_arrow()
print(rows)
`},
		{"polars on MinIO", "polars", "s3://b/p", versions(), withTag(minio, "q1"), `
import polars as pl

# the version tagged q1 (today 1)
rows = pl.scan_iceberg("s3://b/p/_manifest.metadata.json", snapshot_id=1, storage_options={"s3.endpoint": "http://localhost:9000", "s3.region": "us-east-1"}).collect()
print(rows)
`},
		{"spark", "spark", "/t", versions(), SQLOptions{Version: 1}, `
from pyspark.sql import SparkSession

spark = (
    SparkSession.builder
    .config("spark.jars.packages", "org.apache.iceberg:iceberg-spark-runtime-4.1_2.13:1.12.0")
    .getOrCreate()
)

# version 1
rows = spark.read.format("iceberg").option("versionAsOf", "1").load("/t/_manifest.metadata.json")
rows.show()
`},
		{"spark, with a Delta log", "spark", "/t", catalogued("delta"), SQLOptions{}, `
from pyspark.sql import SparkSession

spark = (
    SparkSession.builder
    .config("spark.jars.packages", "org.apache.iceberg:iceberg-spark-runtime-4.1_2.13:1.12.0,io.delta:delta-spark_4.1_2.13:4.4.0")
    .config("spark.sql.extensions", "io.delta.sql.DeltaSparkSessionExtension")
    .config("spark.sql.catalog.spark_catalog", "org.apache.spark.sql.delta.catalog.DeltaCatalog")
    .getOrCreate()
)

# the current version, also after the next publish or rollback
rows = spark.read.format("iceberg").load("/t/_manifest.metadata.json")
rows.show()

# version 3
rows = spark.read.format("iceberg").option("versionAsOf", "3").load("/t/_manifest.metadata.json")
rows.show()

# the version tagged q1 (today 1)
rows = spark.read.format("iceberg").option("versionAsOf", "q1").load("/t/_manifest.metadata.json")
rows.show()

# the current version, also after the next publish or rollback, as a Delta table
rows = spark.read.format("delta").load("/t")
rows.show()
`},
		{"spark on MinIO", "spark", "s3://b/p", versions(), withTag(minio, "q1"), `
from pyspark.sql import SparkSession

spark = (
    SparkSession.builder
    .config("spark.jars.packages", "org.apache.iceberg:iceberg-spark-runtime-4.1_2.13:1.12.0,org.apache.hadoop:hadoop-aws:3.4.2")
    .config("spark.hadoop.fs.s3.impl", "org.apache.hadoop.fs.s3a.S3AFileSystem")
    .config("spark.hadoop.fs.s3a.endpoint.region", "us-east-1")
    .config("spark.hadoop.fs.s3a.endpoint", "http://localhost:9000")
    .config("spark.hadoop.fs.s3a.path.style.access", "true")
    .getOrCreate()
)

# the version tagged q1 (today 1)
rows = spark.read.format("iceberg").option("versionAsOf", "q1").load("s3://b/p/_manifest.metadata.json")
rows.show()
`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := SQL(tc.engine, tc.url, tc.m, tc.o)
			if err != nil || got != strings.TrimPrefix(tc.want, "\n") {
				t.Errorf("got %v\n%s", err, got)
			}
		})
	}
}

// catalogued is versions with every catalog, two columns, and names that need care.
func catalogued(kinds ...string) *manifest.Manifest {
	m := versions()
	m.Schemas = []manifest.Schema{{Fields: []manifest.Field{
		{Name: "id", Type: manifest.Type{Kind: manifest.Long}}, {Name: "odd `name", Type: manifest.Type{Kind: manifest.Decimal, Precision: 9, Scale: 2}},
	}}}
	for _, kind := range kinds {
		c := manifest.Catalog{Name: kind, Kind: kind}
		if as, ok := strings.CutPrefix(kind, "glue "); ok {
			c.Kind, c.As, c.Database, c.Table = manifest.CatalogGlue, as, "web", "flights_"+as
		}
		m.Tablectl.Settings.Catalogs = append(m.Tablectl.Settings.Catalogs, c)
	}
	return m
}

func TestSQLThroughCatalogs(t *testing.T) {
	all := []string{"hint", "symlink", "delta", "glue iceberg", "glue symlink", "glue location", "glue projection", "glue view"}
	for _, tc := range []struct {
		name, engine, url string
		m                 *manifest.Manifest
		o                 SQLOptions
		want              string
	}{
		{"athena", "athena", "s3://b/it's/Flug-Daten", catalogued(all...), SQLOptions{}, `
-- the current version, also after the next publish or rollback
SELECT * FROM "web"."flights_iceberg";
-- version 3
SELECT * FROM "web"."flights_iceberg" FOR VERSION AS OF BIGINT '3';
-- the version tagged q1 (today 1)
SELECT * FROM "web"."flights_iceberg" FOR VERSION AS OF BIGINT '1';
-- the current version, also after the next publish or rollback
SELECT * FROM "web"."flights_symlink";
-- the current version, also after the next publish or rollback
SELECT * FROM "web"."flights_location";
-- the current version, also after the next publish or rollback
SELECT * FROM "web"."flights_projection";
-- the current version, also after the next publish or rollback
SELECT * FROM "web"."flights_view";
-- through the symlink file; run the first statement once, and again when the columns have changed, after DROP TABLE
CREATE EXTERNAL TABLE ~flug_daten~ (
  ~id~ bigint,
  ~odd ~~name~ decimal(9,2)
)
ROW FORMAT SERDE 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe'
STORED AS INPUTFORMAT 'org.apache.hadoop.hive.ql.io.SymlinkTextInputFormat'
OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
LOCATION 's3://b/it\'s/Flug-Daten/symlink/';
-- the current version, also after the next publish or rollback
SELECT * FROM "flug_daten";
-- through the Delta log; run the first statement once
CREATE EXTERNAL TABLE ~flug_daten_delta~ LOCATION 's3://b/it\'s/Flug-Daten' TBLPROPERTIES ('table_type'='DELTA');
-- the current version, also after the next publish or rollback
SELECT * FROM "flug_daten_delta";
`},
		{"athena, a version", "athena", "s3://b/t", catalogued(all...), SQLOptions{Version: 1}, `
-- version 1
SELECT * FROM "web"."flights_iceberg" FOR VERSION AS OF BIGINT '1';
`},
		{"trino", "trino", "s3://b/t", catalogued(all...), SQLOptions{}, `
-- iceberg, hive and delta stand for Trino's catalogs of these connectors over Glue
-- the current version, also after the next publish or rollback
SELECT * FROM iceberg."web"."flights_iceberg";
-- version 3
SELECT * FROM iceberg."web"."flights_iceberg" FOR VERSION AS OF BIGINT '3';
-- the version tagged q1 (today 1)
SELECT * FROM iceberg."web"."flights_iceberg" FOR VERSION AS OF 'q1';
-- the current version, also after the next publish or rollback
SELECT * FROM hive."web"."flights_symlink";
-- the current version, also after the next publish or rollback
SELECT * FROM hive."web"."flights_location";
-- the current version, also after the next publish or rollback
SELECT * FROM hive."web"."flights_projection";
-- the current version, also after the next publish or rollback
SELECT * FROM "awsdatacatalog"."web"."flights_view";
-- through the Delta log; run the first statement once, if the operator allows it (delta.register-table-procedure.enabled)
CALL delta.system.register_table('web', 't_delta', 's3://b/t');
-- the current version, also after the next publish or rollback
SELECT * FROM delta."web"."t_delta";
`},
		{"clickhouse", "clickhouse", "s3://b/a table/x", catalogued(all...), SQLOptions{Region: "eu-north-1"}, `
-- credentials are those of the server: use_environment_credentials in its configuration
-- the current version, also after the next publish or rollback
SELECT * FROM icebergS3('https://b.s3.eu-north-1.amazonaws.com/a%20table/x/_iceberg/');
-- version 3
SELECT * FROM icebergS3('https://b.s3.eu-north-1.amazonaws.com/a%20table/x/_iceberg/') SETTINGS iceberg_snapshot_id = 3;
-- the version tagged q1 (today 1)
SELECT * FROM icebergS3('https://b.s3.eu-north-1.amazonaws.com/a%20table/x/_iceberg/') SETTINGS iceberg_snapshot_id = 1;
-- the current version, also after the next publish or rollback
SELECT * FROM deltaLake('https://b.s3.eu-north-1.amazonaws.com/a%20table/x/');
`},
		{"clickhouse on MinIO", "clickhouse", "s3://b", catalogued("hint"), SQLOptions{Endpoint: "http://localhost:9000", PathStyle: true, Tag: "q2"}, `
-- credentials are those of the server: use_environment_credentials in its configuration
-- the version tagged q2 (today 3)
SELECT * FROM icebergS3('http://localhost:9000/b/_iceberg/') SETTINGS iceberg_snapshot_id = 3;
`},
		{"clickhouse on a directory", "clickhouse", "/data/it's", catalogued("hint", "delta"), SQLOptions{}, `
-- the current version, also after the next publish or rollback
SELECT * FROM icebergLocal('/data/it''s/_iceberg/');
-- version 3
SELECT * FROM icebergLocal('/data/it''s/_iceberg/') SETTINGS iceberg_snapshot_id = 3;
-- the version tagged q1 (today 1)
SELECT * FROM icebergLocal('/data/it''s/_iceberg/') SETTINGS iceberg_snapshot_id = 1;
-- the current version, also after the next publish or rollback
SELECT * FROM deltaLakeLocal('/data/it''s/');
`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := SQL(tc.engine, tc.url, tc.m, tc.o)
			if want := strings.ReplaceAll(strings.TrimPrefix(tc.want, "\n"), "~", "`"); err != nil || got != want {
				t.Errorf("got %v\n%s", err, got)
			}
		})
	}
}

func TestSQLWithoutCatalog(t *testing.T) {
	for _, engine := range []string{"athena", "trino"} {
		if text, err := SQL(engine, "/t", catalogued("delta"), SQLOptions{}); !errors.Is(err, ErrNoCatalog) {
			t.Errorf("%s, a local Delta table: %v\n%s", engine, err, text)
		}
	}
	if _, err := SQL("trino", "/t", versions(), SQLOptions{}); !errors.Is(err, ErrNoCatalog) || !strings.Contains(err.Error(), "Trino reads tables on S3") {
		t.Error(err)
	}
	for _, tc := range []struct {
		engine string
		m      *manifest.Manifest
		o      SQLOptions
		say    string
	}{
		{"athena", versions(), SQLOptions{}, "tablectl catalog s3://b/t add glue --as iceberg --database DATABASE --table TABLE"},
		{"athena", catalogued("symlink", "glue symlink", "hint"), SQLOptions{Version: 1}, "add glue --as iceberg"},
		{"trino", catalogued("symlink", "hint"), SQLOptions{}, "add glue --as iceberg"},
		{"clickhouse", catalogued("delta"), SQLOptions{Tag: "q1"}, "add hint"},
		{"clickhouse", catalogued("symlink"), SQLOptions{}, "add hint"},
	} {
		if got, err := SQL(tc.engine, "s3://b/t", tc.m, tc.o); !errors.Is(err, ErrNoCatalog) || got != "" || !strings.Contains(err.Error(), tc.say) {
			t.Errorf("%s: %q, %v", tc.engine, got, err)
		}
	}
}

func withTag(o SQLOptions, tag string) SQLOptions {
	o.Tag = tag
	return o
}

func TestSQLRefusals(t *testing.T) {
	for _, tc := range []struct {
		engine string
		o      SQLOptions
		want   error
	}{
		{"excel", SQLOptions{}, ErrEngine},
		{"duckdb", SQLOptions{Version: 9}, manifest.ErrNoVersion},
		{"duckdb", SQLOptions{Tag: "main"}, manifest.ErrNoTag},
		{"duckdb", SQLOptions{Tag: "nope"}, manifest.ErrNoTag},
	} {
		if got, err := SQL(tc.engine, "/t", versions(), tc.o); !errors.Is(err, tc.want) || got != "" {
			t.Errorf("%+v: got %q, %v", tc, got, err)
		}
	}
}

// A name cannot leave its comment or its literal.
func TestSQLInjection(t *testing.T) {
	m := versions()
	m.Refs["a\n; DROP"] = manifest.Ref{SnapshotID: 1, Type: "tag"}
	got, err := SQL("python", "/a\nb\"", m, SQLOptions{Tag: "a\n; DROP"})
	if err != nil || strings.Contains(got, "\n; DROP") || strings.Contains(got, "\nb") {
		t.Errorf("%v\n%s", err, got)
	}
}
