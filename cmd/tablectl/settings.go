package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// layer is a place below the command line where flags are set.
type layer interface {
	// values of a flag of a command, and where they were found.
	values(verb string, f *pflag.Flag) (values []string, where string)
}

// fill sets every flag that the command line left alone, from the first layer that has it.
func (a *app) fill(cmd *cobra.Command) error {
	layers := []layer{environment{a.env}}
	for _, path := range a.configFiles() {
		file, err := readConfig(path, cmd.Root())
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		layers = append(layers, file)
	}
	var failed error
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if f.Changed || failed != nil || f.Name == "help" {
			return
		}
		for _, l := range layers {
			values, where := l.values(cmd.Name(), f)
			if where == "" {
				continue
			}
			for _, v := range values {
				if err := cmd.Flags().Set(f.Name, v); err != nil {
					failed = fmt.Errorf("%s: %w", where, errors.Unwrap(err))
				}
			}
			return
		}
	})
	return failed
}

// configFiles are the project's and the user's, the nearer one first.
func (a *app) configFiles() []string {
	files := []string{"tablectl.yaml"}
	if dir, err := os.UserConfigDir(); err == nil { // a user without a home has no configuration
		files = append(files, filepath.Join(dir, "tablectl", "config.yaml"))
	}
	return files
}

// environment is the layer of TABLECTL_ variables. An empty one counts as not set.
type environment struct{ env lookup }

func (e environment) values(_ string, f *pflag.Flag) ([]string, string) {
	name := "TABLECTL_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
	if v, _ := e.env(name); v != "" {
		return []string{v}, name
	}
	return nil, ""
}
