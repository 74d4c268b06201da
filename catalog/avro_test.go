package catalog

import (
	"bytes"
	"errors"
	"testing"

	"github.com/twmb/avro"
	"github.com/twmb/avro/ocf"
)

// ocfFile is a file of the library's writer with the given metadata, in an order that differs from run to run.
func ocfFile(t *testing.T, meta map[string][]byte, values ...int64) []byte {
	t.Helper()
	schema, err := avro.Parse(`"long"`)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w, err := ocf.NewWriter(&b, schema, ocf.WithMetadata(meta), ocf.WithCodec(ocf.DeflateCodec(-1)), ocf.WithBlockCount(2))
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range values {
		if err := w.Encode(v); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestSettle(t *testing.T) {
	meta := map[string][]byte{"a": []byte("1"), "b": {}, "c": bytes.Repeat([]byte("x"), 500), "d": []byte("2"), "e": []byte("3")}
	values := []int64{1, -2, 3, 1 << 60, 5}
	first, err := settle(ocfFile(t, meta, values...), map[string][]byte{"d": []byte("two")})
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		again, err := settle(ocfFile(t, meta, values...), map[string][]byte{"d": []byte("two")})
		if err != nil || !bytes.Equal(first, again) {
			t.Fatalf("another run gave other bytes, error %v", err)
		}
	}
	other, err := settle(ocfFile(t, meta, 1, -2, 3, 1<<60, 6), nil)
	if err != nil || bytes.Equal(first[len(first)-syncBytes:], other[len(other)-syncBytes:]) {
		t.Errorf("other values, the same sync marker, error %v", err)
	}
	r, err := ocf.NewReader(bytes.NewReader(first))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range values {
		var got int64
		if err := r.Decode(&got); err != nil || got != want {
			t.Fatalf("read back %d, %v; want %d", got, err, want)
		}
	}
	if got := r.Metadata(); string(got["d"]) != "two" || len(got["c"]) != 500 || len(got["b"]) != 0 {
		t.Errorf("metadata: %q", got)
	}
}

// A file that was cut anywhere, or is longer than it should be, is refused.
func TestSettleMalformed(t *testing.T) {
	whole := ocfFile(t, map[string][]byte{"a": []byte("1")}, 1, 2, 3)
	blockEnds := map[int]bool{}
	for i := range whole {
		if c, err := parseContainer(whole[:i]); err == nil && len(c.blocks) < 2 {
			blockEnds[i] = true // a file may end after any block
		}
	}
	if len(blockEnds) != 2 {
		t.Errorf("%d prefixes of the file are taken for files", len(blockEnds))
	}
	for name, b := range map[string][]byte{
		"nothing": nil, "other magic": append([]byte("Obj\x02"), whole[4:]...), "longer": append(bytes.Clone(whole), 0),
		"negative length": []byte("Obj\x01\x02\x01"), "length beyond 64 bits": append([]byte("Obj\x01"), bytes.Repeat([]byte{0xff}, 20)...),
	} {
		if _, err := settle(b, nil); !errors.Is(err, errAvro) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func FuzzSettle(f *testing.F) {
	f.Add([]byte("Obj\x01\x02\x02a\x02b\x00" + "0123456789abcdef" + "\x02\x02x" + "0123456789abcdef"))
	f.Add([]byte("Obj\x01\x01\x04\x02a\x00\x00" + "0123456789abcdef"))
	f.Fuzz(func(t *testing.T, b []byte) {
		once, err := settle(b, nil)
		if err != nil {
			return
		}
		twice, err := settle(once, nil)
		if err != nil || !bytes.Equal(once, twice) {
			t.Errorf("settling what is settled: %v", err)
		}
	})
}

func TestAvroName(t *testing.T) {
	for name, want := range map[string]string{"origin": "origin", "_a1": "_a1", "1st": "_1st", "größe": "gr_xF6_xDFe", "a b-c": "a_x20b_x2Dc", "x√": "x_x221A"} {
		if got := avroName(name); got != want {
			t.Errorf("%q became %q, want %q", name, got, want)
		}
	}
}
