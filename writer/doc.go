// Package writer turns Arrow record batches into the Parquet files of one version of a table, and looks at them again. Nothing that
// it writes is visible: it knows neither the manifest object nor the versions that are current.
//
// It promises that
//
//   - the same rows and options give the same files, byte for byte and key for key, whatever the batches, the number of cores, the
//     memory and the scheduling;
//   - every object is created under a key that carries its digest, with a condition, so that sending it twice is harmless; objects
//     are never listed, overwritten or deleted;
//   - memory in use stays near Options.Memory however large the input is, and temporary files are gone when a call returns;
//   - Validate reads the store, not memory, and decodes with another Parquet implementation than the one that wrote. A damaged
//     object gives a report, never a panic.
//
// Rows keep their input order unless the table has partition columns or a sort order: then files hold one partition each, in the
// order of the partition values, and rows are sorted stably within it. Partition columns stay in the files like all others. No rows
// at all give one file without rows, outside any partition directory and with null for every partition value.
//
// Changes are rows that are merged into files that are there already: by key (Collect, Changes.Apply), or taken out by a condition
// (DeleteWhere). Files that no row touches stay; in those that are written again, column chunks that do not change are copied byte for
// byte, others are changed page by page, and rows stay in their place.
package writer
