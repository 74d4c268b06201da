"""The rivals, one a process: rivals.py NAME THREADS INPUT OUT. Prints the seconds of the work alone, without starting Python."""

import sys
import time

name, threads, csv, out = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]


def duckdb_copy(options):
    import duckdb

    db = duckdb.connect(config={"threads": threads, "preserve_insertion_order": True})
    start = time.perf_counter()
    db.execute(f"COPY (FROM read_csv('{csv}')) TO '{out}' (FORMAT parquet, COMPRESSION zstd{options})")
    return time.perf_counter() - start


def delta_rs():
    import pyarrow as pa
    import pyarrow.csv
    from deltalake import WriterProperties, write_deltalake

    pa.set_cpu_count(threads)
    start = time.perf_counter()
    rows = pa.csv.open_csv(csv, read_options=pa.csv.ReadOptions(block_size=16 << 20))
    write_deltalake(out, rows, partition_by=["day"], writer_properties=WriterProperties(compression="ZSTD"))
    return time.perf_counter() - start


def rewrite():
    import duckdb

    base, changes = csv.split("+")
    db = duckdb.connect(config={"threads": threads, "preserve_insertion_order": True})
    start = time.perf_counter()
    db.execute(f"""
        COPY (FROM read_parquet('{base}') b ANTI JOIN read_parquet('{changes}') c ON b.id = c.id
              UNION ALL FROM read_parquet('{changes}')) TO '{out}' (FORMAT parquet, COMPRESSION zstd)""")
    return time.perf_counter() - start


def delta_base(partition_by):
    import pyarrow.parquet as pq
    from deltalake import WriterProperties, write_deltalake

    rows = pq.ParquetFile(csv).iter_batches()
    import pyarrow as pa

    reader = pa.RecordBatchReader.from_batches(pq.read_schema(csv), rows)
    write_deltalake(out, reader, partition_by=partition_by, writer_properties=WriterProperties(compression="ZSTD"))
    return 0


def delta_merge(predicate):
    import pyarrow.parquet as pq
    from deltalake import DeltaTable, WriterProperties

    start = time.perf_counter()
    table = DeltaTable(out)
    (
        table.merge(pq.read_table(csv), predicate, source_alias="s", target_alias="t", writer_properties=WriterProperties(compression="ZSTD"))
        .when_matched_update_all()
        .when_not_matched_insert_all()
        .execute()
    )
    return time.perf_counter() - start


def delta_restore():
    from deltalake import DeltaTable

    table = DeltaTable(out)
    if table.version() > 0:
        table.restore(0)
    return 0


work = {
    "duckdb-rewrite": rewrite,
    "delta-merge-base": lambda: delta_base(None),
    "delta-merge-part-base": lambda: delta_base(["part"]),
    "delta-merge-key-base": lambda: delta_base(["part"]),
    "delta-merge": lambda: delta_merge("t.id = s.id"),
    "delta-merge-key": lambda: delta_merge("t.id = s.id"),
    "delta-merge-part": lambda: delta_merge("t.part = 7 AND s.part = t.part AND t.id = s.id"),
    "delta-restore": delta_restore,
    "duckdb": lambda: duckdb_copy(""),
    "duckdb-partitioned": lambda: duckdb_copy(", PARTITION_BY (day)"),
    "deltalake-partitioned": delta_rs,
}
print(work[name]())
