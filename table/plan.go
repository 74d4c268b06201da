package table

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/tablectl/tablectl/manifest"
)

// Plan is what a publish would do: found by doing all of it but the writing to the table. Apply does exactly that, or refuses.
type Plan struct {
	SchemaVersion int                 `json:"schema_version"` // 1
	Table         string              `json:"table"`
	TableUUID     string              `json:"table_uuid"` // empty: the publish creates the table
	Base          manifest.Version    `json:"base"`       // the version that must be current; 0: none
	Run           string              `json:"run"`
	Fingerprint   string              `json:"fingerprint"`
	Created       manifest.Time       `json:"created"`
	Publish       PublishOptions      `json:"publish"`
	Rows          manifest.RowCounts  `json:"rows"`
	Files         manifest.FileCounts `json:"files"`
	Partitions    []PartitionEffect   `json:"partitions"`
	SchemaChanges []string            `json:"schema_changes"`
	Requests      Requests            `json:"requests"`
	Notes         []string            `json:"notes"`
}

// PartitionEffect is what happens to one partition.
type PartitionEffect struct {
	Partition   string `json:"partition"` // "day=2026-04-15"; empty in a table without partitions
	RowsBefore  int64  `json:"rows_before"`
	RowsAfter   int64  `json:"rows_after"`
	FilesBefore int    `json:"files_before"`
	FilesAfter  int    `json:"files_after"`
}

// Requests are what a publish sends, if nothing has to be sent twice.
type Requests struct {
	Put int64 `json:"put"`
	Get int64 `json:"get"`
}

// planVersion is Plan.SchemaVersion.
const planVersion = 1

// Plan says what Publish would do. Inputs must be files or objects that Apply can read again. ErrNothingToDo if the run is published.
func (t *Table) Plan(ctx context.Context, o PublishOptions) (*Plan, error) {
	if err := o.checkOptions(); err != nil {
		return nil, fmt.Errorf("plan: %w", err)
	}
	var err error
	if o.Inputs, err = lasting(o.Inputs); err != nil {
		return nil, fmt.Errorf("plan: %w", err)
	}
	p := &publication{t: t, o: o, attempt: newID()}
	defer p.close()
	plan, err := p.plan(ctx)
	if err != nil {
		return nil, fmt.Errorf("plan: %w", err)
	}
	return plan, nil
}

// lasting makes the names of inputs good in every directory.
func lasting(inputs []string) ([]string, error) {
	var out []string
	for _, in := range inputs {
		if in == "-" {
			return nil, fmt.Errorf("%w: standard input cannot be planned: it is gone when the plan is applied", ErrUsage)
		}
		if !strings.Contains(in, "://") {
			abs, err := filepath.Abs(in)
			if err != nil {
				return nil, fmt.Errorf("find %s: %w", in, err)
			}
			in = abs
		}
		out = append(out, in)
	}
	return out, nil
}

func (p *publication) plan(ctx context.Context) (*Plan, error) {
	if err := p.look(ctx); err != nil {
		return nil, err
	}
	if err := p.prepare(ctx); err != nil {
		return nil, err
	}
	done, err := p.alreadyDone(ctx)
	if err != nil {
		return nil, err
	}
	if done != nil {
		return nil, fmt.Errorf("%w: run %s is published as version %d", ErrNothingToDo, p.run, done.Version)
	}
	res, err := p.dryRun(ctx)
	if err != nil {
		return nil, err
	}
	return res.Plan, nil
}

