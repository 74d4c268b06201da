"""Makes the inputs of the upsert and partition benchmarks out of the flights: make.py KIND ROWS FLIGHTS OUT. The same everywhere."""

import sys

import duckdb

kind, rows, flights, out = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]
db = duckdb.connect()
db.execute("SET preserve_insertion_order = true")

# Eleven columns. Bookings have the flights' own values and some that are computed from the number of the row.
BOOKINGS = f"""
    SELECT CAST(hash(i) % 30 AS INTEGER) AS part, i AS id, f.date AS departed, CAST(f.date AS DATE) AS day, f.origin, f.destination,
           f.distance, f.delay, CAST(f.distance * 0.11 + (hash(i, 1) % 20000) / 100.0 AS DECIMAL(9, 2)) AS fare,
           'N' || lpad(CAST(hash(i, 2) % 5000 AS VARCHAR), 5, '0') AS tail, 'booked' AS state
    FROM range(CAST({rows} AS BIGINT)) r(i) JOIN (SELECT *, row_number() OVER () - 1 AS n FROM read_parquet('{flights}')) f ON f.n = i % 3000000
"""

# One row in a hundred changes, and a tenth as many are new.
CHANGES = """
    SELECT b.* REPLACE (CAST(fare * 1.1 AS DECIMAL(9, 2)) AS fare, 'changed' AS state) FROM base b WHERE {which}
    UNION ALL
    SELECT b.* REPLACE (id + {rows} AS id, 'new' AS state) FROM base b WHERE {which} AND hash(id, 3) % 9 = 0
"""


def copy(sql, path):
    db.execute(f"COPY ({sql}) TO '{path}' (FORMAT parquet, COMPRESSION zstd)")


if kind == "bookings":
    copy(BOOKINGS + " ORDER BY id", out)
else:
    base = out.rsplit("/", 1)[0] + f"/bookings-{rows}.parquet"
    db.execute(f"CREATE VIEW base AS FROM read_parquet('{base}')")
    which = {"changes": "hash(id, 4) % 111 = 0", "changes-part": "part = 7 AND hash(id, 4) % 4 = 0"}[kind]
    copy(CHANGES.format(which=which, rows=rows), out)
