package main

import (
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"sync"

	"golang.org/x/term"
)

// console is standard error: notes, logs, errors, and on a terminal one status line below them. Everything that goes through it
// is rid of secrets.
type console struct {
	mu       sync.Mutex
	w        io.Writer
	terminal bool
	color    bool
	width    int
	status   string
	secrets  *strings.Replacer
	userinfo *regexp.Regexp
}

// secretVariables hold what must never be printed, even if some error quotes it.
var secretVariables = [...]string{"AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_CONTAINER_AUTHORIZATION_TOKEN"}

func newConsole(w io.Writer, env lookup) *console {
	c := &console{w: w, width: 80, userinfo: regexp.MustCompile(`://[^/@\s]+@|(X-Amz-(?:Signature|Credential|Security-Token)=)[^&\s"]+`)}
	var pairs []string
	for _, name := range secretVariables {
		if s, _ := env(name); len(s) >= 8 {
			pairs = append(pairs, s, "***")
		}
	}
	c.secrets = strings.NewReplacer(pairs...)
	if fd, ok := terminal(w); ok {
		kind, _ := env("TERM")
		noColor, _ := env("NO_COLOR")
		c.terminal, c.color = true, noColor == "" && kind != "dumb"
		if width, _, err := term.GetSize(fd); err == nil && width > 20 { // without a size: 80 columns
			c.width = width
		}
	}
	return c
}

// terminal says whether f is one, and its descriptor.
func terminal(f any) (int, bool) {
	file, ok := f.(*os.File)
	if !ok {
		return 0, false
	}
	fd := int(file.Fd())
	return fd, term.IsTerminal(fd)
}

// clean takes secrets out of text: the user part of URLs, signatures, the values of secret variables.
func (c *console) clean(s string) string {
	s = c.userinfo.ReplaceAllStringFunc(s, func(m string) string {
		if strings.HasPrefix(m, "://") {
			return "://***@"
		}
		name, _, _ := strings.Cut(m, "=")
		return name + "=***"
	})
	return c.secrets.Replace(s)
}

// Write takes whole lines, as slog does, and keeps the status line below them.
func (c *console) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.erase()
	_, err := io.WriteString(c.w, c.clean(string(p)))
	c.draw()
	return len(p), err
}

// note writes one line that is neither result nor error.
func (c *console) note(format string, args ...any) {
	fmt.Fprintf(c, format+"\n", args...)
}

// show replaces the status line; only on a terminal.
func (c *console) show(status string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.erase()
	c.status = status
	c.draw()
}

// clear takes the status line away.
func (c *console) clear() { c.show("") }

func (c *console) erase() {
	if c.terminal && c.status != "" {
		io.WriteString(c.w, "\r\x1b[K") // a terminal that is gone gets no status line
	}
}

func (c *console) draw() {
	if c.terminal && c.status != "" {
		io.WriteString(c.w, c.status) // as above
	}
}

// paint sets text in an ANSI colour, where there are colours.
func (c *console) paint(code, text string) string {
	if !c.color {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}
