package ocigraph

// #include <ocigraph.h>
import "C"

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// patience is how long a call that was ended waits for a function of the caller's that runs, before it leaves it behind.
const patience = 100 * time.Millisecond

// state is a client without its name, so that one that was lost can be cleaned up.
type state struct {
	mu      sync.Mutex
	handle  *C.ocigraph_client
	closed  bool
	running map[*arguments]context.CancelCauseFunc
	// Methods that have not returned.
	idle sync.WaitGroup
	// Calls of C's that have not returned: those of methods, and those that methods left behind.
	calls  sync.WaitGroup
	inside atomic.Int64
	vault  *vault
	freed  chan struct{}
}

// close ends what runs and waits for it. C's client is freed when the last of its calls is over, which is later where a
// function of the caller's still runs: that may be the one which closes the client.
func (s *state) close() {
	s.mu.Lock()
	if !s.closed {
		s.closed = true
		for _, cancel := range s.running {
			cancel(ErrClosed)
		}
		if s.vault != nil {
			s.vault.cancel(ErrClosed)
		}
		go s.free()
	}
	s.mu.Unlock()
	s.idle.Wait()
	for {
		select {
		case <-s.freed:
			return
		case <-time.After(patience):
			if s.inside.Load() > 0 || s.asking() {
				return
			}
		}
	}
}

func (s *state) free() {
	s.calls.Wait()
	C.ocigraph_client_free(s.handle)
	if s.vault != nil {
		s.vault.close()
	}
	live.Add(-1)
	close(s.freed)
}

// asking says whether a credential function of the caller's is running.
func (s *state) asking() bool { return s.vault != nil && s.vault.busy.Load() > 0 }

// enter begins a call, which close ends and waits for; false when the client is closed.
func (s *state) enter(a *arguments, cancel context.CancelCauseFunc) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.running[a] = cancel
	s.idle.Add(1)
	s.calls.Add(1)
	return true
}

func (s *state) leave(a *arguments) {
	s.mu.Lock()
	delete(s.running, a)
	s.mu.Unlock()
	s.idle.Done()
}

// An operation calls one function of C's with a client, a token that ends it, and a place for its error.
type operation func(client *C.ocigraph_client, token *C.ocigraph_cancel, failure **C.ocigraph_error) C.ocigraph_status

// perform is do for an operation with a result, which lives as long as the arguments.
func perform[P any](ctx context.Context, c *Client, a *arguments, free func(P),
	run func(client *C.ocigraph_client, token *C.ocigraph_cancel, out *P, failure **C.ocigraph_error) C.ocigraph_status) (result P, err error) {
	var out P
	err = c.do(ctx, a, func(client *C.ocigraph_client, token *C.ocigraph_cancel, failure **C.ocigraph_error) C.ocigraph_status {
		status := run(client, token, &out, failure)
		if status == C.OCIGRAPH_OK {
			a.own(func() { free(out) })
		}
		return status
	})
	if err == nil {
		result = out
	}
	return result, err
}

// do runs an operation until its context, or the client, ends.
func (c *Client) do(ctx context.Context, a *arguments, run operation) error {
	defer runtime.KeepAlive(c)
	if ctx.Err() != nil {
		return a.says(beforeItBegan(ctx))
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	s := c.state
	if !s.enter(a, cancel) {
		return a.says(&Error{Code: ErrCancelled, Message: "the call was not made", cause: ErrClosed})
	}
	defer s.leave(a)
	token, ended, done := a.token(ctx)
	defer done()
	var status C.ocigraph_status
	var failure *C.ocigraph_error
	call := func() {
		s.inside.Add(1)
		defer s.calls.Done()
		defer s.inside.Add(-1)
		status = run(s.handle, token, &failure)
		if failure != nil {
			a.own(func() { C.ocigraph_error_free(failure) })
		}
	}
	if len(a.callbacks) == 0 && s.vault == nil {
		call()
	} else if !aside(a, call, ended, func() bool { return a.busy.Load() > 0 || s.asking() }) {
		return a.says(&Error{
			Code: ErrCancelled, Message: "it was cancelled while a function that it called did not return",
			cause: context.Cause(ctx),
		})
	}
	if status == C.OCIGRAPH_OK {
		return nil
	}
	err := a.says(newError(failure))
	err.cause = a.failed()
	if err.cause == nil && s.vault != nil {
		err.cause = s.vault.refused(failure)
	}
	if err.cause == nil && status == C.OCIGRAPH_CANCELLED {
		err.cause = context.Cause(ctx)
	}
	return err
}

func beforeItBegan(ctx context.Context) *Error {
	return &Error{Code: ErrCancelled, Message: "it was cancelled before it began", cause: context.Cause(ctx)}
}

// token is switched, and then ended closed, when the context ends; until done is called.
func (a *arguments) token(ctx context.Context) (token *C.ocigraph_cancel, ended <-chan struct{}, done func()) {
	token = C.ocigraph_cancel_new()
	a.own(func() { C.ocigraph_cancel_free(token) })
	switched := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		C.ocigraph_cancel_cancel(token)
		a.over.Store(true)
		close(switched)
	})
	return token, switched, func() {
		if !stop() {
			// It must be done with the token before that is freed.
			<-switched
		}
	}
}

// aside makes a call on a goroutine of its own. Once the call is to end, a function of the caller's that blocks does not keep
// it: false leaves them behind, and what they hold is released when they return.
func aside(a *arguments, call func(), ended <-chan struct{}, blocked func() bool) bool {
	done := make(chan struct{})
	var left atomic.Bool
	a.hold()
	go func() {
		defer a.release()
		call()
		close(done)
		if left.Load() {
			// A panic of the caller's function goes on here, where nobody waits for it any more.
			_ = a.failed()
		}
	}()
	select {
	case <-done:
		return true
	case <-ended:
	}
	select {
	case <-done:
		return true
	case <-time.After(patience):
	}
	if !blocked() {
		// None runs and none begins: it is C that takes its time.
		<-done
		return true
	}
	left.Store(true)
	return false
}
