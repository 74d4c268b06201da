package writer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"

	"github.com/tablectl/tablectl/internal/columnar"
	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/writer/internal/encode"
)

// Input is a Parquet file that may become a file of the table as it is.
type Input struct {
	Name string
	io.ReaderAt
	Size      int64
	SHA256    string  // in hex; computed where it is empty
	CRC64NVME *uint64 // computed where it is nil
}

// maxForeignGroup is the largest row group that is taken over, in bytes before compression: readers hold one in memory.
const maxForeignGroup = 256 << 20

// Verbatim puts a Parquet file into the store byte for byte, as number seq of the version, if it is what Write could have written: the
// table's columns in their order and physical form, its field ids or none at all, only encodings and codecs that every reader has,
// row groups and file of bearable size, no nulls where none may be, one partition only, sorted as the table is. Otherwise reason
// says what stands against it, and nothing was sent.
//
// Statistics are the footer's where it has them, else they come from decoding the column; Validate checks them.
func Verbatim(ctx context.Context, in Input, seq int, o Options) (f manifest.File, reason string, err error) {
	o, err = o.withDefaults()
	if err != nil {
		return f, "", err
	}
	layout, err := encode.NewSchema(o.Schema)
	if err != nil {
		return f, "", err
	}
	plan, err := newPlan(&o)
	if err != nil {
		return f, "", err
	}
	file, err := columnar.Open(in, in.Size, columnar.OpenOptions{MaxFooter: maxFooter})
	if err != nil {
		return notParquet(err)
	}
	c := &candidate{in: in, o: &o, layout: layout, plan: plan, file: file}
	if reason = misfit(file, o.Schema, layout, true); reason == "" {
		reason = c.shape()
	}
	if reason == "" {
		reason, err = c.content(ctx)
	}
	if err != nil || reason != "" {
		return f, reason, err
	}
	return c.take(ctx, seq)
}

// notParquet: a file that cannot be opened does not fit. A place that cannot be read is an error.
func notParquet(err error) (manifest.File, string, error) {
	if errors.Is(err, columnar.ErrCorrupt) || errors.Is(err, columnar.ErrUnsupported) {
		return manifest.File{}, err.Error(), nil
	}
	return manifest.File{}, "", err
}

// candidate is a file that is looked at.
type candidate struct {
	in     Input
	o      *Options
	layout *encode.Schema
	plan   *plan
	file   *columnar.File
	stats  []encode.Stats
	part   []any // partition values
}

// allowed says whether every reader has an encoding or codec. BIT_PACKED is named by older writers that used it for no page.
func allowed(name string) bool {
	switch name {
	case "PLAIN", "PLAIN_DICTIONARY", "RLE", "BIT_PACKED", "RLE_DICTIONARY", "DELTA_BINARY_PACKED", "DELTA_LENGTH_BYTE_ARRAY",
		"DELTA_BYTE_ARRAY", "UNCOMPRESSED", "SNAPPY", "GZIP", "ZSTD":
		return true
	}
	return false
}

// shape looks at what the footer alone says.
func (c *candidate) shape() string {
	if limit := c.o.Settings.TargetFileBytes; c.in.Size/2 > limit {
		return fmt.Sprintf("it has %d bytes, more than twice the table's target of %d", c.in.Size, limit)
	}
	if c.file.NumRows() == 0 {
		return "it has no rows"
	}
	for g := range c.file.NumRowGroups() {
		if rows, _ := c.file.RowGroup(g); rows == 0 {
			return fmt.Sprintf("row group %d has no rows", g)
		}
		bytes := int64(0)
		for i := range c.layout.Leaves {
			chunk := c.file.Chunk(g, i)
			bytes += chunk.Uncompressed
			for _, name := range append(chunk.Encodings, chunk.Codec) {
				if !allowed(name) {
					return fmt.Sprintf("column %q is in %s, which not every reader has", c.layout.Leaves[i].Name(), name)
				}
			}
		}
		if bytes > maxForeignGroup {
			return fmt.Sprintf("row group %d has %d bytes, at most %d are taken", g, bytes, maxForeignGroup)
		}
	}
	for _, kv := range c.file.KeyValues() {
		if kv.Key == "org.apache.spark.legacyDateTime" {
			return "its dates follow the calendar that Spark had before version 3"
		}
	}
	return ""
}

// content looks at the values, in the footer's statistics where they say enough.
func (c *candidate) content(ctx context.Context) (string, error) {
	c.stats = make([]encode.Stats, len(c.layout.Leaves))
	for i := range c.stats {
		leaf := &c.layout.Leaves[i]
		var err error
		if c.stats[i], err = c.leafStats(ctx, i, false); err != nil {
			return whyNot(ctx, err)
		}
		if leaf.Required() && c.stats[i].Nulls > 0 {
			return fmt.Sprintf("column %q is required and has %d nulls", leaf.Name(), c.stats[i].Nulls), nil
		}
	}
	if len(footerKeys(c.layout, c.stats)) > 0 && !c.modern() {
		return "it holds days long past and does not say after which calendar", nil
	}
	parts, err := partitionLeaves(c.layout, c.o.Schema, c.o.Spec)
	if err != nil {
		return "", err
	}
	for _, p := range parts {
		if reason, err := c.single(ctx, p); reason != "" || err != nil {
			return reason, err
		}
	}
	return c.sorted(ctx)
}

// modern: the writer says that it was Spark 3 or something that poses as it.
func (c *candidate) modern() bool {
	for _, kv := range c.file.KeyValues() {
		if kv.Key == sparkVersionKey && kv.Value >= "3" {
			return true
		}
	}
	return false
}

