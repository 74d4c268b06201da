package objstore

import (
	"context"
	"errors"
	"fmt"
	"io"
)

// PutImmutable writes an object that is never to change: create-only, sent again while the store is unavailable or undecided.
// An object that is there already is the wanted one if it has the same bytes (size and checksum; where the store keeps no
// checksum it is read back): then its Info is returned as if it had just been written, since an earlier attempt whose answer was
// lost looks exactly like that. Other bytes are ErrKeyCollision, and stay. The condition in o is ignored.
func PutImmutable(ctx context.Context, s Store, key string, body Body, o PutOptions) (Info, error) {
	o.IfNoneMatch, o.IfMatch = true, ""
	if body.CRC64NVME == nil {
		sum, err := body.Checksum(ctx)
		if err != nil {
			return Info{}, &Error{Op: "put", Key: key, Err: fmt.Errorf("read body: %w", err)}
		}
		body.CRC64NVME = &sum
	}
	var info Info
	err := retry(ctx, s, func() (err error) {
		info, err = s.Put(ctx, key, body, o)
		if errors.Is(err, ErrPrecondition) {
			info, err = sameObject(ctx, s, key, body)
		}
		o.Resume = true // whatever this attempt left behind
		return err
	})
	return info, err
}

// sameObject looks at what is at key and returns it if it is body.
func sameObject(ctx context.Context, s Store, key string, body Body) (Info, error) {
	info, err := s.Head(ctx, key)
	switch {
	case errors.Is(err, ErrNotFound):
		// The store refused because something was there, or an upload had been finished by somebody else; now there is
		// nothing. Neither is decided: send it again.
		return Info{}, &Error{Op: "put", Key: key, Date: dateOf(err), Kind: ErrConflict, Err: err}
	case err != nil:
		return Info{}, err
	case info.Size != body.Size:
		return Info{}, collision(info, fmt.Sprintf("%d bytes there, %d to write", info.Size, body.Size))
	}
	sum := info.CRC64NVME
	if sum == nil {
		if sum, err = ReadChecksum(ctx, s, info); err != nil {
			return Info{}, err
		}
	}
	if *sum != *body.CRC64NVME {
		return Info{}, collision(info, fmt.Sprintf("CRC64NVME %016x there, %016x to write", *sum, *body.CRC64NVME))
	}
	return info, nil
}

// ReadChecksum reads the object that info describes and returns its checksum.
func ReadChecksum(ctx context.Context, s Store, info Info) (*uint64, error) {
	o, err := s.Get(ctx, info.Key, GetOptions{IfMatch: info.ETag})
	if err != nil {
		return nil, err
	}
	defer o.Body.Close() // read to its end, or given up
	h := NewCRC64NVME()
	if n, err := io.Copy(h, o.Body); err != nil {
		return nil, bodyError(info.Key, err)
	} else if n != info.Size {
		return nil, bodyError(info.Key, io.ErrUnexpectedEOF)
	}
	sum := h.Sum64()
	return &sum, nil
}

func collision(info Info, detail string) error {
	return &Error{Op: "put", Key: info.Key, Date: info.Date, Kind: ErrKeyCollision, Err: errors.New(detail)}
}
