package rowdiff

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"

	"github.com/tablectl/tablectl/internal/objstore"
)

// run is records in the order of their values, in a temporary file.
type run struct {
	file  *os.File
	named bool // it is still to be removed
	size  int64
}

// bufferBytes is what reading or writing a run takes of memory.
const bufferBytes = 64 << 10

// write makes a run of what c walks.
func (s *Set) write(c cursor) (r *run, err error) {
	f, err := os.CreateTemp(s.o.SpoolDir, "tablectl-diff-*")
	if err != nil {
		return nil, s.explain(err)
	}
	r = &run{file: f}
	// A file without a name is gone with the process, however that ends. Where open files cannot be removed, close does it.
	if os.Remove(f.Name()) != nil {
		r.named = true
	}
	defer func() {
		if err != nil {
			r.close()
		}
	}()
	w := bufio.NewWriterSize(f, bufferBytes)
	var head []byte
	for {
		rec, ok, err := c.next()
		if err != nil {
			return nil, err
		}
		if !ok {
			break
		}
		head = rec.appendHead(head[:0])
		r.size += int64(len(head) + len(rec.bytes))
		_, _ = w.Write(head) // an error stays with w until Flush
		_, _ = w.Write(rec.bytes)
	}
	return r, s.explain(w.Flush())
}

// close gives the file up.
func (r *run) close() {
	r.file.Close() // nothing of it is needed any more
	if r.named {
		os.Remove(r.file.Name()) // what stays is the operating system's to sweep
	}
}

// explain makes an error of a temporary file say where it is and what helps. A full disk is objstore.ErrNoSpace.
func (s *Set) explain(err error) error {
	dir := s.o.SpoolDir
	if dir == "" {
		dir = os.TempDir()
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return fmt.Errorf("spool rows in %s: %w: make room there or name another place with --spool-dir (%w)", dir, objstore.ErrNoSpace, err)
	}
	return fmt.Errorf("spool rows in %s: %w", dir, err)
}

// record is a row and how often New has it more than Old.
type record struct {
	row
	count int64
}

func (r *record) appendHead(dst []byte) []byte {
	dst = binary.AppendUvarint(dst, uint64(r.key))
	dst = binary.AppendUvarint(dst, uint64(r.canon))
	dst = binary.AppendUvarint(dst, uint64(len(r.bytes)))
	return binary.AppendVarint(dst, r.count)
}

// fileCursor walks a run.
type fileCursor struct {
	r   *bufio.Reader
	buf []byte
}

// next reads a record. Its bytes are valid until the next call.
func (c *fileCursor) next() (record, bool, error) {
	key, err := binary.ReadUvarint(c.r)
	if err == io.EOF {
		return record{}, false, nil
	}
	var size [2]uint64
	for i := range size {
		if err == nil {
			size[i], err = binary.ReadUvarint(c.r)
		}
	}
	if err != nil {
		return record{}, false, torn(err)
	}
	out := record{row: row{key: int(key), canon: int(size[0])}}
	if out.count, err = binary.ReadVarint(c.r); err != nil {
		return record{}, false, torn(err)
	}
	if key > size[0] || size[0] > size[1] {
		return record{}, false, torn(errors.New("lengths contradict each other"))
	}
	if uint64(cap(c.buf)) < size[1] {
		c.buf = make([]byte, size[1])
	}
	out.bytes = c.buf[:size[1]]
	if _, err := io.ReadFull(c.r, out.bytes); err != nil {
		return record{}, false, torn(err)
	}
	return out, true, nil
}

func torn(err error) error { return fmt.Errorf("read spooled rows: %w", err) }
