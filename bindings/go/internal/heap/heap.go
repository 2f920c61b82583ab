//go:build linux

// Package heap measures memory outside of the Go heap, for tests that detect leaks.
package heap

// #include <malloc.h>
import "C"

// InUse returns the number of bytes that the allocator of C has handed out.
func InUse() int {
	info := C.mallinfo2()
	return int(info.uordblks + info.hblkhd)
}
