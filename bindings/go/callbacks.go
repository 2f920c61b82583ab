package ocigraph

// #include <ocigraph.h>
import "C"

import (
	"fmt"
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

// An Event is one thing that happened to a blob. Events of one operation come one at a time, on any goroutine; none begins
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

// A callback is what C calls back for. Its functions are called one at a time, and by no two at once.
type callback struct {
	of       *arguments
	progress func(Event) error
	reader   io.Reader
	writer   io.Writer
	// What the reader said beside its last bytes.
	then error
	// What the function returned, or panicked with: for the caller of the operation.
	err      error
	panicked any
	// Those of the last event, of which there are many for one blob.
	digest, title string
}

func callbackOf(userData unsafe.Pointer) *callback {
	return (*(*cgo.Handle)(userData)).Value().(*callback)
}

// run calls a function of the caller's; false ends the operation.
func (c *callback) run(work func() error) (going bool) {
	c.of.busy.Add(1)
	defer c.of.busy.Add(-1)
	if c.of.over.Load() {
		return false
	}
	defer func() {
		// A panic must not unwind through C.
		if c.panicked = recover(); c.panicked != nil {
			going = false
		}
	}()
	c.err = work()
	return c.err == nil
}

// Told by callbacks.c, which reads the event: a call from here costs more than what it does there.
//
//export ocigraphGoProgress
func ocigraphGoProgress(userData unsafe.Pointer, kind C.int32_t, result C.ocigraph_outcome, digest, title C.ocigraph_str, position, size C.uint64_t) C.int32_t {
	c := callbackOf(userData)
	going := c.run(func() error {
		c.digest, c.title = same(c.digest, digest), same(c.title, title)
		return c.progress(Event{
			Kind: EventKind(kind), Digest: c.digest, Title: c.title,
			Position: int64(position), Size: int64(size), Outcome: outcome(result),
		})
	})
	if !going {
		return 1
	}
	return 0
}

//export ocigraphGoRead
func ocigraphGoRead(userData unsafe.Pointer, buffer *C.uint8_t, capacity C.size_t) C.int64_t {
	c := callbackOf(userData)
	n := 0
	going := c.run(func() (err error) {
		n, err = c.read(unsafe.Slice((*byte)(unsafe.Pointer(buffer)), int(capacity)))
		return err
	})
	if !going {
		return -1
	}
	return C.int64_t(n)
}

// read gives 0 at the end. What a reader says beside bytes need not come again, so it is kept until they are taken.
func (c *callback) read(into []byte) (n int, err error) {
	err, c.then = c.then, nil
	for empty := 0; n == 0 && err == nil; empty++ {
		if empty == 100 {
			return 0, io.ErrNoProgress
		}
		n, err = c.reader.Read(into)
		if n < 0 || n > len(into) {
			return 0, fmt.Errorf("the reader says that it gave %d bytes, where there was room for %d: its Read is at fault", n, len(into))
		}
	}
	if n > 0 {
		c.then = err
		return n, nil
	}
	// The end is io.EOF itself: one that is wrapped is a failure.
	if err == io.EOF {
		c.then = err
		return 0, nil
	}
	return 0, err
}

//export ocigraphGoWrite
func ocigraphGoWrite(userData unsafe.Pointer, data *C.uint8_t, length C.size_t) C.int32_t {
	c := callbackOf(userData)
	going := c.run(func() error {
		n, err := c.writer.Write(unsafe.Slice((*byte)(unsafe.Pointer(data)), int(length)))
		if err == nil && n != int(length) {
			err = io.ErrShortWrite
		}
		return err
	})
	if !going {
		return 1
	}
	return 0
}

func outcome(number C.ocigraph_outcome) Outcome {
	switch number {
	case C.OCIGRAPH_OUTCOME_UPLOADED:
		return Uploaded
	case C.OCIGRAPH_OUTCOME_ALREADY_EXISTS:
		return AlreadyExists
	case C.OCIGRAPH_OUTCOME_MOUNTED:
		return Mounted
	case C.OCIGRAPH_OUTCOME_WRITTEN:
		return Written
	case C.OCIGRAPH_OUTCOME_UNCHANGED:
		return Unchanged
	case C.OCIGRAPH_OUTCOME_KEPT_EXISTING:
		return KeptExisting
	case C.OCIGRAPH_OUTCOME_VERIFIED:
		return Verified
	default:
		return ""
	}
}
