package table

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/tablectl/tablectl/manifest"
)

// lease renews a reservation while its attempt works, so that gc does not take a long publish for a dead one. Safety does not rest
// on it: an attempt whose reservation is gone cannot commit.
type lease struct {
	cancel context.CancelCauseFunc
	done   sync.WaitGroup
	last   head // the manifest as last seen; read after done
}

// keepLease starts to renew. The context it returns ends when the attempt was fenced, with ErrFenced as its cause.
func (t *Table) keepLease(ctx context.Context, run, attempt string, base head) (context.Context, *lease) {
	leased, cancel := context.WithCancelCause(ctx)
	l := &lease{cancel: cancel, last: base}
	l.done.Go(func() {
		tick := time.NewTicker(t.opts.Lease / 3)
		defer tick.Stop()
		for {
			select {
			case <-leased.Done():
				return
			case <-tick.C:
			}
			if err := t.renew(leased, l, run, attempt); errors.Is(err, ErrFenced) {
				cancel(err)
				return
			} else if err != nil {
				t.opts.Logger.Warn("the lease could not be renewed", "run", run, "err", err)
			}
		}
	})
	return leased, l
}

// renew pushes the end of the lease by one flip.
func (t *Table) renew(ctx context.Context, l *lease, run, attempt string) error {
	var until manifest.Time
	op := operation{
		name: "renew the lease",
		change: func(m *manifest.Manifest, w manifest.Write) (*manifest.Manifest, error) {
			if m == nil {
				return nil, ErrManifestMissing
			}
			until = w.At + manifest.Time(t.opts.Lease.Milliseconds())
			return m.Renew(run, attempt, until, w)
		},
		effect: func(m *manifest.Manifest) bool {
			e, ok := m.PendingRun(run)
			return ok && e.Attempt == attempt && e.LeaseUntil == until
		},
	}
	out, err := t.drive(ctx, op, &l.last)
	if err == nil {
		l.last = out.head
	}
	return err
}

// stop ends the renewals and returns the manifest as last seen.
func (l *lease) stop() head {
	l.cancel(nil)
	l.done.Wait()
	return l.last
}