// whyNot turns an error of the decoder into a reason.
func whyNot(ctx context.Context, err error) (string, error) {
	var cast *columnar.CastError
	if ctx.Err() == nil && (errors.Is(err, columnar.ErrCorrupt) || errors.Is(err, columnar.ErrUnsupported) || errors.As(err, &cast)) {
		return err.Error(), nil
	}
	return "", err
}

// leafStats are the statistics of a column. Footers do not count NaN, and what they leave out is counted here.
func (c *candidate) leafStats(ctx context.Context, i int, decode bool) (encode.Stats, error) {
	leaf := &c.layout.Leaves[i]
	float := leaf.Type.Kind == manifest.Float || leaf.Type.Kind == manifest.Double
	var sum encode.Stats
	for g := range c.file.NumRowGroups() {
		chunk := c.file.Chunk(g, i)
		part := encode.Stats{Values: chunk.Values, Bytes: chunk.Bytes}
		s, ok := c.file.Stats(g, i)
		if ok = ok && s.Nulls >= 0 && !float && !decode; ok {
			part.Nulls = s.Nulls
			part.Bound, part.Lower, part.Upper = s.Min != nil && s.Max != nil, s.Min, s.Max
			ok = part.Bound || part.Nulls == part.Values
		}
		if !ok {
			counted, err := c.file.Check(ctx, g, i)
			if err != nil {
				return sum, err
			}
			part.Nulls, part.NaNs = counted.Nulls, counted.NaNs
			part.Bound = counted.Min != nil && counted.NaNs == 0
			part.Lower, part.Upper = counted.Min, counted.Max
		}
		sum.Merge(leaf.Type, part)
	}
	return sum, nil
}

// single looks whether a partition field has one value only. Bounds that have the same one prove it, cut or not; different ones may be
// cut.
func (c *candidate) single(ctx context.Context, p partLeaf) (string, error) {
	s := c.stats[p.leaf]
	value, ok := p.same(s.Lower, s.Upper)
	if s.Nulls == 0 && s.Bound && !ok {
		var err error
		if p.t.Ordered() {
			s, err = c.leafStats(ctx, p.leaf, true)
			value, ok = p.same(s.Lower, s.Upper)
		} else {
			value, ok, err = p.oneBucket(ctx, c.file)
		}
		if err != nil {
			return whyNot(ctx, err)
		}
	}
	switch {
	case s.Nulls == s.Values:
		c.part = append(c.part, nil)
	case s.Nulls == 0 && s.Bound && ok:
		c.part = append(c.part, value)
	default:
		return fmt.Sprintf("partition column %q has several values", p.source.Name), nil
	}
	return "", nil
}

// take sends the file.
func (c *candidate) take(ctx context.Context, seq int) (manifest.File, string, error) {
	sha, crc, err := c.digest(ctx)
	if err != nil {
		return manifest.File{}, "", fmt.Errorf("read %s: %w", c.in.Name, err)
	}
	p := pendingFile{seq: seq, file: manifest.File{
		Bytes: c.in.Size, Rows: c.file.NumRows(), RowGroups: c.file.NumRowGroups(), SHA256: sha, CRC64NVME: fmt.Sprintf("%016x", crc),
		Columns: map[int]manifest.ColumnStats{}, SpecID: c.o.Spec.ID,
		AddedBy: manifest.AddedBy{Version: c.o.Version, Run: c.o.Run}, Verbatim: true,
	}}
	for i, v := range c.part {
		value, err := manifest.EncodeValue(c.plan.parts[i].Type, v)
		if err != nil {
			return manifest.File{}, "", fmt.Errorf("partition value of %q: %w", c.plan.parts[i].name, err)
		}
		p.file.Partition = append(p.file.Partition, value)
		p.dir = join(p.dir, partitionDir(c.plan.parts[i], v))
	}
	for i, s := range c.stats {
		leaf := &c.layout.Leaves[i]
		if p.file.Columns[leaf.ID], err = columnStats(leaf.Type, s); err != nil {
			return manifest.File{}, "", fmt.Errorf("statistics of column %q: %w", leaf.Name(), err)
		}
	}
	s := newSender(c.o, nil)
	if err := s.put(ctx, &p, objstore.Body{ReaderAt: c.in.ReaderAt, Size: c.in.Size, CRC64NVME: &crc}); err != nil {
		return manifest.File{}, "", err
	}
	s.progress(p.file.Rows, p.file.Bytes, 1)
	return p.file, "", nil
}

// digest reads the file once, unless both sums came with it. The SHA-256 that came with it is taken as given: full validation looks at what was stored.
func (c *candidate) digest(ctx context.Context) (string, uint64, error) {
	if c.in.SHA256 != "" && c.in.CRC64NVME != nil {
		return c.in.SHA256, *c.in.CRC64NVME, nil
	}
	crc := objstore.NewCRC64NVME()
	var sha hash.Hash
	to := io.Writer(crc)
	if c.in.SHA256 == "" {
		sha = sha256.New()
		to = io.MultiWriter(crc, sha)
	}
	buf := make([]byte, 1<<20)
	for at := int64(0); at < c.in.Size; {
		if err := ctx.Err(); err != nil {
			return "", 0, context.Cause(ctx)
		}
		n, err := c.in.ReadAt(buf[:min(int64(len(buf)), c.in.Size-at)], at)
		if n == 0 && err == nil || err != nil && (err != io.EOF || at+int64(n) < c.in.Size) {
			return "", 0, errors.Join(err, io.ErrUnexpectedEOF)
		}
		to.Write(buf[:n]) // hashes never fail
		at += int64(n)
	}
	if sha == nil {
		return c.in.SHA256, crc.Sum64(), nil
	}
	return hex.EncodeToString(sha.Sum(nil)), crc.Sum64(), nil
}
