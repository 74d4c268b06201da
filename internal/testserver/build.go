package testserver

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"

	"github.com/gofrs/flock"
)

// DirVar names a directory for the servers' binaries instead of the user's cache directory.
const DirVar = "TABLECTL_TOOLS_DIR"

// packages are the main packages of the servers, in the module of internal/tools.
func packages() map[string]string {
	return map[string]string{"minio": "github.com/minio/minio", "versitygw": "github.com/versity/versitygw/cmd/versitygw"}
}

// Binary is the path of a server's binary, "minio" or "versitygw", which is built if it is not there. Several processes that ask
// at the same time build it once; the first build takes minutes.
func Binary(name string) (string, error) {
	tools, err := toolsDir()
	if err != nil {
		return "", err
	}
	dir, err := cacheDir(tools)
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, name)
	if runtime.GOOS == "windows" {
		path += ".exe"
	}
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	lock := flock.New(path + ".lock")
	if _, err := lock.TryLockContext(context.Background(), 200*time.Millisecond); err != nil {
		return "", fmt.Errorf("lock %s: %w", lock.Path(), err)
	}
	defer lock.Close() // the kernel lets go even if this fails
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	return path, build(tools, packages()[name], path)
}

func build(tools, pkg, path string) error {
	temp := path + ".new"
	cmd := exec.Command("go", "build", "-C", tools, "-trimpath", "-ldflags=-s -w", "-o", temp, pkg)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off", "GOOS=", "GOARCH=")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build %s: %w: %s", pkg, err, out)
	}
	return os.Rename(temp, path)
}

// cacheDir changes with the versions that internal/tools pins.
func cacheDir(tools string) (string, error) {
	if dir := os.Getenv(DirVar); dir != "" {
		return filepath.Abs(dir)
	}
	b, err := os.ReadFile(filepath.Join(tools, "go.mod"))
	if err != nil {
		return "", err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(b)
	return filepath.Join(cache, "tablectl-tools", hex.EncodeToString(sum[:6])), nil
}

// toolsDir looks upwards from the working directory, which go test sets to that of the package.
func toolsDir() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		tools := filepath.Join(dir, "internal", "tools")
		if _, err := os.Stat(filepath.Join(tools, "go.mod")); err == nil {
			return tools, nil
		} else if !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
		if dir == filepath.Dir(dir) {
			return "", errors.New("find internal/tools: not inside the source tree")
		}
		dir = filepath.Dir(dir)
	}
}
