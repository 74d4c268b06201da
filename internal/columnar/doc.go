// Package columnar is the bridge between the schemas of a table, Arrow record batches and Parquet files. It promises that a
// value is either carried over exactly or refused with a sentence that names it, and that no Parquet file, however damaged or
// hostile, makes the process panic, hang, or allocate much more than 64 MiB plus four times the size of the file.
//
// The decoder of Parquet (package pq below it) shares no code with the library that writes the files of a table, so that a bug
// of one is not confirmed by itself.
package columnar
