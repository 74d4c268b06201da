package manifest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// MaxKeyBytes is the length of the longest key, relative to the table root. (S3 ends at 1,024 with the root.)
const MaxKeyBytes = 900

const (
	versionDir = "version="
	ourDir     = "_tablectl/"
)

// CheckKey refuses, with ErrKey, what is not a key of this format: relative, of A-Z a-z 0-9 . _ - = / only, without empty parts, "."
// and "..", and inside version=N/ or _tablectl/. It is the check that a reader makes before it asks for any object.
func CheckKey(key string) error {
	if err := checkPath(key); err != nil {
		return err
	}
	if _, ok := KeyVersion(key); !ok && !strings.HasPrefix(key, ourDir) {
		return fmt.Errorf("%w: %q lies outside the table", ErrKey, clip(key))
	}
	return nil
}

// CheckDataKey is CheckKey for keys that must lie inside version=N/.
func CheckDataKey(key string) error {
	if err := CheckKey(key); err != nil {
		return err
	}
	if _, ok := KeyVersion(key); !ok {
		return fmt.Errorf("%w: %q lies in no version", ErrKey, clip(key))
	}
	return nil
}

func checkPath(key string) error {
	if key == "" || len(key) > MaxKeyBytes {
		return fmt.Errorf("%w: %q has %d bytes; 1 to %d are allowed", ErrKey, clip(key), len(key), MaxKeyBytes)
	}
	for i := range len(key) {
		if !isKeyByte(key[i]) && key[i] != '/' && key[i] != '=' {
			return fmt.Errorf("%w: %q has a character other than A-Z a-z 0-9 . _ - = /", ErrKey, clip(key))
		}
	}
	for part := range strings.SplitSeq(key, "/") {
		if part == "" || part == "." || part == ".." {
			return fmt.Errorf("%w: %q has a part %q", ErrKey, clip(key), part)
		}
	}
	return nil
}

// isKeyByte reports whether c stands in keys as it is, also within one part of a partition directory.
func isKeyByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '.' || c == '_' || c == '-'
}

// KeyVersion is the version in whose prefix key lies.
func KeyVersion(key string) (Version, bool) {
	rest, ok := strings.CutPrefix(key, versionDir)
	number, inside, cut := strings.Cut(rest, "/")
	n, isNumber := parseVersion(number)
	return n, ok && cut && inside != "" && isNumber
}

// parseVersion reads a number >= 1 in its one form: digits without a leading zero.
func parseVersion(s string) (Version, bool) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 1 || strconv.FormatInt(n, 10) != s {
		return 0, false
	}
	return Version(n), true
}

// Prefix is where the objects of the version lie: "version=41/".
func (v Version) Prefix() string { return versionDir + strconv.FormatInt(int64(v), 10) + "/" }

// short is the part of a digest that stands in keys.
func short(sha256Hex string) string { return sha256Hex[:min(16, len(sha256Hex))] }

// DataKey names a data file: "version=41/day=2026-04-15/part-00000-3f9a1c2e0b7d4a55.parquet". The partition directory is one or more
// results of PartitionDir joined by "/", or empty.
func DataKey(v Version, partitionDir string, seq int, sha256Hex string) string {
	if partitionDir != "" {
		partitionDir += "/"
	}
	return fmt.Sprintf("%s%spart-%05d-%s.parquet", v.Prefix(), partitionDir, seq, short(sha256Hex))
}

// SnapshotKey names the snapshot of a version.
func SnapshotKey(v Version, sha256Hex string) string {
	return v.Prefix() + "_snapshot-" + short(sha256Hex) + ".json"
}

// FileListKey names a file list.
func FileListKey(v Version, sha256Hex string) string {
	return v.Prefix() + "_lists/" + short(sha256Hex) + ".parquet"
}

// IcebergKey names an Iceberg manifest or manifest list.
func IcebergKey(v Version, sha256Hex string) string {
	return v.Prefix() + "_iceberg/" + short(sha256Hex) + ".avro"
}

// HistoryKey names the object that holds every event up to and including that of generation.
func HistoryKey(generation int64) string {
	return fmt.Sprintf("%shistory/%020d.jsonl.gz", ourDir, generation)
}

// RunKey names the marker of a run.
func RunKey(run string) string {
	sum := sha256.Sum256([]byte(run))
	return ourDir + "runs/" + hex.EncodeToString(sum[:]) + ".json"
}

func planKey(epoch int64) string { return ourDir + "gc/" + strconv.FormatInt(epoch, 10) + ".json" }

// nullDir is what engines that read directories take for null.
const nullDir = "__HIVE_DEFAULT_PARTITION__"

// maxDirBytes is the length after which a name or value in a partition directory is cut.
const maxDirBytes = 80

// PartitionDir is the directory of a partition value, for people: "col=value". Name and value each: characters other than A-Z a-z
// 0-9 . _ - become "_"; if any did, or it is longer than 80 bytes, it is cut to 80 and "-" and the first 8 hex digits of its
// SHA-256 follow. The text is what FormatValue gives; null stands for itself.
func PartitionDir(name string, text string, null bool) string {
	value := nullDir
	if !null {
		value = dirPart(text)
	}
	return dirPart(name) + "=" + value
}

func dirPart(s string) string {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); {
		_, size := utf8.DecodeRuneInString(s[i:])
		if isKeyByte(s[i]) {
			out = append(out, s[i])
		} else {
			out = append(out, '_')
		}
		i += size
	}
	if string(out) == s && len(s) <= maxDirBytes && s != nullDir {
		return s
	}
	sum := sha256.Sum256([]byte(s))
	return string(out[:min(len(out), maxDirBytes)]) + "-" + hex.EncodeToString(sum[:4])
}
