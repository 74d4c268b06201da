package table

import (
	"sync"
	"time"

	"github.com/tablectl/tablectl/manifest"
)

// clock is the store's clock as last heard, carried on by the local monotonic one. Safety never rests on it.
type clock struct {
	mu    sync.Mutex
	store time.Time
	heard time.Time // local, monotonic
}

// saw takes the time of an answer. A zero time says nothing.
func (c *clock) saw(date time.Time) {
	if date.IsZero() {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.store, c.heard = date, time.Now()
}

// now is the store's time, or the local one as long as the store has not said anything.
func (c *clock) now() manifest.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.heard.IsZero() {
		return manifest.Time(time.Now().UnixMilli())
	}
	return manifest.Time(c.store.Add(time.Since(c.heard)).UnixMilli())
}
