"""Writes the Parquet files of this directory, and beside each NAME.parquet the rows that it holds as NAME.json.

Run with pyarrow==26.0.1 and duckdb==1.5.5:  python make.py
In the JSON, dates are days and timestamps microseconds since 1970, decimals unscaled integers as text, binary hex, floats that
JSON does not have text, maps lists of {"key", "value"}.
"""

import datetime as dt
import decimal
import json
import math
import pathlib

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

HERE = pathlib.Path(__file__).parent
EPOCH = dt.datetime(1970, 1, 1)


def plain(v, t):
    if v is None:
        return None
    if pa.types.is_struct(t):
        return {f.name: plain(v[f.name], f.type) for f in t}
    if pa.types.is_map(t):
        return [{"key": plain(k, t.key_type), "value": plain(x, t.item_type)} for k, x in v]
    if pa.types.is_list(t) or pa.types.is_large_list(t):
        return [plain(x, t.value_type) for x in v]
    if pa.types.is_timestamp(t):
        v = v.to_pydatetime() if hasattr(v, "to_pydatetime") else v
        v = v.astimezone(dt.timezone.utc).replace(tzinfo=None) if v.tzinfo else v
        return (v - EPOCH) // dt.timedelta(microseconds=1)
    if pa.types.is_date(t):
        return (v - EPOCH.date()).days
    if pa.types.is_decimal(t):
        return str(int(v.scaleb(t.scale)))
    if pa.types.is_uint64(t):
        return str(v)
    if isinstance(v, bytes):
        return v.hex()
    if isinstance(v, float) and not math.isfinite(v):
        return {"nan": "NaN", "inf": "+Inf", "-inf": "-Inf"}[str(v)]
    return v


def expect(name, table):
    rows = [{f.name: plain(v, f.type) for f, v in zip(table.schema, row)} for row in zip(*[c.to_pylist() for c in table.columns])]
    (HERE / f"{name}.json").write_text("[" + ",\n ".join(json.dumps(r) for r in rows) + "]\n")


def write(name, table, **options):
    pq.write_table(table, HERE / f"{name}.parquet", **options)
    expect(name, table)


def flat(n):
    """n rows of every plain type, every fifth value null."""
    i = range(n)

    def column(t, f):
        return pa.array([None if (x + len(str(t))) % 5 == 0 else f(x) for x in i], type=t)

    d = decimal.Decimal
    return pa.table(
        {
            "b": column(pa.bool_(), lambda x: x % 3 == 0),
            "i": column(pa.int32(), lambda x: x * 7919 - 50_000),
            "l": column(pa.int64(), lambda x: (x - 3) * 10**15),
            "f": column(pa.float32(), lambda x: [x / 4, math.nan, -0.0, math.inf][x % 4]),
            "d": column(pa.float64(), lambda x: [x / 3, -x * 1e300, -math.inf, math.nan][x % 4]),
            "day": column(pa.date32(), lambda x: dt.date(2026, 4, 15) + dt.timedelta(days=x * 100 - 30_000)),
            "ts": column(pa.timestamp("us"), lambda x: dt.datetime(1969, 12, 31, 23, 59, 59, 999_990) + dt.timedelta(microseconds=x * 10**9 + x)),
            "tz": column(pa.timestamp("us", "UTC"), lambda x: dt.datetime(2026, 4, 15, tzinfo=dt.timezone.utc) + dt.timedelta(hours=x)),
            "s": column(pa.string(), lambda x: ["", "grün", "a" * (x % 40), "word"][x % 4]),
            "bin": column(pa.binary(), lambda x: bytes([x % 256, 255, 0])),
            "small": column(pa.decimal128(9, 2), lambda x: d(x * 12345 - 99_999).scaleb(-2)),
            "big": column(pa.decimal128(38, 10), lambda x: d((-1) ** x * (10**37 + x)).scaleb(-10)),
            "need": pa.array([f"k{x:05d}" for x in i], type=pa.string()),
        },
        schema=pa.schema(
            [
                ("b", pa.bool_()), ("i", pa.int32()), ("l", pa.int64()), ("f", pa.float32()), ("d", pa.float64()), ("day", pa.date32()),
                ("ts", pa.timestamp("us")), ("tz", pa.timestamp("us", "UTC")), ("s", pa.string()), ("bin", pa.binary()),
                ("small", pa.decimal128(9, 2)), ("big", pa.decimal128(38, 10)), pa.field("need", pa.string(), nullable=False),
            ]
        ),
    )


