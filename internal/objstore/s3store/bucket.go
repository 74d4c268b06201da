package s3store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"

	"github.com/tablectl/tablectl/internal/objstore"
)

// Versioning is whether the bucket keeps what is overwritten and deleted.
func (s *Store) Versioning(ctx context.Context) (string, error) {
	out, err := s.client.GetBucketVersioning(ctx, &s3.GetBucketVersioningInput{Bucket: &s.bucket})
	if err != nil {
		return "", s.foreign(ctx, "get", "?versioning", err)
	}
	return string(out.Status), nil
}

// Lifecycle is the enabled lifecycle rules whose prefix overlaps with that of the store.
func (s *Store) Lifecycle(ctx context.Context) ([]objstore.LifecycleRule, error) {
	out, err := s.client.GetBucketLifecycleConfiguration(ctx, &s3.GetBucketLifecycleConfigurationInput{Bucket: &s.bucket})
	var api smithy.APIError
	if errors.As(err, &api) && api.ErrorCode() == "NoSuchLifecycleConfiguration" {
		return nil, nil
	}
	if err != nil {
		return nil, s.foreign(ctx, "get", "?lifecycle", err)
	}
	var rules []objstore.LifecycleRule
	for _, r := range out.Rules {
		if rule, ok := s.rule(r); ok {
			rules = append(rules, rule)
		}
	}
	return rules, nil
}

// rule is false for a rule that is off, or for other parts of the bucket.
func (s *Store) rule(r types.LifecycleRule) (objstore.LifecycleRule, bool) {
	prefix, tagged := scope(r)
	out := objstore.LifecycleRule{ID: aws.ToString(r.ID), Tagged: tagged}
	switch {
	case r.Status != types.ExpirationStatusEnabled:
		return out, false
	case strings.HasPrefix(s.prefix, prefix):
	case strings.HasPrefix(prefix, s.prefix):
		out.Prefix = strings.TrimPrefix(prefix, s.prefix)
	default:
		return out, false
	}
	if e := r.Expiration; e != nil {
		out.Expires = when(e.Days, e.Date)
	}
	for _, t := range r.Transitions {
		out.Transitions = append(out.Transitions, objstore.Transition{Class: string(t.StorageClass), When: when(t.Days, t.Date)})
	}
	if a := r.AbortIncompleteMultipartUpload; a != nil {
		out.AbortDays = int(aws.ToInt32(a.DaysAfterInitiation))
	}
	return out, true
}

// scope is the prefix of a rule, from whichever of its four places it is in, and whether it wants tags.
func scope(r types.LifecycleRule) (prefix string, tagged bool) {
	//lint:ignore SA1019 rules that were made years ago have their prefix here
	prefix = aws.ToString(r.Prefix)
	if f := r.Filter; f != nil {
		prefix += aws.ToString(f.Prefix)
		tagged = f.Tag != nil
		if f.And != nil {
			prefix += aws.ToString(f.And.Prefix)
			tagged = tagged || len(f.And.Tags) > 0
		}
	}
	return prefix, tagged
}

func when(days *int32, date *time.Time) string {
	switch {
	case date != nil:
		return "on " + date.UTC().Format(time.DateOnly)
	case days != nil && (*days > 0):
		return fmt.Sprintf("after %d days", *days)
	case days != nil:
		return "at once"
	}
	return ""
}
