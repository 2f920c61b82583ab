package ocigraph

// #include <ocigraph.h>
import "C"

import (
	"bytes"
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/cgo"
	"strings"
	"sync/atomic"
	"time"
	"unsafe"
)

// arguments are the arguments and results of one call into C. They keep text and bytes pinned, callbacks reachable and C
// handles alive until every holder has released them.
type arguments struct {
	// The name and reference of the operation, for error messages. Empty for a function without a client.
	operation, reference string

	pinner    runtime.Pinner
	callbacks []*callback
	handles   []cgo.Handle
	frees     []func()
	// The number of additional holders.
	holds atomic.Int32
	// The clients that the call uses besides its own. They must stay reachable and open.
	others []*Client
	// True once the call is cancelled. No callback starts afterwards.
	over atomic.Bool
	// The number of running callbacks.
	busy atomic.Int32
}

// newArguments returns the arguments of a method of a client. The operation has the name that the library uses.
func newArguments(operation, reference string) *arguments {
	return &arguments{operation: operation, reference: reference}
}

// joined returns what an operation is called on: a list, and the place that it leads to.
func joined(list []string, to string) string {
	return spaced(list) + " to " + to
}

// spaced returns what an operation is called on: a list.
func spaced(list []string) string { return strings.Join(list, " ") }

// wrap adds the operation and reference to an error that has none, because it arose before the operation started.
func (a *arguments) wrap(err *Error) *Error {
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

// own frees a C handle when the arguments are released.
func (a *arguments) own(free func()) {
	live.Add(1)
	a.frees = append(a.frees, free)
}

// text returns a view of a string, which C copies before it returns.
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

// texts returns an array of views and its length.
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

// callback returns the user data that identifies a callback to C.
func (a *arguments) callback(c *callback) unsafe.Pointer {
	c.arguments = a
	handle := new(cgo.Handle)
	*handle = cgo.NewHandle(c)
	a.handles = append(a.handles, *handle)
	a.callbacks = append(a.callbacks, c)
	a.pinner.Pin(handle)
	return unsafe.Pointer(handle)
}

// failed returns the error of the callback that ended the operation. It re-raises a panic of a callback.
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

// settings call setters of options and keep the first error.
type settings struct {
	*arguments
	failure *C.ocigraph_error
	err     error
}

// set records the status of a setter, which stored its error in s.failure.
func (s *settings) set(status C.ocigraph_status) {
	if status == C.OCIGRAPH_OK {
		return
	}
	if s.err == nil {
		s.err = s.wrap(newError(s.failure))
	}
	C.ocigraph_error_free(s.failure)
	s.failure = nil
}

// client sets an option that is another client.
func (s *settings) client(other *Client, set func(handle *C.ocigraph_client) C.ocigraph_status) {
	other.state.mu.Lock()
	defer other.state.mu.Unlock()
	if other.state.closed {
		if s.err == nil {
			s.err = s.wrap(notStarted())
		}
		return
	}
	s.set(set(other.state.handle))
	s.others = append(s.others, other)
}

// count converts a number to size_t.
func (s *settings) count(name string, n int) C.size_t {
	if n < 0 {
		s.refuse("invalid %s %d: expected 0 or more", name, n)
		return 0
	}
	return C.size_t(n)
}

// milliseconds converts a duration. It rounds up, because 0 selects the default.
func (s *settings) milliseconds(name string, d time.Duration) C.uint64_t {
	if d < 0 {
		s.refuse("invalid %s %v: expected 0 or more", name, d)
		return 0
	}
	milliseconds := C.uint64_t(d / time.Millisecond)
	if d%time.Millisecond > 0 {
		milliseconds++
	}
	return milliseconds
}

// refuse records an error for values that C cannot represent.
func (s *settings) refuse(format string, args ...any) {
	if s.err == nil {
		s.err = s.wrap(&Error{Code: ErrInvalidArgument, Message: fmt.Sprintf(format, args...)})
	}
}

// check converts a failed status to an error and frees the error of C.
func check(status C.ocigraph_status, failure *C.ocigraph_error) error {
	if status == C.OCIGRAPH_OK {
		return nil
	}
	defer C.ocigraph_error_free(failure)
	return newError(failure)
}

// goView returns C memory, which is valid until the C handle is freed.
func goView(view C.ocigraph_str) []byte {
	if view.length == 0 {
		// The address of an empty view may be invalid for Go.
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(view.data)), int(view.length))
}

func goString(view C.ocigraph_str) string { return string(goView(view)) }

// goBytes copies C memory.
func goBytes(view C.ocigraph_bytes) []byte {
	if view.length == 0 {
		return nil
	}
	return bytes.Clone(unsafe.Slice((*byte)(unsafe.Pointer(view.data)), int(view.length)))
}

// decode parses JSON from the library.
func decode(view C.ocigraph_str, into any) error {
	if err := json.Unmarshal(goView(view), into); err != nil {
		return &Error{Code: ErrInternal, Message: "the JSON of the library cannot be parsed", cause: err}
	}
	return nil
}

// texts copies a list of C.
func texts(list *C.ocigraph_text_list) []string {
	all := make([]string, C.ocigraph_text_list_count(list))
	for i := range all {
		all[i] = goString(C.ocigraph_text_list_get(list, C.size_t(i)))
	}
	return all
}
