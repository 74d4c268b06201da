package gluefake

import (
	"context"
	"encoding/json"
	"strconv"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/glue"
	"github.com/aws/aws-sdk-go-v2/service/glue/types"
)

// Database is the one that there is.
const Database = "web"

// generation is our mark in the parameters of a table.
const generation = "tablectl.generation"

// Glue is the fake. Its fields are set before it is used.
type Glue struct {
	// Answer says what becomes of a request; nil is none but the right answers.
	Answer func(Request) Fault
	// Interlope runs before an update that is about to be decided.
	Interlope func()
	// Forced allows the way back.
	Forced bool

	t        testing.TB
	mu       sync.Mutex
	requests map[string]int // by table; "" is all
	updates  int
	tables   map[string]table
}

// Request is a request that is about to be decided.
type Request struct {
	Op    string // "get", "create" or "update"
	Table string
	N     int // of all requests, from 1 on
	Of    int // of those for the table, from 1 on
}

type table struct {
	version int
	body    []byte // types.Table as JSON, so that nothing is shared
}

// New is a Glue without tables. What it checks fails t.
func New(t testing.TB) *Glue {
	return &Glue{t: t, tables: map[string]table{}, requests: map[string]int{}}
}

// Clone is another Glue with the same tables, whose requests are counted from 1 on.
func (f *Glue) Clone(t testing.TB) *Glue {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := New(t)
	for name, there := range f.tables {
		out.tables[name] = there
	}
	return out
}

// Requests is how many there were since the last Reset.
func (f *Glue) Requests() int { return f.RequestsFor("") }

// RequestsFor is how many there were for a table.
func (f *Glue) RequestsFor(name string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.requests[name]
}

// Reset counts requests from 1 on.
func (f *Glue) Reset() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.requests = map[string]int{}
}

// Updates is how many updates took place.
func (f *Glue) Updates() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.updates
}

func (f *Glue) request(op, name string) Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.requests[name]++
	f.requests[""]++
	if f.Answer == nil {
		return Fault{}
	}
	return f.Answer(Request{op, name, f.requests[""], f.requests[name]})
}

// GetTable reads a table.
func (f *Glue) GetTable(_ context.Context, in *glue.GetTableInput, _ ...func(*glue.Options)) (*glue.GetTableOutput, error) {
	if x := f.request("get", *in.Name); x.Err != nil {
		return nil, x.Err
	}
	t := f.Table(*in.Name)
	if t == nil || *in.DatabaseName != Database {
		return nil, &types.EntityNotFoundException{}
	}
	return &glue.GetTableOutput{Table: t}, nil
}

// CreateTable makes a table that is not there.
func (f *Glue) CreateTable(_ context.Context, in *glue.CreateTableInput, _ ...func(*glue.Options)) (*glue.CreateTableOutput, error) {
	x := f.request("create", *in.TableInput.Name)
	if x.Err != nil && !x.After {
		return nil, x.Err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if *in.DatabaseName != Database {
		return nil, &types.EntityNotFoundException{Message: aws.String("Database " + *in.DatabaseName + " not found.")}
	}
	if _, there := f.tables[*in.TableInput.Name]; there {
		return nil, &types.AlreadyExistsException{}
	}
	f.store(in.TableInput, 1)
	return &glue.CreateTableOutput{}, x.Err
}

// UpdateTable replaces a table if it is still at the version given.
func (f *Glue) UpdateTable(_ context.Context, in *glue.UpdateTableInput, _ ...func(*glue.Options)) (*glue.UpdateTableOutput, error) {
	x := f.request("update", *in.TableInput.Name)
	if x.Err != nil && !x.After {
		return nil, x.Err
	}
	if f.Interlope != nil {
		f.Interlope()
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
		f.t.Error(err)
	}
	if was, is := markOf(before.Parameters), markOf(in.TableInput.Parameters); is < was && !f.Forced {
		f.t.Errorf("updated from generation %d to %d", was, is)
	}
	f.updates++
	f.store(in.TableInput, there.version+1)
	return &glue.UpdateTableOutput{}, x.Err
}

func (f *Glue) store(in *types.TableInput, version int) {
	body, err := json.Marshal(in) // a Table has the fields of a TableInput, by the same names
	if err != nil {
		f.t.Error(err)
	}
	f.tables[*in.Name] = table{version, body}
}

func markOf(parameters map[string]string) int64 {
	n, err := strconv.ParseInt(parameters[generation], 10, 64)
	if err != nil {
		return 0 // somebody else's
	}
	return n
}