def nested():
    point = pa.struct([("x", pa.int32()), pa.field("y", pa.float64(), nullable=False)])
    t = {
        "id": pa.int64(),
        "tags": pa.list_(pa.string()),
        "grid": pa.list_(pa.list_(pa.int32())),
        "at": point,
        "trail": pa.list_(point),
        "props": pa.map_(pa.string(), pa.int64()),
        "deep": pa.struct([("inner", pa.struct([("names", pa.list_(pa.string()))])), ("n", pa.int32())]),
    }
    rows = [
        [1, ["a", None, "b"], [[1, 2], [], None, [3]], {"x": 1, "y": 0.5}, [{"x": None, "y": 1.0}], [("k", 1), ("l", None)], {"inner": {"names": ["p"]}, "n": 1}],
        [2, [], [], None, [], [], None],
        [3, None, None, {"x": None, "y": 2.5}, None, None, {"inner": None, "n": None}],
        [4, [None], [None], {"x": 4, "y": -1.0}, [None, {"x": 2, "y": 3.0}], [("z", 9)], {"inner": {"names": None}, "n": 2}],
        [5, ["c"] * 9, [[]], None, [{"x": 5, "y": 5.0}] * 3, [(str(k), k) for k in range(5)], {"inner": {"names": []}, "n": 3}],
    ] * 6
    return pa.table({n: pa.array([r[i] for r in rows], type=k) for i, (n, k) in enumerate(t.items())})


def with_ids(table):
    return table.cast(pa.schema([f.with_metadata({"PARQUET:field_id": str(10 * i + 10)}) for i, f in enumerate(table.schema)]))


def main():
    write("plain", flat(40), use_dictionary=False, compression="none", write_page_checksum=True)
    write("dictionary", flat(60), compression="zstd", data_page_size=100, row_group_size=25)
    write("ids", with_ids(flat(8)), compression="snappy")
    for codec in ["snappy", "gzip", "brotli", "lz4"]:
        write(f"codec_{codec}", flat(12).select(["i", "s"]), compression=codec, write_page_checksum=True)
    write("v2_delta", flat(300).select(["i", "l", "s", "bin", "need", "big", "b"]), data_page_version="2.0", use_dictionary=False, compression="zstd", write_page_checksum=True,
          data_page_size=500,
          column_encoding={"i": "DELTA_BINARY_PACKED", "l": "DELTA_BINARY_PACKED", "s": "DELTA_BYTE_ARRAY", "bin": "DELTA_LENGTH_BYTE_ARRAY",
                           "need": "DELTA_BYTE_ARRAY", "big": "DELTA_BYTE_ARRAY", "b": "RLE"})
    write("split", flat(30).select(["i", "l", "f", "d", "big"]), use_dictionary=False, compression="zstd",
          column_encoding={c: "BYTE_STREAM_SPLIT" for c in ["i", "l", "f", "d", "big"]})
    write("decimal_integers", flat(20).select(["small"]).append_column("mid", pa.array([decimal.Decimal(x).scaleb(-3) for x in range(20)], pa.decimal128(18, 3))),
          store_decimal_as_integer=True)
    write("nested", nested(), compression="zstd", row_group_size=11)
    write("nested_v2", nested(), compression="snappy", data_page_version="2.0", data_page_size=64, use_compliant_nested_type=False)
    write("int96", flat(10).select(["ts"]), use_deprecated_int96_timestamps=True)
    write("foreign", pa.table({
        "u8": pa.array([0, 255, None], pa.uint8()), "u16": pa.array([0, 65535, None], pa.uint16()),
        "u32": pa.array([0, 4_000_000_000, None], pa.uint32()), "u64": pa.array([0, 2**64 - 1, None], pa.uint64()),
        "ns": pa.array([0, 1_700_000_000_000_001_000, None], pa.timestamp("ns")), "ms": pa.array([0, -1, None], pa.timestamp("ms")),
        "i8": pa.array([-128, 127, None], pa.int8()), "void": pa.nulls(3),
        "dict": pa.array(["x", "y", None]).dictionary_encode(), "large": pa.array(["", "l", None], pa.large_string()),
        "fsb": pa.array([b"abc", b"def", None], pa.binary(3))}))
    write("empty", flat(0))
    pq.ParquetWriter(HERE / "no_row_groups.parquet", flat(0).schema).close()
    expect("no_row_groups", flat(0))
    t = flat(500).select(["i", "s", "small", "ts", "d"])
    con = duckdb.connect()
    con.register("t", t)
    con.execute(f"COPY t TO '{HERE}/duckdb.parquet' (FORMAT parquet, CODEC zstd, FIELD_IDS {{i: 1, s: 2, small: 3, ts: 4, d: 5}})")
    expect("duckdb", t)


if __name__ == "__main__":
    main()
