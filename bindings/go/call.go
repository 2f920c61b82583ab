package ocigraph

// #include <ocigraph.h>
import "C"

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// grace is how long a cancelled call waits for a running callback before it detaches from it.
const grace = 100 * time.Millisecond

// state is the state of a client. It is separate from Client, so that a client that became unreachable can be cleaned up.
type state struct {
	mu      sync.Mutex
	handle  *C.ocigraph_client
	closed  bool
	running map[*arguments]context.CancelCauseFunc
	// Counts methods that have not returned.
	idle sync.WaitGroup
	// Counts C calls that have not returned, including detached ones.
	calls       sync.WaitGroup
	inside      atomic.Int64
	credentials *credentialSource
	freed       chan struct{}
}

// close cancels running methods and waits for them. The client of C is freed when its last call has returned. That can be
// later if a callback is still running, which may be the one that closes the client.
func (s *state) close() {
	s.mu.Lock()
	if !s.closed {
		s.closed = true
		for _, cancel := range s.running {
			cancel(ErrClosed)
		}
		if s.credentials != nil {
			s.credentials.cancel(ErrClosed)
		}
		go s.free()
	}
	s.mu.Unlock()
	s.idle.Wait()
	for {
		select {
		case <-s.freed:
			return
		case <-time.After(grace):
			if s.inside.Load() > 0 || s.providing() {
				return
			}
		}
	}
}

func (s *state) free() {
	s.calls.Wait()
	C.ocigraph_client_free(s.handle)
	if s.credentials != nil {
		s.credentials.close()
	}
	live.Add(-1)
	close(s.freed)
}

// providing reports whether the credential function is running.
func (s *state) providing() bool { return s.credentials != nil && s.credentials.running.Load() > 0 }

// enter registers a call, which close cancels and waits for. It returns false if the client is closed.
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

// An operation calls one C function with a client, a cancel token and an error output.
type operation func(client *C.ocigraph_client, token *C.ocigraph_cancel, failure **C.ocigraph_error) C.ocigraph_status

// perform runs an operation with a result, which is freed together with the arguments.
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

// do runs an operation. It is cancelled when the context ends or the client is closed.
func (c *Client) do(ctx context.Context, a *arguments, run operation) error {
	defer runtime.KeepAlive(c)
	if ctx.Err() != nil {
		return a.wrap(cancelledBeforeStart(ctx))
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	s := c.state
	states := []*state{s}
	for _, other := range a.others {
		states = append(states, other.state)
	}
	for i, one := range states {
		if !one.enter(a, cancel) {
			for _, entered := range states[:i] {
				entered.calls.Done()
			}
			return a.wrap(notStarted())
		}
		defer one.leave(a)
	}
	token, ended, done := a.token(ctx)
	defer done()
	var status C.ocigraph_status
	var failure *C.ocigraph_error
	call := func() {
		for _, one := range states {
			one.inside.Add(1)
			defer one.calls.Done()
			defer one.inside.Add(-1)
		}
		status = run(s.handle, token, &failure)
		if failure != nil {
			a.own(func() { C.ocigraph_error_free(failure) })
		}
	}
	has := func(property func(*state) bool) bool { return slices.ContainsFunc(states, property) }
	if len(a.callbacks) == 0 && !has(func(one *state) bool { return one.credentials != nil }) {
		call()
	} else if !runDetached(a, call, ended, func() bool { return a.busy.Load() > 0 || has((*state).providing) }) {
		return a.wrap(&Error{
			Code: ErrCancelled, Message: "it was cancelled while one of its callbacks was blocked",
			cause: context.Cause(ctx),
		})
	}
	if status == C.OCIGRAPH_OK {
		return nil
	}
	err := a.wrap(newError(failure))
	err.cause = a.failed()
	for _, one := range states {
		if err.cause == nil && one.credentials != nil {
			err.cause = one.credentials.errorOf(failure)
		}
	}
	if err.cause == nil && status == C.OCIGRAPH_CANCELLED {
		err.cause = context.Cause(ctx)
	}
	return err
}

// notStarted returns the error of a call of a closed client.
func notStarted() *Error {
	return &Error{Code: ErrCancelled, Message: "the operation was not started", cause: ErrClosed}
}

// cancelledBeforeStart returns the error of a call whose context had ended before the call.
func cancelledBeforeStart(ctx context.Context) *Error {
	return &Error{Code: ErrCancelled, Message: "it was cancelled before it started", cause: context.Cause(ctx)}
}

// token returns a C token that is cancelled when the context ends. The channel ended is closed after that. The caller must
// call done when the operation is over.
func (a *arguments) token(ctx context.Context) (token *C.ocigraph_cancel, ended <-chan struct{}, done func()) {
	token = C.ocigraph_cancel_new()
	a.own(func() { C.ocigraph_cancel_free(token) })
	cancelled := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		C.ocigraph_cancel_cancel(token)
		a.over.Store(true)
		close(cancelled)
	})
	return token, cancelled, func() {
		if !stop() {
			// The function is running and uses the token, which must not be freed before it has finished.
			<-cancelled
		}
	}
}

// runDetached makes a call on a separate goroutine. If the call is cancelled while a callback blocks, runDetached returns
// false and detaches from the goroutine, which releases its arguments when the callback returns.
func runDetached(a *arguments, call func(), ended <-chan struct{}, blocked func() bool) bool {
	done := make(chan struct{})
	var detached atomic.Bool
	a.hold()
	go func() {
		defer a.release()
		call()
		close(done)
		if detached.Load() {
			// No method waits for the result. A panic of the callback is re-raised here.
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
	case <-time.After(grace):
	}
	if !blocked() {
		// No callback is running, and none will start. C returns soon.
		<-done
		return true
	}
	detached.Store(true)
	return false
}
