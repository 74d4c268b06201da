package source

import (
	"context"
	"encoding/hex"
	"io"
)

// ParquetInput is a whole Parquet file, for those who would take it as it is. Reading it is guarded: a file that is not what it was
// is ErrChanged.
type ParquetInput struct {
	Name string
	io.ReaderAt
	Size      int64
	SHA256    string  // 64 hex digits; "" for s3:// objects, which are known by their ETag
	CRC64NVME *uint64 // of the content; nil where it is not known yet
}

// Parquet gives the files of a Parquet source, after Prepare; nil for all other formats. ctx is for reading objects.
func (s *Source) Parquet(ctx context.Context) []ParquetInput {
	if s.format != formatParquet || !s.hashed {
		return nil
	}
	out := make([]ParquetInput, 0, len(s.inputs))
	for _, in := range s.inputs {
		out = append(out, ParquetInput{in.name, s.readerAt(ctx, in), in.size, hex.EncodeToString(in.sha256), in.crc64nvme})
	}
	return out
}
