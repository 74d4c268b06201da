// Package manyfiles makes tables of very many data files, for measurements and tests: their manifest, snapshot, file lists and Iceberg
// lists are those that publishes would have made; the data files are not there.
package manyfiles
