package ocigraph

// #include <ocigraph.h>
// #include <stdlib.h>
// #include "callbacks.h"
import "C"

import (
	"context"
	"fmt"
	"runtime/cgo"
	"sync"
	"sync/atomic"
	"unsafe"
)

// A vault is a function that is asked for credentials, for as long as its client is open.
type vault struct {
	ask func(ctx context.Context, host, repository string) (*Credential, error)
	// The context of the function, which ends with the client.
	ctx    context.Context
	cancel context.CancelCauseFunc
	// How many calls of the function are running.
	busy atomic.Int32
	// What it last returned instead of credentials, or panicked with, by numbers from 1 on.
	mu       sync.Mutex
	refusals [64]error
	last     C.uintptr_t
	// Where C finds it: memory of C's, which may keep it.
	data unsafe.Pointer
}

func newVault(ask func(ctx context.Context, host, repository string) (*Credential, error)) *vault {
	v := &vault{ask: ask}
	v.ctx, v.cancel = context.WithCancelCause(context.Background())
	v.data = C.malloc(C.size_t(unsafe.Sizeof(cgo.Handle(0))))
	*(*cgo.Handle)(v.data) = cgo.NewHandle(v)
	live.Add(1)
	return v
}

func (v *vault) close() {
	v.cancel(ErrClosed)
	(*(*cgo.Handle)(v.data)).Delete()
	C.free(v.data)
	live.Add(-1)
}

// refused is what the function returned, where that is why a call failed.
func (v *vault) refused(failure *C.ocigraph_error) error {
	number := C.ocigraph_go_refused(failure)
	v.mu.Lock()
	defer v.mu.Unlock()
	if number == 0 || number+C.uintptr_t(len(v.refusals)) <= v.last {
		return nil
	}
	return v.refusals[number%C.uintptr_t(len(v.refusals))]
}

// refuse makes an error of C's that leads back to one of Go's.
func (v *vault) refuse(err error) *C.ocigraph_error {
	v.mu.Lock()
	v.last++
	number := v.last
	v.refusals[number%C.uintptr_t(len(v.refusals))] = err
	v.mu.Unlock()
	a := new(arguments)
	defer a.release()
	return C.ocigraph_go_refusal(a.text(err.Error()), number)
}

//export ocigraphGoCredential
func ocigraphGoCredential(userData unsafe.Pointer, host, repository C.ocigraph_str, out **C.ocigraph_credential, failure **C.ocigraph_error) (status C.ocigraph_status) {
	v := (*(*cgo.Handle)(userData)).Value().(*vault)
	v.busy.Add(1)
	defer v.busy.Add(-1)
	defer func() {
		// A panic must not unwind through C, and there is no goroutine where it could go on.
		if panicked := recover(); panicked != nil {
			*failure = v.refuse(fmt.Errorf("the credential function panicked: %v", panicked))
			status = C.OCIGRAPH_CREDENTIALS
		}
	}()
	credential, err := v.ask(v.ctx, goString(host), goString(repository))
	if err == nil && credential != nil {
		a := new(arguments)
		defer a.release()
		*out, err = credential.toC(a)
	}
	if err != nil {
		*failure = v.refuse(err)
		return C.OCIGRAPH_CREDENTIALS
	}
	return C.OCIGRAPH_OK
}
