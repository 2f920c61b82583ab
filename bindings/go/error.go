package ocigraph

// #include <ocigraph.h>
import "C"

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"
)

// A Code is the kind of a failure. It is an error itself, for [errors.Is]. Numbers and names are the same in all
// languages, and later versions only add codes.
type Code int32

// The kinds of failure. Use them with [errors.Is].
const (
	// ErrInvalidArgument reports that an option or argument is invalid.
	ErrInvalidArgument Code = C.OCIGRAPH_INVALID_ARGUMENT
	// ErrInvalidReference reports that a reference, tag or digest has invalid syntax.
	ErrInvalidReference Code = C.OCIGRAPH_INVALID_REFERENCE
	// ErrNotFound reports that the repository, manifest, tag, blob or file does not exist.
	ErrNotFound Code = C.OCIGRAPH_NOT_FOUND
	// ErrAlreadyExists reports that the target exists and must not be replaced.
	ErrAlreadyExists Code = C.OCIGRAPH_ALREADY_EXISTS
	// ErrUnauthorized reports that the registry requires credentials, or rejected the credentials it received.
	ErrUnauthorized Code = C.OCIGRAPH_UNAUTHORIZED
	// ErrForbidden reports that the credentials are valid but do not permit the operation.
	ErrForbidden Code = C.OCIGRAPH_FORBIDDEN
	// ErrUnsupported reports that the registry or layout does not support the operation.
	ErrUnsupported Code = C.OCIGRAPH_UNSUPPORTED
	// ErrRateLimited reports that the registry limits the request rate. [Error.RetryAfter] is the delay that it asked
	// for.
	ErrRateLimited Code = C.OCIGRAPH_RATE_LIMITED
	// ErrTooLarge reports that a manifest, a list or an archive exceeds its limit.
	ErrTooLarge Code = C.OCIGRAPH_TOO_LARGE
	// ErrDigestMismatch reports that the digest of the content differs from the expected digest.
	ErrDigestMismatch Code = C.OCIGRAPH_DIGEST_MISMATCH
	// ErrSizeMismatch reports that the content is shorter or longer than the size in its descriptor.
	ErrSizeMismatch Code = C.OCIGRAPH_SIZE_MISMATCH
	// ErrInvalidManifest reports that a manifest or index is malformed.
	ErrInvalidManifest Code = C.OCIGRAPH_INVALID_MANIFEST
	// ErrUnsafePath reports that a title or an archive entry names a path outside the output directory.
	ErrUnsafePath Code = C.OCIGRAPH_UNSAFE_PATH
	// ErrTimeout reports that no byte was transferred within the time limit.
	ErrTimeout Code = C.OCIGRAPH_TIMEOUT
	// ErrNetwork reports that the connection could not be established, or was lost.
	ErrNetwork Code = C.OCIGRAPH_NETWORK
	// ErrTLS reports that the TLS handshake failed: the certificate of the server or of the client was not accepted.
	ErrTLS Code = C.OCIGRAPH_TLS
	// ErrRegistry reports an error of the registry that no other code describes.
	ErrRegistry Code = C.OCIGRAPH_REGISTRY
	// ErrIO reports that a file or directory could not be read or written, or that an [io.Reader] or [io.Writer]
	// failed.
	ErrIO Code = C.OCIGRAPH_IO
	// ErrConflict reports that another writer changed the target first, or that the existing content contradicts the
	// request.
	ErrConflict Code = C.OCIGRAPH_CONFLICT
	// ErrCredentials reports that a credential file, helper or function failed.
	ErrCredentials Code = C.OCIGRAPH_CREDENTIALS
	// ErrCancelled reports that the context, a progress function or the end of the client ended the call.
	ErrCancelled Code = C.OCIGRAPH_CANCELLED
	// ErrInternal reports a defect of the library.
	ErrInternal Code = C.OCIGRAPH_INTERNAL
	// ErrIncomplete reports that a list could be read only in part, so that the operation cannot know all its entries.
	ErrIncomplete Code = C.OCIGRAPH_INCOMPLETE
)

