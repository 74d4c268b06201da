package spool

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"slices"

	"github.com/tablectl/tablectl/internal/objstore"
)

// Spool takes bytes in order, digests them as they go by, and gives them back at any offset.
type Spool struct {
	dir  *Dir
	buf  []byte
	held int64 // bytes of the Dir's memory that are ours
	file *os.File
	size int64
	sha  hash.Hash
	crc  hash.Hash64
}

// step is how much memory a spool asks for at once.
const step = 64 << 10

// New is an empty spool.
func (d *Dir) New() *Spool {
	return &Spool{dir: d, sha: sha256.New(), crc: objstore.NewCRC64NVME()}
}

// Write adds p.
func (s *Spool) Write(p []byte) (int, error) {
	s.sha.Write(p) // never fails
	s.crc.Write(p) // never fails
	if s.file == nil && !s.room(int64(len(p))) {
		if err := s.spill(); err != nil {
			return 0, err
		}
	}
	s.size += int64(len(p))
	if s.file == nil {
		s.buf = append(s.buf, p...)
		return len(p), nil
	}
	n, err := s.file.Write(p)
	return n, s.dir.Explain(err)
}

// Grow prepares for n more bytes.
func (s *Spool) Grow(n int64) {
	if s.file == nil && s.room(n) {
		s.buf = slices.Grow(s.buf, int(n))
	}
}

// room says whether n more bytes may be kept in memory, and takes it.
func (s *Spool) room(n int64) bool {
	for s.size+n > s.held {
		ask := max(step, s.size+n-s.held)
		if s.dir.memory.Add(-ask) < 0 {
			s.dir.memory.Add(ask)
			return false
		}
		s.held += ask
	}
	return true
}

// spill moves what is in memory to a file.
func (s *Spool) spill() error {
	f, err := s.dir.File()
	if err != nil {
		return err
	}
	s.file = f
	_, err = f.Write(s.buf)
	s.release()
	return s.dir.Explain(err)
}

func (s *Spool) release() {
	s.buf = nil
	s.dir.memory.Add(s.held)
	s.held = 0
}

// ReadAt reads what was written.
func (s *Spool) ReadAt(p []byte, off int64) (int, error) {
	if s.file != nil {
		n, err := s.file.ReadAt(p, off)
		if err != nil && err != io.EOF {
			err = s.dir.Explain(err)
		}
		return n, err
	}
	switch {
	case off < 0:
		return 0, fmt.Errorf("read spool: negative offset %d", off)
	case off >= int64(len(s.buf)):
		return 0, io.EOF
	}
	n := copy(p, s.buf[off:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// Size is the number of bytes so far.
func (s *Spool) Size() int64 { return s.size }

// SHA256 is the digest so far, in hex.
func (s *Spool) SHA256() string { return hex.EncodeToString(s.sha.Sum(nil)) }

// CRC64NVME is the checksum so far.
func (s *Spool) CRC64NVME() uint64 { return s.crc.Sum64() }

// Close gives the memory or the file back. It can be called twice.
func (s *Spool) Close() error {
	s.release()
	if s.file == nil {
		return nil
	}
	f := s.file
	s.file = nil
	return errors.Join(f.Close(), os.Remove(f.Name()))
}
