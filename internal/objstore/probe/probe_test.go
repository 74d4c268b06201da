package probe_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/internal/objstore/faultstore"
	"github.com/tablectl/tablectl/internal/objstore/filestore"
	"github.com/tablectl/tablectl/internal/objstore/memstore"
	"github.com/tablectl/tablectl/internal/objstore/probe"
	"github.com/tablectl/tablectl/internal/testserver"
)

func run(t *testing.T, s objstore.Store, options ...probe.Option) map[string]probe.Check {
	t.Helper()
	checks, err := probe.Run(t.Context(), s, append([]probe.Option{probe.Races(8, 5)}, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]probe.Check{}
	for _, c := range checks {
		if c.Passed != (c.Status != probe.Fail) || c.Detail == "" || c.Passed != (c.Hint == "") && c.Status != probe.Warn {
			t.Errorf("check makes no sense: %+v", c)
		}
		out[c.Name] = c
	}
	return out
}

// fit fails the test unless all is well, but for what the store does not show, and nothing of the probe is left.
func fit(t *testing.T, s objstore.Store, atLeast int, unseen ...string) {
	t.Helper()
	if _, err := s.Put(t.Context(), "_tablectl/probe", objstore.BytesBody(nil), objstore.PutOptions{}); err != nil {
		t.Fatal(err)
	}
	checks := run(t, s)
	if len(checks) < atLeast {
		t.Errorf("only %d checks", len(checks))
	}
	expectBad(t, checks, unseen...)
	for _, name := range unseen {
		if checks[name].Status != probe.Warn {
			t.Errorf("%+v", checks[name])
		}
	}
	var left []string
	for info, err := range s.List(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		left = append(left, info.Key)
	}
	if !slices.Equal(left, []string{"_tablectl/probe"}) {
		t.Errorf("left: %q", left)
	}
}

func TestGoodStores(t *testing.T) {
	fit(t, memstore.New(memstore.Options{}), 11)
	dir, err := filestore.New(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	fit(t, dir, 11)
	fit(t, testserver.MinIO(t).Open(t), 13)
	fit(t, testserver.VersityGW(t).Open(t), 13, "lifecycle") // which it does not have
}

// careless is a store with faults of character.
type careless struct {
	objstore.Store
	put  func(*objstore.PutOptions, *objstore.Body)
	info func(*objstore.Info)
	head func(string) error
}

func (c careless) Put(ctx context.Context, key string, body objstore.Body, o objstore.PutOptions) (objstore.Info, error) {
	if c.put != nil {
		c.put(&o, &body)
	}
	info, err := c.Store.Put(ctx, key, body, o)
	if c.info != nil {
		c.info(&info)
	}
	return info, err
}

func (c careless) Head(ctx context.Context, key string) (objstore.Info, error) {
	if c.head != nil {
		if err := c.head(key); err != nil {
			return objstore.Info{}, err
		}
	}
	info, err := c.Store.Head(ctx, key)
	if c.info != nil {
		c.info(&info)
	}
	return info, err
}

// checkFirst honours conditions, but not in one step with the write: a race that no single writer can see.
type checkFirst struct{ objstore.Store }

func (c checkFirst) Put(ctx context.Context, key string, body objstore.Body, o objstore.PutOptions) (objstore.Info, error) {
	info, err := c.Store.Head(ctx, key)
	exists := !errors.Is(err, objstore.ErrNotFound)
	if o.IfNoneMatch && exists || o.IfMatch != "" && o.IfMatch != info.ETag {
		return objstore.Info{}, &objstore.Error{Op: "put", Key: key, Kind: objstore.ErrPrecondition}
	}
	time.Sleep(time.Millisecond) // the gap
	o.IfNoneMatch, o.IfMatch = false, ""
	return c.Store.Put(ctx, key, body, o)
}

func TestBadStores(t *testing.T) {
	for _, c := range []struct {
		name  string
		store careless
		bad   []string // exactly these do not end ok
	}{
		{"ignores If-None-Match", careless{put: func(o *objstore.PutOptions, _ *objstore.Body) { o.IfNoneMatch = false }},
			[]string{"If-None-Match on multipart, racing", "If-None-Match, racing"}},
		{"ignores If-None-Match on multipart", careless{put: func(o *objstore.PutOptions, _ *objstore.Body) {
			o.IfNoneMatch = o.IfNoneMatch && !o.ForceMultipart
		}}, []string{"If-None-Match on multipart, racing"}},
		{"ignores If-Match", careless{put: func(o *objstore.PutOptions, _ *objstore.Body) { o.IfMatch = "" }},
			[]string{"If-Match, missing object", "If-Match, old ETag", "If-Match, racing"}},
		{"ignores checksums", careless{put: func(_ *objstore.PutOptions, b *objstore.Body) { b.CRC64NVME = nil }}, []string{"checksums"}},
		{"forbids missing", careless{head: func(key string) error {
			if strings.HasSuffix(key, "missing") {
				return &objstore.Error{Op: "head", Key: key, Kind: objstore.ErrAccessDenied}
			}
			return nil
		}}, []string{"missing object"}},
		{"has no clock", careless{info: func(i *objstore.Info) { i.Date = time.Time{} }}, []string{"clock"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.store.Store = memstore.New(memstore.Options{})
			expectBad(t, run(t, c.store), c.bad...)
		})
	}
	t.Run("checks first", func(t *testing.T) {
		expectBad(t, run(t, checkFirst{memstore.New(memstore.Options{})}),
			"If-Match, racing", "If-None-Match on multipart, racing", "If-None-Match, racing")
	})
}

func expectBad(t *testing.T, checks map[string]probe.Check, want ...string) {
	t.Helper()
	var got []string
	for name, c := range checks {
		if c.Status != probe.OK {
			got = append(got, name)
		}
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("not ok: %q, want %q\n%+v", got, want, checks)
	}
}

func TestClock(t *testing.T) {
	for skew, want := range map[time.Duration]probe.Status{
		0: probe.OK, 5 * time.Second: probe.OK, -time.Minute: probe.Warn, time.Minute: probe.Warn, time.Hour: probe.Fail, -24 * 365 * time.Hour: probe.Fail,
	} {
		checks := run(t, memstore.New(memstore.Options{}), probe.Clock(func() time.Time { return time.Now().Add(skew) }))
		if c := checks["clock"]; c.Status != want {
			t.Errorf("skew %v: %+v, want %v", skew, c, want)
		}
	}
}

// TestNoEntry stops at the first closed door.
func TestNoEntry(t *testing.T) {
	for _, k := range []faultstore.Kind{faultstore.Answer403, faultstore.AnswerReset} {
		s := faultstore.New(memstore.New(memstore.Options{}), faultstore.Options{Plan: func(faultstore.Request) faultstore.Fault {
			return faultstore.Fault{Do: k}
		}})
		if checks := run(t, s); len(checks) != 1 || checks["list"].Status != probe.Fail {
			t.Errorf("%v: %+v", k, checks)
		}
	}
}

// TestNoDelete is a writer without the permission to delete: a warning, no more.
func TestNoDelete(t *testing.T) {
	s := faultstore.New(memstore.New(memstore.Options{}), faultstore.Options{Plan: func(r faultstore.Request) faultstore.Fault {
		if r.Op == "delete" {
			return faultstore.Fault{Do: faultstore.Answer403}
		}
		return faultstore.Fault{}
	}})
	expectBad(t, run(t, s), "clean up")
}

func TestCancelled(t *testing.T) {
	inner := memstore.New(memstore.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	s := faultstore.New(inner, faultstore.Options{Observe: func(e faultstore.Event) {
		if e.N == 20 {
			cancel()
		}
	}})
	if _, err := probe.Run(ctx, s); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	for info := range inner.List(t.Context(), "") {
		t.Errorf("left: %s", info.Key)
	}
}

// bucket is a store with a bucket that a test sets up.
type bucket struct {
	objstore.Store
	versioning string
	rules      []objstore.LifecycleRule
	err        error
}

func (b bucket) Versioning(context.Context) (string, error) { return b.versioning, b.err }
func (b bucket) Lifecycle(context.Context) ([]objstore.LifecycleRule, error) {
	return b.rules, b.err
}

func TestBucket(t *testing.T) {
	expires := objstore.LifecycleRule{ID: "old-things", Expires: "after 30 days"}
	tagged, staging := expires, expires
	tagged.Tagged, staging.Prefix = true, "_staging/"
	for name, c := range map[string]struct {
		rules []objstore.LifecycleRule
		want  probe.Status
		says  string
	}{
		"none":    {nil, probe.OK, "no rule"},
		"expires": {[]objstore.LifecycleRule{{ID: "x", AbortDays: 7}, expires}, probe.Fail, `rule "old-things" deletes objects after 30 days`},
		"tagged":  {[]objstore.LifecycleRule{tagged}, probe.OK, "tags"},
		"staging": {[]objstore.LifecycleRule{staging}, probe.OK, "_staging/"},
		"aborts":  {[]objstore.LifecycleRule{{ID: "x", AbortDays: 7}}, probe.OK, "after 7 days"},
		"glacier": {[]objstore.LifecycleRule{{Transitions: []objstore.Transition{{Class: "GLACIER", When: "after 9 days"}}}}, probe.Fail, "GLACIER"},
		"ia":      {[]objstore.LifecycleRule{{Transitions: []objstore.Transition{{Class: "STANDARD_IA", When: "after 9 days"}}}}, probe.Warn, "STANDARD_IA"},
		"nothing": {[]objstore.LifecycleRule{{ID: "noncurrent"}}, probe.OK, "no rule"},
	} {
		checks := run(t, bucket{Store: memstore.New(memstore.Options{}), rules: c.rules})
		if got := checks["lifecycle"]; got.Status != c.want || !strings.Contains(got.Detail, c.says) {
			t.Errorf("%s: %+v, want %v and %q", name, got, c.want, c.says)
		}
	}
	for _, kind := range []error{objstore.ErrAccessDenied, objstore.ErrUnsupported} {
		checks := run(t, bucket{Store: memstore.New(memstore.Options{}), err: &objstore.Error{Op: "get", Kind: kind}})
		expectBad(t, checks, "lifecycle", "versioning")
		if checks["lifecycle"].Status != probe.Warn || checks["versioning"].Status != probe.Warn {
			t.Errorf("%v: %+v", kind, checks)
		}
	}
}

// TestRealRules sets rules on a real bucket and looks at them through three prefixes.
func TestRealRules(t *testing.T) {
	server := testserver.MinIO(t)
	client := server.Client()
	inside, outside := server.Open(t), server.Open(t)
	prefix := strings.TrimPrefix(inside.URL(), "s3://"+testserver.Bucket+"/")
	rule := func(id, prefix string, days int32) types.LifecycleRule {
		return types.LifecycleRule{
			ID: &id, Status: types.ExpirationStatusEnabled, Filter: &types.LifecycleRuleFilter{Prefix: &prefix},
			Expiration: &types.LifecycleExpiration{Days: aws.Int32(days)},
		}
	}
	_, err := client.PutBucketLifecycleConfiguration(t.Context(), &s3.PutBucketLifecycleConfigurationInput{
		Bucket: aws.String(testserver.Bucket),
		LifecycleConfiguration: &types.BucketLifecycleConfiguration{Rules: []types.LifecycleRule{
			rule("all-of-it", prefix+"/", 30), rule("part", prefix+"/version=1", 40), rule("staging", prefix+"/_staging/", 1),
			rule("others", prefix+"x", 50),
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		_, err := client.DeleteBucketLifecycle(context.Background(), &s3.DeleteBucketLifecycleInput{Bucket: aws.String(testserver.Bucket)})
		if err != nil {
			t.Error(err)
		}
	}()
	checks := run(t, inside)
	expectBad(t, checks, "lifecycle")
	for id, want := range map[string]bool{`"all-of-it" deletes objects after 30 days`: true, `"part" below version=1 deletes`: true, `"staging"`: true, `"others"`: false} {
		if strings.Contains(checks["lifecycle"].Detail, id) != want {
			t.Errorf("%q: %s is in it: %v", checks["lifecycle"].Detail, id, !want)
		}
	}
	expectBad(t, run(t, outside))
}
