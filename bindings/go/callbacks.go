package ocigraph

// #include <ocigraph.h>
import "C"

import (
	"errors"
	"io"
	"runtime/cgo"
	"unsafe"
)

// An EventKind says what an [Event] is about.
type EventKind int32

const (
	// Started says that a transfer begins.
	Started EventKind = C.OCIGRAPH_EVENT_STARTED
	// Moved says that a transfer stands at [Event.Position]; it falls when a retry begins anew.
	Moved EventKind = C.OCIGRAPH_EVENT_MOVED
	// Finished says that nothing more will come for this blob.
	Finished EventKind = C.OCIGRAPH_EVENT_FINISHED
)

// An Event is one thing that happened to a blob. Events of one operation come one at a time, on any goroutine, and none
// after the operation has returned.
type Event struct {
	// Kind is what happened.
	Kind EventKind
	// Digest is the blob's.
	Digest string
	// Title is the file name of the blob; empty where it has none.
	Title string
	// Position is how many bytes have moved, of Size.
	Position int64
	// Size is the blob's, in bytes.
	Size int64
	// Outcome is what became of the blob, where the event is its last.
	Outcome Outcome
}

func callbackOf(userData unsafe.Pointer) *callback {
	return (*(*cgo.Handle)(userData)).Value().(*callback)
}

//export ocigraphGoProgress
func ocigraphGoProgress(userData unsafe.Pointer, event *C.ocigraph_event) (stop C.int32_t) {
	c := callbackOf(userData)
	defer func() {
		// A panic must not unwind through C.
		if c.panicked = recover(); c.panicked != nil {
			stop = 1
		}
	}()
	err := c.progress(Event{
		Kind:     EventKind(event.kind),
		Digest:   goString(C.ocigraph_descriptor_digest(event.blob)),
		Title:    goString(C.ocigraph_descriptor_title(event.blob)),
		Position: int64(event.position),
		Size:     int64(C.ocigraph_descriptor_size(event.blob)),
		Outcome:  outcome(event.outcome),
	})
	if err != nil {
		c.err = err
		return 1
	}
	return 0
}

//export ocigraphGoRead
func ocigraphGoRead(userData unsafe.Pointer, buffer *C.uint8_t, capacity C.size_t) (count C.int64_t) {
	c := callbackOf(userData)
	defer func() {
		if c.panicked = recover(); c.panicked != nil {
			count = -1
		}
	}()
	into := unsafe.Slice((*byte)(unsafe.Pointer(buffer)), int(capacity))
	n, err := 0, error(nil)
	for n == 0 && err == nil {
		n, err = c.reader.Read(into)
	}
	switch {
	case n > 0, errors.Is(err, io.EOF):
		// An error beside bytes comes again when there are no more.
		return C.int64_t(n)
	default:
		c.err = err
		return -1
	}
}

//export ocigraphGoWrite
func ocigraphGoWrite(userData unsafe.Pointer, data *C.uint8_t, length C.size_t) (failed C.int32_t) {
	c := callbackOf(userData)
	defer func() {
		if c.panicked = recover(); c.panicked != nil {
			failed = 1
		}
	}()
	if _, err := c.writer.Write(unsafe.Slice((*byte)(unsafe.Pointer(data)), int(length))); err != nil {
		c.err = err
		return 1
	}
	return 0
}

func outcome(number C.ocigraph_outcome) Outcome {
	switch number {
	case C.OCIGRAPH_OUTCOME_UPLOADED:
		return Uploaded
	case C.OCIGRAPH_OUTCOME_EXISTED:
		return Existed
	case C.OCIGRAPH_OUTCOME_MOUNTED:
		return Mounted
	case C.OCIGRAPH_OUTCOME_WRITTEN:
		return Written
	case C.OCIGRAPH_OUTCOME_UNCHANGED:
		return Unchanged
	case C.OCIGRAPH_OUTCOME_KEPT:
		return Kept
	case C.OCIGRAPH_OUTCOME_CHECKED:
		return Checked
	default:
		return ""
	}
}
