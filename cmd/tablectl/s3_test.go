package main

import (
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/tablectl/tablectl/internal/testserver"
)

// TestScriptsOnS3 runs every script on real S3 servers.
func TestScriptsOnS3(t *testing.T) {
	testserver.Each(t, func(t *testing.T, s *testserver.Server) {
		runScripts(t, "s3", s.Name, func(*testscript.Env) (string, []string) { return s.NewURL(), s.Env() })
	})
}
