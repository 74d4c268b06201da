// Package catalog derives from a snapshot what other engines read: the Iceberg manifest list and manifests, which are written
// before the flip, and the SQL or Python with which an engine reads the table.
//
// It promises that what it builds is a function of the snapshot and the table's URL alone, byte for byte, so that an interrupted
// publish finds its own objects again; and that CheckIceberg accepts lists only if they say what the snapshot says.
package catalog
