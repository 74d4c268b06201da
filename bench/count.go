package main

import (
	"context"
	"strings"
	"sync"

	"github.com/tablectl/tablectl/internal/objstore"
)

// counter counts what is asked of a store.
type counter struct {
	objstore.Store
	mu    sync.Mutex
	gets  int
	lists int // file lists that were read
	wrote int64
}

func (c *counter) Get(ctx context.Context, key string, o objstore.GetOptions) (*objstore.Object, error) {
	c.mu.Lock()
	c.gets++
	if strings.Contains(key, "/_lists/") {
		c.lists++
	}
	c.mu.Unlock()
	return c.Store.Get(ctx, key, o)
}

func (c *counter) Put(ctx context.Context, key string, b objstore.Body, o objstore.PutOptions) (objstore.Info, error) {
	c.mu.Lock()
	if !strings.Contains(key, "/part-") {
		c.wrote += b.Size
	}
	c.mu.Unlock()
	return c.Store.Put(ctx, key, b, o)
}
