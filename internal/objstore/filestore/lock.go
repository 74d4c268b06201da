package filestore

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// lock waits for the right to change what is in the directory. The operating system gives it back if the process dies. The
// hidden directory must be there.
func (s *Store) lock(ctx context.Context) (unlock func(), err error) {
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	defer func() {
		if err != nil {
			<-s.turn
		}
	}()
	name := filepath.Join(s.dir, hidden, "lock")
	for wait := 100 * time.Microsecond; ; wait = min(2*wait, 5*time.Millisecond) {
		l := flock.New(name, flock.SetFlag(os.O_CREATE|os.O_RDWR), flock.SetPermissions(0o666))
		ok, err := l.TryLock()
		if err != nil {
			return nil, fmt.Errorf("lock %s: %w", name, err)
		}
		if ok && isStill(name, l) {
			return func() {
				l.Close() // the kernel lets go even if this fails
				<-s.turn
			}, nil
		}
		l.Close() // not the lock, or not the one that others see
		select {
		case <-time.After(wait/2 + rand.N(wait)):
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// isStill is false if somebody removed the lock file while we waited: then others lock another one.
func isStill(name string, l *flock.Flock) bool {
	held, err := l.Stat()
	if err != nil {
		return false
	}
	there, err := os.Stat(name)
	return err == nil && os.SameFile(held, there)
}
