package manifest

import (
	"cmp"
	"maps"
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

// Define gives a blank table the columns and names of t, and the settings and properties that t names; its uuid and location, and all else
// that it has, stay, the catalogs beside those of t. It is made part of the write w that follows, and is no event of its own. ErrInvalid or
// ErrSchema as of New.
func (m *Manifest) Define(t Table, w Write) (*Manifest, error) {
	t.UUID, t.Location = m.TableUUID, m.Location
	t.Settings = m.defined(t.Settings)
	properties := cloneMap(m.Properties)
	maps.Copy(properties, t.Properties)
	t.Properties = properties
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

// defined are the settings of the table with those that are named.
func (m *Manifest) defined(named Settings) Settings {
	out := m.Tablectl.Settings
	out.Layout = cmp.Or(named.Layout, out.Layout)
	out.TargetFileBytes = cmp.Or(named.TargetFileBytes, out.TargetFileBytes)
	out.RowGroupRows = cmp.Or(named.RowGroupRows, out.RowGroupRows)
	out.KeepVersions = cmp.Or(named.KeepVersions, out.KeepVersions)
	out.Compression = cmp.Or(named.Compression, out.Compression)
	out.Catalogs = slices.Clone(out.Catalogs)
	for _, c := range named.Catalogs {
		if !m.HasCatalog(c) {
			out.Catalogs = append(out.Catalogs, c) // another one of that name is ErrInvalid
		}
	}
	return out
}

// RejectFirst is Reject of the publish that created the table: the columns and names that it brought along go with it, so that the next one
// can say them better. Settings and properties stay, for whoever made the table empty may have named them, and the next one may name others.
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
	properties := cloneMap(next.Properties)
	delete(properties, propertyMapping)
	blank, err := New(Table{UUID: next.TableUUID, Location: next.Location, Settings: next.Tablectl.Settings, Properties: properties}, w)
	if err != nil {
		return nil, err
	}
	settings := blank.Tablectl.Settings // without the names
	blank.Tablectl, blank.Unknown, blank.LastUpdatedMs = next.Tablectl, next.Unknown, next.LastUpdatedMs
	blank.Tablectl.Settings = settings
	return blank, blank.Validate()
}
