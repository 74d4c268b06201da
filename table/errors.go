package table

import (
	"errors"
	"fmt"

	"github.com/tablectl/tablectl/catalog"
	"github.com/tablectl/tablectl/internal/source"
	"github.com/tablectl/tablectl/manifest"
)

// What can go wrong, beside what the store and the manifest say. Test with errors.Is.
var (
	ErrNoTable         = errors.New("there is no table here")
	ErrTableExists     = errors.New("there is a table here already")
	ErrForeign         = errors.New("the path holds things that are not a tablectl table")
	ErrNothingThere    = errors.New("nothing has been published yet")
	ErrManifestMissing = errors.New("the manifest was there and is gone")
	ErrOutcomeUnknown  = errors.New("the outcome is unknown; running the same command again settles it")
	ErrStoreNotAtomic  = errors.New("the store does not honour conditional writes")
	ErrCorrupt         = errors.New("the table is damaged")
	ErrRelocated       = errors.New("the table was moved")
	ErrValidation      = errors.New("validation failed, nothing was published")
)

// Errors that other rooms found; here so that callers need only this package.
var (
	ErrFenced         = manifest.ErrFenced
	ErrConflict       = manifest.ErrConflict
	ErrFrozen         = manifest.ErrFrozen
	ErrNoVersion      = manifest.ErrNoVersion
	ErrVersionExpired = manifest.ErrVersionExpired
	ErrRunReused      = manifest.ErrRunReused
	ErrRolledBack     = manifest.ErrRolledBack
	ErrFormat         = manifest.ErrFormat
	ErrNothingToDo    = manifest.ErrNothingToDo
	ErrCannotShow     = catalog.ErrCannot
	ErrCatalogForeign = catalog.ErrForeign
	ErrInput          = source.ErrInput
	ErrNoInput        = source.ErrNoInput
	ErrUsage          = source.ErrUsage // also where this room finds it
	ErrInputChanged   = source.ErrChanged
)

// ValidationError is ErrValidation with the report that says what was found.
type ValidationError struct {
	Version manifest.Version // kept for `show`, never to be published
	Report  manifest.Report
}

// Error names the first check that failed.
func (e *ValidationError) Error() string {
	for _, c := range e.Report.Checks {
		if !c.Passed {
			return fmt.Sprintf("version %d: check %q failed: %s: %v", e.Version, c.Name, joinDetail(c.File, c.Detail), ErrValidation)
		}
	}
	return ErrValidation.Error()
}

// Unwrap makes errors.Is see ErrValidation.
func (e *ValidationError) Unwrap() error { return ErrValidation }

func joinDetail(file, detail string) string {
	if file == "" {
		return detail
	}
	return file + ": " + detail
}
