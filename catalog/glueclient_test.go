package catalog

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/tablectl/tablectl/internal/objstore/memstore"
	"github.com/tablectl/tablectl/manifest"
)

// TestGlueClient speaks to the SDK's own client over HTTP (AWS JSON 1.1): what it sends, and that its errors are known again.
func TestGlueClient(t *testing.T) {
	type answer struct {
		status int
		body   string
	}
	var answers []answer
	var asked []string
	var bodies []map[string]any
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, strings.TrimPrefix(r.Header.Get("X-Amz-Target"), "AWSGlue."))
		body := map[string]any{}
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			t.Error(err)
		}
		bodies = append(bodies, body)
		if len(answers) == 0 {
			t.Errorf("asked too often: %v", asked)
			w.WriteHeader(http.StatusTeapot)
			return
		}
		a := answers[0]
		answers = answers[1:]
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		w.WriteHeader(a.status)
		io.WriteString(w, a.body)
	}))
	defer server.Close()
	store := memstore.New(memstore.Options{})
	target := glueTarget(t, store, 2)
	target.AWS = func(_ context.Context, region string) (aws.Config, error) {
		if region != "eu-north-1" {
			t.Errorf("region %q", region)
		}
		return aws.Config{Region: region, BaseEndpoint: &server.URL, Credentials: credentials.NewStaticCredentialsProvider("a", "b", "")}, nil
	}
	c := manifest.Catalog{Name: "glue", Kind: manifest.CatalogGlue, As: manifest.AsIceberg, Database: "web", Table: "flights", Region: "eu-north-1", CatalogID: "123"}
	e, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	const missing = `{"__type":"EntityNotFoundException","Message":"Entity Not Found"}`
	answers = []answer{
		{503, "<html>"}, {400, `{"__type":"ThrottlingException","message":"Rate exceeded"}`},
		{400, missing}, {400, `{"__type":"AlreadyExistsException","Message":"there"}`},
		{200, `{"Table":{"Name":"flights","VersionId":"7","Description":"all","Parameters":{
			"table_type":"ICEBERG","metadata_location":"s3://memory/table/_iceberg/metadata/v1.metadata.json",
			"tablectl.generation":"1","tablectl.version":"1","tablectl.table":"uuid-1","tablectl.catalog":"glue"}}}`},
		{400, `{"__type":"ConcurrentModificationException","Message":"moved"}`},
		{400, missing}, {200, `{}`},
	}
	mustSync(t, e, target)
	want := []string{"GetTable", "GetTable", "GetTable", "CreateTable", "GetTable", "UpdateTable", "GetTable", "CreateTable"}
	if !slices.Equal(asked, want) {
		t.Fatalf("asked for %v", asked)
	}
	update, _ := json.Marshal(bodies[5]) //nolint:errchkjson // it came as JSON
	for _, part := range []string{`"VersionId":"7"`, `"SkipArchive":true`, `"CatalogId":"123"`, `"DatabaseName":"web"`, `"Description":"all"`, `"PartitionKeys":[]`,
		`"metadata_location":"s3://memory/table/_iceberg/metadata/v2.metadata.json"`, `"previous_metadata_location":"s3://memory/table/_iceberg/metadata/v1.metadata.json"`} {
		if !strings.Contains(string(update), part) {
			t.Errorf("no %s in %s", part, update)
		}
	}
	answers = []answer{{400, `{"__type":"AccessDeniedException","Message":"not authorized to perform: glue:GetTable"}`}}
	if _, err := e.Look(context.Background(), target); err == nil || !strings.Contains(err.Error(), "needed on web.flights: glue:GetTable") {
		t.Errorf("%v", err)
	}
	target.AWS = func(context.Context, string) (aws.Config, error) { return aws.Config{}, io.ErrClosedPipe }
	if _, err := e.Sync(context.Background(), target); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("%v", err)
	}
}
