package manifest

import (
	"fmt"
	"go/ast"
	"go/parser"
	gotoken "go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// refusal breaks one rule of an otherwise good manifest.
type refusal struct {
	rule   Rule
	name   string
	change func(m *Manifest)
}

var manifestRefusals = []refusal{
	{RuleFormatVersion, "3", func(m *Manifest) { m.FormatVersion = 3 }},
	{RuleUUID, "not one", func(m *Manifest) { m.TableUUID = "table" }},
	{RuleUUID, "upper case", func(m *Manifest) { m.TableUUID = strings.ToUpper(m.TableUUID) }},
	{RuleLocation, "of the table itself", func(m *Manifest) { m.Location = testRoot }},
	{RuleLocation, "relative", func(m *Manifest) { m.Location = "prefix/_iceberg" }},
	{RuleLocation, "slash too many", func(m *Manifest) { m.Location = testRoot + "//_iceberg" }},
	{RuleLocation, "control character", func(m *Manifest) { m.Location = "s3://b/\n/_iceberg" }},
	{RuleUpdated, "negative", func(m *Manifest) { m.LastUpdatedMs = -1 }},
	{RuleUpdated, "before the newest version", func(m *Manifest) { m.LastUpdatedMs = m.Snapshots[2].TimestampMs - 1 }},
	{RuleUpdated, "before the log", func(m *Manifest) { m.LastUpdatedMs = m.Snapshots[2].TimestampMs }},
	{RuleGCEnabled, "true", func(m *Manifest) { m.Properties["gc.enabled"] = "true" }},
	{RuleGCEnabled, "missing", func(m *Manifest) { delete(m.Properties, "gc.enabled") }},
	{RuleNameMapping, "missing", func(m *Manifest) { delete(m.Properties, "schema.name-mapping.default") }},
	{RuleMetadataLog, "an entry", func(m *Manifest) { m.MetadataLog = append(m.MetadataLog, struct{}{}) }},

	{RuleSchemaID, "none", func(m *Manifest) { m.Schemas = nil }},
	{RuleSchemaID, "negative", func(m *Manifest) { m.Schemas[0].ID = -1 }},
	{RuleSchemaID, "out of 32 bits", func(m *Manifest) { m.Schemas[0].ID = 1 << 31 }},
	{RuleSpecID, "out of 32 bits", func(m *Manifest) { m.PartitionSpecs[0].ID = 1 << 31 }},
	{RuleSpecField, "out of 32 bits", func(m *Manifest) { m.PartitionSpecs[0].Fields[0].FieldID = 1 << 31 }},
	{RuleOrderID, "out of 32 bits", func(m *Manifest) { m.SortOrders[1].ID = 1 << 31 }},
	{RuleLastPartition, "out of 32 bits", func(m *Manifest) { m.LastPartitionID = 1 << 31 }},
	{RuleSchemaID, "twice", func(m *Manifest) { m.Schemas = append(m.Schemas, m.Schemas[0]) }},
	{RuleCurrentSchema, "missing", func(m *Manifest) { m.CurrentSchemaID = 5 }},
	{RuleSchemaNames, "twice but for case", func(m *Manifest) { m.Schemas[0].Fields[2].Name = "ID" }},
	{RuleSchemaNames, "empty", func(m *Manifest) { m.Schemas[0].Fields[2].Name = "" }},
	{RuleSchemaNames, "in a struct", func(m *Manifest) { m.Schemas[0].Fields[7].Type.Fields[1].Name = "X" }},
	{RuleSchemaTypes, "decimal(39, 2)", func(m *Manifest) { m.Schemas[0].Fields[3].Type.Precision = 39 }},
	{RuleSchemaTypes, "decimal(2, 3)", func(m *Manifest) { m.Schemas[0].Fields[3].Type = Type{Kind: Decimal, Precision: 2, Scale: 3} }},
	{RuleSchemaTypes, "none", func(m *Manifest) { m.Schemas[0].Fields[3].Type = Type{} }},
	{RuleSchemaTypes, "list without element", func(m *Manifest) { m.Schemas[0].Fields[6].Type.Fields = nil }},
	{RuleSchemaTypes, "map with optional key", func(m *Manifest) { m.Schemas[0].Fields[8].Type.Fields[0].Required = false }},
	{RuleSchemaTypes, "empty struct", func(m *Manifest) { m.Schemas[0].Fields[7].Type.Fields = nil }},
	{RuleSchemaTypes, "int with parts", func(m *Manifest) { m.Schemas[0].Fields[7].Type.Kind = Int }},
	{RuleFieldID, "0", func(m *Manifest) { m.Schemas[0].Fields[3].ID = 0 }},
	{RuleFieldID, "reserved by Iceberg", func(m *Manifest) { m.Schemas[0].Fields[3].ID = maxFieldID + 1 }},
	{RuleFieldID, "twice", func(m *Manifest) { m.Schemas[0].Fields[7].Type.Fields[0].ID = 1 }},
	{RuleIdentifier, "not there", func(m *Manifest) { m.Schemas[0].IdentifierFieldIDs[0] = 77 }},
	{RuleIdentifier, "not required", func(m *Manifest) { m.Schemas[0].Fields[0].Required = false }},
	{RuleIdentifier, "a float", func(m *Manifest) {
		m.Schemas[0].Fields[4].Required, m.Schemas[0].IdentifierFieldIDs = true, []int{5}
	}},
	{RuleIdentifier, "a list", func(m *Manifest) {
		m.Schemas[0].Fields[6].Required, m.Schemas[0].IdentifierFieldIDs = true, []int{7}
	}},
	{RuleIdentifier, "in a struct", func(m *Manifest) { m.Schemas[0].IdentifierFieldIDs = []int{11} }},
	{RuleIdentifier, "twice", func(m *Manifest) { m.Schemas[0].IdentifierFieldIDs = []int{1, 1} }},
	{RuleLastColumn, "below a field", func(m *Manifest) { m.LastColumnID = 13 }},
	{RuleLastColumn, "reserved by Iceberg", func(m *Manifest) { m.LastColumnID = maxFieldID + 1 }},
	{RuleUndeclared, "versions without columns", func(m *Manifest) {
		m.Schemas = append(m.Schemas, Schema{ID: 1})
		m.CurrentSchemaID = 1
	}},

	{RuleSpecID, "negative", func(m *Manifest) { m.PartitionSpecs[0].ID = -1 }},
	{RuleSpecID, "twice", func(m *Manifest) { m.PartitionSpecs = append(m.PartitionSpecs, PartitionSpec{}) }},
	{RuleSpecField, "below 1000", func(m *Manifest) { m.PartitionSpecs[0].Fields[0].FieldID = 999 }},
	{RuleSpecField, "without name", func(m *Manifest) { m.PartitionSpecs[0].Fields[0].Name = "" }},
	{RuleSpecField, "twice", func(m *Manifest) {
		p := &m.PartitionSpecs[0]
		p.Fields = append(p.Fields, p.Fields[0])
	}},
	{RuleSpecTransform, "unknown", func(m *Manifest) { m.PartitionSpecs[0].Fields[0].Transform = "void" }},
	{RuleSpecTransform, "bucket of none", func(m *Manifest) { m.PartitionSpecs[0].Fields[0].Transform = "bucket[0]" }},
	{RuleSpecSource, "hour of a date", func(m *Manifest) {
		m.PartitionSpecs[0].Fields[0].Name, m.PartitionSpecs[0].Fields[0].Transform = "h", "hour"
	}},
	{RuleSpecSource, "the name of another column", func(m *Manifest) { m.PartitionSpecs[0].Fields[0].Name = "Name" }},
	{RuleSpecSource, "the name of its column for something else", func(m *Manifest) { m.PartitionSpecs[0].Fields[0].Transform = "month" }},
	{RuleLastColumn, "below that of a version", func(m *Manifest) { m.Snapshots[0].Summary[SummaryLastColumn] = "15" }},
	{RuleSpecSource, "missing", func(m *Manifest) { m.PartitionSpecs[0].Fields[0].SourceID = 99 }},
	{RuleSpecSource, "a float", func(m *Manifest) { m.PartitionSpecs[0].Fields[0].SourceID = 5 }},
	{RuleSpecSource, "in a struct", func(m *Manifest) { m.PartitionSpecs[0].Fields[0].SourceID = 11 }},
	{RuleSpecSource, "a map", func(m *Manifest) { m.PartitionSpecs[0].Fields[0].SourceID = 9 }},
	{RuleLastPartition, "below a field", func(m *Manifest) { m.LastPartitionID = 999 }},
	{RuleLastPartition, "below 999", func(m *Manifest) { m.PartitionSpecs[0].Fields, m.LastPartitionID = nil, 998 }},
	{RuleDefaultSpec, "missing", func(m *Manifest) { m.DefaultSpecID = 3 }},
	{RuleOrderID, "0 with fields", func(m *Manifest) { m.SortOrders[0].Fields = m.SortOrders[1].Fields }},
	{RuleOrderID, "1 without fields", func(m *Manifest) { m.SortOrders[1].Fields = nil }},
	{RuleOrderID, "twice", func(m *Manifest) { m.SortOrders = append(m.SortOrders, m.SortOrders[0]) }},
	{RuleOrderField, "direction", func(m *Manifest) { m.SortOrders[1].Fields[0].Direction = "up" }},
	{RuleOrderField, "null order", func(m *Manifest) { m.SortOrders[1].Fields[0].NullOrder = "" }},
	{RuleOrderField, "transform", func(m *Manifest) { m.SortOrders[1].Fields[0].Transform = "year" }},
	{RuleOrderSource, "missing", func(m *Manifest) { m.SortOrders[1].Fields[0].SourceID = 99 }},
	{RuleOrderSource, "a list", func(m *Manifest) { m.SortOrders[1].Fields[0].SourceID = 7 }},
	{RuleOrderSource, "twice", func(m *Manifest) {
		o := &m.SortOrders[1]
		o.Fields = append(o.Fields, o.Fields[0])
	}},
	{RuleDefaultOrder, "missing", func(m *Manifest) { m.DefaultSortOrderID = 3 }},
	{RuleDefaultOrder, "no 0", func(m *Manifest) { m.SortOrders = m.SortOrders[1:] }},

	{RuleSnapshotID, "descending", func(m *Manifest) { m.Snapshots[0], m.Snapshots[1] = m.Snapshots[1], m.Snapshots[0] }},
	{RuleSnapshotID, "twice", func(m *Manifest) { m.Snapshots[1] = m.Snapshots[0] }},
	{RuleSnapshotID, "above last-sequence-number", func(m *Manifest) { m.LastSequenceNumber = 3 }},
	{RuleSequence, "another number", func(m *Manifest) { m.Snapshots[0].SequenceNumber = 2 }},
	{RuleParent, "itself", func(m *Manifest) { m.Snapshots[0].ParentSnapshotID = &m.Snapshots[0].SnapshotID }},
	{RuleTimestamp, "negative", func(m *Manifest) { m.Snapshots[0].TimestampMs = -5 }},
	{RuleSnapshotSchema, "missing", func(m *Manifest) { m.Snapshots[0].SchemaID = 9 }},
	{RuleSnapshotLayout, "no such spec", func(m *Manifest) { m.Snapshots[0].Summary[SummarySpec] = "9" }},
	{RuleSnapshotLayout, "no number", func(m *Manifest) { m.Snapshots[0].Summary[SummarySortOrder] = "x" }},
	{RuleManifestList, "elsewhere", func(m *Manifest) { m.Snapshots[0].ManifestList = "s3://other/version=1/_iceberg/a.avro" }},
	{RuleManifestList, "relative", func(m *Manifest) { m.Snapshots[0].ManifestList = "version=1/_iceberg/a.avro" }},
	{RuleManifestList, "leaves the table", func(m *Manifest) { m.Snapshots[0].ManifestList = testRoot + "/version=1/../../x.avro" }},
	{RuleManifestList, "of a later version", func(m *Manifest) { m.Snapshots[0].ManifestList = testRoot + "/version=2/_iceberg/a.avro" }},
	{RuleSummary, "operation", func(m *Manifest) { m.Snapshots[0].Summary["operation"] = "merge" }},
	{RuleSummary, "a total is missing", func(m *Manifest) { delete(m.Snapshots[0].Summary, "total-equality-deletes") }},
	{RuleSummary, "a total is no number", func(m *Manifest) { m.Snapshots[0].Summary["total-records"] = "-1" }},
	{RuleSummaryOurs, "of another version", func(m *Manifest) {
		s := m.Snapshots[0].Summary
		s[SummarySnapshot] = SnapshotKey(2, s[SummarySHA256])
	}},
	{RuleSummaryOurs, "short digest", func(m *Manifest) { m.Snapshots[0].Summary[SummarySHA256] = "abc" }},
	{RuleLastSequence, "not below next_version", func(m *Manifest) { m.Tablectl.NextVersion = Version(m.LastSequenceNumber) }},
	{RuleCurrent, "not live", func(m *Manifest) { m.CurrentSnapshotID = 3 }},
	{RuleCurrent, "none although there are versions", func(m *Manifest) { m.CurrentSnapshotID = -1 }},
	{RuleMain, "another version", func(m *Manifest) { m.Refs["main"] = Ref{SnapshotID: 1, Type: "branch"} }},
	{RuleMain, "a tag", func(m *Manifest) { m.Refs["main"] = Ref{SnapshotID: 2, Type: "tag"} }},
	{RuleMain, "missing", func(m *Manifest) { delete(m.Refs, "main") }},
	{RuleTag, "of a version that is not live", func(m *Manifest) { m.Refs["2026-q1"] = Ref{SnapshotID: 3, Type: "tag"} }},
	{RuleTag, "a second branch", func(m *Manifest) { m.Refs["audit"] = Ref{SnapshotID: 1, Type: "branch"} }},
	{RuleTag, "a number", func(m *Manifest) { m.Refs["17"] = Ref{SnapshotID: 1, Type: "tag"} }},
	{RuleSnapshotLog, "not live", func(m *Manifest) { m.SnapshotLog[0].SnapshotID = 3 }},
	{RuleSnapshotLog, "back in time", func(m *Manifest) { m.SnapshotLog[1].TimestampMs = 1 }},
	{RuleSnapshotLog, "ends elsewhere", func(m *Manifest) { m.SnapshotLog = m.SnapshotLog[:1] }},
	{RuleSnapshotLog, "empty", func(m *Manifest) { m.SnapshotLog = nil }},

	{RuleFormat, "0", func(m *Manifest) { m.Tablectl.Format = 0 }},
	{RuleGeneration, "0", func(m *Manifest) { m.Tablectl.Generation = 0 }},
	{RuleWriteID, "upper case", func(m *Manifest) { m.Tablectl.WriteID = strings.Repeat("A", 32) }},
	{RuleWriteID, "short", func(m *Manifest) { m.Tablectl.WriteID = "abc" }},
	{RuleFrozen, "no reason", func(m *Manifest) { m.Tablectl.Frozen.Reason = "" }},
	{RuleFrozen, "no time", func(m *Manifest) { m.Tablectl.Frozen.At = 0 }},
	{RulePendingRun, "empty", func(m *Manifest) { m.Tablectl.Pending[0].Run = "" }},
	{RulePendingRun, "control character", func(m *Manifest) { m.Tablectl.Pending[0].Run = "a\nb" }},
	{RulePendingRun, "twice", func(m *Manifest) { m.Tablectl.Pending[0].Run = m.Tablectl.Pending[1].Run }},
	{RulePendingRun, "attempt twice", func(m *Manifest) { m.Tablectl.Pending[0].Attempt = m.Tablectl.Pending[1].Attempt }},
	{RulePendingRun, "attempt with a slash", func(m *Manifest) { m.Tablectl.Pending[0].Attempt = "../x" }},
	{RulePendingRun, "mode", func(m *Manifest) { m.Tablectl.Pending[0].Mode = "" }},
	{RulePendingRun, "no lease", func(m *Manifest) { m.Tablectl.Pending[0].LeaseUntil = 0 }},
	{RulePendingN, "live", func(m *Manifest) { m.Tablectl.Pending[0].Version = 1 }},
	{RulePendingN, "0", func(m *Manifest) { m.Tablectl.Pending[0].Version = 0 }},
	{RulePendingN, "not reserved", func(m *Manifest) { m.Tablectl.Pending[0].Version = m.Tablectl.NextVersion }},
	{RulePendingN, "of two runs", func(m *Manifest) { m.Tablectl.Pending[0].Version = m.Tablectl.Pending[1].Version }},
	{RulePendingN, "held by itself", func(m *Manifest) { m.Tablectl.Pending[0].Holds[0] = m.Tablectl.Pending[0].Version }},
	{RulePendingN, "holds what is live", func(m *Manifest) { m.Tablectl.Pending[0].Holds[0] = 2 }},
	{RulePendingN, "base not there yet", func(m *Manifest) { m.Tablectl.Pending[0].Base = 99 }},
	{RuleEvent, "write id", func(m *Manifest) { m.Tablectl.Recent[0].WriteID = "" }},
	{RuleEvent, "op", func(m *Manifest) { m.Tablectl.Recent[0].Op = "" }},
	{RuleEvent, "time", func(m *Manifest) { m.Tablectl.Recent[0].At = -1 }},
	{RuleEvent, "publish without version", func(m *Manifest) { m.Tablectl.Recent[0].Version = 0 }},
	{RuleEvent, "publish without run", func(m *Manifest) { m.Tablectl.Recent[0].Run = "" }},
	{RuleEvent, "version not there yet", func(m *Manifest) { m.Tablectl.Recent[0].Version = 99 }},
	{RuleEvent, "snapshot outside", func(m *Manifest) { m.Tablectl.Recent[0].Snapshot = "x/y" }},
	{RuleEventOrder, "twice", func(m *Manifest) { m.Tablectl.Recent[1].Generation = m.Tablectl.Recent[0].Generation }},
	{RuleEventOrder, "one write id twice", func(m *Manifest) { m.Tablectl.Recent[1].WriteID = m.Tablectl.Recent[0].WriteID }},
	{RuleEventOrder, "from the future", func(m *Manifest) { m.Tablectl.Recent[len(m.Tablectl.Recent)-1].Generation = 99 }},
	{RuleEventOrder, "of this write with another id", func(m *Manifest) {
		m.Tablectl.Recent[len(m.Tablectl.Recent)-1].Generation = m.Tablectl.Generation
	}},
	{RuleHistory, "key of another generation", func(m *Manifest) { m.Tablectl.History.Object = HistoryKey(4) }},
	{RuleHistory, "digest", func(m *Manifest) { m.Tablectl.History.SHA256 = "" }},
	{RuleHistory, "covers recent events", func(m *Manifest) {
		*m.Tablectl.History = History{Object: HistoryKey(6), SHA256: hexOf(""), Through: 6}
	}},
	{RuleGC, "plan without digest", func(m *Manifest) { m.Tablectl.GC.SHA256 = "" }},
	{RuleGC, "plan of another epoch", func(m *Manifest) { m.Tablectl.GC.Plan = planKey(6) }},
	{RuleGC, "expired and live", func(m *Manifest) { m.Tablectl.GC.Expired = []Version{1} }},
	{RuleSettings, "layout", func(m *Manifest) { m.Tablectl.Settings.Layout = "per-version" }},
	{RuleSettings, "file size", func(m *Manifest) { m.Tablectl.Settings.TargetFileBytes = 0 }},
	{RuleSettings, "rows", func(m *Manifest) { m.Tablectl.Settings.RowGroupRows = -1 }},
	{RuleSettings, "versions", func(m *Manifest) { m.Tablectl.Settings.KeepVersions = MinKeepVersions - 1 }},
	{RuleSettings, "compression", func(m *Manifest) { m.Tablectl.Settings.Compression = "brotli" }},
	{RuleSettingsNames, "waits although declared", func(m *Manifest) { m.Tablectl.Settings.Key = []string{"id"} }},
	{RuleCatalogs, "no name", catalogs(Catalog{Kind: CatalogHint})},
	{RuleCatalogs, "a name that is no word", catalogs(Catalog{Name: "a b", Kind: CatalogHint})},
	{RuleCatalogs, "two of a name", catalogs(Catalog{Name: "a", Kind: CatalogHint}, Catalog{Name: "a", Kind: CatalogDelta})},
	{RuleCatalogs, "unknown kind", catalogs(Catalog{Name: "a", Kind: "hive"})},
	{RuleCatalogs, "a database of no glue", catalogs(Catalog{Name: "a", Kind: CatalogDelta, Database: "web"})},
	{RuleCatalogs, "unknown as", catalogs(Catalog{Name: "a", Kind: CatalogGlue, As: "table", Database: "web", Table: "t"})},
	{RuleCatalogs, "no table", catalogs(Catalog{Name: "a", Kind: CatalogGlue, As: AsIceberg, Database: "web"})},
	{RuleCatalogs, "a table with capitals", catalogs(Catalog{Name: "a", Kind: CatalogGlue, As: AsIceberg, Database: "web", Table: "T"})},
	{RuleCatalogs, "a view over nothing", catalogs(Catalog{Name: "a", Kind: CatalogGlue, As: AsView, Database: "web", Table: "t"})},
	{RuleCatalogs, "a view over a symlink table", catalogs(
		Catalog{Name: "links", Kind: CatalogGlue, As: AsSymlink, Database: "web", Table: "t"}, Catalog{Name: "a", Kind: CatalogGlue, As: AsView, Database: "web", Table: "v", Over: "links"})},
	{RuleCatalogs, "a view elsewhere", catalogs(
		Catalog{Name: "ice", Kind: CatalogGlue, As: AsIceberg, Database: "web", Table: "t"},
		Catalog{Name: "a", Kind: CatalogGlue, As: AsView, Database: "web", Table: "v", Over: "ice", Region: "eu-north-1"})},
	{RuleCatalogs, "a view in a catalog with quotes", catalogs(
		Catalog{Name: "ice", Kind: CatalogGlue, As: AsIceberg, Database: "web", Table: "t"},
		Catalog{Name: "a", Kind: CatalogGlue, As: AsView, Database: "web", Table: "v", Over: "ice", Engine: `"`})},
	{RuleCatalogs, "a table over another", catalogs(
		Catalog{Name: "ice", Kind: CatalogGlue, As: AsIceberg, Database: "web", Table: "t"}, Catalog{Name: "a", Kind: CatalogGlue, As: AsLocation, Database: "web", Table: "v", Over: "ice"})},
	{RuleCatalogs, "over of no glue", catalogs(Catalog{Name: "a", Kind: CatalogHint, Over: "b"})},
	{RuleCatalogs, "too many", func(m *Manifest) {
		for i := range maxCatalogs + 1 {
			m.Tablectl.Settings.Catalogs = append(m.Tablectl.Settings.Catalogs, Catalog{Name: fmt.Sprint("c", i), Kind: CatalogHint})
		}
	}},
}

func catalogs(all ...Catalog) func(*Manifest) {
	return func(m *Manifest) { m.Tablectl.Settings.Catalogs = all }
}

func TestValidateRefuses(t *testing.T) {
	good := full(t).m
	for _, r := range manifestRefusals {
		t.Run(string(r.rule)+"/"+r.name, func(t *testing.T) {
			m := clone(t, good)
			r.change(m)
			wantRule(t, m.Validate(), r.rule)
			if _, err := m.Encode(); err == nil {
				t.Error("it was encoded all the same")
			}
		})
	}
}

var snapshotRefusals = []struct {
	rule   Rule
	name   string
	change func(s *Snapshot)
}{
	{RuleSnapshot, "format", func(s *Snapshot) { s.Format = 0 }},
	{RuleSnapshot, "table", func(s *Snapshot) { s.TableUUID = "" }},
	{RuleSnapshot, "version", func(s *Snapshot) { s.Version = 0 }},
	{RuleSnapshot, "run", func(s *Snapshot) { s.Run = "" }},
	{RuleSnapshot, "attempt", func(s *Snapshot) { s.Attempt = "a/b" }},
	{RuleSnapshot, "mode", func(s *Snapshot) { s.Mode = "Replace!" }},
	{RuleParent, "later", func(s *Snapshot) { s.Parent.Version = 2 }},
	{RuleParent, "digest", func(s *Snapshot) { s.Parent.SHA256 = "x" }},
	{RuleUndeclared, "no columns", func(s *Snapshot) {
		s.Schema, s.Spec, s.SortOrder = Schema{}, PartitionSpec{}, SortOrder{}
	}},
	{RuleSpecSource, "missing", func(s *Snapshot) {
		s.Spec.Fields = []PartitionField{{SourceID: 99, FieldID: 1000, Name: "x", Transform: "identity"}}
	}},
	{RuleReport, "passed although a check did not", func(s *Snapshot) { s.Report.Checks[0].Passed = false }},
	{RuleFileKey, "outside", func(s *Snapshot) { s.Files[0].Key = "../" + s.Files[0].Key }},
	{RuleFileKey, "absolute", func(s *Snapshot) { s.Files[0].Key = "s3://b/" + s.Files[0].Key }},
	{RuleFileKey, "of a later version", func(s *Snapshot) { s.Files[0].Key = "version=3" + s.Files[0].Key[len("version=2"):] }},
	{RuleFileKey, "twice", func(s *Snapshot) { s.Files = append(s.Files, s.Files[0]) }},
	{RuleFileKey, "of another digest", func(s *Snapshot) { s.Files[0].SHA256 = hexOf("other") }},
	{RuleFileKey, "not a data file", func(s *Snapshot) { s.Files[0].Key = SnapshotKey(2, s.Files[0].SHA256) }},
	{RuleFileFacts, "rows", func(s *Snapshot) { s.Files[0].Rows = -1 }},
	{RuleFileFacts, "bytes", func(s *Snapshot) { s.Files[0].Bytes = 0 }},
	{RuleFileFacts, "crc", func(s *Snapshot) { s.Files[0].CRC64NVME = "" }},
	{RuleFileColumns, "no leaf", func(s *Snapshot) { s.Files[0].Columns[8] = ColumnStats{} }},
	{RuleFileColumns, "more nulls than values", func(s *Snapshot) { s.Files[0].Columns[1] = ColumnStats{Values: 1, Nulls: 2} }},
	{RuleFileColumns, "bounds upside down", func(s *Snapshot) {
		s.Files[0].Columns[1] = ColumnStats{Values: 3, Lower: "4", Upper: "3", Bound: true}
	}},
	{RuleFileColumns, "bound of another type", func(s *Snapshot) {
		s.Files[0].Columns[1] = ColumnStats{Values: 3, Lower: `"a"`, Upper: `"b"`, Bound: true}
	}},
	{RuleFileColumns, "bound in another form", func(s *Snapshot) {
		s.Files[0].Columns[5] = ColumnStats{Values: 3, Lower: "1", Upper: "2.0", Bound: true}
	}},
	{RuleFileColumns, "NaN as bound", func(s *Snapshot) {
		s.Files[0].Columns[5] = ColumnStats{Values: 3, Lower: "1.0", Upper: nan, Bound: true}
	}},
	{RuleFileColumns, "bound null", func(s *Snapshot) { s.Files[0].Columns[1] = ColumnStats{Values: 3, Bound: true} }},
	{RuleFileColumns, "bound although none", func(s *Snapshot) { s.Files[0].Columns[1] = ColumnStats{Values: 3, Lower: "1"} }},
	{RuleOlderSpecs, "of a file, not named", func(s *Snapshot) { s.Files[0].SpecID = 1 }},
	{RuleOlderSpecs, "the own one", func(s *Snapshot) { s.OlderSpecs = []PartitionSpec{s.Spec} }},
	{RuleOlderSpecs, "descending", func(s *Snapshot) { s.OlderSpecs = []PartitionSpec{{ID: 2}, {ID: 1}} }},
	{RuleSpecSource, "of an older spec", func(s *Snapshot) {
		s.OlderSpecs = []PartitionSpec{{ID: 1, Fields: []PartitionField{{SourceID: 99, FieldID: 1000, Name: "x", Transform: "identity"}}}}
	}},
	{RulePartition, "of the type of the source", func(s *Snapshot) {
		s.OlderSpecs = []PartitionSpec{{ID: 1, Fields: []PartitionField{{SourceID: 2, FieldID: 1001, Name: "day_year", Transform: "year"}}}}
		s.Files[0].SpecID = 1
	}},
	{RulePartition, "missing", func(s *Snapshot) { s.Files[0].Partition = nil }},
	{RulePartition, "no date", func(s *Snapshot) { s.Files[0].Partition[0] = `"2026-02-30"` }},
	{RulePartition, "escaped", func(s *Snapshot) { s.Files[0].Partition[0] = `"2026-04-1\u0035"` }},
	{RuleAddedBy, "later", func(s *Snapshot) { s.Files[0].AddedBy.Version = 3 }},
	{RuleAddedBy, "no run", func(s *Snapshot) { s.Files[0].AddedBy.Run = "" }},
	{RuleFileLists, "both", func(s *Snapshot) { s.Lists = []FileList{{Key: FileListKey(2, hexOf("")), SHA256: hexOf("")}} }},
	{RuleFileLists, "too many inline", func(s *Snapshot) { s.Files = make([]File, MaxInlineFiles+1) }},
	{RuleSelfContained, "unknown layout", func(s *Snapshot) { s.Layout = LayoutShared }},
	{RuleSelfContained, "a file of an earlier version", func(s *Snapshot) {
		s.Layout = LayoutSelfContained
		s.Files[0].Key, s.Files[0].AddedBy.Version = "version=1"+s.Files[0].Key[len("version=2"):], 1
	}},
	{RuleSelfContained, "a list of an earlier version", func(s *Snapshot) {
		s.Layout, s.Lists = LayoutSelfContained, []FileList{listOf(s, 1)}
		s.Files = nil
	}},
	{RuleSelfContained, "an Iceberg manifest of an earlier version", func(s *Snapshot) {
		s.Layout, s.Iceberg.Manifests[0] = LayoutSelfContained, IcebergKey(1, hexOf("m"))
	}},
	{RuleSelfContained, "an Iceberg list of an earlier version", func(s *Snapshot) {
		s.Layout, s.Iceberg.ManifestList = LayoutSelfContained, IcebergKey(1, hexOf("l"))
	}},
	{RuleIcebergLists, "missing", func(s *Snapshot) { s.Iceberg = IcebergLists{} }},
	{RuleIcebergLists, "outside", func(s *Snapshot) { s.Iceberg.Manifests[0] = "_tablectl/x" }},
	{RuleCounts, "rows", func(s *Snapshot) { s.Rows.Total, s.Rows.Added = 4, 4 }},
	{RuleCounts, "parts", func(s *Snapshot) { s.Rows.CarriedOver = 1 }},
	{RuleCounts, "negative", func(s *Snapshot) { s.Rows.Deleted = -1 }},
	{RuleCounts, "no file", func(s *Snapshot) { s.Files, s.Rows, s.FileCounts = nil, RowCounts{}, FileCounts{} }},
}

// listOf is an entry for a list of all files of s, which version wrote.
func listOf(s *Snapshot, version Version) FileList {
	l := Summarize(s.PartitionOrder(), version, s.Files)
	l.AddedFiles, l.AddedRows, l.MinVersion = 0, 0, version
	l.SHA256, l.Bytes, l.ManifestBytes = hexOf("list"), 100, 100
	l.Key, l.Manifest = FileListKey(version, l.SHA256), IcebergKey(version, hexOf("m"))
	return l
}

func TestSnapshotValidateRefuses(t *testing.T) {
	k := newMaker(t)
	k.publish("one")
	p := k.reserve("two")
	for _, r := range snapshotRefusals {
		t.Run(string(r.rule)+"/"+r.name, func(t *testing.T) {
			s := k.snapshot(p)
			if err := s.Validate(nil); err != nil {
				t.Fatal(err)
			}
			r.change(s)
			wantRule(t, s.Validate(nil), r.rule)
		})
	}
}

// A version without rows has one file, which gives its schema and lies in no partition.
func TestSnapshotWithoutRows(t *testing.T) {
	k := newMaker(t)
	s := k.snapshot(k.reserve("one"))
	f := &s.Files[0]
	s.Rows, f.Rows, f.Partition, f.Columns, f.Key = RowCounts{}, 0, nil, nil, DataKey(1, "", 0, f.SHA256)
	if err := s.Validate(nil); err != nil {
		t.Fatal(err)
	}
	k.must(k.m.Commit(k.commitment(s), k.w()))
}

// A version that was refused is kept with its report: it needs no Iceberg lists, and if it has too many files, not those either.
func TestRefusedSnapshot(t *testing.T) {
	k := newMaker(t)
	s := k.snapshot(k.reserve("one"))
	s.Report = &Report{Level: "full", Checks: []Check{{Name: "rows", Detail: "7 instead of 8"}}}
	s.Iceberg = IcebergLists{}
	if err := s.Validate(nil); err != nil {
		t.Fatal(err)
	}
	s.Files = nil
	if err := s.Validate(nil); err != nil {
		t.Fatal(err)
	}
}

// Every rule has a case above, or in the test of the text itself.
func TestEveryRuleIsTested(t *testing.T) {
	tested := map[Rule]bool{RuleJSON: true} // TestDecodeRefusesText
	for _, r := range manifestRefusals {
		tested[r.rule] = true
	}
	for _, r := range snapshotRefusals {
		tested[r.rule] = true
	}
	rules := declaredRules(t)
	if len(rules) < 50 {
		t.Fatalf("found only %d rules", len(rules))
	}
	for name, rule := range rules {
		if !tested[rule] {
			t.Errorf("no case for %s (%s)", name, rule)
		}
		delete(tested, rule)
	}
	if len(tested) > 0 {
		t.Errorf("cases for rules that are none: %v", tested)
	}
}

// declaredRules are the constants of type Rule in the source.
func declaredRules(t *testing.T) map[string]Rule {
	t.Helper()
	out := make(map[string]Rule)
	for _, f := range parseSource(t) {
		rulesIn(t, f, out)
	}
	return out
}

func rulesIn(t *testing.T, f *ast.File, out map[string]Rule) {
	t.Helper()
	ast.Inspect(f, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if id, ok := spec.Type.(*ast.Ident); ok && id.Name == "Rule" {
			text, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			out[spec.Names[0].Name] = Rule(text)
		}
		return true
	})
}

// parseSource is the source of the package without its tests.
func parseSource(t *testing.T) []*ast.File {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var out []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(gotoken.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, f)
	}
	return out
}
