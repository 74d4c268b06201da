package objstore

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxKey is what S3 allows for a whole key, in bytes.
const maxKey = 1024

// CheckKey says whether a store may be asked for key at all: 1 to 1,024 bytes of UTF-8, no control characters, no empty
// component (so no slash at either end) and none that is "." or "..". Every Store refuses the rest with this error, whose kind
// is ErrInvalidKey, before any request. op is the refused operation.
func CheckKey(op, key string) error {
	why := keyFault(key)
	if why == nil {
		return nil
	}
	return &Error{Op: op, Key: fmt.Sprintf("%.80q", key), Kind: ErrInvalidKey, Err: why}
}

func keyFault(key string) error {
	switch {
	case key == "":
		return errors.New("empty")
	case len(key) > maxKey:
		return fmt.Errorf("longer than %d bytes", maxKey)
	case !utf8.ValidString(key):
		return errors.New("not UTF-8")
	case strings.ContainsFunc(key, unicode.IsControl):
		return errors.New("control character")
	}
	for part := range strings.SplitSeq(key, "/") {
		if part == "" || part == "." || part == ".." {
			return fmt.Errorf("component %q", part)
		}
	}
	return nil
}
