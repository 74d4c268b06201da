package killtest

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/tablectl/tablectl/internal/testserver"
)

// kills is how many processes are killed on each store; TABLECTL_KILLS changes it.
const kills = 250

func howMany(t *testing.T) int {
	text := os.Getenv("TABLECTL_KILLS")
	if text == "" {
		return kills
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("TABLECTL_KILLS: %v", err)
	}
	return n
}

func TestKillOnDirectory(t *testing.T) {
	Loop(t, filepath.Join(t.TempDir(), "table"), nil, howMany(t))
}

func TestKillOnMinIO(t *testing.T) {
	s := testserver.MinIO(t)
	Loop(t, s.NewURL(), s.Env(), howMany(t))
}
