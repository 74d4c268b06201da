package memstore_test

import (
	"testing"
	"time"

	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/internal/objstore/memstore"
	"github.com/tablectl/tablectl/internal/objstore/storetest"
)

func TestConformance(t *testing.T) {
	storetest.Run(t, func(*testing.T) objstore.Store { return memstore.New(memstore.Options{}) })
}

func TestClock(t *testing.T) {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	s := memstore.New(memstore.Options{Now: func() time.Time { return start }})
	s.Advance(time.Hour)
	if err := objstore.Sleep(t.Context(), s, 24*time.Hour); err != nil {
		t.Fatal(err)
	}
	info, err := s.Put(t.Context(), "a", objstore.BytesBody(nil), objstore.PutOptions{})
	if want := start.Add(25 * time.Hour); err != nil || !info.Date.Equal(want) || !info.LastModified.Equal(want) {
		t.Errorf("put at %v, modified %v, %v, want %v", info.Date, info.LastModified, err, want)
	}
}
