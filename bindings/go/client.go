package ocigraph

/*
#include <ocigraph.h>

ocigraph_status ocigraphGoCredential(void *user_data, ocigraph_str host, ocigraph_str repository,
                                     ocigraph_credential **out, ocigraph_error **error);
*/
import "C"

import (
	"context"
	"runtime"
	"sync"
)

// ClientOptions say how to speak to registries. The zero value is the default.
type ClientOptions struct {
	// Credential is for every registry that the client is used with. Without it, and without the two below, credentials
	// are looked for where the other tools keep them: DOCKER_AUTH_CONFIG, the configuration files of docker and of the
	// containers tools, and the helpers that these name.
	Credential *Credential
	// Anonymous is no credential at all.
	Anonymous bool
	// CredentialFunc is asked when a registry wants a credential, one call at a time; nil is anonymous use. The repository
	// is empty when the registry as a whole is meant.
	CredentialFunc func(host, repository string) (*Credential, error)
	// RegistryConfig is a credential file to look into before those of docker and of the containers tools; Login writes
	// to it.
	RegistryConfig string
	// CAFile holds certificates in PEM to trust beside those of the system.
	CAFile string
	// CertFile and KeyFile hold the client's own certificates and their key in PEM, for registries that ask for one.
	CertFile, KeyFile string
	// Insecure takes any certificate: whoever sits between reads and changes what is sent.
	Insecure bool
	// NoProxy does not use the proxies that HTTPS_PROXY, HTTP_PROXY and ALL_PROXY name.
	NoProxy bool
	// PlainHTTP is plain HTTP (true) or TLS (false) for every registry. Without it, plain HTTP for this machine and TLS
	// for others.
	PlainHTTP *bool
	// Headers are sent to the registry itself and nowhere else.
	Headers map[string]string
	// UserAgent is the header of that name; a program names itself here.
	UserAgent string
}

// A Client speaks to registries and layouts: it holds connections, and what was learned of each registry. Make one and
// share it.
type Client struct {
	state *state
}

// state is a client without its name, so that one that was lost can be cleaned up.
type state struct {
	mu      sync.Mutex
	handle  *C.ocigraph_client
	closed  bool
	running map[*C.ocigraph_cancel]struct{}
	idle    sync.WaitGroup
	vault   *vault
}

// NewClient makes a client; nil options are the defaults. Nothing is read or sent yet.
func NewClient(options *ClientOptions) (*Client, error) {
	var a arguments
	defer a.release()
	c := C.ocigraph_client_options_new()
	defer C.ocigraph_client_options_free(c)
	if options != nil {
		if err := options.fill(&a, c); err != nil {
			return nil, err
		}
	}
	state := &state{running: make(map[*C.ocigraph_cancel]struct{})}
	var failure *C.ocigraph_error
	if options != nil && options.CredentialFunc != nil {
		state.vault = newVault(options.CredentialFunc)
		callback := C.ocigraph_credential_fn(C.ocigraphGoCredential)
		C.ocigraph_client_options_set_credential_callback(c, callback, state.vault.data, nil)
	}
	if err := check(C.ocigraph_client_new(nil, c, &state.handle, &failure), failure); err != nil {
		if state.vault != nil {
			state.vault.close()
		}
		return nil, err
	}
	client := &Client{state}
	live.Add(1)
	// A net for clients that nobody closed; it runs when nobody can call them any more.
	runtime.AddCleanup(client, closeState, state)
	return client, nil
}

