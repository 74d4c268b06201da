package writer

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"github.com/tablectl/tablectl/internal/columnar"
	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/manifest"
)

// How objects are read.
const (
	wholeBytes = 8 << 20  // at most: read in one request
	pieceBytes = 8 << 20  // of larger ones, one request each
	tailBytes  = 64 << 10 // what the first look at the end of a file takes
)

// cost is the memory that looking at a file may take.
func (v *validator) cost(f *manifest.File) int64 {
	const decoders = 4 << 20
	if v.o.Level == LevelFooter {
		return decoders
	}
	return min(f.Bytes, max(v.o.Memory/4, 4*pieceBytes)) + decoders
}

// file looks at one file. Its error means that it could not.
func (v *validator) file(ctx context.Context, f *manifest.File, out *findings) (err error) {
	switch {
	case v.o.Level == LevelFooter:
		err = v.footer(ctx, f, out)
	case f.Bytes <= wholeBytes:
		err = v.whole(ctx, f, out)
	default:
		err = v.streamed(ctx, f, out)
	}
	return gone(err, out)
}

// gone turns what the store says about an object that is not as it should be into a finding.
func gone(err error, out *findings) error {
	switch {
	case errors.Is(err, objstore.ErrNotFound):
		out.fail(checkSize, "the object is not there")
	case errors.Is(err, objstore.ErrInvalidRange), errors.Is(err, objstore.ErrTooLarge):
		out.fail(checkSize, "the object has another size than recorded")
	case errors.Is(err, objstore.ErrPrecondition):
		out.fail(checkChecksum, "the object changed while it was read")
	case errors.Is(err, objstore.ErrChecksum):
		out.fail(checkChecksum, "the store says that its checksum does not match: %v", err)
	default:
		return err
	}
	return nil
}

// whole reads a small file in one request.
func (v *validator) whole(ctx context.Context, f *manifest.File, out *findings) error {
	b, info, err := objstore.ReadAll(ctx, v.store, f.Key, f.Bytes)
	if errors.Is(err, objstore.ErrTooLarge) {
		out.fail(checkSize, "%d bytes, recorded are %d", info.Size, f.Bytes)
		return nil
	}
	if err != nil || !sizeIs(f, int64(len(b)), out) {
		return err
	}
	sum := sha256.Sum256(b)
	if !digestsAre(f, hex.EncodeToString(sum[:]), *objstore.BytesBody(b).CRC64NVME, out) {
		return nil
	}
	x := v.open(bytes.NewReader(b), f, out)
	if x == nil {
		return nil
	}
	return x.all(ctx)
}

func sizeIs(f *manifest.File, size int64, out *findings) bool {
	if size != f.Bytes {
		out.fail(checkSize, "%d bytes, recorded are %d", size, f.Bytes)
		return false
	}
	out.ok(checkSize, 1)
	return true
}

func digestsAre(f *manifest.File, sha string, crc uint64, out *findings) bool {
	if sha != f.SHA256 {
		out.fail(checkChecksum, "SHA-256 is %s, recorded is %s", sha, f.SHA256)
		return false
	}
	if text := fmt.Sprintf("%016x", crc); text != f.CRC64NVME {
		out.fail(checkChecksum, "CRC64NVME is %s, recorded is %s", text, f.CRC64NVME)
		return false
	}
	out.ok(checkChecksum, 1)
	return true
}

// footer reads the end of a file only.
func (v *validator) footer(ctx context.Context, f *manifest.File, out *findings) error {
	tail, err := v.tail(ctx, f, out)
	if err != nil || tail == nil {
		return err
	}
	if crc := tail.info.CRC64NVME; crc != nil {
		if text := fmt.Sprintf("%016x", *crc); text != f.CRC64NVME {
			out.fail(checkChecksum, "the store's CRC64NVME is %s, recorded is %s", text, f.CRC64NVME)
			return nil
		}
		out.ok(checkChecksum, 1)
	}
	x := v.open(tail, f, out)
	if x != nil {
		x.believed()
	}
	return nil
}

// tailReader is the end of an object. Before it, only the magic bytes can be read: as if they were right.
type tailReader struct {
	info objstore.Info
	from int64
	b    []byte
}

// ReadAt reads what is in the tail.
func (t *tailReader) ReadAt(p []byte, off int64) (int, error) {
	if off == 0 && len(p) <= len(parquetMagic) && t.from > 0 {
		return copy(p, parquetMagic), nil
	}
	if off < t.from {
		return 0, fmt.Errorf("%w: a footer that begins before the end that was read", columnar.ErrCorrupt)
	}
	return bytes.NewReader(t.b).ReadAt(p, off-t.from)
}

const parquetMagic = "PAR1"

// tail reads the end of a file: the whole footer. Nil if its size is wrong.
func (v *validator) tail(ctx context.Context, f *manifest.File, out *findings) (*tailReader, error) {
	t, err := v.tailOf(ctx, f.Key, tailBytes)
	if err != nil || !sizeIs(f, t.info.Size, out) {
		return nil, err
	}
	if len(t.b) < 8 {
		return t, nil
	}
	need := int64(binary.LittleEndian.Uint32(t.b[len(t.b)-8:])) + 8
	if need <= int64(len(t.b)) || need > min(t.info.Size, maxFooter) {
		return t, nil // all there, or nonsense that the decoder will name
	}
	return v.tailOf(ctx, f.Key, need)
}

// maxFooter is the largest footer that is read.
const maxFooter = 64 << 20

func (v *validator) tailOf(ctx context.Context, key string, n int64) (*tailReader, error) {
	return tailOf(ctx, v.store, key, n)
}

// tailOf reads the last n bytes of an object, or all of it. It is repeated like every read: a cut-off answer is worth another try.
func tailOf(ctx context.Context, store objstore.Store, key string, n int64) (*tailReader, error) {
	var t *tailReader
	err := again(ctx, store, func() error {
		o, err := store.Get(ctx, key, objstore.GetOptions{Offset: -n})
		if err != nil {
			return err
		}
		defer o.Body.Close() // read to its end, or given up
		b := make([]byte, min(n, o.Size))
		if _, err := io.ReadFull(o.Body, b); err != nil {
			return &objstore.Error{Op: "get", Key: key, Kind: objstore.ErrTemporary, Err: err}
		}
		t = &tailReader{info: o.Info, from: o.Size - int64(len(b)), b: b}
		return nil
	})
	return t, err
}

// again repeats do while the store is unavailable.
func again(ctx context.Context, s objstore.Store, do func() error) error {
	const attempts = 8
	for n := 1; ; n++ {
		err := do()
		if err == nil || n == attempts || !errors.Is(err, objstore.ErrTemporary) {
			return err
		}
		if objstore.Sleep(ctx, s, objstore.Backoff(n)) != nil {
			return err // what the store said tells more than that the time was up
		}
	}
}
