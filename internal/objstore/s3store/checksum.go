package s3store

import (
	"encoding/base64"
	"encoding/binary"
)

// encodeCRC is a checksum as S3 writes it: the big-endian bytes in base64.
func encodeCRC(sum uint64) *string {
	s := base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint64(nil, sum))
	return &s
}

// decodeCRC is nil for what is no checksum of a whole object.
func decodeCRC(s string) *uint64 {
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil || len(b) != 8 {
		return nil
	}
	sum := binary.BigEndian.Uint64(b)
	return &sum
}
