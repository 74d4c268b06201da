package table

import (
	"slices"

	"github.com/tablectl/tablectl/manifest"
)

// joinReports is one report of several looks at different files of one version. Where nothing was written there was nothing to look at.
func joinReports(level string, all []manifest.Report) *manifest.Report {
	out := manifest.Report{Level: level, Passed: true, Checks: []manifest.Check{}}
	for _, r := range all {
		out.Passed = out.Passed && r.Passed
		for _, c := range r.Checks {
			i := slices.IndexFunc(out.Checks, func(o manifest.Check) bool { return o.Name == c.Name })
			if i < 0 {
				out.Checks = append(out.Checks, c)
				continue
			}
			have := &out.Checks[i]
			have.Count += c.Count
			if have.Passed && !c.Passed {
				have.Passed, have.Detail, have.File = false, c.Detail, c.File
			}
		}
	}
	return &out
}
