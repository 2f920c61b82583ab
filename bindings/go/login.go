package ocigraph

// #include <ocigraph.h>
import "C"

import "context"

// A LoginResult is the result of [Client.Login].
type LoginResult struct {
	// Host is the registry.
	Host string `json:"host"`
	// StoredIn is the file or credential helper that stores the credential.
	StoredIn string `json:"stored_in"`
	// PlainText is true if the credential is stored as plain text in a file.
	PlainText bool `json:"plain_text"`
	// Verified is true if the registry required a credential and accepted this one. A registry that requires none
	// cannot verify it.
	Verified bool `json:"verified"`
	// Overridden is true if DOCKER_AUTH_CONFIG has a credential for the registry, which takes precedence over the
	// stored one.
	Overridden bool `json:"overridden"`
}

// A LogoutResult is the result of [Client.Logout].
type LogoutResult struct {
	// Host is the registry.
	Host string `json:"host"`
	// RemovedFrom lists the files and helpers from which a credential was removed.
	RemovedFrom []string `json:"removed_from"`
	// Remains is true if DOCKER_AUTH_CONFIG still has a credential for the registry.
	Remains bool `json:"remains"`
}

// Login verifies a credential with a registry, "registry.example.com[:port]", and stores it for other tools: with the
// credential helper that Docker's configuration names for the registry, otherwise as plain text in that configuration
// file, readable by its owner only. Nothing is stored if the registry rejects the credential. Errors include
// [ErrUnauthorized] and [ErrCredentials].
func (c *Client) Login(ctx context.Context, host string, credential Credential) (*LoginResult, error) {
	a := newArguments("login", host)
	defer a.release()
	handle, err := credential.toC(a)
	if err != nil {
		return nil, err
	}
	a.own(func() { C.ocigraph_credential_free(handle) })
	out, err := perform(ctx, c, a, func(r *C.ocigraph_login_result) { C.ocigraph_login_result_free(r) },
		func(client *C.ocigraph_client, token *C.ocigraph_cancel, out **C.ocigraph_login_result, failure **C.ocigraph_error) C.ocigraph_status {
			return C.ocigraph_client_login(client, a.text(host), handle, token, out, failure)
		})
	if err != nil {
		return nil, err
	}
	result := new(LoginResult)
	return result, decode(C.ocigraph_login_result_json(out), result)
}

// Logout removes the stored credentials of a registry, "registry.example.com[:port]", from all files and helpers, under
// every name that other tools use for the registry. Errors include [ErrCredentials] and [ErrIO].
func (c *Client) Logout(ctx context.Context, host string) (*LogoutResult, error) {
	a := newArguments("logout", host)
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
