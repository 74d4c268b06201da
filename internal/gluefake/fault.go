package gluefake

import (
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/glue/types"
	"github.com/aws/smithy-go"
)

// Fault is an answer other than the right one, before or after the request had its effect. The zero value is none.
type Fault struct {
	Err   error
	After bool
}

// Faults are answers that a request may get without a fault of ours, by name.
func Faults() map[string]error {
	return map[string]error{
		"throttled":  &types.ThrottlingException{},
		"rate":       &smithy.GenericAPIError{Code: "ThrottlingException", Message: "Rate exceeded"},
		"internal":   &types.InternalServiceException{},
		"timeout":    &types.OperationTimeoutException{},
		"lost":       errors.New("connection reset by peer"),
		"moved":      &types.ConcurrentModificationException{},
		"made":       &types.AlreadyExistsException{},
		"unavailing": &smithy.GenericAPIError{Code: "Unknown", Fault: smithy.FaultServer},
	}
}
