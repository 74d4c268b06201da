package catalog

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/glue"
	"github.com/aws/aws-sdk-go-v2/service/glue/types"

	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/manifest"
)

// glueTable is for engines that find tables in the AWS Glue Data Catalog. It points at the files in one of the ways of glueWay; as
// symlink, at the object of the symlink entrance, which is kept up to date here too. Each flip is one UpdateTable under the version of the
// table that was read (AWS Glue API, UpdateTable, VersionId).
type glueTable struct {
	c    manifest.Catalog
	dial func(ctx context.Context, t Target, c manifest.Catalog) (glueAPI, error)
}

// Check refuses a table that is not on S3, and what cannot be shown in the catalog's way.
func (g glueTable) Check(ctx context.Context, t Target) ([]string, error) {
	if !strings.HasPrefix(t.URL, "s3://") {
		return nil, fmt.Errorf("%w: engines that use Glue read s3:// URLs, and this table is a local directory", ErrCannot)
	}
	return g.way().check(ctx, t)
}

// Look reads the Glue table, and for symlink the object.
func (g glueTable) Look(ctx context.Context, t Target) (State, error) {
	var there *types.Table
	client, err := g.dial(ctx, t, g.c)
	if err != nil {
		return State{}, err
	}
	err = g.rounds(ctx, t, func() (err error) {
		there, err = g.get(ctx, client)
		return err
	})
	if err != nil {
		return g.state(t, there), err
	}
	if g.c.As == manifest.AsSymlink {
		object, err := symlink{}.Look(ctx, t)
		return both(g.state(t, there), object), err
	}
	return g.alone(ctx, t, g.state(t, there))
}

// alone adds to what a table over a directory shows whether something else lies there.
func (g glueTable) alone(ctx context.Context, t Target, s State) (State, error) {
	if g.c.As != manifest.AsLocation && g.c.As != manifest.AsProjection || s.Behind || s.Version != t.current() {
		return s, nil
	}
	added, err := addedFile(ctx, t)
	if added != "" {
		s.Foreign = append(s.Foreign, added)
	}
	return s, err
}

// both is what a symlink table shows: the rows of its object, and no more than its definition.
func both(definition, object State) State {
	object.Generation = min(object.Generation, definition.Generation)
	object.Behind = object.Behind || definition.Behind
	object.Foreign = append(object.Foreign, definition.Foreign...)
	return object
}

// Sync puts what the Glue table points at, then the Glue table.
func (g glueTable) Sync(ctx context.Context, t Target) (State, error) {
	object := State{}
	if g.c.As == manifest.AsSymlink {
		var err error
		if object, err = (symlink{}).Sync(ctx, t); err != nil {
			return object, err
		}
	}
	client, err := g.dial(ctx, t, g.c)
	if err != nil {
		return State{Behind: true}, err
	}
	var state State
	err = g.rounds(ctx, t, func() (err error) {
		state, err = g.step(ctx, t, client)
		return err
	})
	if g.c.As == manifest.AsSymlink {
		state = both(state, object)
	}
	if err != nil {
		return state, err
	}
	if state, err = g.alone(ctx, t, state); err == nil && len(state.Foreign) > 0 {
		err = fmt.Errorf("%w: %s", ErrForeign, state.Foreign[0])
	}
	return state, err
}

// step looks, decides and writes once.
func (g glueTable) step(ctx context.Context, t Target, client glueAPI) (State, error) {
	there, err := g.get(ctx, client)
	if err != nil {
		return State{Behind: true}, err
	}
	state := g.state(t, there)
	switch {
	case !state.Behind:
		return state, nil
	case len(state.Foreign) > 0 && !t.Force:
		return state, fmt.Errorf("%w: %s", ErrForeign, state.Foreign[0])
	}
	define, err := g.way().prepare(ctx, t)
	if err != nil {
		return state, err
	}
	if err := g.put(ctx, client, g.definition(t, there, define), there); err != nil {
		return state, err
	}
	return State{Generation: t.Manifest.Tablectl.Generation, Version: t.current()}, nil
}

// glueRaces bounds how often others may be faster, which costs no wait: each time the table has moved on.
const glueRaces = 32

// rounds does something until it succeeds, fails with something that looking again does not cure, or has failed too often.
func (g glueTable) rounds(ctx context.Context, t Target, do func() error) error {
	for n, races := 1, 0; ; n++ {
		err := do()
		if err == nil {
			return nil
		}
		if glueRaced(err) && races < glueRaces && ctx.Err() == nil {
			races++
			n--
			continue
		}
		if n == swapRounds || !glueTemporary(err) || ctx.Err() != nil {
			return glueHint(err, g.c)
		}
		if slept := objstore.Sleep(ctx, t.Store, objstore.Backoff(n)); slept != nil {
			return errors.Join(err, slept)
		}
	}
}

// get is the table as Glue has it; nil if there is none, or not even the database.
func (g glueTable) get(ctx context.Context, client glueAPI) (*types.Table, error) {
	out, err := client.GetTable(ctx, &glue.GetTableInput{CatalogId: g.account(), DatabaseName: &g.c.Database, Name: &g.c.Table})
	switch {
	case glueNotFound(err):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("get Glue table: %w", err)
	case out.Table == nil:
		return nil, errors.New("get Glue table: an answer without a table")
	}
	return out.Table, nil
}

// put creates the table, or updates the one that was read.
func (g glueTable) put(ctx context.Context, client glueAPI, definition *types.TableInput, there *types.Table) error {
	if there == nil {
		_, err := client.CreateTable(ctx, &glue.CreateTableInput{CatalogId: g.account(), DatabaseName: &g.c.Database, TableInput: definition})
		if glueNotFound(err) {
			return fmt.Errorf("create Glue table: there is no database %s; create it first, tablectl makes none: %w", g.c.Database, err)
		} else if err != nil {
			return fmt.Errorf("create Glue table: %w", err)
		}
		return nil
	}
	_, err := client.UpdateTable(ctx, &glue.UpdateTableInput{
		CatalogId: g.account(), DatabaseName: &g.c.Database, TableInput: definition, VersionId: there.VersionId, SkipArchive: aws.Bool(true),
	})
	if err != nil {
		return fmt.Errorf("update Glue table: %w", err)
	}
	return nil
}

func (g glueTable) account() *string {
	if g.c.CatalogID == "" {
		return nil
	}
	return &g.c.CatalogID
}
