package catalog

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/glue"
	"github.com/aws/aws-sdk-go-v2/service/glue/types"
	"github.com/aws/smithy-go"

	"github.com/tablectl/tablectl/internal/objstore"
	"github.com/tablectl/tablectl/manifest"
)

// glueAPI is the little of AWS Glue that a table needs. The SDK's client is one.
type glueAPI interface {
	GetTable(ctx context.Context, in *glue.GetTableInput, o ...func(*glue.Options)) (*glue.GetTableOutput, error)
	CreateTable(ctx context.Context, in *glue.CreateTableInput, o ...func(*glue.Options)) (*glue.CreateTableOutput, error)
	UpdateTable(ctx context.Context, in *glue.UpdateTableInput, o ...func(*glue.Options)) (*glue.UpdateTableOutput, error)
}

// dialGlue is the SDK's client. It repeats nothing by itself: an answer that was lost is resolved by looking again.
func dialGlue(ctx context.Context, t Target, c manifest.Catalog) (glueAPI, error) {
	cfg, err := t.AWS(ctx, c.Region)
	if err != nil {
		return nil, fmt.Errorf("reach Glue: %w", err)
	}
	return glue.NewFromConfig(cfg, func(o *glue.Options) { o.Retryer = aws.NopRetryer{} }), nil
}

// glueTemporary says whether asking Glue again may help.
func glueTemporary(err error) bool {
	if errors.Is(err, objstore.ErrCredentials) || errors.Is(err, ErrForeign) || errors.Is(err, ErrCannot) {
		return false
	}
	var stored *objstore.Error
	if errors.As(err, &stored) {
		return transient(err)
	}
	if retry.IsErrorRetryables(retry.DefaultRetryables).IsErrorRetryable(err) == aws.TrueTernary || glueRaced(err) {
		return true
	}
	var said smithy.APIError
	if !errors.As(err, &said) {
		return true // no answer at all
	}
	switch said.ErrorCode() {
	case "OperationTimeoutException", "FederationSourceRetryableException", "ResourceNotReadyException":
		return true
	}
	return said.ErrorFault() == smithy.FaultServer
}

// glueRaced says that somebody else was faster.
func glueRaced(err error) bool {
	var moved *types.ConcurrentModificationException
	var made *types.AlreadyExistsException
	return errors.As(err, &moved) || errors.As(err, &made)
}

func glueNotFound(err error) bool {
	var gone *types.EntityNotFoundException
	return errors.As(err, &gone)
}

// glueHint adds what a person can do about an error.
func glueHint(err error, c manifest.Catalog) error {
	var said smithy.APIError
	if errors.As(err, &said) && said.ErrorCode() == "AccessDeniedException" {
		return fmt.Errorf("%w; needed on %s.%s: glue:GetTable, glue:CreateTable, glue:UpdateTable, and with Lake Formation its grants too", err, c.Database, c.Table)
	}
	return err
}
