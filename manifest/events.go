package manifest

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"slices"
)

// The recent events in the manifest: at least RecentEvents once there are so many, at most maxRecent. When there are more, the oldest
// move to a new history object, so that it is written once in a while and not with every event.
const (
	RecentEvents = 64
	maxRecent    = 96
)

// MaxHistoryBytes is the largest history that is read, uncompressed.
const MaxHistoryBytes = 256 << 20

// maxEventBytes is the longest line of a history.
const maxEventBytes = 1 << 20

// Overflow are the events that the manifest has no place for: the oldest, oldest first; nil while all fit. They must be appended to
// the history, in a new object, before the manifest is written without them (WithHistory).
func (m *Manifest) Overflow() []Event {
	n := len(m.Tablectl.Recent)
	if n <= maxRecent {
		return nil
	}
	return m.Tablectl.Recent[:n-RecentEvents]
}

// WithHistory is m with a history object that covers more: without the events that it holds. It is the same write (id, generation),
// made ready to be sent.
func (m *Manifest) WithHistory(h History) *Manifest {
	next := *m
	next.Tablectl.History = &h
	i := slices.IndexFunc(m.Tablectl.Recent, func(e Event) bool { return e.Generation > h.Through })
	if i < 0 {
		i = len(m.Tablectl.Recent)
	}
	next.Tablectl.Recent = slices.Clone(m.Tablectl.Recent[i:])
	return &next
}

// EncodeEvents is a history object: one event a line, compressed with gzip. The same events give the same bytes with the same
// release of Go's compressor; readers compare events, not bytes, across releases.
func EncodeEvents(events []Event) ([]byte, error) {
	if err := checkEvents(events); err != nil {
		return nil, fmt.Errorf("encode events: %w", err)
	}
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	for _, e := range events {
		line, err := encodeWhole(e)
		if err != nil {
			return nil, fmt.Errorf("encode events: %w", err)
		}
		if _, err := z.Write(append(line, '\n')); err != nil {
			return nil, fmt.Errorf("encode events: %w", err)
		}
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("encode events: %w", err)
	}
	return out.Bytes(), nil
}

// DecodeEvents reads a history object, oldest event first. It refuses, with ErrInvalid or ErrTooLarge, what EncodeEvents cannot have
// made.
func DecodeEvents(b []byte) ([]Event, error) { return decodeEvents(b, MaxHistoryBytes) }

func decodeEvents(b []byte, most int64) ([]Event, error) {
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, fmt.Errorf("decode events: %w", refuse(RuleJSON, "not gzip: %v", err))
	}
	limited := &io.LimitedReader{R: z, N: most + 1}
	lines := bufio.NewScanner(limited)
	lines.Buffer(nil, maxEventBytes)
	events := []Event{}
	for lines.Scan() {
		var e Event
		if err := decodeWhole(lines.Bytes(), &e); limited.N <= 0 {
			break // the line may be cut
		} else if err != nil {
			return nil, fmt.Errorf("decode events: %w", refuse(RuleJSON, "line %d: %v", len(events)+1, err))
		}
		events = append(events, e)
	}
	switch err := lines.Err(); {
	case limited.N <= 0 || errors.Is(err, bufio.ErrTooLong):
		return nil, fmt.Errorf("decode events: %w", ErrTooLarge)
	case err != nil:
		return nil, fmt.Errorf("decode events: %w", refuse(RuleJSON, "damaged: %v", err))
	}
	if err := checkEvents(events); err != nil {
		return nil, fmt.Errorf("decode events: %w", err)
	}
	return events, nil
}
