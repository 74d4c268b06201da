package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/tablectl/tablectl/internal/objstore"
)

const writers = 16

func (u *suite) raceCreate(t *testing.T, s objstore.Store) {
	for round := range u.rounds {
		oneWinner(t, s, fmt.Sprintf("round/%d", round), round, objstore.PutOptions{IfNoneMatch: true, Once: true})
	}
}

func (u *suite) raceCreateMultipart(t *testing.T, s objstore.Store) {
	for round := range max(1, u.rounds/4) {
		oneWinner(t, s, fmt.Sprintf("round/%d", round), round, objstore.PutOptions{IfNoneMatch: true, ForceMultipart: true})
	}
}

func (u *suite) raceIfMatch(t *testing.T, s objstore.Store) {
	now := put(t, s, "m", "start", objstore.PutOptions{})
	for round := range u.rounds {
		now = oneWinner(t, s, "m", round, objstore.PutOptions{IfMatch: now.ETag, Once: true})
	}
}

// oneWinner lets writers write different bodies to key at the same moment, under the same condition. Exactly one may succeed, its
// bytes must be there, and what it was told must be true. No two bodies of any rounds are equal.
func oneWinner(t *testing.T, s objstore.Store, key string, round int, o objstore.PutOptions) objstore.Info {
	t.Helper()
	infos, errs := race(t.Context(), s, key, round, o)
	won := -1
	for i, err := range errs {
		switch {
		case err == nil && won < 0:
			won = i
		case err == nil:
			t.Fatalf("%s: both writer %d and %d won", key, won, i)
		case !errors.Is(err, objstore.ErrPrecondition) && !errors.Is(err, objstore.ErrConflict):
			t.Fatalf("%s: writer %d: %v", key, i, err)
		}
	}
	if won < 0 {
		t.Fatalf("%s: nobody won: %v", key, errs)
	}
	if got := holds(t, s, key, claim(round, won)); got.ETag != infos[won].ETag {
		t.Fatalf("%s: winner was told ETag %s, now it is %s", key, infos[won].ETag, got.ETag)
	}
	return infos[won]
}

func race(ctx context.Context, s objstore.Store, key string, round int, o objstore.PutOptions) ([]objstore.Info, []error) {
	infos, errs := make([]objstore.Info, writers), make([]error, writers)
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i := range writers {
		wg.Go(func() {
			<-start
			infos[i], errs[i] = s.Put(ctx, key, objstore.BytesBody([]byte(claim(round, i))), o)
		})
	}
	close(start)
	wg.Wait()
	return infos, errs
}

func claim(round, writer int) string { return fmt.Sprintf("round %d belongs to %d", round, writer) }

// wholeObjectsOnly reads while others write: every body must be all of one object, and of the one that its ETag names.
func (u *suite) wholeObjectsOnly(t *testing.T, s objstore.Store) {
	const size = 1 << 20
	content := func(i int) []byte { return bytes.Repeat([]byte{byte('a' + i%26)}, size+i) }
	put(t, s, "m", string(content(0)), objstore.PutOptions{})

	ctx, stop := context.WithCancel(t.Context())
	var readers, writing sync.WaitGroup
	var seen sync.Map // ETag → first byte and size
	for range 4 {
		readers.Go(func() {
			for ctx.Err() == nil {
				b, info, err := read(t.Context(), s, "m", objstore.GetOptions{})
				if err != nil {
					t.Errorf("get: %v", err)
					return
				}
				if int64(len(b)) != info.Size || !bytes.Equal(b, content(len(b)-size)) {
					t.Errorf("got %d bytes from %q to %q, size should be %d", len(b), b[:1], b[len(b)-1:], info.Size)
					return
				}
				if size, _ := seen.LoadOrStore(info.ETag, len(b)); size != len(b) {
					t.Errorf("ETag %s stands for %d and %d bytes", info.ETag, size, len(b))
					return
				}
			}
		})
	}
	for w := range 2 {
		writing.Go(func() {
			for i := range u.rounds {
				_, err := s.Put(t.Context(), "m", objstore.BytesBody(content(1+2*i+w)), objstore.PutOptions{})
				if err != nil {
					t.Errorf("put: %v", err)
					return
				}
			}
		})
	}
	writing.Wait()
	stop()
	readers.Wait()
}
