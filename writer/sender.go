package writer

import (
	"context"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/writer/internal/spool"
)

// sending is how many files travel at once. Their bytes lie in the spool, so that this costs little memory.
const sending = 16

// parquetType is the media type of the files.
const parquetType = "application/vnd.apache.parquet"

// sender puts finished files into the store, several at once.
type sender struct {
	o     *Options
	group *errgroup.Group
	slots chan struct{}

	mu    sync.Mutex
	files []manifest.File // by sequence number
	done  Progress
}

// pendingFile is a finished file that has no key yet.
type pendingFile struct {
	file manifest.File
	dir  string // partition directory
	seq  int
}

func (p *pendingFile) key(v manifest.Version) string {
	return manifest.DataKey(v, p.dir, p.seq, p.file.SHA256)
}

func newSender(o *Options, group *errgroup.Group) *sender {
	return &sender{o: o, group: group, slots: make(chan struct{}, sending)}
}

// send puts a file into the store, in the background. The spool is closed afterwards.
func (s *sender) send(ctx context.Context, body *spool.Spool, p pendingFile) error {
	select {
	case s.slots <- struct{}{}:
	case <-ctx.Done():
		body.Close() // the error is what matters
		return context.Cause(ctx)
	}
	s.group.Go(func() error {
		defer func() { <-s.slots }()
		crc := body.CRC64NVME()
		err := s.put(ctx, &p, objstore.Body{ReaderAt: body, Size: body.Size(), CRC64NVME: &crc})
		if e := body.Close(); err == nil {
			err = e
		}
		if err == nil {
			s.add(p)
		}
		return err
	})
	return nil
}

// put finds the file where an earlier attempt left it, or sends it.
func (s *sender) put(ctx context.Context, p *pendingFile, body objstore.Body) error {
	for _, v := range s.o.Reuse {
		key := p.key(v)
		info, err := s.o.Store.Head(ctx, key)
		if err != nil {
			continue // not there, or not to be seen: sending it is right in either case
		}
		if info.Size == body.Size && (info.CRC64NVME == nil || *info.CRC64NVME == *body.CRC64NVME) {
			s.o.Logger.Debug("reused data file", "key", key)
			p.file.Key = key
			return nil
		}
	}
	p.file.Key = p.key(s.o.Version)
	_, err := objstore.PutImmutable(ctx, s.o.Store, p.file.Key, body, objstore.PutOptions{ContentType: parquetType, Resume: true})
	return err
}

func (s *sender) add(p pendingFile) {
	s.mu.Lock()
	for len(s.files) <= p.seq-s.o.FirstSeq {
		s.files = append(s.files, manifest.File{})
	}
	s.files[p.seq-s.o.FirstSeq] = p.file
	s.mu.Unlock()
	s.o.Logger.Debug("data file", "key", p.file.Key, "bytes", p.file.Bytes, "rows", p.file.Rows)
	s.progress(0, p.file.Bytes, 1)
}

// progress reports what has been done, one report after the other.
func (s *sender) progress(rows, bytes int64, files int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.done.Rows += rows
	s.done.Bytes += bytes
	s.done.Files += files
	s.o.Progress(s.done)
}
