package objstore

import (
	"context"
	"errors"
	"fmt"
)

// CopyImmutable copies an object that never changes to a key that names its bytes, sent again while the store is unavailable or
// undecided. o.Size and o.CRC64NVME are what the source is known to hold. An object that is there already is the wanted one if it has
// these bytes, as with PutImmutable; other bytes are ErrKeyCollision, and stay. After a copy the size and the checksum that the store
// reports are compared (where it keeps none, the size alone): a source that is not what it was is ErrChecksum. ErrNotFound: no source.
func CopyImmutable(ctx context.Context, s Store, from, to string, o CopyOptions) (Info, error) {
	if o.CRC64NVME == nil {
		return Info{}, &Error{Op: "copy", Key: to, Err: errors.New("the checksum of the source is not given")}
	}
	var info Info
	err := retry(ctx, s, func() (err error) {
		info, err = s.Copy(ctx, from, to, o)
		if errors.Is(err, ErrPrecondition) {
			info, err = sameObject(ctx, s, to, Body{Size: o.Size, CRC64NVME: o.CRC64NVME})
			return err
		}
		if err != nil {
			return err
		}
		return o.check(info, from)
	})
	return info, err
}

// check compares what the store says of a copy with what the source is known to hold.
func (o CopyOptions) check(info Info, from string) error {
	var detail error
	switch {
	case info.Size != o.Size:
		detail = fmt.Errorf("%s has %d bytes, not %d", from, info.Size, o.Size)
	case info.CRC64NVME != nil && *info.CRC64NVME != *o.CRC64NVME:
		detail = fmt.Errorf("%s has the CRC64NVME %016x, not %016x", from, *info.CRC64NVME, *o.CRC64NVME)
	default:
		return nil
	}
	return &Error{Op: "copy", Key: info.Key, Date: info.Date, Kind: ErrChecksum, Err: detail}
}
