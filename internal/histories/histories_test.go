package histories

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
)

// histories is how many random histories are done; TABLECTL_HISTORIES changes it, TABLECTL_SEED does one again.
const histories = 120

// number is a number in the environment.
func number(t *testing.T, name string, otherwise uint64) uint64 {
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// TestHistories does random histories to a table and to a model of it in plain Go.
func TestHistories(t *testing.T) {
	n, seed := number(t, "TABLECTL_HISTORIES", histories), rand.Uint64()
	if one := number(t, "TABLECTL_SEED", 0); one != 0 {
		n, seed = 1, one
	}
	const workers = 2
	for w := range uint64(workers) {
		t.Run(fmt.Sprint(w), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			for i := w; i < n; i += workers {
				Play(t, Options{Seed: seed + i, Steps: 8, Dir: dir})
			}
		})
	}
}
