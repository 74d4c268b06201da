package probe

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/tablectl/tablectl/internal/objstore"
)

func (p *prober) versioning(ctx context.Context) outcome {
	b, ok := p.s.(objstore.BucketInspector)
	if !ok {
		return outcome{}
	}
	state, err := b.Versioning(ctx)
	switch {
	case err != nil:
		return unseen(err, "s3:GetBucketVersioning")
	case state == "Enabled":
		return passed("enabled: what is deleted or replaced stays, and is paid for, until a rule for noncurrent versions removes it")
	case state == "":
		return passed("off")
	}
	return passed("%s", strings.ToLower(state))
}

func (p *prober) lifecycle(ctx context.Context) outcome {
	b, ok := p.s.(objstore.BucketInspector)
	if !ok {
		return outcome{}
	}
	rules, err := b.Lifecycle(ctx)
	if err != nil {
		return unseen(err, "s3:GetLifecycleConfiguration")
	}
	worst := passed("no rule touches live data")
	var notes []string
	for _, r := range rules {
		status, note := judge(r)
		if note != "" {
			notes = append(notes, note)
		}
		if rank(status) > rank(worst.status) {
			worst.status = status
		}
	}
	if len(notes) > 0 {
		worst.detail = strings.Join(notes, "; ")
	}
	if worst.status != OK {
		worst.hint = "exclude " + p.s.URL() + " from the rule: a table's oldest files can be part of its current version"
	}
	return worst
}

// unseen is for what could not be looked at: that alone makes no store unfit.
func unseen(err error, permission string) outcome {
	hint := "allow " + permission + ", or look yourself"
	if errors.Is(err, objstore.ErrUnsupported) {
		hint = "make sure in the store's own administration that nothing is deleted by itself"
	}
	return outcome{Warn, "could not look: " + err.Error(), hint}
}

func rank(s Status) int { return map[Status]int{OK: 0, Warn: 1, Fail: 2}[s] }

// judge says what a rule does to a table.
func judge(r objstore.LifecycleRule) (Status, string) {
	status := OK
	var notes []string
	add := func(s Status, format string, args ...any) {
		if r.Tagged || strings.HasPrefix(r.Prefix, "_staging/") {
			s = OK // not for objects of ours
		}
		if rank(s) > rank(status) {
			status = s
		}
		notes = append(notes, fmt.Sprintf(format, args...))
	}
	if r.Expires != "" {
		add(Fail, "deletes objects %s", r.Expires)
	}
	for _, t := range r.Transitions {
		switch t.Class {
		case "GLACIER", "DEEP_ARCHIVE":
			add(Fail, "moves objects to %s, where they cannot be read, %s", t.Class, t.When)
		default:
			add(Warn, "moves objects to %s %s", t.Class, t.When)
		}
	}
	if r.AbortDays > 0 {
		add(OK, "aborts unfinished uploads after %d days", r.AbortDays)
	}
	if len(notes) == 0 {
		return OK, ""
	}
	where := ""
	if r.Prefix != "" {
		where = " below " + r.Prefix
	}
	if r.Tagged {
		where += " with certain tags, which no object of a table has"
	}
	return status, fmt.Sprintf("rule %q%s %s", r.ID, where, strings.Join(notes, ", "))
}
