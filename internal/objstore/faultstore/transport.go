package faultstore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// Transport lets the same faults happen to the HTTP requests of an S3 client.
type Transport struct {
	*script
	next http.RoundTripper
}

// NewTransport is next with faults.
func NewTransport(next http.RoundTripper, o Options) *Transport {
	return &Transport{&script{o: o}, next}
}

// RoundTrip sends a request, as far as the plan lets it.
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	r, f := t.begin(Request{Op: strings.ToLower(req.Method), Key: req.URL.Path, Condition: headerCondition(req.Header)})
	resp, err := t.perform(req, r, f)
	said := err
	if err == nil && resp.StatusCode >= 300 {
		said = errors.New(resp.Status)
	}
	t.record(Event{Request: r, Fault: f, Err: said})
	return resp, err
}

func (t *Transport) perform(req *http.Request, r Request, f Fault) (*http.Response, error) {
	if f.Do == None {
		return t.next.RoundTrip(req)
	}
	send, err := repeatable(req)
	if err != nil {
		return nil, err
	}
	apply := func() (*http.Response, error) { return t.next.RoundTrip(send(req.Context())) }
	lose := func() { t.lose(apply()) }
	switch f.Do {
	case LostReset, LostTimeout, Lost500, Lost503, LostErrorBody:
		lose()
	case Truncated:
		resp, err := apply()
		return truncate(resp), err
	case TwiceFirst:
		first, err := apply()
		if err == nil {
			first, err = inMemory(first)
		}
		lose()
		return first, err
	case TwiceSecond:
		lose()
		return apply()
	case Late:
		detached := context.WithoutCancel(req.Context())
		t.postpone(r, f, func() error { return t.lose(t.next.RoundTrip(send(detached))) })
	case KillBefore:
		t.kill()
	case KillAfter:
		lose()
		t.kill()
	}
	return synthetic(req, f.Do)
}

// lose reads an answer to its end, so that the server is done with it, and forgets it but for its status.
func (t *Transport) lose(resp *http.Response, err error) error {
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, resp.Body)
	if err == nil && resp.StatusCode >= 300 {
		err = errors.New(resp.Status)
	}
	return errors.Join(err, resp.Body.Close())
}

// repeatable reads the body of a request, so that it can be sent at any time and more than once.
func repeatable(req *http.Request) (func(context.Context) *http.Request, error) {
	var body []byte
	if req.Body != nil {
		var err error
		if body, err = io.ReadAll(req.Body); err != nil {
			return nil, err
		}
		if err := req.Body.Close(); err != nil {
			return nil, err
		}
	}
	return func(ctx context.Context) *http.Request {
		again := req.Clone(ctx)
		if req.Body != nil {
			again.Body = io.NopCloser(bytes.NewReader(body))
		}
		return again
	}, nil
}

func inMemory(resp *http.Response) (*http.Response, error) {
	b, err := io.ReadAll(resp.Body)
	resp.Body = io.NopCloser(bytes.NewReader(b))
	return resp, err
}

// truncate cuts the body in half; an answer without one loses its headers, as if they had not arrived whole.
func truncate(resp *http.Response) *http.Response {
	if resp == nil {
		return nil
	}
	b, err := io.ReadAll(resp.Body)
	resp.Body.Close() // read to its end
	if err != nil || len(b) == 0 {
		resp.Header = http.Header{"Date": resp.Header["Date"]}
	}
	resp.Body = io.NopCloser(io.MultiReader(bytes.NewReader(b[:len(b)/2]), failing{io.ErrUnexpectedEOF}))
	return resp
}

// synthetic is an answer that no server gave.
func synthetic(req *http.Request, k Kind) (*http.Response, error) {
	switch k {
	case Refused:
		return nil, errRefused
	case LostReset, AnswerReset:
		return nil, errReset
	case LostTimeout, AnswerTimeout, Late:
		return nil, timeout{}
	case KillBefore, KillAfter:
		return nil, ErrKilled
	}
	status, code := answerOf(k)
	body := fmt.Sprintf(`<?xml version="1.0" encoding="UTF-8"?><Error><Code>%s</Code><Message>injected</Message></Error>`, code)
	if req.Method == http.MethodHead {
		body = ""
	}
	return &http.Response{
		Status: fmt.Sprintf("%d %s", status, code), StatusCode: status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: req,
		Header:        http.Header{"Date": {time.Now().UTC().Format(http.TimeFormat)}, "Content-Type": {"application/xml"}},
		ContentLength: int64(len(body)), Body: io.NopCloser(strings.NewReader(body)),
	}, nil
}

func answerOf(k Kind) (status int, code string) {
	switch k {
	case Answer403:
		return http.StatusForbidden, "AccessDenied"
	case Answer404:
		return http.StatusNotFound, "NoSuchKey"
	case Answer409:
		return http.StatusConflict, "ConditionalRequestConflict"
	case Answer412:
		return http.StatusPreconditionFailed, "PreconditionFailed"
	case Lost503, Answer503:
		return http.StatusServiceUnavailable, "SlowDown"
	case LostErrorBody, AnswerErrorBody:
		return http.StatusOK, "InternalError"
	}
	return http.StatusInternalServerError, "InternalError"
}

func headerCondition(h http.Header) string {
	return condition(h.Get("If-None-Match") != "", h.Get("If-Match"))
}
