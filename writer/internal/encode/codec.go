package encode

import (
	"fmt"

	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go/format"
)

// Codec is how pages are compressed.
type Codec struct {
	name  string
	codec format.CompressionCodec
}

// ParseCodec knows "zstd" (also "") and "snappy".
func ParseCodec(name string) (Codec, error) {
	switch name {
	case "", "zstd":
		return Codec{"zstd", format.Zstd}, nil
	case "snappy":
		return Codec{"snappy", format.Snappy}, nil
	}
	return Codec{}, fmt.Errorf("compression %q is neither zstd nor snappy", name)
}

// compressor is a codec with its memory. Its output is the same for the same input, whatever it was used for before.
type compressor struct {
	codec format.CompressionCodec
	zstd  *zstd.Encoder
}

// newCompressor makes a compressor at the fastest level.
func newCompressor(c Codec) (*compressor, error) {
	out := &compressor{codec: c.codec}
	if c.codec != format.Zstd {
		return out, nil
	}
	var err error
	out.zstd, err = zstd.NewWriter(nil,
		zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1), zstd.WithEncoderCRC(false),
		zstd.WithLowerEncoderMem(true), zstd.WithWindowSize(1<<20))
	if err != nil {
		return nil, fmt.Errorf("start zstd: %w", err)
	}
	return out, nil
}

// compress returns src compressed, in dst's memory where it fits.
func (c *compressor) compress(codec format.CompressionCodec, dst, src []byte) []byte {
	switch codec {
	case format.Zstd:
		return c.zstd.EncodeAll(src, dst[:0])
	case format.Snappy:
		return snappy.Encode(dst[:cap(dst)], src)
	}
	return append(dst[:0], src...)
}
