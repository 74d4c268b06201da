//go:build engines

package engines

import (
	"context"
	"fmt"
	"strings"

	"github.com/tablectl/tablectl/table"
)

// versionOfPackage is a text that prints the version of a Python package.
func versionOfPackage(name string) string {
	return "import pyarrow, importlib.metadata\nprint(pyarrow.table({'v': [importlib.metadata.version(" + fmt.Sprintf("%q", name) + ")]}))\n"
}

// staticTable opens the manifest in PyIceberg; the statements begin so.
func staticTable(w *world) string {
	text, _, _ := strings.Cut(w.statements("python", "current"), "rows = ")
	return text
}

func pythonEntries() []entry {
	return append(append(icebergEntries(), pythonDeltaEntries()...), pythonFileEntries()...)
}

func icebergEntries() []entry {
	sql := func(engine string) func(*world, string) string {
		return func(w *world, ref string) string { return w.statements(engine, ref) }
	}
	milliseconds := func(w *world, ref string) string {
		return fmt.Sprintf("table.snapshot_as_of_timestamp(%d).snapshot_id", instant(ref).UnixMilli())
	}
	return []entry{{
		engine: "PyIceberg", entrance: "manifest", begin: driven("python"), engineVersion: versionOfPackage("pyiceberg"),
		open: staticTable, current: always("print(table.scan().to_arrow())"),
		older: map[way]func(*world, string) string{byVersion: sql("python"), byTag: sql("python"), byTime: func(w *world, ref string) string {
			return staticTable(w) + "print(table.scan(snapshot_id=" + milliseconds(w, ref) + ").to_arrow())"
		}},
	}, {
		engine: "pandas", entrance: "manifest", begin: driven("python"), engineVersion: versionOfPackage("pandas"),
		open: staticTable, current: always("import pandas\nprint(table.scan().to_arrow().to_pandas(types_mapper=pandas.ArrowDtype))"),
		older: map[way]func(*world, string) string{byVersion: func(w *world, ref string) string {
			return w.statements("python", ref) + "print(rows.to_pandas(types_mapper=pandas.ArrowDtype))"
		}, byTag: func(w *world, ref string) string {
			return w.statements("python", ref) + "print(rows.to_pandas(types_mapper=pandas.ArrowDtype))"
		}},
	}, {
		engine: "Polars", entrance: "manifest", begin: driven("polars"), engineVersion: versionOfPackage("polars"),
		open: func(w *world) string {
			text := w.statements("polars", "current")
			scan := text[strings.Index(text, "pl.scan_iceberg"):]
			return "import polars as pl\nframe = " + scan[:strings.Index(scan, ".collect()")]
		},
		current: always("print(frame.collect())"),
		older:   map[way]func(*world, string) string{byVersion: sql("polars"), byTag: sql("polars")},
		words:   map[way]string{byTag: "by its number"},
	}, {
		engine: "Daft", entrance: "manifest", begin: driven("python"), engineVersion: versionOfPackage("daft"),
		open: func(w *world) string {
			return staticTable(w) + "import daft\n" + w.daftIO() + "frame = daft.read_iceberg(table, io_config=io)\n"
		},
		current: always("print(frame.to_arrow())"),
		older: map[way]func(*world, string) string{
			byVersion: func(w *world, ref string) string {
				return fmt.Sprintf("%simport daft\n%sprint(daft.read_iceberg(table, snapshot_id=%d, io_config=io).to_arrow())\n", staticTable(w), w.daftIO(), w.number(ref))
			},
			byTag: func(w *world, ref string) string {
				return fmt.Sprintf("%simport daft\n%sprint(daft.read_iceberg(table, snapshot_id=table.metadata.refs[%q].snapshot_id, io_config=io).to_arrow())\n", staticTable(w), w.daftIO(), ref)
			},
		},
		words: map[way]string{byTag: "by its number"},
		fails: func(w *world, v *table.View) string {
			if _, there := v.Schema().Field("gone"); !there && v.Version() > 4 && w.server == nil { // whose files still have it
				return "failed to fill whole buffer"
			}
			return ""
		},
		limits: []string{
			"in a directory, fails on files that still have a column that was dropped (`CorruptFile … failed to fill whole buffer`); by `delta`, and on S3, it reads them",
			"refuses files without field ids, which is what `publish` takes as they are (`schema.name-mapping.default`, which Daft does not apply yet)",
		},
	}}
}

// daftIO is how Daft reaches the store.
func (w *world) daftIO() string {
	if w.server == nil {
		return "io = None\n"
	}
	return fmt.Sprintf("from daft.io import IOConfig, S3Config\nio = IOConfig(s3=S3Config(endpoint_url=%q, region_name=%q, key_id=%q, access_key=%q, use_ssl=False))\n",
		w.server.Endpoint, w.opts.Stores.S3.Region, w.server.AccessKey, w.server.SecretKey)
}

