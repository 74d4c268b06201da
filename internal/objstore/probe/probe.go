// Package probe finds out whether tables are safe on a store: whether it lets us in, keeps the time, honours conditions when writers
// race, compares checksums, and does not delete live data by itself. It believes no documentation: it tries.
//
// It writes objects below "_tablectl/probe-<random>/" only, and deletes exactly those. Multipart uploads that lost a race stay
// unfinished, as everywhere here; they hold a few bytes.
package probe

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/tablectl/tablectl/internal/objstore"
)

// Status is how a check ended.
type Status string

// The outcomes. Fail means that tables are not safe here; Warn that something could not be looked at, or costs something.
const (
	OK   Status = "ok"
	Warn Status = "warn"
	Fail Status = "fail"
)

// Check is one thing that was tried.
type Check struct {
	Name   string `json:"name"`
	Status Status `json:"status"`
	Passed bool   `json:"passed"` // Status is not Fail
	Detail string `json:"detail,omitempty"`
	Hint   string `json:"hint,omitempty"` // what to do, where it did not pass
}

// Option changes how hard Run tries.
type Option func(*prober)

// Races sets how many writers race in how many rounds: 16 and 20 unless told. Multipart races have half the writers and a tenth
// of the rounds.
func Races(writers, rounds int) Option {
	return func(p *prober) { p.writers, p.rounds = writers, rounds }
}

// Clock replaces the local clock.
func Clock(now func() time.Time) Option { return func(p *prober) { p.now = now } }

type prober struct {
	s               objstore.Store
	writers, rounds int
	now             func() time.Time
	prefix          string

	mu   sync.Mutex
	used []string // every key that may exist
}

// Run tries everything, in an order in which later checks rest on earlier ones; where the store does not let us in, it stops
// there. The error is that of a context that ended, not of the store.
func Run(ctx context.Context, s objstore.Store, options ...Option) ([]Check, error) {
	p := &prober{s: s, writers: 16, rounds: 20, now: time.Now, prefix: "_tablectl/probe-" + strings.ToLower(rand.Text()) + "/"}
	for _, o := range options {
		o(p)
	}
	var checks []Check
	for _, c := range []struct {
		name  string
		try   func(context.Context) outcome
		vital bool // nothing after it makes sense if it fails
	}{
		{"list", p.list, true},
		{"write and read", p.writeAndRead, true},
		{"missing object", p.missing, false},
		{"clock", p.clock, false},
		{"ETags", p.etags, false},
		{"checksums", p.checksums, false},
		{"If-None-Match, racing", p.raceCreate, false},
		{"If-None-Match on multipart, racing", p.raceMultipart, false},
		{"If-Match, racing", p.raceUpdate, false},
		{"If-Match, old ETag", p.staleETag, false},
		{"If-Match, missing object", p.ifMatchOnMissing, false},
		{"versioning", p.versioning, false},
		{"lifecycle", p.lifecycle, false},
	} {
		got := c.try(ctx)
		if ctx.Err() != nil {
			p.cleanUp(ctx)
			return checks, fmt.Errorf("probe %s: %w", s.URL(), context.Cause(ctx))
		}
		if got.status != "" {
			checks = append(checks, got.check(c.name))
		}
		if got.status == Fail && c.vital {
			break
		}
	}
	if got := p.cleanUp(ctx); got.status != "" {
		checks = append(checks, got.check("clean up"))
	}
	return checks, nil
}

// outcome is a Check without its name. Without a status there is nothing to tell.
type outcome struct {
	status       Status
	detail, hint string
}

func (o outcome) check(name string) Check {
	return Check{Name: name, Status: o.status, Passed: o.status != Fail, Detail: o.detail, Hint: o.hint}
}

func passed(format string, args ...any) outcome {
	return outcome{status: OK, detail: fmt.Sprintf(format, args...)}
}

// unsafe is the outcome for a store that cannot hold tables.
func unsafe(format string, args ...any) outcome {
	return outcome{Fail, fmt.Sprintf(format, args...), "do not keep tables here: two writers could each believe that they published"}
}

// failed is the outcome of an error that should not have been.
func failed(err error) outcome {
	o := outcome{status: Fail, detail: err.Error()}
	switch {
	case errors.Is(err, objstore.ErrCredentials):
		o.hint = "set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
	case errors.Is(err, objstore.ErrAccessDenied):
		o.hint = "a writer needs s3:ListBucket, s3:GetObject and s3:PutObject"
	case errors.Is(err, objstore.ErrWrongRegion):
		o.hint = "give the region with --region or AWS_REGION"
	case errors.Is(err, objstore.ErrNoBucket):
		o.hint = "make the bucket (or the directory above the table), or correct the URL"
	case errors.Is(err, objstore.ErrTemporary):
		o.hint = "is the endpoint right, and does the store run?"
	}
	return o
}

// key is a probe object's key, remembered for the clean-up.
func (p *prober) key(name string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.used = append(p.used, p.prefix+name)
	return p.prefix + name
}

// cleanUp deletes what the probe wrote, even if the context has ended.
func (p *prober) cleanUp(ctx context.Context) outcome {
	if len(p.used) == 0 {
		return outcome{}
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	if err := p.s.Delete(ctx, p.used...); err != nil {
		return outcome{Warn, err.Error(), "probe objects stay below " + p.prefix}
	}
	return outcome{}
}

func (p *prober) put(ctx context.Context, key, content string, o objstore.PutOptions) (objstore.Info, error) {
	return p.s.Put(ctx, key, objstore.BytesBody([]byte(content)), o)
}
