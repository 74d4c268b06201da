package main

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// root is the command line. Everything below it is one verb a file.
func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "tablectl VERB TABLE …",
		Short: "Versioned tables of Parquet files: publish, look, roll back, read",
		Long: `tablectl publishes versions of a table to S3 or a local directory. Each version is validated before readers see it, each publish
can be repeated after any failure, and each version can be rolled back to in one write. DuckDB, Spark, PyIceberg and Polars read
the current version of the same files as an Iceberg table.

TABLE is s3://bucket/prefix, file:///dir or a directory. Every flag can also be set by an environment variable (--run-id by
TABLECTL_RUN_ID), in ./tablectl.yaml, and in tablectl/config.yaml of your configuration directory; the first of these wins.

Exit codes: 0 done (also: already published), 1 other, 2 usage, 3 input or validation failed and nothing is visible, 4 no such
table, version or input, 5 temporary (run it again), 6 conflict, frozen or rolled back, 7 run id reused with other content,
8 outcome unknown (the same command settles it), 9 corruption found, 10 the store does not honour conditional writes,
11 published, but a catalog is behind, 130 and 143 stopped by a signal.`,
		Version:           versionOf().Version,
		SilenceErrors:     true,
		SilenceUsage:      true,
		DisableAutoGenTag: true,
	}
	root.SetArgs(a.args)
	root.SetIn(a.stdin)
	root.SetOut(a.stdout)
	root.SetErr(a.console)
	a.globalFlags(root.PersistentFlags())
	root.AddCommand(
		a.publish(), a.plan(), a.apply(), a.alter(), a.create(), a.rollback(), a.freeze(), a.unfreeze(), a.tag(), a.untag(),
		a.history(), a.show(), a.files(), a.diff(), a.cat(), a.status(), a.sync(), a.catalog(), a.sql(), a.relocate(), a.doctor(), a.version(),
	)
	return root
}

func (a *app) globalFlags(f *pflag.FlagSet) {
	g := &a.flags
	f.StringVarP(&g.output, "output", "o", "", "how to print the result: text or json; cat: table, csv, json, parquet; diff: also table, csv; files: also paths")
	f.BoolVarP(&g.quiet, "quiet", "q", false, "no progress and no notes")
	f.Var(&g.logLevel, "log-level", "least level of what is logged")
	f.Var(&g.logFormat, "log-format", "how logs are written")
	f.StringVar(&g.endpointURL, "endpoint-url", "", "of the S3 service, if it is not AWS")
	f.StringVar(&g.region, "region", "", "of the bucket")
	f.StringVar(&g.profile, "profile", "", "of the AWS configuration files")
	f.Var(&g.pathStyle, "path-style", "address buckets by path; by itself for localhost and IP addresses")
	f.Lookup("path-style").NoOptDefVal = "true"
	f.Var(&g.sse, "sse", "server-side encryption of what is written to S3")
	f.StringVar(&g.sseKMSKeyID, "sse-kms-key-id", "", "KMS key for --sse aws:kms")
	f.IntVar(&g.concurrency, "concurrency", 0, "requests and encoders at once (default: by the number of cores)")
	f.Var(&g.memory, "memory", "at most in use while publishing or reading")
	f.StringVar(&g.spoolDir, "spool-dir", "", "for files that are not yet uploaded (default: the system's temporary directory)")
	f.Var(&g.deadline, "deadline", "how long an undecided write of the manifest is pursued")
}
