package catalog

import (
	"maps"
	"slices"
)

// deltaTable is what a log makes of a table.
type deltaTable struct {
	protocol *deltaProtocol
	meta     *deltaMeta
	txns     map[string]deltaTxn
	files    map[string]deltaAdd // by path, as the log has it
}

func newDeltaTable() *deltaTable {
	return &deltaTable{txns: map[string]deltaTxn{}, files: map[string]deltaAdd{}}
}

func (t *deltaTable) apply(actions []deltaAction) {
	for _, a := range actions {
		switch {
		case a.Protocol != nil:
			t.protocol = a.Protocol
		case a.MetaData != nil:
			t.meta = a.MetaData
		case a.Txn != nil:
			t.txns[a.Txn.AppID] = *a.Txn
		case a.Add != nil:
			t.files[a.Add.Path] = *a.Add
		case a.Remove != nil:
			delete(t.files, a.Remove.Path)
		}
	}
}

// actions are those of a checkpoint, in an order of their own: equal tables have equal checkpoints.
func (t *deltaTable) actions() []deltaAction {
	out := []deltaAction{{Protocol: t.protocol}, {MetaData: t.meta}}
	for _, id := range slices.Sorted(maps.Keys(t.txns)) {
		txn := t.txns[id]
		out = append(out, deltaAction{Txn: &txn})
	}
	for _, path := range slices.Sorted(maps.Keys(t.files)) {
		add := t.files[path]
		add.DataChange = false
		out = append(out, deltaAction{Add: &add})
	}
	return out
}
