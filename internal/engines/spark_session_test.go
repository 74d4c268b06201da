//go:build engines

package engines

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"sync"
	"testing"

	"github.com/tablectl/tablectl/internal/testserver"
	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/table"
)

// spark is one session of Spark for all tests: it takes long to start. Its options are those that the statements for a table on this
// process's MinIO with a Delta log name; it ends with the process, at the end of its input.
func spark(t *testing.T) *engine {
	t.Helper()
	sparkOnce.Do(func() { sparkSession, sparkErr = startSpark(t) })
	if sparkErr != nil {
		t.Fatal(sparkErr)
	}
	e := *sparkSession
	e.t = t
	return &e
}

var (
	sparkOnce    sync.Once
	sparkSession *engine
	sparkErr     error
)

func startSpark(t *testing.T) (*engine, error) {
	options, err := json.Marshal(sparkOptions(statements(t, sparkTable(t), "spark", "")))
	if err != nil {
		return nil, err
	}
	interpreter, err := python()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(interpreter, "driver.py", "spark")
	cmd.Env = append(os.Environ(), append(testserver.MinIO(t).Env(), "PYTHONUTF8=1", "SPARK_OPTIONS="+string(options))...)
	e := &engine{name: "spark", stderr: &bytes.Buffer{}}
	cmd.Stderr = e.stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	e.in, e.out = in, bufio.NewReader(out)
	return e, cmd.Start()
}

// sparkTable is a table for which the statements name everything that they can.
func sparkTable(t *testing.T) *table.Table {
	t.Helper()
	p, _ := onMinIO(t)
	tb := p.open(t)
	publish(t, tb, table.Definition{Columns: columns(t, "id int"), Catalogs: []manifest.Catalog{{Name: "delta", Kind: manifest.CatalogDelta}}}, "run-1", `{"id": 1}`)
	return tb
}

// sparkConfig is an option in the statements for Spark.
var sparkConfig = regexp.MustCompile(`(?m)^    \.config\(("(?:[^"\\]|\\.)*"), ("(?:[^"\\]|\\.)*")\)$`)

// sparkOptions are the options that statements set before a session starts, but for what it is to download.
func sparkOptions(statements string) [][2]string {
	var out [][2]string
	for _, m := range sparkConfig.FindAllStringSubmatch(statements, -1) {
		key, err1 := strconv.Unquote(m[1])
		value, err2 := strconv.Unquote(m[2])
		if err1 == nil && err2 == nil && key != "spark.jars.packages" {
			out = append(out, [2]string{key, value})
		}
	}
	return out
}
