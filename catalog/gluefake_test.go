package catalog

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/glue"
	"github.com/aws/aws-sdk-go-v2/service/glue/types"
	"github.com/aws/smithy-go"

	"github.com/tablectl/tablectl/manifest"
)

// fakeGlue is a Glue in memory, with one database "web". It is a fake because the server that stands in for AWS elsewhere (moto) ignores
// VersionId, and the lock is what matters here. It checks what every write must keep: a condition, and no way back.
type fakeGlue struct {
	t *testing.T

	// answer says what becomes of the n-th request, from 1 on.
	answer func(n int, op string) fault
	// interlope runs before an update that is about to be decided.
	interlope func()
	// forced allows the way back.
	forced bool

	mu       sync.Mutex
	requests int
	updates  int
	tables   map[string]fakeTable
}

type fakeTable struct {
	version int
	body    []byte // types.Table as JSON, so that nothing is shared
}

// fault is an answer other than the right one, before or after the request had its effect.
type fault struct {
	err   error
	after bool
}

var faults = map[string]error{
	"throttled":  &types.ThrottlingException{},
	"rate":       &smithy.GenericAPIError{Code: "ThrottlingException", Message: "Rate exceeded"},
	"internal":   &types.InternalServiceException{},
	"timeout":    &types.OperationTimeoutException{},
	"lost":       errors.New("connection reset by peer"),
	"moved":      &types.ConcurrentModificationException{},
	"made":       &types.AlreadyExistsException{},
	"unavailing": &smithy.GenericAPIError{Code: "Unknown", Fault: smithy.FaultServer},
}

func newFakeGlue(t *testing.T) *fakeGlue { return &fakeGlue{t: t, tables: map[string]fakeTable{}} }

func (f *fakeGlue) entrance(as string) glueTable {
	c := manifest.Catalog{Name: "glue", Kind: manifest.CatalogGlue, As: as, Database: "web", Table: "flights"}
	return glueTable{c, func(context.Context, Target, manifest.Catalog) (glueAPI, error) { return f, nil }}
}

func (f *fakeGlue) request(op string) fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.requests++
	if f.answer == nil {
		return fault{}
	}
	return f.answer(f.requests, op)
}

// GetTable reads a table.
func (f *fakeGlue) GetTable(_ context.Context, in *glue.GetTableInput, _ ...func(*glue.Options)) (*glue.GetTableOutput, error) {
	if x := f.request("get"); x.err != nil {
		return nil, x.err
	}
	t := f.table(*in.Name)
	if t == nil || *in.DatabaseName != "web" {
		return nil, &types.EntityNotFoundException{}
	}
	return &glue.GetTableOutput{Table: t}, nil
}

func (f *fakeGlue) table(name string) *types.Table {
	f.mu.Lock()
	defer f.mu.Unlock()
	there, ok := f.tables[name]
	if !ok {
		return nil
	}
	var t types.Table
	if err := json.Unmarshal(there.body, &t); err != nil {
		f.t.Fatal(err)
	}
	t.VersionId = aws.String(strconv.Itoa(there.version))
	return &t
}

// CreateTable makes a table that is not there.
func (f *fakeGlue) CreateTable(_ context.Context, in *glue.CreateTableInput, _ ...func(*glue.Options)) (*glue.CreateTableOutput, error) {
	x := f.request("create")
	if x.err != nil && !x.after {
		return nil, x.err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if *in.DatabaseName != "web" {
		return nil, &types.EntityNotFoundException{Message: aws.String("Database " + *in.DatabaseName + " not found.")}
	}
	if _, there := f.tables[*in.TableInput.Name]; there {
		return nil, &types.AlreadyExistsException{}
	}
	f.store(in.TableInput, 1)
	return &glue.CreateTableOutput{}, x.err
}

// UpdateTable replaces a table if it is still at the version given.
func (f *fakeGlue) UpdateTable(_ context.Context, in *glue.UpdateTableInput, _ ...func(*glue.Options)) (*glue.UpdateTableOutput, error) {
	x := f.request("update")
	if x.err != nil && !x.after {
		return nil, x.err
	}
	if f.interlope != nil {
		f.interlope()
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	there, ok := f.tables[*in.TableInput.Name]
	switch {
	case !ok:
		return nil, &types.EntityNotFoundException{}
	case in.VersionId == nil || !aws.ToBool(in.SkipArchive):
		f.t.Errorf("an update without a version, or with an archive: %v %v", in.VersionId, in.SkipArchive)
	case *in.VersionId != strconv.Itoa(there.version):
		return nil, &types.ConcurrentModificationException{}
	}
	var before types.Table
	if err := json.Unmarshal(there.body, &before); err != nil {
		f.t.Fatal(err)
	}
	if was, is := markOf(before.Parameters), markOf(in.TableInput.Parameters); is < was && !f.forced {
		f.t.Errorf("updated from generation %d to %d", was, is)
	}
	f.updates++
	f.store(in.TableInput, there.version+1)
	return &glue.UpdateTableOutput{}, x.err
}

func (f *fakeGlue) store(in *types.TableInput, version int) {
	body, err := json.Marshal(in) // a Table has the fields of a TableInput, by the same names
	if err != nil {
		f.t.Fatal(err)
	}
	f.tables[*in.Name] = fakeTable{version, body}
}

// change is what somebody else does to a table.
func (f *fakeGlue) change(name string, do func(*types.Table)) {
	t := f.table(name)
	if t == nil {
		t = &types.Table{Name: &name, Parameters: map[string]string{}}
	}
	do(t)
	f.mu.Lock()
	defer f.mu.Unlock()
	body, err := json.Marshal(t)
	if err != nil {
		f.t.Fatal(err)
	}
	f.tables[name] = fakeTable{f.tables[name].version + 1, body}
}

func markOf(parameters map[string]string) int64 {
	n, err := strconv.ParseInt(parameters[glueGeneration], 10, 64)
	if err != nil {
		return 0 // somebody else's
	}
	return n
}
