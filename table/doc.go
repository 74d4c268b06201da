// Package table is a versioned table on an object store or in a local directory: publish a new version, roll back to an old one,
// read any of them. It promises what manifest/FORMAT.md promises: a reader sees one whole version, always; a run is published at
// most once; a publish that died can be run again; nothing here ever deletes an object.
//
//	t, err := table.Open(ctx, "s3://bucket/flights", table.Options{})
//	res, err := t.Publish(ctx, table.PublishOptions{Inputs: []string{"flights.csv"}})
//	view, err := t.Current(ctx)
//	for rec, err := range view.Scan(ctx, table.ScanOptions{Columns: []string{"origin", "delay"}}) { … }
package table
