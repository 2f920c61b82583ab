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

// A Code is a kind of failure. Numbers and names are the same in every language, and only ever added.
type Code int32

// The kinds of failure, for [errors.Is].
const (
	// ErrInvalidArgument is an option or argument that cannot be used as given.
	ErrInvalidArgument Code = C.OCIGRAPH_INVALID_ARGUMENT
	// ErrInvalidReference is a reference, tag or digest that is not written as one.
	ErrInvalidReference Code = C.OCIGRAPH_INVALID_REFERENCE
	// ErrNotFound says that the repository, manifest, tag, blob or file is not there.
	ErrNotFound Code = C.OCIGRAPH_NOT_FOUND
	// ErrAlreadyExists says that something is there already and was not to be replaced.
	ErrAlreadyExists Code = C.OCIGRAPH_ALREADY_EXISTS
	// ErrUnauthorized says that the registry wants credentials, or refused those it was given.
	ErrUnauthorized Code = C.OCIGRAPH_UNAUTHORIZED
	// ErrForbidden says that the credentials are known, but may not do this.
	ErrForbidden Code = C.OCIGRAPH_FORBIDDEN
	// ErrUnsupported says that the registry or layout cannot do it.
	ErrUnsupported Code = C.OCIGRAPH_UNSUPPORTED
	// ErrRateLimited says that the registry limits requests; [Error.RetryAfter] has the wait it asked for.
	ErrRateLimited Code = C.OCIGRAPH_RATE_LIMITED
	// ErrTooLarge is more than a limit allows: a manifest, a list, an archive.
	ErrTooLarge Code = C.OCIGRAPH_TOO_LARGE
	// ErrDigestMismatch is content that does not hash to its digest.
	ErrDigestMismatch Code = C.OCIGRAPH_DIGEST_MISMATCH
	// ErrSizeMismatch is content that is shorter or longer than its descriptor says.
	ErrSizeMismatch Code = C.OCIGRAPH_SIZE_MISMATCH
	// ErrInvalidManifest is a manifest or index that is not one.
	ErrInvalidManifest Code = C.OCIGRAPH_INVALID_MANIFEST
	// ErrUnsafePath is a title or archive entry that would be written outside the output directory.
	ErrUnsafePath Code = C.OCIGRAPH_UNSAFE_PATH
	// ErrTimeout says that nothing moved for longer than the limit.
	ErrTimeout Code = C.OCIGRAPH_TIMEOUT
	// ErrNetwork says that the connection could not be made, or broke.
	ErrNetwork Code = C.OCIGRAPH_NETWORK
	// ErrTLS says that the server's certificate, or ours, was not accepted.
	ErrTLS Code = C.OCIGRAPH_TLS
	// ErrRegistry is any other answer of a registry.
	ErrRegistry Code = C.OCIGRAPH_REGISTRY
	// ErrIO says that a file or directory could not be read or written, or that a reader or writer failed.
	ErrIO Code = C.OCIGRAPH_IO
	// ErrConflict says that another writer won, or that what is there contradicts what was asked.
	ErrConflict Code = C.OCIGRAPH_CONFLICT
	// ErrCredentials is a credential file or helper that could not be used.
	ErrCredentials Code = C.OCIGRAPH_CREDENTIALS
	// ErrCancelled says that the context, a progress function, or the end of the client ended the call.
	ErrCancelled Code = C.OCIGRAPH_CANCELLED
	// ErrInternal is a defect in the library.
	ErrInternal Code = C.OCIGRAPH_INTERNAL
	// ErrIncomplete says that a list could be read only in part, so that neither "none" nor "all" can be told.
	ErrIncomplete Code = C.OCIGRAPH_INCOMPLETE
)

// ErrClosed is in the error of every call on a client or graph that was closed.
var ErrClosed = errors.New("it is closed")

// String is the stable name, such as "NOT_FOUND".
func (c Code) String() string {
	return goString(C.ocigraph_status_name(C.ocigraph_status(c)))
}

// Error is the stable name, such as "NOT_FOUND".
func (c Code) Error() string { return c.String() }

// MarshalText is the stable name, such as "NOT_FOUND".
func (c Code) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText takes the stable name, such as "NOT_FOUND".
func (c *Code) UnmarshalText(name []byte) error {
	for number := ErrInvalidArgument; number.String() != ""; number++ {
		if number.String() == string(name) {
			*c = number
			return nil
		}
	}
	return &Error{Code: ErrInvalidArgument, Message: fmt.Sprintf("%q is not the name of a code, such as NOT_FOUND", name)}
}

// An Error is a failure, with all that is known about it.
type Error struct {
	// Code is the kind of failure.
	Code Code
	// Message says what was being done, to what, what went wrong and what to try.
	Message string
	// Hint is what to try; empty where there is nothing to try.
	Hint string
	// Operation is what was being done, such as "push".
	Operation string
	// Reference is what it was done to.
	Reference string
	// Status is the HTTP status, where a registry answered, or 0.
	Status int
	// RegistryErrors are those that the registry's answer lists.
	RegistryErrors []RegistryError
	// RequestID is the id under which the registry logged the request.
	RequestID string
	// RetryAfter is how long the registry asked to wait; 0 where it did not say.
	RetryAfter time.Duration
	// Retryable says whether the same call may succeed later without anything being changed.
	Retryable bool

	cause error
}

// A RegistryError is one entry of the list of errors in a registry's answer.
type RegistryError struct {
	// Code is the registry's own, such as "MANIFEST_UNKNOWN".
	Code string `json:"code"`
	// Message is in the registry's own words; may be empty.
	Message string `json:"message"`
}

// Error is the message.
func (e *Error) Error() string {
	if e.cause != nil {
		return e.Message + ": " + e.cause.Error()
	}
	return e.Message
}

// Is says whether target is the error's code.
func (e *Error) Is(target error) bool {
	code, ok := target.(Code)
	return ok && code == e.Code
}

// Unwrap is why the call ended where that was not the library's doing: the cause of the context, what a progress
// function, reader, writer or credential function returned, or [ErrClosed].
func (e *Error) Unwrap() error { return e.cause }

// newError copies what the library says of a failure.
func newError(failure *C.ocigraph_error) *Error {
	var said struct {
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
	if err := json.Unmarshal(goView(C.ocigraph_error_json(failure)), &said); err != nil {
		return &Error{Code: ErrInternal, Message: err.Error()}
	}
	return &Error{
		Code: Code(said.Number), Message: said.Message, Hint: said.Hint, Operation: said.Operation,
		Reference: said.Reference, Status: said.Status, RegistryErrors: said.RegistryErrors,
		RequestID: said.RequestID, RetryAfter: wait(said.RetryAfter),
		Retryable: said.Retryable,
	}
}

// wait is so many seconds; the longest that there is where a registry asks for more.
func wait(seconds float64) time.Duration {
	if nanoseconds := seconds * float64(time.Second); nanoseconds < math.MaxInt64 {
		return time.Duration(nanoseconds)
	}
	return math.MaxInt64
}
