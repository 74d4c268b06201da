package source

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/tablectl/tablectl/internal/objstore"
)

// expandRemote finds the object of that name; if there is none, those that match it as a pattern, or those below it.
func expandRemote(ctx context.Context, arg string, o Options) ([]*input, error) {
	store, key, err := o.Open(ctx, strings.TrimRight(arg, "/"))
	if err != nil {
		return nil, fmt.Errorf("open input %s: %w", arg, err)
	}
	if key != "" && !strings.HasSuffix(arg, "/") {
		info, err := store.Head(ctx, key)
		if err == nil {
			return []*input{remoteInput(store, info)}, nil
		}
		if !errors.Is(err, objstore.ErrNotFound) {
			return nil, fmt.Errorf("open input %s: %w", arg, err)
		}
	}
	match := func(string) bool { return true }
	base := key
	if strings.ContainsAny(key, "*?[{") {
		if !doublestar.ValidatePattern(key) {
			return nil, fmt.Errorf("list input %s: %w", arg, doublestar.ErrBadPattern)
		}
		if base, _ = doublestar.SplitPattern(key); base == "." {
			base = ""
		}
		match = func(k string) bool { return doublestar.MatchUnvalidated(key, k) }
	}
	if base != "" {
		base += "/"
	}
	return listRemote(ctx, store, key, base, match)
}

func listRemote(ctx context.Context, store objstore.Store, pattern, base string, match func(string) bool) ([]*input, error) {
	var found []*input
	for info, err := range store.List(ctx, base) {
		if err != nil {
			return nil, fmt.Errorf("list input %s/%s: %w", store.URL(), base, err)
		}
		if strings.HasSuffix(info.Key, "/") || left(pattern, base, info.Key) || !match(info.Key) {
			continue
		}
		found = append(found, remoteInput(store, info))
	}
	return found, nil
}

func remoteInput(store objstore.Store, info objstore.Info) *input {
	return &input{name: strings.TrimRight(store.URL(), "/") + "/" + info.Key, store: store, info: info, size: info.Size}
}
