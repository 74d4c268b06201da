package manifest

import (
	"cmp"
	"slices"
)

// Blank reports whether the table has nothing that a definition could contradict: no version was ever published, no run is pending but
// perhaps this one, and it has neither columns nor names that wait for them.
func (m *Manifest) Blank(run string) bool {
	s := m.Tablectl.Settings
	for _, p := range m.Tablectl.Pending {
		if p.Run != run {
			return false
		}
	}
	return m.LastSequenceNumber == 0 && !m.Declared() && len(s.PartitionBy) == 0 && len(s.SortBy) == 0 && len(s.Key) == 0
}

// Define gives a blank table the columns, names, settings and properties of t, whose uuid and location it does not take; the catalogs that
// it has stay, beside those of t, and its layout, if t names none. It is made part of the write w that follows, and is no event of its own. ErrInvalid or ErrSchema as of New.
func (m *Manifest) Define(t Table, w Write) (*Manifest, error) {
	t.UUID, t.Location = m.TableUUID, m.Location
	all := slices.Clone(m.Tablectl.Settings.Catalogs)
	for _, c := range t.Settings.Catalogs {
		if !m.HasCatalog(c) {
			all = append(all, c) // another one of that name is ErrInvalid
		}
	}
	t.Settings.Catalogs = all
	t.Settings.Layout = cmp.Or(t.Settings.Layout, m.Tablectl.Settings.Layout)
	next, err := New(t, w)
	if err != nil {
		return nil, err
	}
	settings, unknown := next.Tablectl.Settings, m.Unknown
	next.Tablectl = m.Tablectl
	next.Tablectl.Settings, next.Unknown = settings, unknown
	next.LastUpdatedMs = m.LastUpdatedMs
	return next, nil
}

// RejectFirst is Reject of the publish that created the table: what it brought along goes with it, so that the next one can say it better;
// but not the catalogs and the layout, for whoever made the table empty may have named them.
// Where anything else has happened meanwhile, it is Reject.
func (m *Manifest) RejectFirst(run, attempt string, v Version, snapshotKey, sha256, message string, w Write) (*Manifest, error) {
	next, err := m.Reject(run, attempt, v, snapshotKey, sha256, message, w)
	if err != nil {
		return nil, err
	}
	for _, e := range next.Tablectl.Recent {
		if e.Op != OpCreate && e.Op != OpReject {
			return next, nil
		}
	}
	if len(next.Tablectl.Pending) > 0 || next.Tablectl.History != nil || next.LastSequenceNumber > 0 {
		return next, nil
	}
	blank, err := New(Table{UUID: next.TableUUID, Location: next.Location}, w)
	if err != nil {
		return nil, err
	}
	settings := blank.Tablectl.Settings
	settings.Catalogs, settings.Layout = next.Tablectl.Settings.Catalogs, next.Tablectl.Settings.Layout
	blank.Tablectl, blank.Unknown, blank.LastUpdatedMs = next.Tablectl, next.Unknown, next.LastUpdatedMs
	blank.Tablectl.Settings = settings
	return blank, blank.Validate()
}
