// Package arrowipc reads Arrow IPC, the stream and the file format, and trusts none of it: the lengths in its metadata are
// compared with what is there before the decoder sees them, memory is asked for within bounds, a panic of the decoder becomes an
// error, and every array is checked (offsets, bitmaps, indices, views) before anybody looks into it. That text is UTF-8 is left to
// the cast.
//
// The formats: apache/arrow docs/source/format/Columnar.rst, format/Message.fbs, Schema.fbs, File.fbs.
package arrowipc

import "errors"

// ErrCorrupt is what no sound Arrow input holds. Errors of the storage are not it.
var ErrCorrupt = errors.New("not a sound Arrow stream or file")
