package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
)

// size is a flag in bytes, as people write it: 512MiB, 2GB, 1048576.
type size int64

func (s *size) Set(text string) error {
	n, err := humanize.ParseBytes(text)
	if err != nil || int64(n) < 0 {
		return fmt.Errorf("%q is not a size; write it like 512MiB or 2GB", text)
	}
	*s = size(n)
	return nil
}

func (s *size) String() string {
	if *s == 0 {
		return ""
	}
	return strings.ReplaceAll(humanize.IBytes(uint64(*s)), " ", "")
}

func (s *size) Type() string { return "size" }

// duration is a flag, as people write it: 30s, 72h, 30d, 2w.
type duration time.Duration

func (d *duration) Set(text string) error {
	unit := map[string]time.Duration{"d": 24 * time.Hour, "w": 7 * 24 * time.Hour}
	for suffix, u := range unit {
		if n, ok := strings.CutSuffix(text, suffix); ok {
			if x, err := strconv.ParseInt(n, 10, 32); err == nil && x >= 0 {
				*d = duration(time.Duration(x) * u)
				return nil
			}
		}
	}
	x, err := time.ParseDuration(text)
	if err != nil || x < 0 {
		return fmt.Errorf("%q is not a duration; write it like 90s, 72h or 30d", text)
	}
	*d = duration(x)
	return nil
}

func (d *duration) String() string {
	if *d == 0 {
		return ""
	}
	return time.Duration(*d).String()
}

func (d *duration) Type() string { return "duration" }

// choice is a flag that takes one of a few words.
type choice struct {
	value string
	words []string
}

func (c *choice) Set(text string) error {
	for _, w := range c.words {
		if w == text {
			c.value = text
			return nil
		}
	}
	return fmt.Errorf("%q is none of %s", text, strings.Join(c.words, ", "))
}

func (c *choice) String() string { return c.value }
func (c *choice) Type() string   { return strings.Join(c.words, "|") }

// char is a flag that takes one character; \t and "tab" are a tab.
type char rune

func (c *char) Set(text string) error {
	if text == `\t` || text == "tab" {
		text = "\t"
	}
	r := []rune(text)
	if len(r) != 1 {
		return fmt.Errorf("%q is not one character", text)
	}
	*c = char(r[0])
	return nil
}

func (c *char) String() string {
	switch *c {
	case 0:
		return ""
	case '\t':
		return `\t`
	}
	return string(rune(*c))
}

func (c *char) Type() string { return "char" }

// maybe is a flag that is true, false, or left to whoever knows better.
type maybe struct{ value *bool }

func (m *maybe) Set(text string) error {
	b, err := strconv.ParseBool(text)
	if err != nil {
		return fmt.Errorf("%q is neither true nor false", text)
	}
	m.value = &b
	return nil
}

func (m *maybe) String() string {
	if m.value == nil {
		return ""
	}
	return strconv.FormatBool(*m.value)
}

func (m *maybe) Type() string { return "" }
