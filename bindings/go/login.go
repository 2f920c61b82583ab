package ocigraph

// #include <ocigraph.h>
import "C"

import (
	"context"
	"fmt"
)

// A Credential is who the client is to a registry. Exactly one of Username, IdentityToken, RegistryToken and EntraToken is
// set. Printed, it shows no secret.
type Credential struct {
	// Username goes with Password.
	Username string
	// Password is given to the registry itself, or to its token server.
	Password string
	// IdentityToken is a refresh token, for which the token server gives access tokens.
	IdentityToken string
	// RegistryToken is sent to the registry as it is.
	RegistryToken string
	// EntraToken is a Microsoft Entra access token, which Azure's registry exchanges for an identity token.
	EntraToken string
	// Tenant goes with EntraToken; empty where that tells.
	Tenant string
}

// String shows the name of the user, and no secret.
func (c Credential) String() string {
	if c.Username != "" {
		return "credential of " + c.Username
	}
	return "a token"
}

// GoString is String.
func (c Credential) GoString() string { return c.String() }

// Format shows what String shows, whatever the verb.
func (c Credential) Format(f fmt.State, _ rune) { fmt.Fprint(f, c.String()) }

// toC makes a credential of C's, which the caller frees.
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
		return nil, a.says(&Error{
			Code:    ErrInvalidArgument,
			Message: fmt.Sprintf("the credential has %d of Username, IdentityToken, RegistryToken and EntraToken; give exactly one", kinds),
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

// A LoginResult is what became of a login.
type LoginResult struct {
	// Host is the registry.
	Host string `json:"host"`
	// StoredIn is where the credential is kept now: a file, or a helper.
	StoredIn string `json:"stored_in"`
	// PlainText says that it is kept as plain text, in a file.
	PlainText bool `json:"plain_text"`
	// Verified says that the registry asked for a credential and took this one; one that asks for none cannot tell.
	Verified bool `json:"verified"`
	// Overridden says that DOCKER_AUTH_CONFIG has a credential for the registry, which comes before this one.
	Overridden bool `json:"overridden"`
}

// A LogoutResult is what became of a logout.
type LogoutResult struct {
	// Host is the registry.
	Host string `json:"host"`
	// RemovedFrom are the files and helpers that credentials were removed from.
	RemovedFrom []string `json:"removed_from"`
	// Remains says that DOCKER_AUTH_CONFIG still has a credential for the registry.
	Remains bool `json:"remains"`
}

// Login checks a credential with a registry, "registry.example.com[:port]", and stores it where the other tools look: with
// the helper that docker's configuration names for the registry, else in that file itself, as plain text that its owner
// alone can read. Nothing is stored when the registry does not take it.
func (c *Client) Login(ctx context.Context, host string, credential Credential) (*LoginResult, error) {
	a := during("login", host)
	defer a.release()
	given, err := credential.toC(a)
	if err != nil {
		return nil, err
	}
	a.own(func() { C.ocigraph_credential_free(given) })
	out, err := perform(ctx, c, a, func(r *C.ocigraph_login_result) { C.ocigraph_login_result_free(r) },
		func(client *C.ocigraph_client, token *C.ocigraph_cancel, out **C.ocigraph_login_result, failure **C.ocigraph_error) C.ocigraph_status {
			return C.ocigraph_client_login(client, a.text(host), given, token, out, failure)
		})
	if err != nil {
		return nil, err
	}
	result := new(LoginResult)
	return result, decode(C.ocigraph_login_result_json(out), result)
}

// Logout removes every form of a registry's stored credential, from files and helpers.
func (c *Client) Logout(ctx context.Context, host string) (*LogoutResult, error) {
	a := during("logout", host)
	defer a.release()
	out, err := perform(ctx, c, a, func(r *C.ocigraph_logout_result) { C.ocigraph_logout_result_free(r) },
		func(client *C.ocigraph_client, token *C.ocigraph_cancel, out **C.ocigraph_logout_result, failure **C.ocigraph_error) C.ocigraph_status {
			return C.ocigraph_client_logout(client, a.text(host), token, out, failure)
		})
	if err != nil {
		return nil, err
	}
	result := new(LogoutResult)
	return result, decode(C.ocigraph_logout_result_json(out), result)
}
