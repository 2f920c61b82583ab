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

// A Credential authenticates a client to a registry. Set exactly one of Username, IdentityToken, RegistryToken and
// EntraToken. Formatting a credential with the package fmt does not reveal its secret.
type Credential struct {
	// Username is the user name. It is used together with Password.
	Username string
	// Password is sent to the registry itself, or to its token server.
	Password string
	// IdentityToken is an OAuth 2.0 refresh token, which the token server of the registry exchanges for access tokens.
	IdentityToken string
	// RegistryToken is a bearer token, which is sent to the registry unchanged.
	RegistryToken string
	// EntraToken is a Microsoft Entra access token, which Azure Container Registry exchanges for an identity token.
	EntraToken string
	// Tenant is the Microsoft Entra tenant of EntraToken. Empty selects the tenant in the token.
	Tenant string
}

// String returns a description with the user name and without the secret.
func (c Credential) String() string {
	if c.Username != "" {
		return "credential of " + c.Username
	}
	return "a token"
}

// GoString returns the same text as [Credential.String].
func (c Credential) GoString() string { return c.String() }

// Format writes the same text as [Credential.String] for every verb.
func (c Credential) Format(f fmt.State, _ rune) { fmt.Fprint(f, c.String()) }

// toC creates a credential of C, which the caller frees.
func (c *Credential) toC(a *arguments) (*C.ocigraph_credential, error) {
	var out *C.ocigraph_credential
	var failure *C.ocigraph_error
	var status C.ocigraph_status
	kinds := 0
	for _, text := range []string{c.Username, c.IdentityToken, c.RegistryToken, c.EntraToken} {
		if text != "" {
			kinds++
		}
	}
	switch {
	case kinds != 1:
		return nil, a.wrap(&Error{
			Code:    ErrInvalidArgument,
			Message: fmt.Sprintf("the credential has %d of Username, IdentityToken, RegistryToken and EntraToken; set exactly one", kinds),
		})
	case c.IdentityToken != "":
		status = C.ocigraph_credential_identity_token(a.text(c.IdentityToken), &out, &failure)
	case c.RegistryToken != "":
		status = C.ocigraph_credential_registry_token(a.text(c.RegistryToken), &out, &failure)
	case c.EntraToken != "":
		status = C.ocigraph_credential_entra_token(a.text(c.EntraToken), a.text(c.Tenant), &out, &failure)
	default:
		status = C.ocigraph_credential_password(a.text(c.Username), a.text(c.Password), &out, &failure)
	}
	return out, check(status, failure)
}

// setCredentials sets the credential or selects anonymous access. NewClient sets the function, which the client keeps.
func (o *ClientOptions) setCredentials(s *settings, c *C.ocigraph_client_options) {
	kinds := 0
	if o.Credential != nil {
		kinds++
		credential, err := o.Credential.toC(s.arguments)
		if err != nil {
			s.err = err
			return
		}
		s.own(func() { C.ocigraph_credential_free(credential) })
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
}

// A credentialSource holds the credential function of a client until the client is closed.
type credentialSource struct {
	provide func(ctx context.Context, host, repository string) (*Credential, error)
	// The context of the function. It ends when the client is closed.
	ctx    context.Context
	cancel context.CancelCauseFunc
	// The number of running calls of the function.
	running atomic.Int32
	// The latest errors of the function, by number. Numbers start at 1. C passes an error through by its number.
	mu     sync.Mutex
	errors [64]error
	last   C.uintptr_t
	// The user data for C: C memory that contains the handle of this value, because C retains the pointer.
	data unsafe.Pointer
}

func newCredentialSource(provide func(ctx context.Context, host, repository string) (*Credential, error)) *credentialSource {
	s := &credentialSource{provide: provide}
	s.ctx, s.cancel = context.WithCancelCause(context.Background())
	s.data = C.malloc(C.size_t(unsafe.Sizeof(cgo.Handle(0))))
	*(*cgo.Handle)(s.data) = cgo.NewHandle(s)
	live.Add(1)
	return s
}

func (s *credentialSource) close() {
	s.cancel(ErrClosed)
	(*(*cgo.Handle)(s.data)).Delete()
	C.free(s.data)
	live.Add(-1)
}

// errorOf returns the error of the credential function that made a call fail, or nil if the call failed for another reason.
func (s *credentialSource) errorOf(failure *C.ocigraph_error) error {
	number := C.ocigraph_go_error_number(failure)
	s.mu.Lock()
	defer s.mu.Unlock()
	if number == 0 || number+C.uintptr_t(len(s.errors)) <= s.last {
		return nil
	}
	return s.errors[number%C.uintptr_t(len(s.errors))]
}

// keep stores an error of Go and returns an error of C with its number.
func (s *credentialSource) keep(err error) *C.ocigraph_error {
	s.mu.Lock()
	s.last++
	number := s.last
	s.errors[number%C.uintptr_t(len(s.errors))] = err
	s.mu.Unlock()
	a := new(arguments)
	defer a.release()
	return C.ocigraph_go_credential_error(a.text(err.Error()), number)
}

//export ocigraphGoCredential
func ocigraphGoCredential(userData unsafe.Pointer, host, repository C.ocigraph_str, out **C.ocigraph_credential, failure **C.ocigraph_error) (status C.ocigraph_status) {
	s := (*(*cgo.Handle)(userData)).Value().(*credentialSource)
	s.running.Add(1)
	defer s.running.Add(-1)
	defer func() {
		// A panic must not unwind through C. It becomes an error, because the function runs for no particular goroutine.
		if panicked := recover(); panicked != nil {
			*failure = s.keep(fmt.Errorf("the credential function panicked: %v", panicked))
			status = C.OCIGRAPH_CREDENTIALS
		}
	}()
	credential, err := s.provide(s.ctx, goString(host), goString(repository))
	if err == nil && credential != nil {
		a := new(arguments)
		defer a.release()
		*out, err = credential.toC(a)
	}
	if err != nil {
		*failure = s.keep(err)
		return C.OCIGRAPH_CREDENTIALS
	}
	return C.OCIGRAPH_OK
}
