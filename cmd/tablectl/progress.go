package main

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/tablectl/tablectl/table"
)

// How often progress is shown: on a terminal, and in lines elsewhere.
const (
	barEvery  = 100 * time.Millisecond
	lineEvery = 5 * time.Second
)

// meter shows how a publish goes: one line that changes on a terminal, a line now and then elsewhere.
type meter struct {
	console *console
	now     func() time.Time

	mu      sync.Mutex
	started time.Time // of the phase
	last    time.Time // shown
	phase   string
}

// progress is what package table calls back; nil when nobody wants to see it.
func (a *app) progress() func(table.Progress) {
	if a.flags.quiet || (a.json() && !a.console.terminal) {
		return nil
	}
	m := &meter{console: a.console, now: time.Now, last: time.Now()}
	return m.update
}

func (m *meter) update(p table.Progress) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.now()
	if p.Phase != m.phase {
		m.phase, m.started = p.Phase, now
	}
	every := lineEvery
	if m.console.terminal {
		every = barEvery
	}
	if now.Sub(m.last) < every {
		return
	}
	m.last = now
	text := describe(p, now.Sub(m.started))
	if !m.console.terminal {
		m.console.note("%s", text)
		return
	}
	m.console.show(cut(bar(p)+text, m.console.width-1))
}

// describe says bytes, rows, files, rate and the time that is left.
func describe(p table.Progress, elapsed time.Duration) string {
	words := []string{p.Phase}
	rate := float64(p.Bytes) / max(elapsed.Seconds(), 0.001)
	switch {
	case p.Total > 0:
		words = append(words, bytesText(p.Bytes)+" of "+bytesText(p.Total))
	case p.Bytes > 0:
		words = append(words, bytesText(p.Bytes))
	}
	if p.Rows > 0 {
		words = append(words, plural(p.Rows, "row"))
	}
	if p.Files > 0 {
		words = append(words, plural(int64(p.Files), "file"))
	}
	if elapsed > time.Second && p.Bytes > 0 {
		words = append(words, bytesText(int64(rate))+"/s")
		if left := float64(p.Total-p.Bytes) / rate; p.Total > p.Bytes {
			words = append(words, (time.Duration(left)*time.Second).String()+" left")
		}
	}
	return strings.Join(words, ", ")
}

// bar is drawn where the whole is known.
func bar(p table.Progress) string {
	if p.Total <= 0 {
		return ""
	}
	const width = 20
	done := int(min(p.Bytes, p.Total) * width / p.Total)
	return fmt.Sprintf("[%s%s] ", strings.Repeat("#", done), strings.Repeat(".", width-done))
}

// cut shortens a line to what fits.
func cut(s string, width int) string {
	r := []rune(s)
	if len(r) <= width {
		return s
	}
	return string(r[:width])
}