// ErrClosed is wrapped by the error of every call on a closed client or graph.
var ErrClosed = errors.New("the client or graph is closed")

// String returns the stable name of the code, such as "NOT_FOUND".
func (c Code) String() string {
	return goString(C.ocigraph_status_name(C.ocigraph_status(c)))
}

// Error returns the stable name of the code, such as "NOT_FOUND".
func (c Code) Error() string { return c.String() }

// MarshalText returns the stable name of the code, such as "NOT_FOUND".
func (c Code) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText parses the stable name of a code, such as "NOT_FOUND". It returns [ErrInvalidArgument] for an unknown
// name.
func (c *Code) UnmarshalText(name []byte) error {
	for number := ErrInvalidArgument; number.String() != ""; number++ {
		if number.String() == string(name) {
			*c = number
			return nil
		}
	}
	return &Error{Code: ErrInvalidArgument, Message: fmt.Sprintf("invalid code %q: expected a name such as NOT_FOUND", name)}
}

// An Error is the failure of an operation with all its details. Use [errors.As] to access it.
type Error struct {
	// Code is the kind of the failure.
	Code Code
	// Message is the complete message: the operation, the reference, the reason and the hint.
	Message string
	// Hint is a suggestion for solving the problem. It is empty if there is none.
	Hint string
	// Operation is the name of the operation, such as "push".
	Operation string
	// Reference is the reference that the operation was working on.
	Reference string
	// Status is the HTTP status of the registry's response, or 0 if no response was received.
	Status int
	// RegistryErrors are the errors that the registry's response lists.
	RegistryErrors []RegistryError
	// RequestID is the identifier under which the registry logged the request.
	RequestID string
	// RetryAfter is the delay after which the registry asked to retry, or 0 if it did not ask.
	RetryAfter time.Duration
	// Retryable is true if the same call may succeed later without any change.
	Retryable bool

	cause error
}

// A RegistryError is one error in the response of a registry. See
// https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#error-codes.
type RegistryError struct {
	// Code is the code of the registry, such as "MANIFEST_UNKNOWN".
	Code string `json:"code"`
	// Message is the message of the registry. It can be empty.
	Message string `json:"message"`
}

// Error returns the complete message, followed by the cause if there is one.
func (e *Error) Error() string {
	if e.cause != nil {
		return e.Message + ": " + e.cause.Error()
	}
	return e.Message
}

// Is reports whether target is the [Code] of the error.
func (e *Error) Is(target error) bool {
	code, ok := target.(Code)
	return ok && code == e.Code
}

// Unwrap returns the cause of an error that did not arise in the library: the cause of the context, the error of a
// progress function, reader, writer or credential function, or [ErrClosed]. It returns nil for all other errors.
func (e *Error) Unwrap() error { return e.cause }

// newError copies an error of the library.
func newError(failure *C.ocigraph_error) *Error {
	var fields struct {
		Number         int32           `json:"number"`
		Message        string          `json:"message"`
		Hint           string          `json:"hint"`
		Operation      string          `json:"operation"`
		Reference      string          `json:"reference"`
		Status         int             `json:"status"`
		RegistryErrors []RegistryError `json:"registry_errors"`
		RequestID      string          `json:"request_id"`
		RetryAfter     float64         `json:"retry_after"`
		Retryable      bool            `json:"retryable"`
	}
	if err := json.Unmarshal(goView(C.ocigraph_error_json(failure)), &fields); err != nil {
		return &Error{Code: ErrInternal, Message: err.Error()}
	}
	return &Error{
		Code: Code(fields.Number), Message: fields.Message, Hint: fields.Hint, Operation: fields.Operation,
		Reference: fields.Reference, Status: fields.Status, RegistryErrors: fields.RegistryErrors,
		RequestID: fields.RequestID, RetryAfter: duration(fields.RetryAfter),
		Retryable: fields.Retryable,
	}
}

// duration converts seconds. It returns the longest duration if a registry asks for more.
func duration(seconds float64) time.Duration {
	if nanoseconds := seconds * float64(time.Second); nanoseconds < math.MaxInt64 {
		return time.Duration(nanoseconds)
	}
	return math.MaxInt64
}
