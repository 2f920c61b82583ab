package ocigraph

/*
#cgo pkg-config: ocigraph
#include <ocigraph.h>

int32_t ocigraphGoProgress(void *user_data, ocigraph_event *event);
int64_t ocigraphGoRead(void *user_data, uint8_t *buffer, size_t capacity);
int32_t ocigraphGoWrite(void *user_data, uint8_t *data, size_t length);
*/
import "C"

import (
	"encoding/json"
	"io"
	"runtime"
	"runtime/cgo"
	"unsafe"
)

// arguments are what one call hands to C: text and bytes stay in place, and callbacks reachable, until release.
type arguments struct {
	pinner    runtime.Pinner
	callbacks []*callback
	handles   []cgo.Handle
}

// A callback is what C calls back for. Its functions are called one at a time, and by no two at once.
type callback struct {
	progress func(Event) error
	reader   io.Reader
	writer   io.Writer
	// What the function returned, or panicked with: for the caller of the operation.
	err      error
	panicked any
}

func (a *arguments) release() {
	for _, handle := range a.handles {
		handle.Delete()
	}
	a.pinner.Unpin()
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

// check turns what a setter of options said into an error.
func check(status C.ocigraph_status, failure *C.ocigraph_error) error {
	if status == C.OCIGRAPH_OK {
		return nil
	}
	return newError(failure)
}

// goView is C's memory, for as long as C's handle lives.
func goView(view C.ocigraph_str) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(view.data)), int(view.length))
}

func goString(view C.ocigraph_str) string { return string(goView(view)) }

func decode(view C.ocigraph_str, into any) error { return json.Unmarshal(goView(view), into) }
