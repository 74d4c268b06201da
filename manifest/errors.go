package manifest

import (
	"errors"
	"fmt"
)

// What can be wrong with bytes that claim to be ours. Test with errors.Is.
var (
	ErrNotManifest = errors.New("not a tablectl manifest")
	ErrFormat      = errors.New("made by a newer tablectl")
	ErrTooLarge    = errors.New("too large")
	ErrInvalid     = errors.New("invalid")
	ErrKey         = errors.New("bad key")
	ErrValue       = errors.New("bad value")
	ErrType        = errors.New("bad type")
	ErrSchema      = errors.New("bad schema")
)

// Why a transition or a look-up refuses. Test with errors.Is.
var (
	ErrConflict       = errors.New("conflict")
	ErrStaleNumber    = errors.New("the version's number is not above the last published one")
	ErrFenced         = errors.New("fenced: the reservation belongs to another attempt")
	ErrFrozen         = errors.New("the table is frozen")
	ErrNoVersion      = errors.New("no such version")
	ErrVersionExpired = errors.New("the version has expired")
	ErrRunReused      = errors.New("the run id was used with other content")
	ErrRolledBack     = errors.New("the run was rolled back")
	ErrTagExists      = errors.New("the tag exists")
	ErrNoTag          = errors.New("no such tag")
	ErrRelocated      = errors.New("the table was moved")
	ErrNothingToDo    = errors.New("nothing to do")
)

// A Rule names one thing that Validate demands. FORMAT.md lists them all.
type Rule string

// A Refusal says which rule was broken, and how. errors.Is(err, ErrInvalid) holds for it.
type Refusal struct {
	Rule   Rule
	Detail string
}

// Error reads "invalid (rule): detail".
func (r *Refusal) Error() string { return fmt.Sprintf("%v (%s): %s", ErrInvalid, r.Rule, r.Detail) }

// Unwrap makes errors.Is see ErrInvalid.
func (r *Refusal) Unwrap() error { return ErrInvalid }

func refuse(rule Rule, format string, args ...any) error {
	return &Refusal{Rule: rule, Detail: fmt.Sprintf(format, args...)}
}

// RuleJSON is the rule of the text itself: no duplicate keys, every required key there, every value of its type and in range.
const RuleJSON Rule = "json"
