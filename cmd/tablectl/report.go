package main

import (
	"encoding/json"
	"errors"
	"strings"
)

// failure is an error as a script reads it, one JSON document on standard error.
type failure struct {
	SchemaVersion int    `json:"schema_version"`
	Code          string `json:"code"`
	Exit          int    `json:"exit"`
	Message       string `json:"message"`
	Retryable     bool   `json:"retryable"`
	Hint          string `json:"hint"`
}

// report prints err, if any, and returns the exit code.
func (a *app) report(err error) int {
	a.console.clear()
	if err == nil {
		return 0
	}
	if errors.Is(err, errDifferent) {
		return exitOther
	}
	if !a.started { // whatever fails before a command begins is its use
		err = usage("%w", err)
	}
	v := classify(err)
	var r *resumable
	if errors.As(err, &r) && v.exit != exitBehind && (v.exit > 128 || v.retryable) {
		v.hint = "this continues where it stopped: " + r.resume
	}
	v.hint = strings.ReplaceAll(v.hint, "TABLE", shellQuote(a.table))
	message := printable(oneLine(err.Error()))
	if a.json() {
		b, _ := json.Marshal(failure{schemaVersion, v.code, v.exit, a.console.clean(message), v.retryable, a.console.clean(v.hint)}) // strings, numbers
		a.console.note("%s", b)
		return v.exit
	}
	a.console.note("%s %s", a.console.paint("31", "tablectl:"), message)
	if v.hint != "" {
		a.console.note("hint: %s", v.hint)
	}
	return v.exit
}

// oneLine keeps an error on one line, whatever a store or a library put into it.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == '\n' || r == '\r' }), "; ")
}
