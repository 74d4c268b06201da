package manifest

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

// Rules of the manifest's head: what Iceberg's own fields say of the table as a whole.
const (
	RuleFormatVersion Rule = "format-version"  // Iceberg format 2
	RuleUUID          Rule = "table-uuid"      // a UUID in lower case
	RuleLocation      Rule = "location"        // absolute, ends in /_iceberg: an engine that drops "its" table clears only that
	RuleUpdated       Rule = "last-updated-ms" // a time, not before the newest snapshot or log entry
	RuleGCEnabled     Rule = "gc-enabled"      // properties have gc.enabled = false: engines must not delete files
	RuleNameMapping   Rule = "name-mapping"    // properties have schema.name-mapping.default once there are columns
	RuleMetadataLog   Rule = "metadata-log"    // empty: there are no older metadata files
	RuleCurrentSchema Rule = "current-schema"  // current-schema-id is one of schemas
	RuleDefaultSpec   Rule = "default-spec"    // default-spec-id is one of partition-specs and fits the current schema
	RuleDefaultOrder  Rule = "default-order"   // default-sort-order-id is one of sort-orders and fits the current schema; 0 is there
	RuleUndeclared    Rule = "undeclared"      // a table with versions has columns
)

// Properties that every table has.
const (
	propertyGC      = "gc.enabled"
	propertyMapping = "schema.name-mapping.default"
)

// locationSuffix is what the location has after the table root.
const locationSuffix = "/_iceberg"

var uuidPattern = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)

// Validate refuses a manifest that breaks a rule. Each refusal is a *Refusal. What Validate accepts can be encoded and is valid Iceberg
// v2 table metadata.
func (m *Manifest) Validate() error {
	checks := []func() error{
		m.validateHead, m.validateSchemas, m.validateSpecs, m.validateOrders, m.validateSnapshots, m.validateRefs, m.validateLog,
		m.validateState, m.validatePending, m.validateEvents, m.validateGC, m.validateSettings, m.validateCatalogs,
	}
	for _, check := range checks {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

func (m *Manifest) validateHead() error {
	switch {
	case m.FormatVersion != 2:
		return refuse(RuleFormatVersion, "Iceberg format version %d; 2 is known", m.FormatVersion)
	case !uuidPattern.MatchString(m.TableUUID):
		return refuse(RuleUUID, "%q", clip(m.TableUUID))
	case m.LastUpdatedMs < 0 || Time(m.LastUpdatedMs) > maxTime:
		return refuse(RuleUpdated, "%d ms", m.LastUpdatedMs)
	case m.Properties[propertyGC] != "false":
		return refuse(RuleGCEnabled, "the property %s is %q", propertyGC, clip(m.Properties[propertyGC]))
	case m.Declared() && m.Properties[propertyMapping] == "":
		return refuse(RuleNameMapping, "the property %s is missing", propertyMapping)
	case len(m.MetadataLog) > 0:
		return refuse(RuleMetadataLog, "it has %d entries", len(m.MetadataLog))
	}
	return checkLocation(m.Location)
}

func checkLocation(location string) error {
	root, ok := strings.CutSuffix(location, locationSuffix)
	absolute := strings.HasPrefix(root, "/") || strings.Contains(root, "://")
	if !ok || !absolute || strings.HasSuffix(root, "/") || strings.ContainsFunc(root, unicode.IsControl) {
		return refuse(RuleLocation, "%q is not an absolute table root with %s behind it", clip(location), locationSuffix)
	}
	return nil
}

func (m *Manifest) validateSchemas() error {
	seen := make(map[int]bool)
	for _, s := range m.Schemas {
		if err := s.validate(); err != nil {
			return err
		}
		if seen[s.ID] {
			return refuse(RuleSchemaID, "schema %d is there twice", s.ID)
		}
		seen[s.ID] = true
		if highest := highestID(s.Fields); highest > m.LastColumnID {
			return refuse(RuleLastColumn, "schema %d has field %d, last-column-id is %d", s.ID, highest, m.LastColumnID)
		}
	}
	switch {
	case len(m.Schemas) == 0:
		return refuse(RuleSchemaID, "there is no schema")
	case !seen[m.CurrentSchemaID]:
		return refuse(RuleCurrentSchema, "there is no schema %d", m.CurrentSchemaID)
	case m.LastColumnID < 0 || m.LastColumnID > maxFieldID:
		return refuse(RuleLastColumn, "last-column-id is %d", m.LastColumnID)
	case !m.Declared() && len(m.Snapshots) > 0:
		return refuse(RuleUndeclared, "schema %d has no columns, but there are versions", m.CurrentSchemaID)
	}
	return nil
}

func (m *Manifest) validateSpecs() error {
	seen := make(map[int]bool)
	for _, p := range m.PartitionSpecs {
		if err := p.validate(); err != nil {
			return err
		}
		if seen[p.ID] {
			return refuse(RuleSpecID, "spec %d is there twice", p.ID)
		}
		seen[p.ID] = true
		for _, f := range p.Fields {
			if f.FieldID > m.LastPartitionID {
				return refuse(RuleLastPartition, "spec %d has field %d, last-partition-id is %d", p.ID, f.FieldID, m.LastPartitionID)
			}
		}
	}
	if m.LastPartitionID < FirstPartitionID-1 || !isID(m.LastPartitionID) {
		return refuse(RuleLastPartition, "last-partition-id is %d", m.LastPartitionID)
	}
	if !seen[m.DefaultSpecID] {
		return refuse(RuleDefaultSpec, "there is no spec %d", m.DefaultSpecID)
	}
	return m.Spec().fits(m.Schema())
}

func (m *Manifest) validateOrders() error {
	seen := make(map[int]bool)
	for _, o := range m.SortOrders {
		if err := o.validate(); err != nil {
			return err
		}
		if seen[o.ID] {
			return refuse(RuleOrderID, "sort order %d is there twice", o.ID)
		}
		seen[o.ID] = true
	}
	if !seen[m.DefaultSortOrderID] || !seen[0] {
		return refuse(RuleDefaultOrder, "there is no sort order %d, or no 0", m.DefaultSortOrderID)
	}
	return m.SortOrder().fits(m.Schema())
}

// versionDetail is what a refusal says about one version.
func versionDetail(v Version, format string, args ...any) string {
	return fmt.Sprintf("version %d: ", v) + fmt.Sprintf(format, args...)
}
