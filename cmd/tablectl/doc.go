// Command tablectl publishes versions of a table to an object store or a local directory, looks at them, rolls back and reads them.
//
// It is a thin layer on package table: flags, printing, progress and exit codes. It promises that standard output is the result
// and nothing else, that the exit codes in verdict.go never change their meaning, and that no secret is ever printed.
package main
