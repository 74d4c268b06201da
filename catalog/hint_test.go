package catalog

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/internal/objstore/memstore"
)

func TestHint(t *testing.T) {
	s := memstore.New(memstore.Options{})
	targets := flips(t, s, 11, 0)
	if state := looked(t, hint{}, targets[10]); !state.Behind || state.Generation != 0 || len(state.Foreign) > 0 {
		t.Errorf("before: %+v", state)
	}
	synced(t, hint{}, targets[8])
	if state := looked(t, hint{}, targets[10]); !state.Behind || state.Generation != 9 {
		t.Errorf("two flips later: %+v", state)
	}
	synced(t, hint{}, targets[10])
	for key, want := range map[string]string{HintKey: "11", CopyKey(9): string(targets[8].Body), CopyKey(11): string(targets[10].Body)} {
		if got, _, err := objstore.ReadAll(context.Background(), s, key, 1<<20); err != nil || string(got) != want {
			t.Errorf("%s: %q, %v", key, got, err)
		}
	}
	// Whoever holds an earlier manifest finds it done, and not foreign.
	stale := targets[3]
	stale.Force = true
	if state, err := (hint{}).Sync(context.Background(), stale); err != nil || state.Behind || state.Generation != 11 || len(state.Foreign) > 0 {
		t.Errorf("sync to an earlier flip: %+v, %v", state, err)
	}
	if state := looked(t, hint{}, stale); state.Behind || len(state.Foreign) > 0 {
		t.Errorf("looked at from an earlier flip: %+v", state)
	}
}

// An engine that drops "its" table takes the metadata along; a later sync puts it there again.
func TestHintIsMended(t *testing.T) {
	for name, lost := range map[string][]string{"all": {HintKey, CopyKey(2)}, "the hint": {HintKey}, "the copy": {CopyKey(2)}} {
		s := memstore.New(memstore.Options{})
		targets := flips(t, s, 2, 0)
		synced(t, hint{}, targets[1])
		remove(t, s, lost...)
		if state := looked(t, hint{}, targets[1]); !state.Behind || len(state.Foreign) > 0 {
			t.Errorf("%s is gone: %+v", name, state)
		}
		synced(t, hint{}, targets[1])
		if state := looked(t, hint{}, targets[1]); state.Behind || state.Generation != 2 {
			t.Errorf("%s was gone, and now: %+v", name, state)
		}
	}
}

// A later hint whose copy is gone is not turned back by who knows an earlier flip only.
func TestLaterHintStays(t *testing.T) {
	s := &growing{Store: memstore.New(memstore.Options{}), t: t}
	targets := flips(t, s, 2, 0)
	synced(t, hint{}, targets[1])
	remove(t, s, CopyKey(2))
	stale := targets[0]
	stale.Force = true
	if state, err := (hint{}).Sync(context.Background(), stale); err != nil || !state.Behind {
		t.Errorf("%+v, %v", state, err)
	}
	if got := shows(t, s, HintKey); got != 2 {
		t.Errorf("the hint says %d", got)
	}
}

// What others wrote is foreign: it stays without force, and is overwritten with it.
func TestForeignHint(t *testing.T) {
	for name, hand := range map[string]func(put func(key, text string), targets []Target){
		"a word":                func(put func(string, string), _ []Target) { put(HintKey, "latest") },
		"nothing":               func(put func(string, string), _ []Target) { put(HintKey, "") },
		"zero":                  func(put func(string, string), _ []Target) { put(HintKey, "0") },
		"a flip that never was": func(put func(string, string), _ []Target) { put(HintKey, "4") },
		"more than a hint can be": func(put func(string, string), _ []Target) {
			put(HintKey, string(bytes.Repeat([]byte("1"), maxSmall+1)))
		},
		"a copy of another kind": func(put func(string, string), _ []Target) {
			put(CopyKey(1), `{"format-version": 2}`)
			put(HintKey, "1")
		},
		"a copy of another flip": func(put func(string, string), all []Target) { put(CopyKey(1), string(all[1].Body)); put(HintKey, "1") },
		"a copy of another table": func(put func(string, string), all []Target) {
			put(CopyKey(1), string(bytes.ReplaceAll(all[0].Body, []byte(tableUUID), []byte("1"+tableUUID[1:]))))
			put(HintKey, "1")
		},
	} {
		t.Run(name, func(t *testing.T) { foreignHint(t, hand) })
	}
}

func foreignHint(t *testing.T, byHand func(func(key, text string), []Target)) {
	s := memstore.New(memstore.Options{})
	targets := flips(t, s, 3, 0)
	byHand(func(key, text string) { hand(t, s, key, []byte(text)) }, targets)
	before, err := s.Head(context.Background(), HintKey)
	if err != nil {
		t.Fatal(err)
	}
	if state := looked(t, hint{}, targets[2]); !state.Behind || len(state.Foreign) != 1 {
		t.Errorf("%+v", state)
	}
	if state, err := (hint{}).Sync(context.Background(), targets[2]); !errors.Is(err, ErrForeign) || !state.Behind {
		t.Errorf("without force: %+v, %v", state, err)
	}
	if after, err := s.Head(context.Background(), HintKey); err != nil || after.ETag != before.ETag {
		t.Errorf("overwritten without force, %v", err)
	}
	forced := targets[2]
	forced.Force = true
	synced(t, hint{}, forced)
	if state := looked(t, hint{}, targets[2]); state.Behind || len(state.Foreign) > 0 {
		t.Errorf("with force: %+v", state)
	}
}

// A metadata file is never changed in place, not with force either: engines cache it by its path.
func TestForeignCopyStays(t *testing.T) {
	s := memstore.New(memstore.Options{})
	targets := flips(t, s, 2, 0)
	hand(t, s, CopyKey(2), []byte("{}"))
	forced := targets[1]
	forced.Force = true
	if state, err := (hint{}).Sync(context.Background(), forced); !errors.Is(err, ErrForeign) || !state.Behind {
		t.Errorf("%+v, %v", state, err)
	}
	if got, _, err := objstore.ReadAll(context.Background(), s, CopyKey(2), 1<<20); err != nil || string(got) != "{}" {
		t.Errorf("%q, %v", got, err)
	}
}

// What an engine has committed under the next numbers is what others show, whatever the hint says: it is reported until it is moved away.
func TestForeignCommitIsMovedAway(t *testing.T) {
	for _, hinted := range []string{"2", "3"} { // the engine has moved the hint, or somebody has moved it back
		s, ctx := memstore.New(memstore.Options{}), context.Background()
		target := flips(t, s, 2, 0)[1]
		synced(t, hint{}, target)
		hand(t, s, CopyKey(3), []byte(`{"format-version": 2}`))
		hand(t, s, HintKey, []byte(hinted))
		if state := looked(t, hint{}, target); !state.Behind || len(state.Foreign) != 1 {
			t.Errorf("hint %s: %+v", hinted, state)
		}
		target.Force = true
		if state, err := (hint{}).Sync(ctx, target); !errors.Is(err, ErrForeign) || !strings.Contains(err.Error(), CopyKey(3)) || !state.Behind {
			t.Errorf("hint %s: %+v, %v", hinted, state, err)
		}
		if err := s.Delete(ctx, CopyKey(3)); err != nil {
			t.Fatal(err)
		}
		synced(t, hint{}, target)
		if state := looked(t, hint{}, target); state.Behind || len(state.Foreign) > 0 {
			t.Errorf("hint %s: %+v", hinted, state)
		}
	}
}
