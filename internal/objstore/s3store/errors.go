package s3store

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/tablectl/tablectl/internal/objstore"
)

// Answer is what the store said: an HTTP status and S3's error code and message.
type Answer struct {
	Status    int
	Code      string
	Message   string
	RequestID string
	Hint      string // what to do about it, where that is known
}

// Error is the answer in one line.
func (a *Answer) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d", a.Status)
	if a.Code != "" {
		fmt.Fprintf(&b, " %s", a.Code)
	}
	if a.Message != "" {
		fmt.Fprintf(&b, ": %s", a.Message)
	}
	if a.RequestID != "" {
		fmt.Fprintf(&b, " [request %s]", a.RequestID)
	}
	if a.Hint != "" {
		fmt.Fprintf(&b, "; %s", a.Hint)
	}
	return b.String()
}

// foreign turns an error of the SDK into ours. It is the only place that does.
func (s *Store) foreign(ctx context.Context, op, key string, err error) error {
	e := &objstore.Error{Op: op, Key: key}
	var known *objstore.Error
	var noCredentials *credentialsError
	var resp *smithyhttp.ResponseError
	switch {
	case errors.As(err, &known):
		return err
	case errors.As(err, &resp) && resp.HTTPStatusCode() > 0: // 0: there was none
		a := answer(err, resp)
		e.Date = date(resp.Response.Header)
		e.Kind = kindOf(a, resp.Response.Header)
		e.Err = s.explain(a, e.Kind, resp.Response.Header)
	case ctx.Err() != nil:
		e.Err = context.Cause(ctx)
	case errors.As(err, &noCredentials):
		e.Kind, e.Err = objstore.ErrCredentials, noCredentials
	default:
		e.Kind, e.Err = transportKind(err), bare(err)
	}
	return e
}

func answer(err error, resp *smithyhttp.ResponseError) *Answer {
	a := &Answer{Status: resp.HTTPStatusCode()}
	var api smithy.APIError
	if errors.As(err, &api) {
		a.Code, a.Message = api.ErrorCode(), api.ErrorMessage()
	}
	var id *awshttp.ResponseError
	if errors.As(err, &id) {
		a.RequestID = id.ServiceRequestID()
	}
	return a
}

// codes are the error codes of S3 and its imitators that say more than the status.
func codes() map[string]error {
	return map[string]error{
		"NoSuchKey":                   objstore.ErrNotFound,
		"NoSuchVersion":               objstore.ErrNotFound,
		"NoSuchBucket":                objstore.ErrNoBucket,
		"InvalidBucketName":           objstore.ErrNoBucket,
		"NoSuchUpload":                objstore.ErrPrecondition, // finished or gone; the caller looks at what is there
		"PreconditionFailed":          objstore.ErrPrecondition,
		"ConditionalRequestConflict":  objstore.ErrConflict,
		"OperationAborted":            objstore.ErrConflict,
		"InvalidPart":                 objstore.ErrConflict, // another writer's part came between
		"InvalidPartOrder":            objstore.ErrConflict,
		"AccessDenied":                objstore.ErrAccessDenied,
		"AllAccessDisabled":           objstore.ErrAccessDenied,
		"ExpiredToken":                objstore.ErrCredentials,
		"ExpiredTokenException":       objstore.ErrCredentials,
		"InvalidToken":                objstore.ErrCredentials,
		"TokenRefreshRequired":        objstore.ErrCredentials,
		"InvalidAccessKeyId":          objstore.ErrCredentials,
		"InvalidClientTokenId":        objstore.ErrCredentials,
		"XAdminUserNotFound":          objstore.ErrCredentials, // versitygw, with status 404
		"SignatureDoesNotMatch":       objstore.ErrCredentials,
		"RequestExpired":              objstore.ErrCredentials,
		"RequestTimeTooSkewed":        objstore.ErrCredentials,
		"PermanentRedirect":           objstore.ErrWrongRegion,
		"TemporaryRedirect":           objstore.ErrTemporary,
		"Redirect":                    objstore.ErrTemporary,
		"InvalidRange":                objstore.ErrInvalidRange,
		"BadDigest":                   objstore.ErrChecksum,
		"XAmzContentChecksumMismatch": objstore.ErrChecksum,
		"XAmzContentSHA256Mismatch":   objstore.ErrChecksum,
		"RequestTimeout":              objstore.ErrTemporary,
		"SlowDown":                    objstore.ErrTemporary,
		"InternalError":               objstore.ErrTemporary,
		"ServiceUnavailable":          objstore.ErrTemporary,
		"Throttling":                  objstore.ErrTemporary,
		"ThrottlingException":         objstore.ErrTemporary,
		"RequestLimitExceeded":        objstore.ErrTemporary,
		"NotImplemented":              objstore.ErrUnsupported,
		"MethodNotAllowed":            objstore.ErrUnsupported,
		"XMinioStorageFull":           objstore.ErrNoSpace,
		"QuotaExceeded":               objstore.ErrNoSpace,
	}
}

