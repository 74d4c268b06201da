package catalog

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/manifest"
)

// What entrances can refuse. Test with errors.Is.
var (
	// ErrForeign: something that somebody else put or changed is in the way. It is overwritten only with Target.Force.
	ErrForeign = errors.New("changed by someone else")
	// ErrCannot: the table cannot be shown in this way.
	ErrCannot = errors.New("the table cannot be shown so")
)

// An Entrance shows the table to engines that cannot open the manifest. It is derived from the manifest and lies behind it until Sync.
// Sync can be repeated and run beside others: an entrance that shows a later generation is never turned back.
type Entrance interface {
	// Check says, before the catalog is added, whether the table can be shown so: ErrCannot with the reason, or what a person should know.
	Check(ctx context.Context, t Target) (notes []string, err error)
	// Look says what the entrance shows. It only reads.
	Look(ctx context.Context, t Target) (State, error)
	// Sync brings the entrance to the target, unless it is there or further. Errors: ErrForeign, ErrCannot, those of the store.
	Sync(ctx context.Context, t Target) (State, error)
}

// Target is what entrances are brought to: the table as its manifest says it is.
type Target struct {
	URL      string // the table root, as in BuildIceberg
	Store    objstore.Store
	Manifest *manifest.Manifest
	Body     []byte             // of the manifest object, as it was flipped
	Snapshot *manifest.Snapshot // of the current version; nil before the first publish
	Now      manifest.Time      // the store's clock
	Force    bool               // also overwrite what others changed

	// Files visits the data files of a live version's snapshot.
	Files func(ctx context.Context, s *manifest.Snapshot, visit func(manifest.File) error) error
	// Version reads the snapshot of a live version.
	Version func(ctx context.Context, v manifest.Version) (*manifest.Snapshot, error)
	// AWS is how services beside S3 are reached; region "" is the environment's.
	AWS AWS
}

// AWS is how services of AWS are reached in a region, or in the environment's.
type AWS func(ctx context.Context, region string) (aws.Config, error)

// current is the current version, 0 for none.
func (t Target) current() manifest.Version {
	return manifest.Version(max(0, t.Manifest.CurrentSnapshotID))
}

// generation is the manifest's.
func (t Target) generation() int64 { return t.Manifest.Tablectl.Generation }

// reached says whether the table has been at generation n. The target may be of an earlier flip than the last one, and whoever knew that
// has derived something later from it: so the manifest is looked at before n is called wrong.
func (t Target) reached(ctx context.Context, n int64) (bool, error) {
	if n <= t.generation() {
		return true, nil
	}
	body, _, err := objstore.ReadAll(ctx, t.Store, manifest.ObjectKey, manifest.MaxBytes)
	if err != nil {
		return false, fmt.Errorf("read manifest: %w", err)
	}
	m, err := manifest.Decode(body)
	if err != nil {
		return false, fmt.Errorf("read manifest: %w", err)
	}
	return m.TableUUID == t.Manifest.TableUUID && n <= m.Tablectl.Generation, nil
}

// State is what an entrance shows.
type State struct {
	Version    manifest.Version // 0: none
	Generation int64            // of the manifest that it was derived from; 0: nothing there yet
	Behind     bool             // it shows less than the target
	Foreign    []string         // what someone else has put or changed, in words
}

// New is the entrance that a catalog of the settings describes.
func New(c manifest.Catalog) (Entrance, error) {
	switch c.Kind {
	case manifest.CatalogHint:
		return hint{}, nil
	case manifest.CatalogSymlink:
		return symlink{}, nil
	case manifest.CatalogDelta:
		return delta{}, nil
	case manifest.CatalogGlue:
		if !slices.Contains(manifest.AsKinds(), c.As) {
			return nil, fmt.Errorf("%w: as %q; there are %s", ErrCannot, c.As, strings.Join(manifest.AsKinds(), ", "))
		}
		return glueTable{c, dialGlue}, nil
	}
	return nil, fmt.Errorf("%w: kind %q", ErrCannot, c.Kind)
}
