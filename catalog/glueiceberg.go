package catalog

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/glue/types"

	"github.com/tablectl/tablectl/manifest"
)

// The parameters by which engines know an Iceberg table (apache/iceberg, BaseMetastoreTableOperations).
const (
	glueTableType = "table_type"
	glueMetadata  = "metadata_location"
	gluePrevious  = "previous_metadata_location"
)

// glueIceberg points the table at a numbered copy of the manifest.
type glueIceberg struct{}

func (glueIceberg) check(context.Context, Target) ([]string, error) {
	return []string{"give engines no right to change this Glue table: one that writes to it makes a fork, and the catalog stays behind"}, nil
}

func (glueIceberg) due(t Target) int64 { return t.Manifest.Shown() }

// prepare puts the copy. Location and columns are for people: engines read the copy.
func (glueIceberg) prepare(ctx context.Context, t Target) (func(*types.TableInput), error) {
	key, err := putCopy(ctx, t)
	if err != nil {
		return nil, err
	}
	metadata := t.URL + "/" + key
	return func(in *types.TableInput) {
		if before := in.Parameters[glueMetadata]; before != "" && before != metadata {
			in.Parameters[gluePrevious] = before
		}
		in.Parameters[glueMetadata] = metadata
		in.Parameters[glueTableType] = "ICEBERG"
		in.StorageDescriptor.Location = aws.String(t.URL + "/_iceberg")
	}, nil
}

func (glueIceberg) root(_ Target, there *types.Table, generation int64, _ manifest.Version) (root string, ours bool) {
	root, ours = strings.CutSuffix(there.Parameters[glueMetadata], "/"+CopyKey(generation))
	return root, ours && strings.EqualFold(there.Parameters[glueTableType], "iceberg")
}

func (glueIceberg) points(there *types.Table) string {
	return fmt.Sprintf("%s %.300q", glueMetadata, there.Parameters[glueMetadata])
}
