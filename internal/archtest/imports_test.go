package archtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/tablectl/tablectl/"

// rooms says what each room may import beside the standard library. A room that is not here is refused: decide where it stands.
// A name ending in "/..." stands for everything below it, too. Imports run one way: bytes, files, verbs, readers, tool.
var rooms = []struct {
	name string
	may  []string
}{
	{"manifest/...", []string{"manifest/..."}},

	{"internal/objstore", []string{"github.com/minio/crc64nvme"}}, // the checksum that S3 computes; nothing else of anybody
	{"internal/objstore/s3store", []string{"internal/objstore", "github.com/aws/...", "github.com/minio/crc64nvme", sync}},
	{"internal/objstore/filestore", []string{"internal/objstore", flock, "golang.org/x/sys/..."}},
	{"internal/objstore/memstore", []string{"internal/objstore"}},
	{"internal/objstore/faultstore", []string{"internal/objstore"}},
	{"internal/objstore/overlay", []string{"internal/objstore"}},
	{"internal/objstore/storetest", []string{"internal/objstore"}},
	{"internal/objstore/probe", []string{"internal/objstore", sync}},
	{"internal/objstore/urlstore", []string{"internal/objstore", "internal/objstore/filestore", "internal/objstore/s3store"}},

	{"internal/columnar/...", []string{"manifest", "internal/columnar/...", arrow, thrift, sync, compress, brotli, lz4}},
	{"internal/filelist", []string{"manifest", "internal/columnar/...", arrow, parquetGo}},
	{"internal/expr", []string{"manifest", arrow}},
	{"internal/rowdiff", []string{"manifest", "internal/objstore", "internal/columnar", arrow}},
	{"internal/source/...", []string{"manifest", "internal/objstore", "internal/columnar/...", "internal/source/...", arrow, sync, compress,
		"github.com/bmatcuk/doublestar/v4"}},

	{"writer/...", []string{"manifest", "internal/objstore", "internal/columnar/...", "writer/...", arrow, parquetGo, sync, compress, flock,
		"github.com/minio/crc64nvme", "github.com/zeebo/xxh3"}},
	{"catalog", []string{"manifest", "internal/objstore", "github.com/aws/...", "github.com/apache/iceberg-go", "github.com/twmb/avro", parquetGo}},
	{"table", []string{"manifest", "writer", "catalog", "internal/objstore", "internal/objstore/s3store", "internal/objstore/urlstore",
		"internal/objstore/probe", "internal/objstore/overlay", "internal/objstore/filestore", "internal/columnar", "internal/filelist",
		"internal/expr", "internal/rowdiff", "internal/source", arrow, sync,
		"github.com/google/uuid"}},

	{"cmd/tablectl/internal/rows", []string{arrow}},
	{"cmd/tablectl", []string{"table", "manifest", "writer", "internal/source", "internal/source/csv", "internal/objstore",
		"internal/objstore/urlstore", "internal/objstore/filestore", "internal/objstore/probe", "cmd/tablectl/internal/rows", arrow,
		"github.com/spf13/...", "github.com/dustin/go-humanize", "go.yaml.in/yaml/v3", "golang.org/x/term"}},

	{"internal/archtest", nil},
	{"internal/testserver/...", []string{"internal/testserver", "internal/objstore/s3store", "github.com/aws/...", flock}},
	{"internal/engines", []string{"internal/testserver"}},
	{"internal/killtest", []string{"internal/testserver", "internal/tabletest", "table", "manifest"}},
	{"internal/tabletest", []string{"table", "manifest", "catalog", "writer", "internal/...", arrow}},
	{"internal/gluefake", []string{"github.com/aws/..."}},                        // for tests only
	{"internal/histories", []string{"table", "manifest", "internal/...", arrow}}, // tests only
	{"internal/demo", []string{"internal/testserver"}},
	{"internal/manyfiles", []string{"manifest", "catalog", "internal/filelist", "internal/objstore"}},
	{"bench", []string{"internal/testserver", "internal/manyfiles", "internal/objstore", "internal/objstore/filestore", "manifest", "table", arrow, parquetGo, sync, "github.com/aws/..."}},
}

const (
	arrow     = "github.com/apache/arrow/go/v17/..."
	parquetGo = "github.com/parquet-go/parquet-go/..."
	thrift    = "github.com/apache/thrift/..."
	sync      = "golang.org/x/sync/..."
	compress  = "github.com/klauspost/compress/..."
	brotli    = "github.com/andybalholm/brotli"
	lz4       = "github.com/pierrec/lz4/v4"
	flock     = "github.com/gofrs/flock"
)

// heavy must not be in the program at all, by whatever way: kernels, gRPC and catalogs that nothing here uses, 30 MB of them.
var heavy = []string{
	"github.com/apache/arrow/go/v17/parquet/pqarrow", "github.com/apache/arrow/go/v17/arrow/compute",
	"github.com/apache/arrow-go/v18/parquet/pqarrow", "github.com/apache/arrow-go/v18/arrow/compute",
	"github.com/apache/iceberg-go/table", "google.golang.org/grpc", "testing",
}

type pkg struct {
	ImportPath string
	Imports    []string
	Standard   bool
}

func goList(t *testing.T, args ...string) []pkg {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list", "-json=ImportPath,Imports,Standard"}, args...)...)
	cmd.Dir = "../.."
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, stderr.String())
	}
	var pkgs []pkg
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return pkgs
		} else if err != nil {
			t.Fatal(err)
		}
		pkgs = append(pkgs, p)
	}
}

func TestRoomsImportOneWay(t *testing.T) {
	ours := goList(t, "./...")
	all := goList(t, "-deps", "./...")
	standard := map[string]bool{"C": true}
	for _, p := range all {
		standard[p.ImportPath] = p.Standard
	}
	for _, p := range ours {
		name := strings.TrimPrefix(p.ImportPath, module)
		may, ok := allowed(name)
		if !ok {
			t.Errorf("%s is in no room: say in rooms what it may import", name)
			continue
		}
		for _, i := range p.Imports {
			if standard[i] || matchAny(may, strings.TrimPrefix(i, module)) {
				continue
			}
			t.Errorf("%s must not import %s", name, i)
		}
	}
}

func TestNothingHeavyInTheProgram(t *testing.T) {
	for _, p := range goList(t, "-deps", "./cmd/tablectl") {
		if slices.Contains(heavy, p.ImportPath) {
			t.Errorf("the program contains %s", p.ImportPath)
		}
	}
}

// allowed is the most specific rule for a package.
func allowed(name string) ([]string, bool) {
	var may []string
	best := -1
	for _, r := range rooms {
		if match(r.name, name) && len(r.name) > best {
			may, best = r.may, len(r.name)
		}
	}
	return may, best >= 0
}

func matchAny(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return match(p, name) })
}

func match(pattern, name string) bool {
	base, below := strings.CutSuffix(pattern, "/...")
	return name == base || below && strings.HasPrefix(name, base+"/")
}
