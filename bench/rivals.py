"""The rivals, one a process: rivals.py NAME THREADS CSV OUT. Prints the seconds of the work alone, without starting Python."""

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


work = {
    "duckdb": lambda: duckdb_copy(""),
    "duckdb-partitioned": lambda: duckdb_copy(", PARTITION_BY (day)"),
    "deltalake-partitioned": delta_rs,
}
print(work[name]())
