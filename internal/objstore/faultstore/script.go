package faultstore

import (
	"context"
	"sync"
)

// Options are what a Store or a Transport does besides passing requests on.
type Options struct {
	Plan    Plan        // nil: no faults
	Observe func(Event) // called after every request, one at a time: to check invariants at each step
	OnKill  func()      // called once when the caller dies: to cancel its context
}

// Event is a request and what became of it.
type Event struct {
	Request
	Fault     Fault
	Delivered bool  // a late delivery, not the request itself
	Err       error // what the caller was told; of a late delivery, what the store said
}

// script numbers requests, knows the faults, and keeps the trace. Store and Transport are built around one.
type script struct {
	o Options

	mu     sync.Mutex
	n      int
	dead   bool
	trace  []Event
	late   []delivery
	watch  sync.Mutex // one Observe at a time
	killed sync.Once
}

type delivery struct {
	r     Request
	f     Fault
	due   int // number of the request before which it is delivered; 0: at Deliver
	apply func() error
}

// Trace is what happened so far, in the order of the answers.
func (s *script) Trace() []Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Event(nil), s.trace...)
}

// Count is the number of requests so far.
func (s *script) Count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.n
}

// Deliver applies everything that is still under way, in the order in which it was sent.
func (s *script) Deliver() {
	s.deliver(func(delivery) bool { return true })
}

func (s *script) deliver(wanted func(delivery) bool) {
	s.mu.Lock()
	var now, later []delivery
	for _, d := range s.late {
		if wanted(d) {
			now = append(now, d)
		} else {
			later = append(later, d)
		}
	}
	s.late = later
	s.mu.Unlock()
	for _, d := range now {
		s.record(Event{Request: d.r, Fault: d.f, Delivered: true, Err: d.apply()})
	}
}

// begin numbers a request and delivers what is due before it.
func (s *script) begin(r Request) (Request, Fault) {
	s.mu.Lock()
	s.n++
	r.N = s.n
	var f Fault
	switch {
	case s.dead:
		f.Do = KillBefore
	case s.o.Plan != nil:
		f = s.o.Plan(r)
	}
	s.mu.Unlock()
	s.deliver(func(d delivery) bool { return d.due > 0 && d.due <= r.N })
	return r, f
}

// postpone keeps a request for later.
func (s *script) postpone(r Request, f Fault, apply func() error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := delivery{r: r, f: f, apply: apply}
	if f.After > 0 {
		d.due = r.N + f.After
	}
	s.late = append(s.late, d)
}

// kill ends the caller's life.
func (s *script) kill() {
	s.mu.Lock()
	s.dead = true
	s.mu.Unlock()
	s.killed.Do(func() {
		if s.o.OnKill != nil {
			s.o.OnKill()
		}
	})
}

func (s *script) record(e Event) {
	s.mu.Lock()
	s.trace = append(s.trace, e)
	s.mu.Unlock()
	if s.o.Observe != nil {
		s.watch.Lock()
		defer s.watch.Unlock()
		s.o.Observe(e)
	}
}

// play lets one request of a Store happen. apply does it; drop lets go of an answer that nobody gets.
func play[T any](ctx context.Context, s *script, r Request, apply func(context.Context) (T, error), drop func(T)) (T, error) {
	r, f := s.begin(r)
	answer, err := perform(ctx, s, r, f, apply, drop)
	s.record(Event{Request: r, Fault: f, Err: err})
	return answer, err
}

func perform[T any](ctx context.Context, s *script, r Request, f Fault, apply func(context.Context) (T, error), drop func(T)) (T, error) {
	var nothing T
	lose := func() {
		if answer, err := apply(ctx); err == nil {
			drop(answer)
		}
	}
	switch f.Do {
	case None:
		return apply(ctx)
	case LostReset, LostTimeout, Lost500, Lost503, LostErrorBody, Truncated:
		lose()
	case TwiceFirst:
		answer, err := apply(ctx)
		lose()
		return answer, err
	case TwiceSecond:
		lose()
		return apply(ctx)
	case Late:
		detached := context.WithoutCancel(ctx)
		s.postpone(r, f, func() error {
			answer, err := apply(detached)
			if err == nil {
				drop(answer)
			}
			return err
		})
	case KillBefore:
		s.kill()
	case KillAfter:
		lose()
		s.kill()
	}
	return nothing, storeError(r, f.Do)
}
