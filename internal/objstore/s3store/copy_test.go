package s3store_test

import (
	"testing"

	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/internal/objstore/faultstore"
	"github.com/tablectl/tablectl/internal/testserver"
)

// TestCopyMeetsFaults lets every fault happen to the copy request itself (the third: put, look, copy). A success is always one, also
// where the answer was 200 with an error in its body, and the SDK sends nothing twice by itself.
func TestCopyMeetsFaults(t *testing.T) {
	body := objstore.BytesBody([]byte("bytes"))
	o := objstore.CopyOptions{Size: body.Size, CRC64NVME: body.CRC64NVME}
	testserver.Each(t, func(t *testing.T, server *testserver.Server) {
		for _, k := range faultstore.Kinds() {
			s, tr := counted(t, server, faultstore.At(3, faultstore.Fault{Do: k}))
			if _, err := s.Put(t.Context(), "from", body, objstore.PutOptions{}); err != nil {
				t.Fatal(err)
			}
			_, err := s.Copy(t.Context(), "from", "to", o)
			puts := 0
			for _, e := range tr.Trace()[1:] {
				if e.Op == "put" {
					puts++
				}
			}
			if puts != 1 || err == nil && k != faultstore.TwiceFirst && k != faultstore.TwiceSecond {
				t.Errorf("%v: %d copies sent, %v", k, puts, err)
			}
			if k == faultstore.KillBefore || k == faultstore.KillAfter {
				continue // the caller is dead
			}
			if _, err := objstore.CopyImmutable(t.Context(), s, "from", "to", o); err != nil {
				t.Errorf("%v: again: %v", k, err)
			}
			if b, _, err := objstore.ReadAll(t.Context(), s, "to", 100); err != nil || string(b) != "bytes" {
				t.Errorf("%v: %q, %v", k, b, err)
			}
		}
	})
}
