"""DuckDB as an oracle: a JSON command a line on stdin, a JSON answer a line on stdout, in one session.

{"input": "base64 of an Arrow stream", "sql": [statement, ...]}    the input, if there is one, is the table "input"; the answer is
{"rows": "base64 of an Arrow stream"} of what the last statement gives, or {"error": text}
"""

import base64
import io
import json
import os
import sys
import traceback

import duckdb
import pyarrow


def main():
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever a library prints is no answer
    con = duckdb.connect(config={"threads": 1})
    con.execute("SET TimeZone = 'UTC'")
    for line in io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8"):
        command = json.loads(line)
        answer = {}
        try:
            if command.get("input"):
                arrow = pyarrow.ipc.open_stream(base64.b64decode(command["input"])).read_all()
                con.register("arrow", arrow)
                con.execute("CREATE OR REPLACE TEMP TABLE input AS SELECT * FROM arrow")
                con.unregister("arrow")
            for statement in command["sql"][:-1]:
                con.execute(statement)
            result = con.execute(command["sql"][-1]).to_arrow_table()
            out = io.BytesIO()
            with pyarrow.ipc.new_stream(out, result.schema) as stream:
                stream.write_table(result)
            answer["rows"] = base64.b64encode(out.getvalue()).decode()
        except Exception:
            answer = {"error": traceback.format_exc()}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


main()
