package probe

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/tablectl/tablectl/internal/objstore"
)

func (p *prober) list(ctx context.Context) outcome {
	for _, err := range p.s.List(ctx, p.prefix) {
		if err != nil {
			return failed(err)
		}
	}
	return passed("%s can be listed", p.s.URL())
}

const content = "tablectl probe"

func (p *prober) writeAndRead(ctx context.Context) outcome {
	key := p.key("object")
	info, err := p.put(ctx, key, content, objstore.PutOptions{})
	if err != nil {
		return failed(err)
	}
	b, got, err := objstore.ReadAll(ctx, p.s, key, 1<<10)
	if err != nil {
		return failed(err)
	}
	head, err := p.s.Head(ctx, key)
	if err != nil {
		return failed(err)
	}
	if string(b) != content || got.ETag != info.ETag || head.ETag != info.ETag || head.Size != int64(len(content)) {
		return unsafe("what was read is not what was written")
	}
	return passed("an object can be written and read at once")
}

func (p *prober) missing(ctx context.Context) outcome {
	_, getErr := p.s.Get(ctx, p.prefix+"missing", objstore.GetOptions{})
	_, headErr := p.s.Head(ctx, p.prefix+"missing")
	for _, err := range []error{getErr, headErr} {
		switch {
		case errors.Is(err, objstore.ErrAccessDenied):
			return outcome{Fail, "a missing object looks forbidden: " + err.Error(), "allow s3:ListBucket on the bucket"}
		case err == nil:
			return unsafe("an object that was never written can be read")
		case !errors.Is(err, objstore.ErrNotFound):
			return failed(err)
		}
	}
	return passed("is reported as missing")
}

// The clock: retention and leases go by the store's; a signature is refused when the local one is 15 minutes off.
const (
	skewWarn = 30 * time.Second
	skewFail = 10 * time.Minute
)

func (p *prober) clock(ctx context.Context) outcome {
	before := p.now()
	info, err := p.s.Head(ctx, p.key("object"))
	if err != nil {
		return failed(err)
	}
	after := p.now()
	if info.Date.IsZero() {
		return outcome{Fail, "the store does not tell the time", "it must send a Date header"}
	}
	middle := before.Add(after.Sub(before) / 2)
	skew := middle.Sub(info.Date).Round(time.Second)
	if skew < 0 {
		skew = -skew
	}
	switch hint := "set the clock of this machine"; {
	case skew >= skewFail:
		return outcome{Fail, "local clock differs from the store's by " + skew.String(), hint}
	case skew >= skewWarn:
		return outcome{Warn, "local clock differs from the store's by " + skew.String(), hint}
	}
	return passed("local clock and the store's differ by %v", skew)
}

func (p *prober) etags(ctx context.Context) outcome {
	key := p.key("etag")
	first, err := p.put(ctx, key, "one", objstore.PutOptions{})
	if err != nil {
		return failed(err)
	}
	second, err := p.put(ctx, key, "two", objstore.PutOptions{})
	if err != nil {
		return failed(err)
	}
	if first.ETag == second.ETag {
		return unsafe("two contents have the same ETag %s", first.ETag)
	}
	for _, tag := range []string{first.ETag, second.ETag} {
		if len(tag) < 3 || !strings.HasPrefix(tag, `"`) || !strings.HasSuffix(tag, `"`) {
			return outcome{Warn, "ETag " + tag + " is not quoted", "the store, or a proxy before it, breaks RFC 9110; other clients may fail"}
		}
	}
	return passed("quoted, and new for new bytes")
}

func (p *prober) checksums(ctx context.Context) outcome {
	body := objstore.BytesBody([]byte(content))
	wrong := *body.CRC64NVME + 1
	body.CRC64NVME = &wrong
	_, err := p.s.Put(ctx, p.key("checksum"), body, objstore.PutOptions{})
	if err == nil {
		return outcome{Warn, "the store does not compare CRC64NVME checksums", "damage on the way is found by validation only"}
	}
	if !errors.Is(err, objstore.ErrChecksum) {
		return failed(err)
	}
	if _, err := p.s.Head(ctx, p.prefix+"checksum"); !errors.Is(err, objstore.ErrNotFound) {
		return unsafe("an object with a wrong checksum was refused but is there")
	}
	info, err := p.s.Head(ctx, p.key("object"))
	switch {
	case err != nil:
		return failed(err)
	case info.CRC64NVME == nil:
		return passed("CRC64NVME is compared, but not kept: finding an object already there means to read it")
	}
	return passed("CRC64NVME is compared and kept")
}
