package spool

import (
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/gofrs/flock"
)

// lazy is a directory that is made when it is first asked for, and locked for as long as it is there.
type lazy struct {
	mu   sync.Mutex
	dir  string
	lock *flock.Flock
}

func (l *lazy) path(parent string) (string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.dir != "" {
		return l.dir, nil
	}
	dir := filepath.Join(parent, prefix+rand.Text())
	lock := flock.New(dir + suffix)
	if ok, err := lock.TryLock(); err != nil {
		return "", err
	} else if !ok {
		return "", fmt.Errorf("%s is locked by another process", lock.Path())
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		unlock(lock)
		return "", err
	}
	l.dir, l.lock = dir, lock
	return dir, nil
}

func (l *lazy) remove() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.dir == "" {
		return nil
	}
	err := os.RemoveAll(l.dir)
	unlock(l.lock)
	l.dir = ""
	return err
}
