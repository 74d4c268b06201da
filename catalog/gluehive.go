package catalog

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/glue/types"

	"github.com/tablectl/tablectl/manifest"
)

// How Hive reads Parquet files, of a location and of a symlink object.
const (
	symlinkInput  = "org.apache.hadoop.hive.ql.io.SymlinkTextInputFormat"
	symlinkOutput = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"
	parquetInput  = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat"
	parquetOutput = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat"
	parquetSerDe  = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
)

// hiveTable makes the table one of Hive's over a location.
func hiveTable(in *types.TableInput, location, input, output string) {
	d := in.StorageDescriptor
	d.Location, d.InputFormat, d.OutputFormat = &location, &input, &output
	if d.SerdeInfo == nil || aws.ToString(d.SerdeInfo.SerializationLibrary) != parquetSerDe {
		d.SerdeInfo = &types.SerDeInfo{SerializationLibrary: aws.String(parquetSerDe), Parameters: map[string]string{"serialization.format": "1"}}
	}
}

// hivePlace is where one of Hive's tables lies, if it is read by that input format.
func hivePlace(there *types.Table, input string) string {
	if d := there.StorageDescriptor; d != nil && aws.ToString(d.InputFormat) == input {
		return strings.TrimSuffix(aws.ToString(d.Location), "/")
	}
	return ""
}

// hivePoints is points for Hive's tables.
func hivePoints(there *types.Table) string {
	d := there.StorageDescriptor
	if d == nil {
		return "no location"
	}
	return fmt.Sprintf("location %.300q, input format %.100q", aws.ToString(d.Location), aws.ToString(d.InputFormat))
}

// glueSymlink makes the table one of Hive's that finds its files in the symlink object, which glueTable keeps.
type glueSymlink struct{}

func (glueSymlink) check(ctx context.Context, t Target) ([]string, error) {
	return symlink{}.Check(ctx, t)
}

func (glueSymlink) due(t Target) int64 { return pointed(t) }

// prepare looks at the types again: the table may have been altered since check.
func (glueSymlink) prepare(_ context.Context, t Target) (func(*types.TableInput), error) {
	return func(in *types.TableInput) {
		hiveTable(in, t.URL+"/"+strings.TrimSuffix(SymlinkPrefix, "/"), symlinkInput, symlinkOutput)
	}, hiveTypes(t.Manifest.Schema())
}

func (glueSymlink) root(_ Target, there *types.Table, _ int64, _ manifest.Version) (root string, ours bool) {
	return strings.CutSuffix(hivePlace(there, symlinkInput), "/"+strings.TrimSuffix(SymlinkPrefix, "/"))
}

func (glueSymlink) points(there *types.Table) string { return hivePoints(there) }
