package catalog

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/glue/types"

	"github.com/tablectl/tablectl/manifest"
)

// glueLocation makes the table one of Hive's whose location is the prefix of the current version: all of its files lie there, and
// nothing else that engines read.
type glueLocation struct{}

func (glueLocation) check(ctx context.Context, t Target) ([]string, error) {
	if err := wantsSelfContained(t, manifest.AsLocation); err != nil || t.Snapshot == nil {
		return nil, err
	}
	if err := inHive(ctx, t, nil); err != nil {
		return nil, err
	}
	if len(t.Snapshot.Spec.Fields) > 0 {
		return []string{"the table is partitioned, so its files lie in sub-directories: Trino needs hive.recursive-directories=true, and shows no rows without it"}, nil
	}
	return nil, nil
}

func (glueLocation) due(t Target) int64 { return pointed(t) }

// prepare looks whether all files lie there. The location ends in a slash, so that engines which list by prefix do not take version=10
// for a part of version=1.
func (glueLocation) prepare(ctx context.Context, t Target) (func(*types.TableInput), error) {
	if err := inHive(ctx, t, nil); err != nil {
		return nil, err
	}
	return func(in *types.TableInput) {
		hiveTable(in, t.URL+"/"+t.Snapshot.Version.Prefix(), parquetInput, parquetOutput)
	}, nil
}

func (glueLocation) root(_ Target, there *types.Table, _ int64, version manifest.Version) (root string, ours bool) {
	root, ours = strings.CutSuffix(hivePlace(there, parquetInput), "/"+strings.TrimSuffix(version.Prefix(), "/"))
	return root, ours && there.Parameters[projectionTemplate] == "" && len(there.PartitionKeys) == 0
}

func (glueLocation) points(there *types.Table) string { return hivePoints(there) }

// wantsSelfContained refuses a table whose next versions will share files.
func wantsSelfContained(t Target, as string) error {
	if layout := t.Manifest.Tablectl.Settings.Layout; layout != manifest.LayoutSelfContained {
		return fmt.Errorf("%w: as: %s shows the one directory of the version, and with `layout: %s` versions share files that lie in others'; it needs `layout: %s`, or take as: iceberg",
			ErrCannot, as, layout, manifest.LayoutSelfContained)
	}
	return nil
}

// inHive refuses what Hive would not read right from the prefix of the current version: other types, names of columns that files do not
// have, files elsewhere or of others. It visits each file too, if asked to.
func inHive(ctx context.Context, t Target, visit func(manifest.File) error) error {
	if err := hiveTypes(t.Manifest.Schema()); err != nil {
		return err
	}
	naming := hiveNames(t)
	return selfContained(ctx, t, func(f manifest.File) error {
		if err := naming.check(f); err != nil || visit == nil {
			return err
		}
		return visit(f)
	})
}
