package catalog

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/glue/types"

	"github.com/tablectl/tablectl/manifest"
)

// maxGlueComment bounds a column's comment in Glue, in bytes (AWS Glue API, "Column", Comment).
const maxGlueComment = 255

// definition is the whole Glue table as it is to be: what is there (nil: nothing), with ours changed. UpdateTable replaces the table, so
// what is not sent back is lost.
func (g glueTable) definition(t Target, there *types.Table, define func(*types.TableInput)) *types.TableInput {
	in := sendBack(there, t.Manifest.TableUUID)
	in.Name, in.TableType = &g.c.Table, aws.String("EXTERNAL_TABLE")
	in.Parameters = maps.Clone(in.Parameters)
	if in.Parameters == nil {
		in.Parameters = map[string]string{}
	}
	d := types.StorageDescriptor{}
	if in.StorageDescriptor != nil {
		d = *in.StorageDescriptor
	}
	in.StorageDescriptor = &d
	d.Columns = glueColumns(t.Manifest, append(slices.Clip(d.Columns), in.PartitionKeys...))
	g.clean(in)
	in.Parameters["EXTERNAL"] = "TRUE"
	in.Parameters[glueGeneration] = strconv.FormatInt(t.Manifest.Tablectl.Generation, 10)
	in.Parameters[glueVersion] = strconv.FormatInt(int64(t.current()), 10)
	in.Parameters[glueUUID] = t.Manifest.TableUUID
	in.Parameters[glueCatalog] = g.c.Name
	define(in)
	return in
}

// sendBack is a Glue table in the form in which UpdateTable takes it. Of one that was somebody else's, and is taken over, only words for
// people are left.
func sendBack(there *types.Table, table string) *types.TableInput {
	switch {
	case there == nil:
		return &types.TableInput{}
	case there.Parameters[glueUUID] != table:
		in := &types.TableInput{Description: there.Description, Owner: there.Owner}
		if d := there.StorageDescriptor; d != nil {
			in.StorageDescriptor = &types.StorageDescriptor{Columns: d.Columns}
		}
		return in
	}
	return &types.TableInput{
		Description: there.Description, LastAccessTime: there.LastAccessTime, LastAnalyzedTime: there.LastAnalyzedTime, Name: there.Name,
		Owner: there.Owner, Parameters: there.Parameters, PartitionKeys: there.PartitionKeys, Retention: there.Retention,
		StorageDescriptor: there.StorageDescriptor, TableType: there.TableType, TargetTable: there.TargetTable,
		ViewExpandedText: there.ViewExpandedText, ViewOriginalText: there.ViewOriginalText,
	}
}

// clean takes out what ways other than the one that follows have put; what people have put stays.
func (g glueTable) clean(in *types.TableInput) {
	unproject(in)
	if g.c.As != manifest.AsIceberg {
		for _, k := range []string{glueTableType, glueMetadata, gluePrevious} {
			delete(in.Parameters, k)
		}
	}
	if d := in.StorageDescriptor; g.c.As == manifest.AsIceberg || g.c.As == manifest.AsView {
		if format := aws.ToString(d.InputFormat); format == symlinkInput || format == parquetInput {
			d.InputFormat, d.OutputFormat, d.SerdeInfo = nil, nil, nil
		}
	}
	if g.c.As != manifest.AsView && aws.ToString(in.ViewOriginalText) != "" {
		in.StorageDescriptor.SerdeInfo = nil
	}
	delete(in.Parameters, viewMark)
	if in.Parameters[viewComment] == viewSaid {
		delete(in.Parameters, viewComment)
	}
	in.PartitionKeys = []types.Column{}
	in.ViewExpandedText, in.ViewOriginalText = nil, nil
}

// glueColumns are the columns of the current schema. What people said about one of that name stays: a comment that is none of ours,
// parameters.
func glueColumns(m *manifest.Manifest, there []types.Column) []types.Column {
	out := []types.Column{}
	for _, f := range m.Schema().Fields {
		c := types.Column{Name: aws.String(f.Name), Type: aws.String(hiveType(f.Type))}
		if doc := comment(f.Doc); doc != "" {
			c.Comment = &doc
		}
		for _, old := range there {
			if !strings.EqualFold(aws.ToString(old.Name), f.Name) {
				continue
			}
			c.Parameters = old.Parameters
			if said := aws.ToString(old.Comment); said != "" && !ourComment(m, f.Name, said) {
				c.Comment = old.Comment
			}
		}
		out = append(out, c)
	}
	return out
}

// ourComment says whether a comment is what the table has said of the column, now or earlier.
func ourComment(m *manifest.Manifest, column, said string) bool {
	for _, s := range m.Schemas {
		for _, f := range s.Fields {
			if strings.EqualFold(f.Name, column) && comment(f.Doc) == said {
				return true
			}
		}
	}
	return false
}

// comment is a column's description as Glue takes it: one line, not longer than maxGlueComment.
func comment(doc string) string {
	doc = oneLine(doc)
	if len(doc) <= maxGlueComment {
		return doc
	}
	n := maxGlueComment
	for !utf8.RuneStart(doc[n]) {
		n--
	}
	return doc[:n]
}
