package ocigraph

// #include <ocigraph.h>
// #include "callbacks.h"
import "C"

import (
	"context"
	"runtime"
	"time"
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
	// is empty when the registry as a whole is meant. What it gives serves every call that needs it, so that its context
	// is the client's: it ends when the client is closed.
	CredentialFunc func(ctx context.Context, host, repository string) (*Credential, error)
	// AuthFile is a credential file to look into before those of docker and of the containers tools; Login writes
	// to it.
	AuthFile string
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
	// Limits are how long to wait, and how much to read.
	Limits Limits
}

// Limits are how long a client waits, and how much it reads; 0 is the default of each, and the largest number of its type no
// bound.
type Limits struct {
	// ConnectTimeout is the time to connect; 10 s.
	ConnectTimeout time.Duration
	// ResponseTimeout is the time from a request to the first header of its answer; 30 s.
	ResponseTimeout time.Duration
	// IdleTimeout is the time between two pieces of a body, either way; 30 s.
	IdleTimeout time.Duration
	// UploadResponseTimeout is the time from an upload's last byte to the answer; a second more for every 16 MiB that were sent; 60 s.
	UploadResponseTimeout time.Duration
	// StallTimeout is the time for whatever is being tried, without a byte moved; 90 s.
	StallTimeout time.Duration
	// HelperTimeout is the time for a credential helper to answer; 30 s.
	HelperTimeout time.Duration
	// MaxAttempts are those of one request, the first included; 5.
	MaxAttempts int
	// MaxManifestBytes is the size of a manifest or a list, in bytes; 4 MiB.
	MaxManifestBytes int
	// MaxPages are those of a list; 10,000.
	MaxPages int
	// MaxEntries are those of a list, and manifests of a graph; 1,000,000.
	MaxEntries int
}

func (l *Limits) fill(s *settings, c *C.ocigraph_client_options) {
	set := func(limit C.int32_t, value C.uint64_t) {
		s.set(C.ocigraph_client_options_set_limit(c, limit, value, &s.failure))
	}
	wait := func(limit C.int32_t, name string, wait time.Duration) {
		if wait < 0 {
			s.refuse("Limits.%s is %v; it cannot be less than 0", name, wait)
			return
		}
		milliseconds := wait / time.Millisecond
		if wait%time.Millisecond > 0 {
			// Less than a millisecond is not the default.
			milliseconds++
		}
		set(limit, C.uint64_t(milliseconds))
	}
	wait(C.OCIGRAPH_LIMIT_CONNECT_TIMEOUT, "ConnectTimeout", l.ConnectTimeout)
	wait(C.OCIGRAPH_LIMIT_RESPONSE_TIMEOUT, "ResponseTimeout", l.ResponseTimeout)
	wait(C.OCIGRAPH_LIMIT_IDLE_TIMEOUT, "IdleTimeout", l.IdleTimeout)
	wait(C.OCIGRAPH_LIMIT_UPLOAD_RESPONSE_TIMEOUT, "UploadResponseTimeout", l.UploadResponseTimeout)
	wait(C.OCIGRAPH_LIMIT_STALL_TIMEOUT, "StallTimeout", l.StallTimeout)
	wait(C.OCIGRAPH_LIMIT_HELPER_TIMEOUT, "HelperTimeout", l.HelperTimeout)
	set(C.OCIGRAPH_LIMIT_MAX_ATTEMPTS, C.uint64_t(s.count("Limits.MaxAttempts", l.MaxAttempts)))
	set(C.OCIGRAPH_LIMIT_MAX_MANIFEST_BYTES, C.uint64_t(s.count("Limits.MaxManifestBytes", l.MaxManifestBytes)))
	set(C.OCIGRAPH_LIMIT_MAX_PAGES, C.uint64_t(s.count("Limits.MaxPages", l.MaxPages)))
	set(C.OCIGRAPH_LIMIT_MAX_ENTRIES, C.uint64_t(s.count("Limits.MaxEntries", l.MaxEntries)))
}

