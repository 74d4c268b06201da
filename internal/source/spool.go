package source

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
)

// spoolStdin copies standard input to a file, because it is read more than once; it takes the digest on the way.
func (s *Source) spoolStdin(ctx context.Context) error {
	for _, in := range s.inputs {
		if !in.stdin || in.path != "" {
			continue
		}
		f, err := os.CreateTemp(s.o.SpoolDir, "tablectl-stdin-*")
		if err != nil {
			return fmt.Errorf("spool standard input: %w", err)
		}
		s.spool = f.Name()
		sum := sha256.New()
		in.size, err = io.Copy(io.MultiWriter(f, sum), &untilDone{ctx, s.o.Stdin})
		if closeErr := f.Close(); err == nil {
			err = closeErr
		}
		if err != nil {
			return fmt.Errorf("spool standard input to %s: %w", s.o.SpoolDir, err)
		}
		in.path, in.sha256 = f.Name(), sum.Sum(nil)
	}
	return nil
}

// untilDone stops reading between two pieces when its context ends.
type untilDone struct {
	ctx context.Context
	r   io.Reader
}

func (u *untilDone) Read(p []byte) (int, error) {
	if err := u.ctx.Err(); err != nil {
		return 0, err
	}
	return u.r.Read(p)
}
