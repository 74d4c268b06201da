// Package histories makes random histories of a table, with every mode, alterations, rollbacks, reruns, crashes and publishes that come
// between, does them to a real table, and tells oracles the same: a model of plain Go, and others beside it (DuckDB, in the engines
// tests). After every step all of them must hold the same rows. A seed gives the same history again.
package histories
