// Package storetest is the conformance suite of objstore: what every Store must do, whatever is behind it. Whoever writes a Store
// runs it; what it does not test, no caller may rely on.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/tablectl/tablectl/internal/objstore"
)

// Option says what a store is excused from.
type Option func(*suite)

// DigestETags is for stores whose ETag is a digest of the bytes, as on S3: equal bytes may bring an ETag back there, which the
// commit protocol never relies on, since no two manifests are equal.
func DigestETags() Option { return func(s *suite) { s.digestETags = true } }

// Rounds sets how many rounds each race runs; 20 unless told.
func Rounds(n int) Option { return func(s *suite) { s.rounds = n } }

type suite struct {
	open        func(t *testing.T) objstore.Store
	digestETags bool
	rounds      int
}

// Run runs the suite. open returns an empty store: a new one for every call.
func Run(t *testing.T, open func(t *testing.T) objstore.Store, options ...Option) {
	s := &suite{open: open, rounds: 20}
	for _, o := range options {
		o(s)
	}
	for _, c := range []struct {
		name string
		test func(t *testing.T, s objstore.Store)
	}{
		{"RoundTrip", s.roundTrip},
		{"Missing", s.missing},
		{"InvalidKeys", s.invalidKeys},
		{"CreateOnly", s.createOnly},
		{"IfMatch", s.ifMatch},
		{"IfMatchOnMissing", s.ifMatchOnMissing},
		{"ETagNeverComesBack", s.etagNeverComesBack},
		{"Ranges", s.ranges},
		{"Metadata", s.metadata},
		{"ConditionalGet", s.conditionalGet},
		{"Delete", s.deletes},
		{"List", s.lists},
		{"ListStops", s.listStops},
		{"Multipart", s.multipart},
		{"MultipartCreateOnly", s.multipartCreateOnly},
		{"Resume", s.resume},
		{"WrongChecksum", s.wrongChecksum},
		{"BrokenBody", s.brokenBody},
		{"Cancelled", s.cancelled},
		{"CancelledMidway", s.cancelledMidway},
		{"Copy", s.copies},
		{"CopyCreateOnly", s.copyCreateOnly},
		{"CopyMissing", s.copyMissing},
		{"CopyMultipart", s.copyMultipart},
		{"CopyMetadata", s.copyMetadata},
		{"CopyRace", s.copyRace},
		{"Date", s.dates},
		{"RaceCreate", s.raceCreate},
		{"RaceCreateMultipart", s.raceCreateMultipart},
		{"RaceIfMatch", s.raceIfMatch},
		{"WholeObjectsOnly", s.wholeObjectsOnly},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, open(t)) })
	}
}

// put writes and insists.
func put(t *testing.T, s objstore.Store, key, content string, o objstore.PutOptions) objstore.Info {
	t.Helper()
	info, err := s.Put(t.Context(), key, objstore.BytesBody([]byte(content)), o)
	if err != nil {
		t.Fatalf("put %s: %v", key, err)
	}
	return info
}

// get reads a whole object and insists.
func get(t *testing.T, s objstore.Store, key string) (string, objstore.Info) {
	t.Helper()
	b, info, err := read(t.Context(), s, key, objstore.GetOptions{})
	if err != nil {
		t.Fatalf("get %s: %v", key, err)
	}
	return string(b), info
}

func read(ctx context.Context, s objstore.Store, key string, o objstore.GetOptions) ([]byte, objstore.Info, error) {
	obj, err := s.Get(ctx, key, o)
	if err != nil {
		return nil, objstore.Info{}, err
	}
	b, err := io.ReadAll(obj.Body)
	return b, obj.Info, errors.Join(err, obj.Body.Close())
}

// holds fails the test unless key holds exactly content.
func holds(t *testing.T, s objstore.Store, key, content string) objstore.Info {
	t.Helper()
	got, info := get(t, s, key)
	if got != content {
		t.Fatalf("%s holds %s, want %s", key, brief(got), brief(content))
	}
	return info
}

// absent fails the test if there is anything at key.
func absent(t *testing.T, s objstore.Store, key string) {
	t.Helper()
	if info, err := s.Head(t.Context(), key); !errors.Is(err, objstore.ErrNotFound) {
		t.Fatalf("head %s: %+v, %v, want %v", key, info, err, objstore.ErrNotFound)
	}
	for info, err := range s.List(t.Context(), key) {
		if err != nil {
			t.Fatalf("list %s: %v", key, err)
		}
		if info.Key == key {
			t.Fatalf("%s is listed", key)
		}
	}
}

// fails insists on one kind of error, as an *objstore.Error.
func fails(t *testing.T, err error, kinds ...error) {
	t.Helper()
	var e *objstore.Error
	if !errors.As(err, &e) {
		t.Fatalf("error is %T %v, want an *objstore.Error", err, err)
	}
	for _, kind := range kinds {
		if errors.Is(err, kind) {
			return
		}
	}
	t.Fatalf("error %v is none of %v", err, kinds)
}

func brief(s string) string {
	if len(s) > 40 {
		return fmt.Sprintf("%.40q… (%d bytes)", s, len(s))
	}
	return fmt.Sprintf("%q", s)
}

// pattern is n bytes, always the same, in which every place looks different, so that parts in a wrong order show.
func pattern(n int) []byte {
	b := make([]byte, n)
	rand.NewChaCha8([32]byte{}).Read(b)
	return b
}
