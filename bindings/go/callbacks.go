package ocigraph

// #include <ocigraph.h>
import "C"

import (
	"fmt"
	"io"
	"runtime/cgo"
	"unsafe"
)

// A callback holds the function, reader or writer that C calls back for. C makes one call at a time.
type callback struct {
	arguments *arguments
	progress  func(Event) error
	reader    io.Reader
	writer    io.Writer
	// The error that the reader returned together with its last bytes.
	pending error
	// The error or panic of the function, for the caller of the operation.
	err      error
	panicked any
	// The texts of the last event, which are reused: a blob has many events.
	digest, title string
}

func callbackOf(userData unsafe.Pointer) *callback {
	return (*(*cgo.Handle)(userData)).Value().(*callback)
}

// run calls a function of the program. It returns false if the operation must end.
func (c *callback) run(work func() error) (ok bool) {
	c.arguments.busy.Add(1)
	defer c.arguments.busy.Add(-1)
	if c.arguments.over.Load() {
		return false
	}
	defer func() {
		// A panic must not unwind through C.
		if c.panicked = recover(); c.panicked != nil {
			ok = false
		}
	}()
	c.err = work()
	return c.err == nil
}

// ocigraphGoProgress is called by callbacks.c, which reads the fields of the event.
//
//export ocigraphGoProgress
func ocigraphGoProgress(userData unsafe.Pointer, kind C.int32_t, result C.ocigraph_outcome, digest, title C.ocigraph_str, position, size C.uint64_t) C.int32_t {
	c := callbackOf(userData)
	ok := c.run(func() error {
		c.digest, c.title = same(c.digest, digest), same(c.title, title)
		return c.progress(Event{
			Kind: EventKind(kind), Digest: c.digest, Title: c.title,
			Position: int64(position), Size: int64(size), Outcome: outcome(result),
		})
	})
	if !ok {
		return 1
	}
	return 0
}

//export ocigraphGoRead
func ocigraphGoRead(userData unsafe.Pointer, buffer *C.uint8_t, capacity C.size_t) C.int64_t {
	c := callbackOf(userData)
	n := 0
	ok := c.run(func() (err error) {
		n, err = c.read(unsafe.Slice((*byte)(unsafe.Pointer(buffer)), int(capacity)))
		return err
	})
	if !ok {
		return -1
	}
	return C.int64_t(n)
}

// read returns 0 at the end of the content. An error that the reader returns together with bytes is kept for the next call.
func (c *callback) read(into []byte) (n int, err error) {
	err, c.pending = c.pending, nil
	for empty := 0; n == 0 && err == nil; empty++ {
		if empty == 100 {
			return 0, io.ErrNoProgress
		}
		n, err = c.reader.Read(into)
		if n < 0 || n > len(into) {
			return 0, fmt.Errorf("invalid Read: it returned %d bytes for a buffer of %d bytes", n, len(into))
		}
	}
	if n > 0 {
		c.pending = err
		return n, nil
	}
	// Only io.EOF itself is the end of the content. A wrapped io.EOF is a failure.
	if err == io.EOF {
		c.pending = err
		return 0, nil
	}
	return 0, err
}

//export ocigraphGoWrite
func ocigraphGoWrite(userData unsafe.Pointer, data *C.uint8_t, length C.size_t) C.int32_t {
	c := callbackOf(userData)
	ok := c.run(func() error {
		n, err := c.writer.Write(unsafe.Slice((*byte)(unsafe.Pointer(data)), int(length)))
		if err == nil && n != int(length) {
			err = io.ErrShortWrite
		}
		return err
	})
	if !ok {
		return 1
	}
	return 0
}
