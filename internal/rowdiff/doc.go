// Package rowdiff finds how two multisets of rows differ. It promises an exact answer in the order of the key, the same for the same
// rows however they came, within a bound of memory: rows that both sides have cancel out as they come, and what is left goes to
// sorted runs on disk when there is too much of it.
//
// Rows are compared by value, as SQL's IS NOT DISTINCT FROM does: null is equal to null, NaN to NaN, -0 to 0; structs, lists and maps
// by what is in them, maps without regard to the order of their entries.
package rowdiff
