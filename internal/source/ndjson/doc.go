// Package ndjson reads JSON objects, one a line, into Arrow records, block by block, and infers the types of their keys.
//
// The grammar is RFC 8259, strictly: UTF-8, no duplicate keys, no lone surrogates. Blank lines are skipped. A key that is missing is
// null. Objects become structs, arrays lists. Numbers without point and exponent are long, other numbers double; a string
// that is a whole ISO date or timestamp is one, as in CSV; what fits nothing else is a string. Given a schema, every scalar is
// read from its text: a decimal from the digits as they stand there, whether quoted or not.
package ndjson

import "errors"

// MaxDepth is how deep objects and arrays may be nested.
const MaxDepth = 64

var (
	errSyntax    = errors.New("this is no JSON")
	errUnended   = errors.New("the object does not end on its line: one object a line is expected")
	errNoObject  = errors.New("a line must hold one object, {…}")
	errArray     = errors.New("a line must hold one object, and this is an array")
	errBehind    = errors.New("there is something behind the object")
	errDuplicate = errors.New("the key is there twice")
	errSurrogate = errors.New("half of a surrogate pair in a string")
	errDepth     = errors.New("nested too deep")
)
