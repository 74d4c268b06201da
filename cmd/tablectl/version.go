package main

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/tablectl/tablectl/manifest"
)

// release is set by the linker (-X main.release=1.2.3).
var release string

type versionDoc struct {
	SchemaVersion int    `json:"schema_version"`
	Version       string `json:"version"`
	Format        int    `json:"format"`
	Go            string `json:"go"`
	Platform      string `json:"platform"`
}

// versionOf is the linker's version, or the module's, for `go install`.
func versionOf() versionDoc {
	v := release
	if info, ok := debug.ReadBuildInfo(); ok && v == "" {
		v = info.Main.Version
	}
	if v == "" || v == "(devel)" {
		v = "devel"
	}
	return versionDoc{schemaVersion, v, manifest.Format, runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH}
}

func (a *app) version() *cobra.Command {
	return a.verb("version", "The version of tablectl, and of the format that it writes", cobra.NoArgs, textOrJSON(),
		func(context.Context, []string) error {
			v := versionOf()
			return a.result(v, func(w io.Writer) {
				fmt.Fprintf(w, "tablectl %s (format %d, %s, %s)\n", v.Version, v.Format, v.Go, v.Platform)
			})
		})
}
