package ocigraph

// #include <ocigraph.h>
// #include "callbacks.h"
import "C"

import (
	"context"
	"runtime"
	"time"
)

// ClientOptions configure a [Client]. The zero value selects the defaults.
type ClientOptions struct {
	// Credential is used for every registry that the client connects to. Set at most one of Credential, Anonymous and
	// CredentialFunc. By default, the client searches the credentials of other tools: DOCKER_AUTH_CONFIG, the
	// configuration files of Docker and of the containers tools, and the credential helpers that those files name.
	Credential *Credential
	// Anonymous makes every request anonymous. Default: false.
	Anonymous bool
	// CredentialFunc returns the credential when a registry requires one, or nil for anonymous access. The host is such
	// as "registry.example.com:5000"; the repository is empty for a request that concerns the whole registry. The
	// client calls it one call at a time and uses the result for every call that needs it. Its context therefore
	// belongs to the client and ends when the client is closed. An error fails the method with [ErrCredentials] and is
	// wrapped by its error.
	CredentialFunc func(ctx context.Context, host, repository string) (*Credential, error)
	// AuthFile is a credential file that is searched before the files of Docker and of the containers tools, and that
	// [Client.Login] writes to. Default: none.
	AuthFile string
	// CAFile is a PEM file with certificates to trust in addition to those of the system. Default: none.
	CAFile string
	// CertFile and KeyFile are PEM files with the client certificate chain and its private key, for registries that
	// require mutual TLS. Set both or none. Default: none.
	CertFile, KeyFile string
	// Insecure disables the verification of server certificates. Anyone on the network path can then read and change
	// the traffic. Default: false.
	Insecure bool
	// NoProxy ignores the proxies in HTTPS_PROXY, HTTP_PROXY and ALL_PROXY. Default: false.
	NoProxy bool
	// PlainHTTP selects plain HTTP (true) or TLS (false) for every registry. Default (nil): plain HTTP for loopback
	// hosts, TLS for all others.
	PlainHTTP *bool
	// Headers are added to requests to the registry itself. Token servers and redirect targets do not receive them.
	Headers map[string]string
	// UserAgent is the User-Agent header, so that the operators of a registry can identify the program. Default: the
	// name and version of the library.
	UserAgent string
	// Limits are the timeouts and maxima of the client.
	Limits Limits
}

// Limits are the timeouts and maxima of a client. The zero value of a field selects its default. The largest value of
// its type disables the limit.
type Limits struct {
	// ConnectTimeout is the maximum time to establish a connection. Default: 10 s.
	ConnectTimeout time.Duration
	// ResponseTimeout is the maximum time from a request to the first header of its response. Default: 30 s.
	ResponseTimeout time.Duration
	// IdleTimeout is the maximum time between two parts of a request or response body. Default: 30 s.
	IdleTimeout time.Duration
	// UploadResponseTimeout is the maximum time from the last byte of an upload to the response. One second is added
	// for every 16 MiB sent, because registries compute the digest before they respond. Default: 60 s.
	UploadResponseTimeout time.Duration
	// StallTimeout is the maximum time without a transferred byte, across all attempts. The response to a completed
	// upload and a delay that the registry asks for do not count. Default: 90 s.
	StallTimeout time.Duration
	// HelperTimeout is the maximum time for a credential helper to respond. Default: 30 s.
	HelperTimeout time.Duration
	// MaxAttempts is the maximum number of attempts for one request, including the first. Default: 5.
	MaxAttempts int
	// MaxManifestBytes is the maximum size of a manifest or of one page of a list, in bytes. Default: 4 MiB.
	MaxManifestBytes int
	// MaxPages is the maximum number of pages of a list. Default: 10,000.
	MaxPages int
	// MaxEntries is the maximum number of entries of a list, and of manifests in a graph. Default: 1,000,000.
	MaxEntries int
}

func (l *Limits) fill(s *settings, c *C.ocigraph_client_options) {
	set := func(limit C.int32_t, value C.uint64_t) {
		s.set(C.ocigraph_client_options_set_limit(c, limit, value, &s.failure))
	}
	wait := func(limit C.int32_t, name string, wait time.Duration) {
		if wait < 0 {
			s.refuse("invalid Limits.%s %v: expected 0 or more", name, wait)
			return
		}
		milliseconds := wait / time.Millisecond
		if wait%time.Millisecond > 0 {
			// Rounds up, because 0 selects the default.
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
	o := C.ocigraph_client_options_new()
	a.own(func() { C.ocigraph_client_options_free(o) })
	state := &state{running: make(map[*arguments]context.CancelCauseFunc), freed: make(chan struct{})}
	if options != nil {
		if err := options.fill(a, o); err != nil {
			return nil, err
		}
		if options.CredentialFunc != nil {
			state.credentials = newCredentialSource(options.CredentialFunc)
			callback := C.ocigraph_credential_fn(C.ocigraph_go_credential)
			C.ocigraph_client_options_set_credential_callback(o, callback, state.credentials.data, nil)
		}
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
		s.refuse("set only one of Credential, Anonymous and CredentialFunc")
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

// Close closes the client. It cancels running methods and waits for them; their errors, and those of later calls, wrap
// [ErrClosed]. Closing a client again has no effect. Close can be called from anywhere, including from a function that
// the client calls. It always returns nil.
func (c *Client) Close() error {
	c.state.close()
	runtime.KeepAlive(c)
	return nil
}