func (o *ClientOptions) fill(a *arguments, c *C.ocigraph_client_options) error {
	var failure *C.ocigraph_error
	if o.PlainHTTP != nil {
		status := C.ocigraph_client_options_set_plain_http(c, C.bool(*o.PlainHTTP), &failure)
		if err := check(status, failure); err != nil {
			return err
		}
	}
	for name, value := range o.Headers {
		status := C.ocigraph_client_options_add_header(c, a.text(name), a.text(value), &failure)
		if err := check(status, failure); err != nil {
			return err
		}
	}
	if o.Credential != nil {
		credential, err := o.Credential.toC(a)
		if err != nil {
			return err
		}
		defer C.ocigraph_credential_free(credential)
		status := C.ocigraph_client_options_set_credential(c, credential, &failure)
		if err := check(status, failure); err != nil {
			return err
		}
	}
	if o.Anonymous {
		if err := check(C.ocigraph_client_options_set_anonymous(c, &failure), failure); err != nil {
			return err
		}
	}
	if o.UserAgent != "" {
		status := C.ocigraph_client_options_set_user_agent(c, a.text(o.UserAgent), &failure)
		if err := check(status, failure); err != nil {
			return err
		}
	}
	// No text is none, as by default.
	status := C.ocigraph_client_options_set_registry_config(c, a.text(o.RegistryConfig), &failure)
	if err := check(status, failure); err != nil {
		return err
	}
	status = C.ocigraph_client_options_set_ca_file(c, a.text(o.CAFile), &failure)
	if err := check(status, failure); err != nil {
		return err
	}
	status = C.ocigraph_client_options_set_client_certificate(c, a.text(o.CertFile), a.text(o.KeyFile), &failure)
	if err := check(status, failure); err != nil {
		return err
	}
	if err := check(C.ocigraph_client_options_set_insecure(c, C.bool(o.Insecure), &failure), failure); err != nil {
		return err
	}
	return check(C.ocigraph_client_options_set_use_proxy(c, C.bool(!o.NoProxy), &failure), failure)
}

// Close ends the client. Calls that are under way are cancelled, and waited for; their errors, and those of later calls,
// are [ErrClosed]. Closing again does nothing. It always returns nil.
func (c *Client) Close() error {
	c.state.close()
	runtime.KeepAlive(c)
	return nil
}

func closeState(s *state) { s.close() }

func (s *state) close() {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return
	}
	s.closed = true
	for token := range s.running {
		C.ocigraph_cancel_cancel(token)
	}
	s.mu.Unlock()
	s.idle.Wait()
	C.ocigraph_client_free(s.handle)
	s.handle = nil
	if s.vault != nil {
		s.vault.close()
	}
	live.Add(-1)
}

// enter begins a call, which close waits for; false when the client is closed.
func (s *state) enter(token *C.ocigraph_cancel) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.running[token] = struct{}{}
	s.idle.Add(1)
	return true
}

func (s *state) leave(token *C.ocigraph_cancel) {
	s.mu.Lock()
	delete(s.running, token)
	s.mu.Unlock()
	s.idle.Done()
}

// An operation calls one function of C's with a client, a token that ends it, and a place for its error.
type operation func(client *C.ocigraph_client, token *C.ocigraph_cancel, failure **C.ocigraph_error) C.ocigraph_status

// do runs an operation until its context, or the client, ends.
func (c *Client) do(ctx context.Context, a *arguments, run operation) error {
	if ctx.Err() != nil {
		return &Error{Code: ErrCancelled, Message: "it was cancelled before it began", cause: context.Cause(ctx)}
	}
	token := C.ocigraph_cancel_new()
	defer C.ocigraph_cancel_free(token)
	if !c.state.enter(token) {
		return &Error{Code: ErrCancelled, Message: "the call was not made", cause: ErrClosed}
	}
	defer c.state.leave(token)
	cancelled := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		C.ocigraph_cancel_cancel(token)
		close(cancelled)
	})
	var failure *C.ocigraph_error
	status := run(c.state.handle, token, &failure)
	if !stop() {
		// It must be done with the token before that is freed.
		<-cancelled
	}
	runtime.KeepAlive(c)
	if status == C.OCIGRAPH_OK {
		return nil
	}
	err := newError(failure)
	err.cause = a.failed()
	if err.cause == nil && status == C.OCIGRAPH_CREDENTIALS && c.state.vault != nil {
		if said := c.state.vault.failed.Load(); said != nil {
			err.cause = *said
		}
	}
	if err.cause == nil && status == C.OCIGRAPH_CANCELLED {
		if err.cause = context.Cause(ctx); err.cause == nil {
			err.cause = ErrClosed
		}
	}
	return err
}
