package manifest

import (
	"strings"
	"testing"
)

func TestCheckKey(t *testing.T) {
	data := []string{
		"version=1/part-00000-3f9a1c2e0b7d4a55.parquet", "version=41/day=2026-04-15/part-00000-3f9a1c2e0b7d4a55.parquet", "version=7/_iceberg/a.avro",
		"version=9223372036854775807/x", "version=1/...", "version=1/a..b",
	}
	ours := []string{"_tablectl/history/00000000000000000064.jsonl.gz", "_tablectl/runs/x.json"}
	for _, key := range data {
		if err := CheckDataKey(key); err != nil {
			t.Error(err)
		}
	}
	for _, key := range ours {
		if err := CheckKey(key); err != nil {
			t.Error(err)
		}
		wantErr(t, CheckDataKey(key), ErrKey)
	}
	for _, key := range []string{
		"", "/", "/version=1/a", "version=1", "version=1/", "version=1//a", "version=1/./a", "version=1/../a", "version=1/a/..", "version=1/..", "../version=1/a",
		"version=0/a", "version=01/a", "version=-1/a", "version=+1/a", "version=x/a", "version=/a", "version=9223372036854775808/a", "Version=1/a", "xversion=1/a",
		"s3://bucket/version=1/a", "file:///etc/passwd", "version=1/a b", "version=1/a%20b", "version=1/é", "version=1/a\x00", "version=1/a\n", "version=1/a\\b",
		"version=1/a?b", "version=1/a#b", "version=1/a:b", "version=1/a+b", "_staging/x/y", "_manifest.metadata.json", "_tablectl", "_tablectl/", "_tablectl/../x",
		"version=1/" + strings.Repeat("a", 900),
	} {
		wantErr(t, CheckKey(key), ErrKey)
		wantErr(t, CheckDataKey(key), ErrKey)
	}
}

func TestKeys(t *testing.T) {
	sha := "3f9a1c2e0b7d4a55" + strings.Repeat("0", 48)
	for got, want := range map[string]string{
		DataKey(41, "", 0, sha):                        "version=41/part-00000-3f9a1c2e0b7d4a55.parquet",
		DataKey(41, "day=2026-04-15/a=b", 123456, sha): "version=41/day=2026-04-15/a=b/part-123456-3f9a1c2e0b7d4a55.parquet",
		SnapshotKey(41, sha):                           "version=41/_snapshot-3f9a1c2e0b7d4a55.json",
		FileListKey(41, sha):                           "version=41/_lists/3f9a1c2e0b7d4a55.parquet",
		IcebergKey(41, sha):                            "version=41/_iceberg/3f9a1c2e0b7d4a55.avro",
		HistoryKey(64):                                 "_tablectl/history/00000000000000000064.jsonl.gz",
		RunKey("nightly"):                              "_tablectl/runs/" + hexOf("nightly") + ".json",
		planKey(7):                                     "_tablectl/gc/7.json",
	} {
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
		if err := CheckKey(got); err != nil {
			t.Error(err)
		}
	}
	if v, ok := KeyVersion("version=41/_snapshot-x.json"); !ok || v != 41 {
		t.Errorf("version %d", v)
	}
	if _, ok := KeyVersion("_tablectl/version=41/x"); ok {
		t.Error("a key of ours lies in a version")
	}
}

func TestPartitionDir(t *testing.T) {
	long := strings.Repeat("a", 81)
	for _, c := range []struct {
		name, text string
		null       bool
		want       string
	}{
		{"day", "2026-04-15", false, "day=2026-04-15"},
		{"day", "", true, "day=__HIVE_DEFAULT_PARTITION__"},
		{"day", "", false, "day="},
		{"city", "São Paulo", false, "city=S_o_Paulo-" + hexOf("São Paulo")[:8]},
		{"city", "a/b", false, "city=a_b-" + hexOf("a/b")[:8]},
		{"city", "a=b", false, "city=a_b-" + hexOf("a=b")[:8]},
		{"city", "a%2Fb", false, "city=a_2Fb-" + hexOf("a%2Fb")[:8]},
		{"city", "..", false, "city=.."},
		{"city", "__HIVE_DEFAULT_PARTITION__", false, "city=__HIVE_DEFAULT_PARTITION__-" + hexOf("__HIVE_DEFAULT_PARTITION__")[:8]},
		{"city", long[:80], false, "city=" + long[:80]},
		{"city", long, false, "city=" + long[:80] + "-" + hexOf(long)[:8]},
		{"Straße", "x", false, "Stra_e-" + hexOf("Straße")[:8] + "=x"},
		{"a", "\xff\xfe", false, "a=__-" + hexOf("\xff\xfe")[:8]},
		{"at", "2026-04-15 10:00:00", false, "at=2026-04-15_10_00_00-" + hexOf("2026-04-15 10:00:00")[:8]},
	} {
		got := PartitionDir(c.name, c.text, c.null)
		if got != c.want {
			t.Errorf("%q = %q is %s, want %s", c.name, c.text, got, c.want)
		}
		if err := CheckDataKey(DataKey(1, got, 0, hexOf(""))); err != nil {
			t.Error(err)
		}
	}
}
