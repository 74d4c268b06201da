package gluefake

import (
	"encoding/json"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/glue/types"
)

// Table is a table as it is, nil for none.
func (f *Glue) Table(name string) *types.Table {
	f.mu.Lock()
	defer f.mu.Unlock()
	there, ok := f.tables[name]
	if !ok {
		return nil
	}
	var t types.Table
	if err := json.Unmarshal(there.body, &t); err != nil {
		f.t.Error(err)
	}
	t.VersionId = aws.String(strconv.Itoa(there.version))
	return &t
}

// Change is what somebody else does to a table, or makes of none.
func (f *Glue) Change(name string, do func(*types.Table)) {
	t := f.Table(name)
	if t == nil {
		t = &types.Table{Name: &name, Parameters: map[string]string{}}
	}
	do(t)
	f.mu.Lock()
	defer f.mu.Unlock()
	body, err := json.Marshal(t)
	if err != nil {
		f.t.Error(err)
	}
	f.tables[name] = table{f.tables[name].version + 1, body}
}

// Drop takes a table away.
func (f *Glue) Drop(name string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.tables, name)
}
