package ocigraph

/*
#cgo pkg-config: ocigraph
#include <ocigraph.h>
*/
import "C"

import (
	"bytes"
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/cgo"
	"sync/atomic"
	"unsafe"
)

// arguments are what one call hands to C, and what it gets: text and bytes stay in place, callbacks reachable, and handles of
// C's alive, until whoever holds them has released them.
type arguments struct {
	// What the call does, and to what; empty where it is none of a client's.
	operation, reference string

	pinner    runtime.Pinner
	callbacks []*callback
	handles   []cgo.Handle
	frees     []func()
	// How many hold them beside the first.
	holds atomic.Int32
	// Whether the call is to end: no function of the caller's begins any more.
	over atomic.Bool
	// How many functions of the caller's are running.
	busy atomic.Int32
}

// during are the arguments of a client's method, named as the library names it.
func during(operation, reference string) *arguments {
	return &arguments{operation: operation, reference: reference}
}

// says is an error of the call. One from before the library began says neither what was done nor to what: it is added here.
func (a *arguments) says(err *Error) *Error {
	if err.Operation == "" && a.operation != "" {
		err.Operation, err.Reference = a.operation, a.reference
		err.Message = fmt.Sprintf("%s %s: %s", a.operation, a.reference, err.Message)
	}
	return err
}

func (a *arguments) hold() { a.holds.Add(1) }

func (a *arguments) release() {
	if a.holds.Add(-1) >= 0 {
		return
	}
	for i := len(a.frees) - 1; i >= 0; i-- {
		a.frees[i]()
		live.Add(-1)
	}
	for _, handle := range a.handles {
		handle.Delete()
	}
	a.pinner.Unpin()
}

// own frees a handle of C's when the call is over.
func (a *arguments) own(free func()) {
	live.Add(1)
	a.frees = append(a.frees, free)
}

// text is a view of a string, which C copies before it returns.
func (a *arguments) text(s string) C.ocigraph_str {
	if s == "" {
		return C.ocigraph_str{}
	}
	data := unsafe.StringData(s)
	a.pinner.Pin(data)
	return C.ocigraph_str{data: (*C.char)(unsafe.Pointer(data)), length: C.size_t(len(s))}
}

func (a *arguments) bytes(b []byte) C.ocigraph_bytes {
	if len(b) == 0 {
		return C.ocigraph_bytes{}
	}
	data := unsafe.SliceData(b)
	a.pinner.Pin(data)
	return C.ocigraph_bytes{data: (*C.uint8_t)(unsafe.Pointer(data)), length: C.size_t(len(b))}
}

// texts is an array of views, and its length.
func (a *arguments) texts(all []string) (*C.ocigraph_str, C.size_t) {
	if len(all) == 0 {
		return nil, 0
	}
	views := make([]C.ocigraph_str, len(all))
	for i, text := range all {
		views[i] = a.text(text)
	}
	a.pinner.Pin(&views[0])
	return &views[0], C.size_t(len(views))
}

// callback is the user data by which C hands a callback back.
func (a *arguments) callback(c *callback) unsafe.Pointer {
	c.of = a
	handle := new(cgo.Handle)
	*handle = cgo.NewHandle(c)
	a.handles = append(a.handles, *handle)
	a.callbacks = append(a.callbacks, c)
	a.pinner.Pin(handle)
	return unsafe.Pointer(handle)
}

// failed is what a callback said, where one ended the operation. A panic goes on where the operation was called.
func (a *arguments) failed() error {
	for _, c := range a.callbacks {
		if c.panicked != nil {
			panic(c.panicked)
		}
		if c.err != nil {
			return c.err
		}
	}
	return nil
}

// settings call setters of options, and keep the first error.
type settings struct {
	*arguments
	failure *C.ocigraph_error
	err     error
}

// set takes what a setter said, which was given the place of the failure.
func (s *settings) set(status C.ocigraph_status) {
	if status == C.OCIGRAPH_OK {
		return
	}
	if s.err == nil {
		s.err = s.says(newError(s.failure))
	}
	C.ocigraph_error_free(s.failure)
	s.failure = nil
}

// count is a number that C takes as size_t.
func (s *settings) count(name string, n int) C.size_t {
	if n < 0 {
		s.refuse("%s is %d; it cannot be less than 0", name, n)
		return 0
	}
	return C.size_t(n)
}

// refuse is for what could not even be said in C.
func (s *settings) refuse(format string, args ...any) {
	if s.err == nil {
		s.err = s.says(&Error{Code: ErrInvalidArgument, Message: fmt.Sprintf(format, args...)})
	}
}

// check turns what C said into an error, and frees its own.
func check(status C.ocigraph_status, failure *C.ocigraph_error) error {
	if status == C.OCIGRAPH_OK {
		return nil
	}
	defer C.ocigraph_error_free(failure)
	return newError(failure)
}

// goView is C's memory, for as long as C's handle lives.
func goView(view C.ocigraph_str) []byte {
	if view.length == 0 {
		// Whatever its address is, Go need not see it.
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(view.data)), int(view.length))
}

func goString(view C.ocigraph_str) string { return string(goView(view)) }

// goBytes copies.
func goBytes(view C.ocigraph_bytes) []byte {
	if view.length == 0 {
		return nil
	}
	return bytes.Clone(unsafe.Slice((*byte)(unsafe.Pointer(view.data)), int(view.length)))
}

// decode reads JSON that the library wrote.
func decode(view C.ocigraph_str, into any) error {
	if err := json.Unmarshal(goView(view), into); err != nil {
		return &Error{Code: ErrInternal, Message: "what the library returned cannot be read", cause: err}
	}
	return nil
}
