package probe

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/tablectl/tablectl/internal/objstore"
)

func (p *prober) raceCreate(ctx context.Context) outcome {
	for round := range p.rounds {
		key := p.key(fmt.Sprintf("create-%d", round))
		if _, bad := p.race(ctx, key, round, p.writers, objstore.PutOptions{IfNoneMatch: true, Once: true}); bad.status != "" {
			return bad
		}
	}
	return passed("%d rounds of %d writers, one winner each", p.rounds, p.writers)
}

func (p *prober) raceMultipart(ctx context.Context) outcome {
	writers, rounds := max(2, p.writers/2), max(1, p.rounds/10)
	for round := range rounds {
		key := p.key(fmt.Sprintf("multipart-%d", round))
		if _, bad := p.race(ctx, key, round, writers, objstore.PutOptions{IfNoneMatch: true, ForceMultipart: true}); bad.status != "" {
			return bad
		}
	}
	return passed("%d rounds of %d writers, one winner each", rounds, writers)
}

func (p *prober) raceUpdate(ctx context.Context) outcome {
	key := p.key("update")
	now, err := p.put(ctx, key, "start", objstore.PutOptions{})
	if err != nil {
		return failed(err)
	}
	for round := range p.rounds {
		var bad outcome
		if now, bad = p.race(ctx, key, round, p.writers, objstore.PutOptions{IfMatch: now.ETag, Once: true}); bad.status != "" {
			return bad
		}
	}
	return passed("%d rounds of %d writers, one winner each", p.rounds, p.writers)
}

// race lets writers write different bytes to one key at the same moment under the same condition. At most one may be told that it
// won, and it must be the one whose bytes are there; a writer that was told nothing definite may have won as well.
func (p *prober) race(ctx context.Context, key string, round, writers int, o objstore.PutOptions) (objstore.Info, outcome) {
	claim := func(writer int) string { return fmt.Sprintf("round %d, writer %d", round, writer) }
	errs := make([]error, writers)
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i := range writers {
		wg.Go(func() {
			<-start
			_, errs[i] = p.put(ctx, key, claim(i), o)
		})
	}
	close(start)
	wg.Wait()

	b, info, err := objstore.ReadAll(ctx, p.s, key, 1<<10)
	if err != nil && !errors.Is(err, objstore.ErrNotFound) {
		return info, failed(err)
	}
	var winners []int
	var unclear error
	for i, err := range errs {
		switch {
		case err == nil:
			winners = append(winners, i)
		case errors.Is(err, objstore.ErrAccessDenied), errors.Is(err, objstore.ErrUnsupported):
			return info, failed(err)
		case string(b) == claim(i):
			unclear = err // it won, and was not told
		}
		if errors.Is(err, objstore.ErrPrecondition) && string(b) == claim(i) {
			return info, unsafe("round %d: a writer was told 412, but its bytes are there", round+1)
		}
	}
	switch {
	case len(winners) > 1:
		return info, unsafe("round %d: %d of %d writers were told that they won: the store ignores the condition", round+1, len(winners), writers)
	case len(winners) == 1 && string(b) != claim(winners[0]):
		return info, unsafe("round %d: the bytes of the winner are not there", round+1)
	case len(winners) == 0 && unclear == nil:
		return info, failed(fmt.Errorf("round %d: nobody won: %w", round+1, errs[0]))
	}
	return info, outcome{}
}

func (p *prober) staleETag(ctx context.Context) outcome {
	key := p.key("stale")
	first, err := p.put(ctx, key, "first", objstore.PutOptions{})
	if err != nil {
		return failed(err)
	}
	if _, err := p.put(ctx, key, "second", objstore.PutOptions{IfMatch: first.ETag}); err != nil {
		return failed(err)
	}
	_, err = p.put(ctx, key, "third", objstore.PutOptions{IfMatch: first.ETag})
	if b, _, readErr := objstore.ReadAll(ctx, p.s, key, 1<<10); readErr != nil {
		return failed(readErr)
	} else if err == nil || string(b) != "second" {
		return unsafe("a write against an old ETag went through")
	}
	if !errors.Is(err, objstore.ErrPrecondition) {
		return failed(err)
	}
	return passed("is refused")
}

func (p *prober) ifMatchOnMissing(ctx context.Context) outcome {
	key := p.key("never")
	_, err := p.put(ctx, key, "x", objstore.PutOptions{IfMatch: `"0123456789abcdef0123456789abcdef"`})
	switch {
	case err == nil:
		return unsafe("an update of a missing object made it")
	case errors.Is(err, objstore.ErrNotFound):
		return passed("is refused with 404")
	case errors.Is(err, objstore.ErrPrecondition):
		return passed("is refused with 412")
	}
	return failed(err)
}
