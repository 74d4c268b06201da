// Package engines holds no code but tests (build tag "engines") in which DuckDB, PyIceberg, Polars, Spark, ClickHouse and Trino read what this
// module wrote: every type, older versions, tags, rollbacks, tables without rows, from a directory and from S3, each flip seen by the next query;
// tables whose schema changed, partitions by every transform, and more files than a snapshot holds. They run the statements of
// `tablectl sql` verbatim. venv.sh makes the pinned environment that they need, once per machine.
package engines
