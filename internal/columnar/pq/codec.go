package pq

import (
	"bytes"
	"io"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

// decompress fills dst, whose length is what the page header promises, from src.
func (f *File) decompress(codec Codec, dst, src []byte) error {
	if len(dst) == 0 && len(src) == 0 {
		return nil
	}
	switch codec {
	case Snappy:
		n, err := snappy.DecodedLen(src)
		if err != nil || n != len(dst) {
			return corrupt("a snappy page of %d bytes, its header says %d", n, len(dst))
		}
		if _, err := snappy.Decode(dst, src); err != nil {
			return corrupt("decompress snappy: %v", err)
		}
		return nil
	case Gzip:
		r, err := gzip.NewReader(bytes.NewReader(src))
		if err != nil {
			return corrupt("decompress gzip: %v", err)
		}
		return fill(dst, r)
	case Brotli:
		return fill(dst, brotli.NewReader(bytes.NewReader(src)))
	case LZ4Raw:
		if n, err := lz4.UncompressBlock(src, dst); err != nil || n != len(dst) {
			return corrupt("decompress lz4: %d bytes of %d: %v", n, len(dst), err)
		}
		return nil
	case Zstd:
		return f.zstd.decode(dst, src, f.maxPage)
	}
	return unsupported("compression %s", codec)
}

// fill reads exactly what dst holds, and sees the end after it.
func fill(dst []byte, r io.Reader) error {
	if n, err := io.ReadFull(r, dst); err != nil {
		return corrupt("decompress: %d bytes of %d: %v", n, len(dst), err)
	}
	var more [1]byte
	if n, err := io.ReadFull(r, more[:]); n != 0 || err != io.EOF {
		return corrupt("decompress: more than the %d bytes of the header, or no proper end", len(dst))
	}
	return nil
}

// zstdPool keeps decoders, which are dear to make, for the columns of one file.
type zstdPool struct{ pool sync.Pool }

func (p *zstdPool) decode(dst, src []byte, limit int64) error {
	d, ok := p.pool.Get().(*zstd.Decoder)
	if !ok {
		var err error
		d, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxMemory(uint64(limit)))
		if err != nil {
			return err
		}
	}
	defer p.pool.Put(d)
	var head zstd.Header
	if err := head.Decode(src); err == nil && head.HasFCS && head.FrameContentSize > uint64(len(dst)) {
		return corrupt("a zstd frame of %d bytes, the page header says %d", head.FrameContentSize, len(dst))
	}
	out, err := d.DecodeAll(src, dst[:0])
	if err != nil {
		return corrupt("decompress zstd: %v", err)
	}
	if len(out) != len(dst) {
		return corrupt("decompress zstd: %d bytes, the page header says %d", len(out), len(dst))
	}
	if len(out) > 0 && &out[0] != &dst[0] {
		copy(dst, out)
	}
	return nil
}
