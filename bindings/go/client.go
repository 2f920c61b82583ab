package ocigraph

// #include <ocigraph.h>
// #include "callbacks.h"
import "C"

import (
	"context"
	"runtime"
)

// A Client accesses registries and image layouts. It holds connections, tokens and the capabilities that it detected
// for each registry. Create one client and share it between goroutines.
type Client struct {
	state *state
}

// NewClient creates a client; nil options select the defaults. It reads no file except those that the options name, and
// sends no request. It returns [ErrInvalidArgument] for invalid options and [ErrTLS] for a certificate file that cannot
// be used.
func NewClient(options *ClientOptions) (*Client, error) {
	a := new(arguments)
	defer a.release()
	o, err := options.toC(a)
	if err != nil {
		return nil, err
	}
	state := &state{running: make(map[*arguments]context.CancelCauseFunc), freed: make(chan struct{})}
	if options != nil && options.CredentialFunc != nil {
		state.credentials = newCredentialSource(options.CredentialFunc)
		callback := C.ocigraph_credential_fn(C.ocigraph_go_credential)
		C.ocigraph_client_options_set_credential_callback(o, callback, state.credentials.data, nil)
	}
	var failure *C.ocigraph_error
	if err := check(C.ocigraph_client_new(nil, o, &state.handle, &failure), failure); err != nil {
		if state.credentials != nil {
			state.credentials.close()
		}
		return nil, err
	}
	client := &Client{state}
	live.Add(1)
	// Closes a client that became unreachable without Close. A cleanup function must not block.
	runtime.AddCleanup(client, closeUnreachable, state)
	return client, nil
}

func closeUnreachable(s *state) { go s.close() }

// Close closes the client. It cancels running methods and waits for them; their errors, and those of later calls, wrap
// [ErrClosed]. Closing a client again has no effect. Close can be called from anywhere, including from a function that
// the client calls. It always returns nil.
func (c *Client) Close() error {
	c.state.close()
	runtime.KeepAlive(c)
	return nil
}
