// Package faultstore makes things go wrong between a caller and its store, on purpose and repeatably. It numbers the requests and
// does to each what a Plan says: not send it, lose the answer, answer something else, deliver it late or twice, cut the body, kill
// the caller. Store does so around any objstore.Store, Transport around the HTTP transport of a real server, with the same faults.
// Without a plan it changes nothing and keeps a trace, which is how requests are counted.
package faultstore

import (
	"context"
	"errors"
	"fmt"
	"syscall"

	"github.com/tablectl/tablectl/internal/objstore"
)

// Kind is what happens to a request.
type Kind int

// The faults. Applied means that the store did what was asked.
const (
	None Kind = iota

	Refused // never reaches the store: connection refused

	LostReset     // applied; then the connection is reset
	LostTimeout   // applied; no answer in time
	Lost500       // applied; the answer is 500
	Lost503       // applied; the answer is 503
	LostErrorBody // applied; the answer is 200 with an error in its body
	Truncated     // applied; the answer is cut short, and so is a body that was asked for

	Answer403 // not applied, as all that follow up to Late
	Answer404
	Answer409
	Answer412
	Answer500
	Answer503
	AnswerErrorBody // 200 with an error in its body
	AnswerReset
	AnswerTimeout

	Late        // no answer in time; applied later: before the Fault.After-th next request, or at Deliver
	TwiceFirst  // applied twice; the caller gets the first answer
	TwiceSecond // applied twice; the caller gets the second answer

	KillBefore // not applied; the caller is dead: this and every further request is ErrKilled
	KillAfter  // applied, and the caller is dead
)

// names are the kinds in order.
func names() []string {
	return []string{
		"none", "refused", "lost-reset", "lost-timeout", "lost-500", "lost-503", "lost-error-body", "truncated",
		"answer-403", "answer-404", "answer-409", "answer-412", "answer-500", "answer-503", "answer-error-body", "answer-reset",
		"answer-timeout", "late", "twice-first", "twice-second", "kill-before", "kill-after",
	}
}

// String is the name of the kind.
func (k Kind) String() string { return names()[k] }

// Kinds is every fault, for tests that try them all.
func Kinds() []Kind {
	out := make([]Kind, 0, KillAfter)
	for k := Refused; k <= KillAfter; k++ {
		out = append(out, k)
	}
	return out
}

// Applied is true for the kinds after which the store has done what was asked, now or later.
func (k Kind) Applied() bool {
	return k == None || k >= LostReset && k <= Truncated || k >= Late && k <= TwiceSecond || k == KillAfter
}

// Fault is a kind with its argument.
type Fault struct {
	Do    Kind
	After int // for Late: delivered before the After-th request that follows; 0: only by Deliver
}

// Request is one request, as it was asked for.
type Request struct {
	N         int    // 1, 2, …
	Op        string // get, head, put, copy, list, delete; the HTTP method in lower case at a Transport
	Key       string // the first one of a delete, the prefix of a list; the path at a Transport
	Condition string // "if-none-match: *", "if-match: \"…\"" or ""
}

// String is the request in one line.
func (r Request) String() string {
	if r.Condition == "" {
		return fmt.Sprintf("%d %s %s", r.N, r.Op, r.Key)
	}
	return fmt.Sprintf("%d %s %s (%s)", r.N, r.Op, r.Key, r.Condition)
}

// Plan says what happens to a request. It is called with one request at a time.
type Plan func(Request) Fault

// At is the plan that lets one fault happen to the n-th request, counted from 1.
func At(n int, f Fault) Plan {
	return func(r Request) Fault {
		if r.N == n {
			return f
		}
		return Fault{}
	}
}

// Plans is the first of several plans that does anything.
func Plans(plans ...Plan) Plan {
	return func(r Request) Fault {
		for _, p := range plans {
			if f := p(r); f.Do != None {
				return f
			}
		}
		return Fault{}
	}
}

// ErrKilled is what a dead caller gets from every request. It counts as a cancellation, so that nothing tries again.
var ErrKilled error = killed{}

type killed struct{}

// Error says what happened.
func (killed) Error() string { return "killed by the fault store" }

// Is makes it a cancellation.
func (killed) Is(target error) bool { return target == context.Canceled }

// CanceledError keeps the AWS SDK from trying again.
func (killed) CanceledError() bool { return true }

// Errors of a network.
var (
	errRefused = syscall.ECONNREFUSED
	errReset   = syscall.ECONNRESET
)

// timeout is a network timeout.
type timeout struct{}

func (timeout) Error() string   { return "i/o timeout" }
func (timeout) Timeout() bool   { return true }
func (timeout) Temporary() bool { return true }

// storeError is how a Store reports a fault.
func storeError(r Request, k Kind) error {
	e := &objstore.Error{Op: r.Op, Key: r.Key}
	switch k {
	case KillBefore, KillAfter:
		e.Err = ErrKilled
	case Answer403:
		e.Kind, e.Err = objstore.ErrAccessDenied, errors.New("403")
	case Answer404:
		e.Kind, e.Err = objstore.ErrNotFound, errors.New("404")
	case Answer409:
		e.Kind, e.Err = objstore.ErrConflict, errors.New("409")
	case Answer412:
		e.Kind, e.Err = objstore.ErrPrecondition, errors.New("412")
	default:
		e.Kind, e.Err = objstore.ErrTemporary, temporaryCause(k)
	}
	return e
}

func temporaryCause(k Kind) error {
	switch k {
	case Refused:
		return errRefused
	case LostReset, AnswerReset:
		return errReset
	case LostTimeout, AnswerTimeout, Late:
		return timeout{}
	}
	return errors.New(k.String())
}
