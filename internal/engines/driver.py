"""One engine, asked from outside: a JSON command a line on stdin, a JSON answer a line on stdout, in one session.

    driver.py duckdb|python|polars|spark|clickhouse

{"run": text}      the text verbatim, as a person would type it. Answer: {"results": [rows, ...]}, one for every SELECT, print() or show()
{"files": sql}      DuckDB: how many files that statement reads
{"files": [metadata, version, filter, properties]}    PyIceberg: how many files it plans to read

Rows are {column: value}. Values have one form for all engines, the one that the Go side makes of its own rows: see plain().
"""

import datetime
import decimal
import io
import json
import os
import re
import struct
import sys
import tempfile
import traceback
import warnings

EPOCH = datetime.datetime(1970, 1, 1)
MICROSECOND = datetime.timedelta(microseconds=1)


def plain(v):
    """A value as JSON that says exactly what it is: floats by their bits, instants by their microseconds."""
    if v is None or isinstance(v, (bool, str)):
        return v
    if isinstance(v, int):
        return str(v)
    if isinstance(v, float):
        return "NaN" if v != v else "0x" + struct.pack(">d", v).hex()
    if isinstance(v, decimal.Decimal):
        return format(v, "f")
    if isinstance(v, datetime.datetime):
        if v.tzinfo is not None:
            return f"{(v.astimezone(datetime.timezone.utc).replace(tzinfo=None) - EPOCH) // MICROSECOND}us UTC"
        return f"{(v - EPOCH) // MICROSECOND}us"
    if isinstance(v, datetime.date):
        return v.isoformat()
    if isinstance(v, bytes):
        return "bytes " + v.hex()
    if isinstance(v, dict):
        return [[k, plain(x)] for k, x in v.items()]
    if isinstance(v, (list, tuple)):
        return [plain(x) for x in v]
    raise TypeError(f"no plain form for {type(v)}")


def rows(table):
    return [{k: plain(v) for k, v in row.items()} for row in table.to_pylist()]


class DuckDB:
    def __init__(self):
        import duckdb
        from duckdb_extensions import import_extension

        directory = os.path.join(sys.prefix, "duckdb-extensions")
        self.con = duckdb.connect(config={"extension_directory": directory})
        # From the package index instead of DuckDB's own server; INSTALL then finds them there.
        for name in ("httpfs", "aws", "avro", "iceberg", "delta"):
            import_extension(name, con=self.con)

    def run(self, text):
        import duckdb

        results = []
        for statement in self.con.extract_statements(text):
            result = self.con.execute(statement)
            if statement.type == duckdb.StatementType.SELECT:
                results.append(rows(result.to_arrow_table()))
        return results

    def files(self, sql):
        plan = self.con.execute("EXPLAIN ANALYZE " + sql).fetchall()[0][1]
        return int(re.search(r"Total Files Read: (\d+)", plan).group(1))


def arrow(x):
    """A frame of any library as an Arrow table."""
    import pyarrow as pa

    if hasattr(x, "to_arrow"):
        return x.to_arrow()
    if hasattr(x, "to_pylist"):
        return x
    return pa.Table.from_pandas(x, preserve_index=False)


class Python:
    def __init__(self):
        self.scope = {}  # what a text opens, the next may ask

    def run(self, text):
        results = []
        self.scope["print"] = lambda x: results.append(rows(arrow(x)))
        exec(compile(text, "statements", "exec"), self.scope)
        return results

    def files(self, arguments):
        from pyiceberg.table import StaticTable

        metadata, version, row_filter, properties = arguments
        scan = StaticTable.from_metadata(metadata, properties=properties).scan(snapshot_id=version, row_filter=row_filter)
        return len(list(scan.plan_files()))


class Spark:
    def __init__(self):
        from pyspark.sql import SparkSession

        # The statements ask for a session, too, and get this one, which has fetched nothing. It has the options that they name.
        jars = os.path.join(sys.prefix, "jars")
        self.warehouse = tempfile.TemporaryDirectory()
        builder = SparkSession.builder.master("local[2]").config("spark.sql.warehouse.dir", self.warehouse.name)
        for option, value in json.loads(os.environ.get("SPARK_OPTIONS", "[]")):
            builder = builder.config(option, value)
        self.session = (
            builder
            .config("spark.jars", ",".join(os.path.join(jars, name) for name in sorted(os.listdir(jars))))
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.ui.enabled", "false")
            # So much is compiled for so few rows that the quickest compilers win.
            .config("spark.driver.extraJavaOptions", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
            .config("spark.sql.shuffle.partitions", "1")
            .config("spark.sql.codegen.wholeStage", "false")
            .config("spark.databricks.delta.snapshotPartitions", "1")
            .getOrCreate()
        )

        self.scope = {"spark": self.session}

    def run(self, text):
        results = []
        type(self.session.range(0)).show = lambda frame: results.append(rows(frame.toArrow()))
        exec(compile(text, "statements", "exec"), self.scope)
        return results


class ClickHouse:
    def __init__(self):
        os.chdir("/")  # local tables must lie below the working directory

    def run(self, text):
        import chdb
        import pyarrow as pa

        text = text.rstrip().rstrip(";")
        text += ", " if "SETTINGS" in text[text.rfind(")") :] else " SETTINGS "
        answer = chdb.query(text + "session_timezone = 'Etc/UTC'", "Arrow")
        table = pa.ipc.open_file(answer.bytes()).read_all()
        # A timestamp without a zone is given the session's; instants have "UTC".
        local = pa.timestamp("us", "Etc/UTC")
        plain = [c.cast(pa.timestamp("us")) if c.type == local else c for c in table.columns]
        return [rows(pa.table(plain, names=table.column_names))]


ENGINES = {"duckdb": DuckDB, "python": Python, "polars": Python, "spark": Spark, "clickhouse": ClickHouse}


def main():
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever a library prints is no answer
    warnings.simplefilter("ignore")
    engine = ENGINES[sys.argv[1]]()
    for line in io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8"):
        (op, argument), = json.loads(line).items()
        try:
            answer = {"results": engine.run(argument)} if op == "run" else {"files": engine.files(argument)}
        except Exception:
            answer = {"error": traceback.format_exc()}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


main()
if sys.argv[1] in ("python", "polars"):
    os._exit(0)  # threads of the libraries abort an interpreter that ends in the ordinary way, now and then