// number is a version's.
func (w *world) number(ref string) int64 {
	v, err := w.tb.At(context.Background(), ref)
	if err != nil {
		panic(err)
	}
	return int64(v.Version())
}

func pythonDeltaEntries() []entry {
	numbered := func(format string) map[way]func(*world, string) string {
		return map[way]func(*world, string) string{byVersion: func(w *world, ref string) string {
			return strings.NewReplacer("TABLE", w.tb.URL(), "NUMBER", fmt.Sprint(w.deltaNumber(ref)), "IO\n", w.daftIO()).Replace(format)
		}}
	}
	words := map[way]string{byVersion: "Delta's number"}
	return []entry{{
		engine: "delta-rs", entrance: "delta", begin: driven("python"), engineVersion: versionOfPackage("deltalake"),
		open: always("from deltalake import DeltaTable\ntable = DeltaTable('TABLE')\n"), current: always("print(table.to_pyarrow_table())"),
		older: numbered("from deltalake import DeltaTable\nprint(DeltaTable('TABLE', version=NUMBER).to_pyarrow_table())\n"), words: words,
	}, {
		engine: "Polars", entrance: "delta", begin: driven("polars"), engineVersion: versionOfPackage("polars"),
		open: always("import polars as pl\nframe = pl.scan_delta('TABLE')\n"), current: always("print(frame.collect())"),
		older: numbered("import polars as pl\nprint(pl.scan_delta('TABLE', version=NUMBER).collect())\n"), words: words,
	}, {
		engine: "Daft", entrance: "delta", begin: driven("python"), engineVersion: versionOfPackage("daft"),
		open: func(w *world) string {
			return "import daft\n" + w.daftIO() + fmt.Sprintf("frame = daft.read_deltalake(%q, io_config=io)\n", w.tb.URL())
		},
		current: always("print(frame.to_arrow())"),
		older:   numbered("import daft\nIO\nprint(daft.read_deltalake('TABLE', version=NUMBER, io_config=io).to_arrow())\n"), words: words,
	}}
}

// filesystem is pyarrow's, and how its paths differ from what tablectl prints.
func (w *world) filesystem() string {
	if w.server == nil {
		return "from pyarrow import fs\nfilesystem = fs.LocalFileSystem()\n"
	}
	return fmt.Sprintf("from pyarrow import fs\nfilesystem = fs.S3FileSystem(endpoint_override=%q, region=%q)\npaths = [p.removeprefix('s3://') for p in paths]\n",
		w.server.Endpoint, w.opts.Stores.S3.Region)
}

func pythonFileEntries() []entry {
	// A data set has the schema of its first file, unless it is told all.
	arrow := func(w *world, ref string) string {
		return "import pyarrow, pyarrow.parquet, pyarrow.dataset\npaths = " + w.paths(ref) + "\n" + w.filesystem() +
			"schema = pyarrow.unify_schemas([pyarrow.parquet.read_schema(p, filesystem=filesystem) for p in paths])\n" +
			"rows = pyarrow.dataset.dataset(paths, schema=schema, format='parquet', filesystem=filesystem).to_table()\n"
	}
	print := func(of func(*world, string) string, text string) func(*world, string) string {
		return func(w *world, ref string) string { return of(w, ref) + text }
	}
	polars := func(w *world, ref string) string {
		return "import polars as pl\nframes = [pl.scan_parquet(p, hive_partitioning=False) for p in " + w.paths(ref) + "]\nframe = pl.concat(frames, how='diagonal')\n"
	}
	now := func(of func(*world, string) string) func(*world) string {
		return func(w *world) string { return of(w, "current") }
	}
	const pandas = "import pandas\nprint(rows.to_pandas(types_mapper=pandas.ArrowDtype))"
	return []entry{{
		engine: "pyarrow", entrance: "files", begin: driven("python"), engineVersion: versionOfPackage("pyarrow"),
		open: now(arrow), current: always("print(rows)"), older: byFiles(print(arrow, "print(rows)")), words: fileWords, loose: true,
	}, {
		engine: "pandas", entrance: "files", begin: driven("python"), engineVersion: versionOfPackage("pandas"),
		open: now(arrow), current: always(pandas), older: byFiles(print(arrow, pandas)), words: fileWords, loose: true,
	}, {
		engine: "Polars", entrance: "files", begin: driven("polars"), engineVersion: versionOfPackage("polars"),
		open: now(polars), current: always("print(frame.collect())"), older: byFiles(print(polars, "print(frame.collect())")), words: fileWords, loose: true,
	}}
}
