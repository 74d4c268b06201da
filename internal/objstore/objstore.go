// Package objstore is the little of an object store that a table needs: get, ranged get, head, conditional put, copy, list, delete,
// and the store's own clock. A Store never retries a conditional write by itself and never hides an answer: what the store
// said comes back as one of the sentinels below, inside an *Error.
//
// One conformance suite (storetest) says what a Store must do; s3store, filestore, memstore and faultstore all pass it.
package objstore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"time"
)

// Store is a flat namespace of objects below one root. Keys are relative to that root, never begin or end with a slash, and are
// compared byte for byte. All methods are safe for concurrent use.
type Store interface {
	// URL is the root: "s3://bucket/prefix" or an absolute directory path, without a trailing slash.
	URL() string

	// Get reads an object or a part of it. The caller closes Body. A missing key is ErrNotFound; a Range that begins past the
	// end is ErrInvalidRange; GetOptions.IfMatch that does not hold is ErrPrecondition.
	Get(ctx context.Context, key string, o GetOptions) (*Object, error)

	// Head is Get without the body. An answer of "forbidden" is ErrAccessDenied, never ErrNotFound.
	Head(ctx context.Context, key string) (Info, error)

	// Put writes an object of any size in one atomic step: no reader ever sees a part of it. A condition that does not hold is
	// ErrPrecondition (ErrNotFound is allowed for IfMatch on a missing key). Above a store-specific size the bytes go in
	// several requests, of which the last one carries the condition; PutOptions.Resume continues such an upload.
	Put(ctx context.Context, key string, body Body, o PutOptions) (Info, error)

	// Copy writes an object with the bytes of another one, in one atomic step and without the bytes passing through the caller. It is
	// create-only: where an object is there already, it is ErrPrecondition. A missing source is ErrNotFound. Where the store does not
	// honour conditions on copies it looks first; then of two writers at the same moment both may win, so that only a key that names its
	// bytes is fit for a copy. The Info is the store's own answer after the copy. See CopyImmutable.
	Copy(ctx context.Context, from, to string, o CopyOptions) (Info, error)

	// List yields the objects whose keys begin with prefix, in byte order of their keys. Info.CRC64NVME is not filled in.
	List(ctx context.Context, prefix string) iter.Seq2[Info, error]

	// Delete removes exactly these keys; a missing one counts as removed.
	Delete(ctx context.Context, keys ...string) error
}

// Info describes an object as the store answered.
type Info struct {
	Key  string
	Size int64  // bytes, of the whole object
	ETag string // opaque, with the quotes that the store sent; on S3 equal bytes bring it back, elsewhere it never repeats for a key

	CRC64NVME    *uint64           // checksum of the whole object, nil where the store has none
	Metadata     map[string]string // as given to Put, keys in lower case; not in listings, nor where the store keeps none
	LastModified time.Time
	Date         time.Time // the store's clock when it answered; zero in listings
}

// Object is an open object. Info.Size is the whole object's even where a range was asked for.
type Object struct {
	Info
	Body io.ReadCloser
}

// GetOptions narrow a Get. The zero value asks for the whole object.
type GetOptions struct {
	Offset  int64  // first byte; negative: that many bytes from the end
	Length  int64  // bytes; 0, or a negative Offset: to the end
	IfMatch string // ETag
}

// Span is the half-open range of bytes that o asks for of an object of size bytes. It is false where the range begins at or past
// the end, which S3 answers with 416; a suffix longer than the object is all of it, and the whole of an empty object is a range.
func (o GetOptions) Span(size int64) (from, to int64, ok bool) {
	switch {
	case o.Offset == 0 && o.Length == 0:
		return 0, size, true
	case o.Offset < 0:
		from = max(0, size+o.Offset)
	default:
		from = o.Offset
	}
	if from >= size {
		return 0, 0, false
	}
	to = size
	if o.Length > 0 && o.Offset >= 0 {
		to = min(size, from+o.Length)
	}
	return from, to, true
}

// Body is what a Put sends. It can be read many times and in parallel.
type Body struct {
	io.ReaderAt
	Size      int64
	CRC64NVME *uint64 // of the whole body where known; the store is asked to refuse other bytes
}

// PutOptions are the condition of a Put and how its bytes travel.
type PutOptions struct {
	IfNoneMatch bool   // only if there is no such object ("If-None-Match: *")
	IfMatch     string // only if the object has this ETag
	ContentType string
	Metadata    map[string]string // kept beside the object: keys of a-z and -, values of printable ASCII. ErrUnsupported where the store keeps none

	Once           bool // exactly one request, never retried by the client: for the manifest
	Resume         bool // continue an upload of this key that an earlier attempt left unfinished
	ForceMultipart bool // several requests whatever the size: for probes
}

// CopyOptions say what is copied, as its owner knows it, and how it travels.
type CopyOptions struct {
	Size        int64   // bytes of the source; above 5 GiB S3 takes several requests
	CRC64NVME   *uint64 // of the source, where known; the store is asked to refuse other bytes where it can
	ContentType string

	ForceMultipart bool // several requests whatever the size: for tests
}

// What a store can answer. Test with errors.Is.
var (
	ErrNotFound     = errors.New("no such object")
	ErrPrecondition = errors.New("precondition failed")         // 412
	ErrConflict     = errors.New("conflicting operation")       // 409: nothing was decided, send it again
	ErrAccessDenied = errors.New("access denied")               // 403
	ErrCredentials  = errors.New("no usable credentials")       // none found, expired, or not accepted
	ErrNoBucket     = errors.New("no such bucket or directory") // a local root whose parent does not exist, or is none
	ErrWrongRegion  = errors.New("bucket is in another region") // 301, AuthorizationHeaderMalformed
	ErrInvalidRange = errors.New("range not satisfiable")       // 416
	ErrTemporary    = errors.New("store unavailable")           // 5xx, 429, timeouts, resets, truncated answers
	ErrChecksum     = errors.New("checksum mismatch")           // what arrived is not what was sent
	ErrUnsupported  = errors.New("not supported by the store")  // 501, MethodNotAllowed
	ErrNoSpace      = errors.New("no space left on device")
	ErrInvalidKey   = errors.New("invalid key")                                       // see CheckKey; nothing was sent
	ErrKeyCollision = errors.New("an object with other bytes is already at this key") // see PutImmutable
	ErrTooLarge     = errors.New("object is larger than allowed")                     // see ReadAll
)

// Error is what every failed call returns: the operation, the key, the store's own words, and one of the sentinels.
type Error struct {
	Op   string // "get", "head", "put", "copy", "list", "delete"
	Key  string
	Date time.Time // the store's clock, where the answer had one
	Kind error     // a sentinel above, or nil for what none of them fits
	Err  error     // the foreign error; never holds a secret
}

// Error says operation, key, kind and the store's own words.
func (e *Error) Error() string {
	if e.Kind == nil {
		return fmt.Sprintf("%s %s: %v", e.Op, e.Key, e.Err)
	}
	if e.Err == nil {
		return fmt.Sprintf("%s %s: %v", e.Op, e.Key, e.Kind)
	}
	return fmt.Sprintf("%s %s: %v (%v)", e.Op, e.Key, e.Kind, e.Err)
}

// Unwrap makes errors.Is see both the sentinel and the foreign error.
func (e *Error) Unwrap() []error {
	out := make([]error, 0, 2)
	if e.Kind != nil {
		out = append(out, e.Kind)
	}
	if e.Err != nil {
		out = append(out, e.Err)
	}
	return out
}