// A Client speaks to registries and layouts: it holds connections, and what was learned of each registry. Make one and
// share it.
type Client struct {
	state *state
}

// NewClient makes a client; nil options are the defaults. Nothing is read or sent yet.
func NewClient(options *ClientOptions) (*Client, error) {
	a := new(arguments)
	defer a.release()
	o := C.ocigraph_client_options_new()
	a.own(func() { C.ocigraph_client_options_free(o) })
	state := &state{running: make(map[*arguments]context.CancelCauseFunc), freed: make(chan struct{})}
	if options != nil {
		if err := options.fill(a, o); err != nil {
			return nil, err
		}
		if options.CredentialFunc != nil {
			state.vault = newVault(options.CredentialFunc)
			callback := C.ocigraph_credential_fn(C.ocigraph_go_credential)
			C.ocigraph_client_options_set_credential_callback(o, callback, state.vault.data, nil)
		}
	}
	var failure *C.ocigraph_error
	if err := check(C.ocigraph_client_new(nil, o, &state.handle, &failure), failure); err != nil {
		if state.vault != nil {
			state.vault.close()
		}
		return nil, err
	}
	client := &Client{state}
	live.Add(1)
	// A net for clients that nobody closed; it runs when nobody can call them any more, where nothing may block.
	runtime.AddCleanup(client, closeLost, state)
	return client, nil
}

func closeLost(s *state) { go s.close() }

func (o *ClientOptions) fill(a *arguments, c *C.ocigraph_client_options) error {
	s := &settings{arguments: a}
	if o.PlainHTTP != nil {
		s.set(C.ocigraph_client_options_set_plain_http(c, C.bool(*o.PlainHTTP), &s.failure))
	}
	for name, value := range o.Headers {
		s.set(C.ocigraph_client_options_add_header(c, a.text(name), a.text(value), &s.failure))
	}
	kinds := 0
	if o.Credential != nil {
		kinds++
		credential, err := o.Credential.toC(a)
		if err != nil {
			return err
		}
		a.own(func() { C.ocigraph_credential_free(credential) })
		s.set(C.ocigraph_client_options_set_credential(c, credential, &s.failure))
	}
	if o.Anonymous {
		kinds++
		s.set(C.ocigraph_client_options_set_anonymous(c, &s.failure))
	}
	if o.CredentialFunc != nil {
		kinds++
	}
	if kinds > 1 {
		s.refuse("the client has more than one of Credential, Anonymous and CredentialFunc; give one")
	}
	if o.UserAgent != "" {
		s.set(C.ocigraph_client_options_set_user_agent(c, a.text(o.UserAgent), &s.failure))
	}
	if o.AuthFile != "" {
		s.set(C.ocigraph_client_options_set_auth_file(c, a.text(o.AuthFile), &s.failure))
	}
	if o.CAFile != "" {
		s.set(C.ocigraph_client_options_set_ca_file(c, a.text(o.CAFile), &s.failure))
	}
	if o.CertFile != "" || o.KeyFile != "" {
		s.set(C.ocigraph_client_options_set_client_certificate(c, a.text(o.CertFile), a.text(o.KeyFile), &s.failure))
	}
	s.set(C.ocigraph_client_options_set_insecure(c, C.bool(o.Insecure), &s.failure))
	s.set(C.ocigraph_client_options_set_use_proxy(c, C.bool(!o.NoProxy), &s.failure))
	o.Limits.fill(s, c)
	return s.err
}

// Close ends the client. Calls that are under way are cancelled, and waited for; their errors, and those of later calls,
// are [ErrClosed]. Closing again does nothing. It may be called from anywhere, also from a function that the client calls.
// It always returns nil.
func (c *Client) Close() error {
	c.state.close()
	runtime.KeepAlive(c)
	return nil
}
