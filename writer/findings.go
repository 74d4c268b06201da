package writer

import (
	"fmt"
	"sync"

	"github.com/tablectl/tablectl/manifest"
)

// check is one of the things that validation looks at.
type check int

// In the order of the report.
const (
	checkSize check = iota
	checkChecksum
	checkFooter
	checkSchema
	checkRows
	checkPages
	checkRequired
	checkBounds
	checkPartition
	checkKey
	checks
)

func (c check) String() string {
	return [...]string{"size", "checksum", "footer", "schema", "rows", "pages", "required", "bounds", "partition", "key"}[c]
}

// findings are what was found in one file. It is safe for concurrent use.
type findings struct {
	mu     sync.Mutex
	looked [checks]bool
	count  [checks]int64
	wrong  [checks]string // the first one
}

// ok counts what was looked at.
func (f *findings) ok(c check, n int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.looked[c] = true
	f.count[c] += n
}

// fail notes what is wrong.
func (f *findings) fail(c check, format string, args ...any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.looked[c] = true
	if f.wrong[c] == "" {
		f.wrong[c] = fmt.Sprintf(format, args...)
	}
}

// failed says whether anything is wrong.
func (f *findings) failed() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, w := range f.wrong {
		if w != "" {
			return true
		}
	}
	return false
}

// report folds the findings, those of files first and in their order.
func report(level string, files []manifest.File, results []*findings) manifest.Report {
	out := manifest.Report{Level: level, Passed: true, Checks: []manifest.Check{}}
	for c := range checks {
		line := manifest.Check{Name: c.String(), Passed: true}
		looked := false
		for i, f := range results {
			looked = looked || f.looked[c]
			line.Count += f.count[c]
			if f.wrong[c] == "" || !line.Passed {
				continue
			}
			line.Passed, line.Detail = false, f.wrong[c]
			if i < len(files) {
				line.File = files[i].Key
			}
		}
		if looked {
			out.Checks = append(out.Checks, line)
			out.Passed = out.Passed && line.Passed
		}
	}
	return out
}
