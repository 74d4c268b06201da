package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain makes this binary tablectl itself when a script calls it so.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"tablectl": main})
}

// root is where a script's tables are: a directory of the script, or a prefix of its own in a bucket.
type root func(e *testscript.Env) (url string, env []string)

// TestScripts runs every script on local directories.
func TestScripts(t *testing.T) {
	runScripts(t, "local", "", func(e *testscript.Env) (string, []string) { return filepath.Join(e.WorkDir, "store"), nil })
}

// runScripts runs the scripts with $TABLE and $OTHER below a root. In a script [local], or [s3] and the name of the server, say
// where it runs.
func runScripts(t *testing.T, kind, server string, at root) {
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("..", "..", "testdata", "scripts"),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			url, env := at(e)
			if kind == "local" {
				if err := os.MkdirAll(url, 0o755); err != nil {
					return err
				}
			}
			home := filepath.Join(e.WorkDir, "home")
			e.Vars = append(e.Vars, "STORE="+url, "TABLE="+url+"/table", "OTHER="+url+"/other",
				"HOME="+home, "XDG_CONFIG_HOME="+filepath.Join(home, ".config"), "AppData="+filepath.Join(home, ".config"),
				"AWS_EC2_METADATA_DISABLED=true", "AWS_CONFIG_FILE="+filepath.Join(home, "aws"), "AWS_SHARED_CREDENTIALS_FILE="+filepath.Join(home, "awscreds"))
			e.Vars = append(e.Vars, env...)
			return nil
		},
		Condition: func(cond string) (bool, error) {
			if !slices.Contains([]string{"local", "s3", "minio", "versitygw"}, cond) {
				return false, fmt.Errorf("unknown condition %q", cond)
			}
			return cond == kind || cond == server, nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"exits": exits, "field": field, "repeat": repeat, "foreign": foreign, "bare": bare,
			"object": object, "symlinks": symlinks,
		},
	})
}

// exits CODE COMMAND… runs a command that must end with this exit code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// field FILE PATH [VALUE] looks up a.b.0.c in a JSON document; without a value it must only be there. Strings are compared as they
// are, everything else as JSON.
func field(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 && len(args) != 3 {
		ts.Fatalf("usage: field FILE PATH [VALUE]")
	}
	d := json.NewDecoder(strings.NewReader(ts.ReadFile(args[0])))
	d.UseNumber()
	var doc any
	ts.Check(d.Decode(&doc))
	if d.More() {
		ts.Fatalf("%s holds more than one JSON document", args[0])
	}
	got, ok := lookUp(doc, args[1])
	if len(args) == 2 {
		if ok == neg {
			ts.Fatalf("%s: there is no field %s (or should be none)", args[0], args[1])
		}
		return
	}
	if !ok || (got == args[2]) == neg {
		ts.Fatalf("%s: %s is %q (there: %v), want %q", args[0], args[1], got, ok, args[2])
	}
}

func lookUp(doc any, path string) (string, bool) {
	for _, name := range strings.Split(path, ".") {
		switch d := doc.(type) {
		case map[string]any:
			v, ok := d[name]
			if !ok {
				return "", false
			}
			doc = v
		case []any:
			i, err := strconv.Atoi(name)
			if name == "length" {
				return strconv.Itoa(len(d)), true
			}
			if err != nil || i >= len(d) {
				return "", false
			}
			doc = d[i]
		default:
			return "", false
		}
	}
	if s, ok := doc.(string); ok {
		return s, true
	}
	b, err := json.Marshal(doc)
	return string(b), err == nil
}

// repeat FILE N TEXT writes a file of N times TEXT, which may hold \n.
func repeat(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: repeat FILE N TEXT")
	}
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	text, err := strconv.Unquote(`"` + args[2] + `"`)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Repeat(text, n)), 0o644))
}

// foreign FILE writes Parquet as others do: types that no table has.
func foreign(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: foreign FILE")
	}
	type row struct {
		Small    uint8            `parquet:"small"`
		Unsigned uint32           `parquet:"unsigned"`
		Nanos    time.Time        `parquet:"nanos,timestamp(nanosecond)"`
		Old      deprecated.Int96 `parquet:"old"`
	}
	at := time.Date(2001, 2, 3, 4, 5, 6, 7000, time.UTC)
	midnight := uint64(4*3600+5*60+6) * 1e9 // nanoseconds of the day, and the Julian day of the same date
	old := deprecated.Int96{uint32(midnight), uint32(midnight >> 32), 2451944}
	ts.Check(parquet.WriteFile(ts.MkAbs(args[0]), []row{{200, 4_000_000_000, at, old}}))
}

// bare FILE writes two rows, id and city, as Parquet that a table takes as it is, without field ids.
func bare(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: bare FILE")
	}
	type row struct {
		ID   int64  `parquet:"id"`
		City string `parquet:"city,optional"`
	}
	ts.Check(parquet.WriteFile(ts.MkAbs(args[0]), []row{{1, "Oslo"}, {2, "Bern"}}))
}
