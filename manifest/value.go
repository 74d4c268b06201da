package manifest

// Value is one typed value in Iceberg's JSON single-value form (spec appendix D): 34, 1.5, "14.20" (decimal), "2017-11-16",
// "2017-11-16T22:31:08.123456", the same with "+00:00", "text", hex for binary. The zero Value is null. Two Values of one type are
// equal when their bytes are.
//
// In memory a value is an `any`: nil, bool, int32 (int; date as days since 1970), int64 (long; timestamps as microseconds since
// 1970), float32, float64, string, []byte, or Dec.
type Value string
