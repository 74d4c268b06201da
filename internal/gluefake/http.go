package gluefake

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/glue"
	"github.com/aws/smithy-go"
)

// Config is how the SDK's own client reaches the fake, without a network.
func (f *Glue) Config(_ context.Context, region string) (aws.Config, error) {
	if region == "" {
		region = "us-east-1"
	}
	return aws.Config{Region: region, HTTPClient: f, Credentials: credentials.NewStaticCredentialsProvider("a", "b", "")}, nil
}

// Do answers a request of the SDK's client (AWS JSON 1.1). An error that is none of the service's is one of the connection.
func (f *Glue) Do(r *http.Request) (*http.Response, error) {
	var out any
	var err error
	switch op := strings.TrimPrefix(r.Header.Get("X-Amz-Target"), "AWSGlue."); op {
	case "GetTable":
		out, err = answer(r, f.GetTable)
	case "CreateTable":
		out, err = answer(r, f.CreateTable)
	case "UpdateTable":
		out, err = answer(r, f.UpdateTable)
	default:
		err = fmt.Errorf("the fake does not know %q", op)
	}
	status := http.StatusOK
	var said smithy.APIError
	switch {
	case errors.As(err, &said):
		status = http.StatusBadRequest
		if said.ErrorFault() == smithy.FaultServer {
			status = http.StatusInternalServerError
		}
		out = map[string]string{"__type": said.ErrorCode(), "Message": said.ErrorMessage()}
	case err != nil:
		return nil, err
	}
	body, err := json.Marshal(out)
	if err != nil {
		return nil, err
	}
	return &http.Response{
		StatusCode: status, Header: http.Header{"Content-Type": {"application/x-amz-json-1.1"}}, Body: io.NopCloser(bytes.NewReader(body)), Request: r,
	}, nil
}

// answer hands a request to the method for it.
func answer[In, Out any](r *http.Request, method func(context.Context, *In, ...func(*glue.Options)) (*Out, error)) (any, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	in := new(In)
	if err := json.NewDecoder(r.Body).Decode(in); err != nil {
		return nil, fmt.Errorf("read request: %w", err)
	}
	out, err := method(r.Context(), in)
	if cancelled := r.Context().Err(); cancelled != nil {
		return nil, cancelled
	}
	return out, err
}
