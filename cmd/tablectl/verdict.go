package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/internal/objstore/urlstore"
	"github.com/tablectl/tablectl/manifest"
	"github.com/tablectl/tablectl/table"
)

// verdict is what an error means to whoever ran the command.
type verdict struct {
	exit      int
	code      string // stable, for scripts
	retryable bool   // the same command may be run again
	hint      string // what to do; TABLE stands for the table's name
}

// usage is an error in how the command was used.
func usage(format string, args ...any) error {
	return fmt.Errorf("%w", &usageError{fmt.Errorf(format, args...)})
}

type usageError struct{ err error }

func (u *usageError) Error() string        { return u.err.Error() }
func (u *usageError) Unwrap() error        { return u.err }
func (u *usageError) Is(target error) bool { return target == table.ErrUsage }

// The exit codes. They never change their meaning.
const (
	exitOther      = 1
	exitUsage      = 2
	exitValidation = 3
	exitNotFound   = 4
	exitTemporary  = 5
	exitConflict   = 6
	exitRunReused  = 7
	exitUnknown    = 8
	exitCorrupt    = 9
	exitNotAtomic  = 10
	exitBehind     = 11
)

// classify is the one place where errors become exit codes. Order matters: what says most about the table comes first.
func classify(err error) verdict {
	is := func(target error) bool { return errors.Is(err, target) }
	var signal *interruption
	switch {
	case is(table.ErrOutcomeUnknown):
		return verdict{exitUnknown, "outcome_unknown", true, "run the same command again: it settles what happened"}
	case is(table.ErrStoreNotAtomic):
		return verdict{exitNotAtomic, "store_not_atomic", false, "`tablectl doctor TABLE` says what this store does wrong; no table is safe on it"}
	case errors.As(err, &signal):
		return verdict{signalExit(signal.signal), "interrupted", true, ""}
	case is(table.ErrBehind):
		return verdict{exitBehind, "catalog_behind", true, "the table itself is as it was told to be; `tablectl sync TABLE` brings the catalogs there, with --force also over what someone else has changed"}
	case is(table.ErrUsage), is(urlstore.ErrScheme):
		return verdict{exitUsage, "usage", false, "`tablectl help` and `tablectl VERB --help` say how commands are used"}
	case is(table.ErrValidation):
		return verdict{exitValidation, "validation_failed", false, "nothing is visible to readers; `tablectl show TABLE N` prints the report"}
	case is(table.ErrInput):
		return verdict{exitValidation, "bad_input", false, "nothing was published; correct the input, or say with --schema, --null and the like how it is meant"}
	case is(table.ErrInputChanged):
		return verdict{exitTemporary, "input_changed", true, "run it again when nothing writes to the input"}
	case is(table.ErrRunReused):
		return verdict{exitRunReused, "run_reused", false, "choose another --run-id, or --rerun to replace what that run published"}
	case is(table.ErrRolledBack):
		return verdict{exitConflict, "rolled_back", false, "someone rolled the table back past this run; --rerun publishes it again"}
	case is(table.ErrFrozen):
		return verdict{exitConflict, "frozen", false, "`tablectl status TABLE` says why; `tablectl unfreeze TABLE` allows publishing again"}
	case is(table.ErrFenced):
		return verdict{exitConflict, "fenced", false, "another attempt of the same run took over; `tablectl log TABLE` shows how it ended"}
	case is(table.ErrRelocated):
		return verdict{exitConflict, "relocated", false, "`tablectl relocate TABLE` once, if this is the table's new home"}
	case is(table.ErrTableExists):
		return verdict{exitConflict, "table_exists", false, ""}
	case is(table.ErrCatalogForeign):
		return verdict{exitConflict, "foreign", false, "--force overwrites what someone else has changed"}
	case is(table.ErrCannotShow):
		return verdict{exitUsage, "cannot_be_shown", false, ""}
	case is(manifest.ErrTagExists):
		return verdict{exitConflict, "tag_exists", false, "--force moves it"}
	case is(table.ErrForeign):
		return verdict{exitConflict, "not_empty", false, "choose an empty path for the table"}
	case is(table.ErrConflict), is(table.ErrNothingToDo):
		return verdict{exitConflict, "conflict", false, "`tablectl log TABLE` shows what happened in between"}
	case is(table.ErrNoTable):
		return verdict{exitNotFound, "no_table", false, "`tablectl publish TABLE INPUT` or `tablectl init TABLE` makes one"}
	case is(table.ErrNothingThere):
		return verdict{exitNotFound, "nothing_published", false, "`tablectl publish TABLE INPUT` publishes the first version"}
	case is(table.ErrVersionExpired):
		return verdict{exitNotFound, "version_expired", false, "`tablectl status TABLE` lists the versions that live"}
	case is(table.ErrNoVersion), is(manifest.ErrNoTag):
		return verdict{exitNotFound, "no_version", false, "`tablectl status TABLE` lists versions and tags"}
	case is(table.ErrNoInput):
		return verdict{exitNotFound, "no_input", false, ""}
	case is(objstore.ErrNoBucket):
		return verdict{exitNotFound, "no_bucket", false, "tablectl makes no buckets and no parent directories; check the name, or create it"}
	case is(manifest.ErrFormat):
		return verdict{exitOther, "format_too_new", false, "a newer tablectl wrote this table; use that or a later version"}
	case is(table.ErrManifestMissing), is(table.ErrCorrupt), is(manifest.ErrNotManifest), is(manifest.ErrInvalid), is(manifest.ErrTooLarge),
		is(manifest.ErrKey), is(objstore.ErrKeyCollision), is(objstore.ErrTooLarge):
		return verdict{exitCorrupt, "corrupt", false, "nothing was changed; object versioning or a copy may hold the manifest as it was"}
	case is(objstore.ErrCredentials):
		return verdict{exitOther, "credentials", false, "set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or log in again"}
	case is(objstore.ErrAccessDenied):
		return verdict{exitOther, "access_denied", false, "reading needs s3:GetObject and s3:ListBucket, or a directory that can be read; writing needs s3:PutObject, or one that can be written to"}
	case is(objstore.ErrWrongRegion):
		return verdict{exitOther, "wrong_region", false, "set --region or AWS_REGION to the bucket's"}
	case is(objstore.ErrNoSpace):
		return verdict{exitOther, "no_space", true, "free some space, or name another --spool-dir, and run the same command again"}
	case is(objstore.ErrTemporary), is(objstore.ErrConflict), is(context.DeadlineExceeded):
		return verdict{exitTemporary, "temporary", true, "run the same command again; what is already sent is not sent twice"}
	}
	return verdict{exit: exitOther, code: "other"}
}
