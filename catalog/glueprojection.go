package catalog

import (
	"context"
	"fmt"
	"maps"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/glue/types"

	"github.com/tablectl/tablectl/manifest"
)

// The parameters of partition projection (Amazon Athena User Guide, "Set up partition projection").
const (
	projectionPrefix   = "projection."
	projectionEnabled  = projectionPrefix + "enabled"
	projectionTemplate = "storage.location.template"
)

// glueProjection makes the table one of Hive's whose partitions are not listed in Glue: engines work them out from parameters of the
// table, and find each by a template in the prefix of the current version. So one UpdateTable flips all of them.
type glueProjection struct{}

func (glueProjection) check(ctx context.Context, t Target) ([]string, error) {
	if err := wantsSelfContained(t, manifest.AsProjection); err != nil || t.Snapshot == nil {
		return nil, err
	}
	p, err := project(ctx, t)
	if err != nil {
		return nil, err
	}
	if n := p.partitions(); n > manyPartitions {
		return []string{fmt.Sprintf("a query without a condition on the partition columns asks S3 for each of %d projected partitions, whether it has files or not", n)}, nil
	}
	return nil, nil
}

func (glueProjection) due(t Target) int64 { return pointed(t) }

// prepare works out the partitions of the version: they are others with each.
func (glueProjection) prepare(ctx context.Context, t Target) (func(*types.TableInput), error) {
	p, err := project(ctx, t)
	if err != nil {
		return nil, err
	}
	location := t.URL + "/" + t.Snapshot.Version.Prefix()
	return func(in *types.TableInput) {
		hiveTable(in, location, parquetInput, parquetOutput)
		in.PartitionKeys, in.StorageDescriptor.Columns = p.split(in.StorageDescriptor.Columns)
		maps.Copy(in.Parameters, p.parameters())
		in.Parameters[projectionEnabled] = "true"
		in.Parameters[projectionTemplate] = location + p.template()
	}, nil
}

func (glueProjection) root(_ Target, there *types.Table, _ int64, version manifest.Version) (root string, ours bool) {
	root, ours = strings.CutSuffix(hivePlace(there, parquetInput), "/"+strings.TrimSuffix(version.Prefix(), "/"))
	return root, ours && strings.HasPrefix(there.Parameters[projectionTemplate], root+"/"+version.Prefix()) &&
		strings.EqualFold(there.Parameters[projectionEnabled], "true")
}

func (glueProjection) points(there *types.Table) string {
	return fmt.Sprintf("%s, %s %.300q", hivePoints(there), projectionTemplate, there.Parameters[projectionTemplate])
}

// unproject takes out the parameters of a projection that tablectl made: its template lies in the table's location.
func unproject(in *types.TableInput) {
	location := aws.ToString(in.StorageDescriptor.Location)
	if template := in.Parameters[projectionTemplate]; location == "" || !strings.HasPrefix(template, location) {
		return
	}
	delete(in.Parameters, projectionTemplate)
	maps.DeleteFunc(in.Parameters, func(k, _ string) bool { return strings.HasPrefix(k, projectionPrefix) })
}