// planOf says what a rehearsal has shown; before is the manifest that it began with, nil if there was no table.
func (p *publication) planOf(ctx context.Context, r *rehearsal, before *manifest.Manifest) (*Plan, error) {
	out := &Plan{
		SchemaVersion: planVersion, Table: p.t.URL(), Base: current(before), Run: p.run, Fingerprint: p.in.fingerprint, Created: p.t.clock.now(),
		Publish: p.o, Rows: r.result.Rows, Files: r.result.Files, Requests: Requests{Put: r.puts, Get: r.gets},
		SchemaChanges: []string{}, Notes: append([]string{}, p.in.notes...),
	}
	if before != nil {
		out.TableUUID = before.TableUUID
		from, to := before.Design(nil), p.layout
		for _, c := range diffSchemas(&manifest.Snapshot{Schema: from.Schema, Spec: from.Spec, SortOrder: from.SortOrder},
			&manifest.Snapshot{Schema: to.schema, Spec: to.spec, SortOrder: to.sort}) {
			out.SchemaChanges = append(out.SchemaChanges, c.String())
		}
	}
	out.Publish.RunID = p.run
	var err error
	out.Partitions, err = p.effects(ctx, r)
	return out, err
}

// effects are the partitions that the composition touches, in the order of their values.
func (p *publication) effects(ctx context.Context, r *rehearsal) ([]PartitionEffect, error) {
	touched := map[tuple]*PartitionEffect{}
	var order []tuple
	effect := func(f manifest.File) *PartitionEffect {
		key := tupleOf(f.Partition)
		if touched[key] == nil {
			touched[key] = &PartitionEffect{Partition: p.layout.nameOf(f.Partition)}
			order = append(order, key)
		}
		return touched[key]
	}
	for _, f := range r.composition.change.Add {
		e := effect(f)
		e.RowsAfter += f.Rows
		e.FilesAfter++
	}
	err := r.on.files.Each(ctx, nil, func(f manifest.File) error {
		goes := p.o.Mode == Replace || r.composition.change.Drops(f)
		if !goes && touched[tupleOf(f.Partition)] == nil {
			return nil
		}
		e := effect(f)
		e.RowsBefore += f.Rows
		e.FilesBefore++
		if !goes {
			e.RowsAfter += f.Rows
			e.FilesAfter++
		}
		return nil
	})
	out := []PartitionEffect{}
	for _, key := range order {
		out = append(out, *touched[key])
	}
	return out, err
}

// Apply publishes what was planned. ErrConflict if the plan is of another table, another version is current than then, or an input has
// changed; a plan that was applied already is done.
func (t *Table) Apply(ctx context.Context, plan *Plan) (*Result, error) {
	if plan.SchemaVersion != planVersion {
		return nil, fmt.Errorf("%w: the plan has schema version %d, this program knows %d", ErrUsage, plan.SchemaVersion, planVersion)
	}
	o := plan.Publish
	o.ExpectVersion = &plan.Base
	o.planned = plan
	res, err := t.Publish(ctx, o)
	if err != nil {
		return nil, fmt.Errorf("apply plan: %w", err)
	}
	return res, nil
}

// checkPlan refuses a plan for something else than what is there.
func (p *publication) checkPlan() error {
	plan := p.o.planned
	if plan == nil {
		return nil
	}
	uuid := ""
	if p.base.m != nil {
		uuid = p.base.m.TableUUID
	}
	switch {
	case plan.TableUUID != uuid && !(plan.TableUUID == "" && p.base.m != nil):
		return fmt.Errorf("%w: the plan is for table %s (%s), not for %s", errStale, plan.Table, plan.TableUUID, p.t.URL())
	case plan.Fingerprint != p.in.fingerprint:
		return fmt.Errorf("%w: an input is not what it was when the plan was made", errStale)
	}
	return nil
}

// errStale is the ErrConflict of a plan that no longer holds.
var errStale = fmt.Errorf("%w: the plan is stale; make a new one", manifest.ErrConflict)

// ReadPlan reads what json.Marshal made of a Plan.
func ReadPlan(b []byte) (*Plan, error) {
	var p Plan
	if err := json.Unmarshal(b, &p); err != nil {
		return nil, fmt.Errorf("%w: not a plan: %w", ErrUsage, err)
	}
	if p.SchemaVersion == 0 || p.Run == "" || p.Fingerprint == "" || p.Publish.Mode == "" {
		return nil, fmt.Errorf("%w: %w", ErrUsage, errors.New("not a plan: it names no run"))
	}
	return &p, nil
}
