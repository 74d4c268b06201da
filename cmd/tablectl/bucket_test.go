package main

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/internal/objstore/s3store"
)

// bucketOf is the store of a table in a bucket, by the script's own environment.
func bucketOf(ts *testscript.TestScript, url string) objstore.Store {
	s, err := s3store.New(context.Background(), url, s3store.Options{
		EndpointURL: ts.Getenv("AWS_ENDPOINT_URL_S3"), Region: ts.Getenv("AWS_REGION"),
		Credentials: credentials.NewStaticCredentialsProvider(ts.Getenv("AWS_ACCESS_KEY_ID"), ts.Getenv("AWS_SECRET_ACCESS_KEY"), ""),
	})
	ts.Check(err)
	return s
}

// object TABLE KEY [FILE] puts a file where a hand might, or deletes the object.
func object(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 && len(args) != 3 {
		ts.Fatalf("usage: object TABLE KEY [FILE]")
	}
	s := bucketOf(ts, args[0])
	if len(args) == 2 {
		ts.Check(s.Delete(context.Background(), args[1]))
		return
	}
	_, err := s.Put(context.Background(), args[1], objstore.BytesBody([]byte(ts.ReadFile(args[2]))), objstore.PutOptions{})
	ts.Check(err)
}

// symlinks TABLE demands that symlink/manifest has exactly the lines of `tablectl files -o paths`, in any order, each once.
func symlinks(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: symlinks TABLE")
	}
	ts.Check(ts.Exec("tablectl", "files", args[0], "-o", "paths"))
	want := linesOf(ts.ReadFile("stdout"))
	body, _, err := objstore.ReadAll(context.Background(), bucketOf(ts, args[0]), "symlink/manifest", 1<<20)
	ts.Check(err)
	got := linesOf(string(body))
	if len(want) == 0 || slices.Equal(got, want) == neg {
		ts.Fatalf("symlink/manifest has the lines\n%q\nand the version the files\n%q", got, want)
	}
}

// linesOf are the lines of a text whose every line ends, in order.
func linesOf(text string) []string {
	lines := slices.Collect(strings.Lines(text))
	slices.Sort(lines)
	return lines
}
