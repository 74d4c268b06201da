// Package manifest says what the bytes of a table mean: the manifest (Iceberg v2 table metadata with one key of ours), the
// snapshot of a version, schemas, files, events, keys. It promises that decoding never panics and never accepts what Validate
// refuses, that encoding is deterministic and keeps keys it does not know, and that every change of a manifest is a pure
// function from one manifest to the next. It does no I/O, reads no clock and draws no random numbers.
//
// FORMAT.md beside this file is the contract in words.
package manifest
