package testserver

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
)

// watch is a shell script around a server. When its standard input ends, because the test process closed it or died of
// anything, it kills the server and removes the directory. It ends with the server.
const watch = `dir=$1; shift
exec 3<&0
"$@" >"$dir/log" 2>&1 </dev/null 3<&- &
server=$!
( cat <&3 >/dev/null; : >"$dir/stopped"; kill -9 "$server" ) &
watcher=$!
exec 3<&- </dev/null
wait "$server"
if [ -e "$dir/stopped" ]; then rm -rf "$dir"; else kill "$watcher"; fi
`

// process is a server with its watcher.
type process struct {
	dir   string
	stdin io.Closer
	done  chan struct{} // closed when the server has ended
}

// run starts a server below a watcher, which removes dir in the end.
func run(l line, dir string) (*process, error) {
	if err := os.Mkdir(l.data, 0o755); err != nil {
		return nil, err
	}
	cmd := exec.Command("sh", append([]string{"-c", watch, "sh", dir}, l.args...)...)
	cmd.Env = append(os.Environ(), l.env...)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &process{dir: dir, stdin: stdin, done: make(chan struct{})}
	go func() {
		defer close(p.done)
		cmd.Wait() // how it ended does not matter
	}()
	return p, nil
}

// stop ends the server.
func (p *process) stop() error {
	err := p.stdin.Close()
	<-p.done
	if errors.Is(err, os.ErrClosed) {
		err = nil // the server had ended by itself
	}
	return errors.Join(err, os.RemoveAll(p.dir))
}

// log is the end of what the server wrote.
func (p *process) log() string {
	b, err := os.ReadFile(filepath.Join(p.dir, "log"))
	if err != nil {
		return err.Error()
	}
	return string(b[max(0, len(b)-2000):])
}