// kindOf believes the code before the status: a 200 can carry an error, and one status stands for many.
func kindOf(a *Answer, h http.Header) error {
	if a.Code == "AuthorizationHeaderMalformed" {
		if strings.Contains(a.Message, "region") || h.Get("X-Amz-Bucket-Region") != "" {
			return objstore.ErrWrongRegion
		}
		return objstore.ErrCredentials
	}
	if kind, ok := codes()[a.Code]; ok {
		return kind
	}
	switch a.Status {
	case http.StatusMovedPermanently:
		return objstore.ErrWrongRegion
	case http.StatusTemporaryRedirect, http.StatusRequestTimeout, http.StatusTooManyRequests:
		return objstore.ErrTemporary
	case http.StatusBadRequest:
		if h.Get("X-Amz-Bucket-Region") != "" {
			return objstore.ErrWrongRegion // a HEAD, which has no body to say so
		}
	case http.StatusUnauthorized:
		return objstore.ErrCredentials
	case http.StatusForbidden:
		return objstore.ErrAccessDenied
	case http.StatusNotFound:
		if absent(a.Code) {
			return objstore.ErrNotFound
		}
	case http.StatusMethodNotAllowed, http.StatusNotImplemented:
		return objstore.ErrUnsupported
	case http.StatusConflict:
		return objstore.ErrConflict
	case http.StatusPreconditionFailed:
		return objstore.ErrPrecondition
	case http.StatusRequestedRangeNotSatisfiable:
		return objstore.ErrInvalidRange
	case http.StatusInsufficientStorage:
		return objstore.ErrNoSpace
	}
	if a.Status >= 500 || a.Status < 300 {
		return objstore.ErrTemporary // down, or an answer that nobody can read
	}
	return nil
}

// absent says whether a 404 with this code means that the object is not there. A HEAD has no code (the SDK says NotFound then), and some
// servers send none. Any other code is about something else: another status of it would not be "absent", so this one is not either.
func absent(code string) bool { return code == "" || code == "NotFound" || code == "UnknownError" }

// explain adds what to do.
func (s *Store) explain(a *Answer, kind error, h http.Header) *Answer {
	switch kind {
	case objstore.ErrWrongRegion:
		a.Hint = "set the region of bucket " + s.bucket
		if region := h.Get("X-Amz-Bucket-Region"); region != "" {
			a.Hint = "bucket " + s.bucket + " is in region " + region
		}
	case objstore.ErrNoBucket:
		a.Hint = "bucket " + s.bucket
	case objstore.ErrCredentials:
		a.Hint = credentialsHint
		if a.Code == "RequestTimeTooSkewed" {
			a.Hint = "set the clock of this machine"
		}
	}
	return a
}

// transportKind is for errors without an answer. A certificate that is not trusted will not be later.
func transportKind(err error) error {
	var cert *tls.CertificateVerificationError
	var invalid *smithy.InvalidParamsError
	var serialize *smithy.SerializationError
	if errors.As(err, &cert) || errors.As(err, &invalid) || errors.As(err, &serialize) || errors.Is(err, context.Canceled) {
		return nil
	}
	return objstore.ErrTemporary
}

// bare takes the SDK's wrapping off, and the URL that a url.Error shows with its query.
func bare(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// date is the store's clock; zero if the answer has none.
func date(h http.Header) time.Time {
	t, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}

// namedCredentials makes a failure to find credentials recognisable.
type namedCredentials struct{ aws.CredentialsProvider }

const credentialsHint = "set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or log in again with the AWS command line"

type credentialsError struct{ err error }

// Error says what to do.
func (e *credentialsError) Error() string { return e.err.Error() + "; " + credentialsHint }

// Unwrap is the SDK's error.
func (e *credentialsError) Unwrap() error { return e.err }

// Retrieve finds credentials.
func (c namedCredentials) Retrieve(ctx context.Context) (aws.Credentials, error) {
	found, err := c.CredentialsProvider.Retrieve(ctx)
	if err != nil {
		return found, &credentialsError{err}
	}
	return found, nil
}
