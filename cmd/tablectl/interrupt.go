package main

import (
	"context"
	"errors"
	"os"
	"strings"
	"syscall"
)

// interruption is the end of a run by a signal.
type interruption struct {
	signal os.Signal
	err    error // what the run was ended with
}

func (i *interruption) Error() string {
	said := "stopped by " + i.signal.String()
	switch {
	case i.err == nil || errors.Is(i.err, context.Canceled):
		return said
	case strings.Contains(i.err.Error(), said): // the cause of the context that the run ended with
		return i.err.Error()
	}
	return said + ": " + i.err.Error()
}

func (i *interruption) Unwrap() error { return i.err }

// interrupted says that err came of the signal that cancelled ctx. A run that ended well in spite of the signal ended well.
func interrupted(ctx context.Context, err error) error {
	var i *interruption
	if err == nil || !errors.As(context.Cause(ctx), &i) {
		return err
	}
	return &interruption{signal: i.signal, err: err}
}

// signalExit is the exit code that shells give for a signal.
func signalExit(s os.Signal) int {
	if s == syscall.SIGTERM {
		return 143
	}
	return 130
}

// resumable is an error of a run that the command in resume carries on.
type resumable struct {
	resume string
	err    error
}

func (r *resumable) Error() string { return r.err.Error() }
func (r *resumable) Unwrap() error { return r.err }

// commandLine is args as one would type them into a shell.
func commandLine(args []string) string {
	words := []string{"tablectl"}
	for _, a := range args {
		words = append(words, shellQuote(a))
	}
	return strings.Join(words, " ")
}

func shellQuote(s string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:=,@%+", r)
	}
	if s != "" && strings.TrimFunc(s, plain) == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
