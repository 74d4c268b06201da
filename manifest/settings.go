package manifest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// SettingsChange names what is to be set; nil and missing entries stay as they are.
type SettingsChange struct {
	Layout          *string // of versions that are published from now on
	TargetFileBytes *int64
	RowGroupRows    *int64             // 0: the writer's default
	Compression     *string            // "": the default
	KeepVersions    *int               // 0: all
	Properties      map[string]*string // nil: to be removed
}

// SetSettings changes what holds for files and versions that are written from now on, and properties for engines. It is a flip without a
// version, with the event "set", whose message says what was set. It is allowed on a frozen table. Errors: ErrNothingToDo; ErrInvalid for
// values out of range and for the properties that tablectl sets itself.
func (m *Manifest) SetSettings(c SettingsChange, w Write) (*Manifest, error) {
	next := m.step(w)
	var said []string
	s := &next.Tablectl.Settings
	set(&s.Layout, c.Layout, "layout", &said)
	set(&s.TargetFileBytes, c.TargetFileBytes, "target_file_bytes", &said)
	set(&s.RowGroupRows, c.RowGroupRows, "row_group_rows", &said)
	set(&s.Compression, c.Compression, "compression", &said)
	set(&s.KeepVersions, c.KeepVersions, "keep_versions", &said)
	next.Properties = cloneMap(m.Properties)
	for _, name := range slices.Sorted(maps.Keys(c.Properties)) {
		if name == propertyGC || name == propertyMapping || name == "" {
			return nil, refuse(RuleSettings, "the property %q is not for people to set", name)
		}
		old, there := m.Properties[name]
		switch value := c.Properties[name]; {
		case value == nil && there:
			delete(next.Properties, name)
			said = append(said, name+" removed")
		case value != nil && (!there || old != *value):
			next.Properties[name] = *value
			said = append(said, name+" = "+*value)
		}
	}
	if len(said) == 0 {
		return nil, fmt.Errorf("%w: all is set so already", ErrNothingToDo)
	}
	next.record(Event{Op: OpSet, Message: strings.Join(said, ", ")}, w)
	return next.from(m)
}

// set takes a new value, if there is one, and says so.
func set[T comparable](to *T, value *T, name string, said *[]string) {
	if value != nil && *value != *to {
		*to = *value
		*said = append(*said, fmt.Sprintf("%s = %v", name, *value))
	}
}
