package ocigraph

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

func TestCredentialsFromEverySourceAreUsed(t *testing.T) {
	host := fixture(t, "--auth=basic:ada:s3cret")
	t.Setenv("DOCKER_CONFIG", t.TempDir())
	t.Setenv("HOME", t.TempDir())
	tags := func(options *ClientOptions) error {
		client := must(NewClient(options))
		defer client.Close()
		_, err := client.Tags(t.Context(), host+"/app")
		return err
	}
	right, wrong := Credential{Username: "ada", Password: "s3cret"}, Credential{Username: "ada", Password: "wrong"}
	for name, c := range map[string]struct {
		options *ClientOptions
		due     error
	}{
		"none":      {nil, ErrUnauthorized},
		"anonymous": {&ClientOptions{Anonymous: true}, ErrUnauthorized},
		"wrong":     {&ClientOptions{Credential: &wrong}, ErrUnauthorized},
		// NOT_FOUND shows that the registry accepted the request.
		"right": {&ClientOptions{Credential: &right}, ErrNotFound},
		"token": {&ClientOptions{Credential: &Credential{RegistryToken: "t"}}, ErrUnauthorized},
	} {
		if err := tags(c.options); !errors.Is(err, c.due) {
			t.Errorf("%s: %v, expected %v", name, err, c.due)
		}
	}

	calls := 0
	provide := func(_ context.Context, of, repository string) (*Credential, error) {
		calls++
		if of != host || repository != "app" {
			t.Errorf("called for %s/%s", of, repository)
		}
		return &right, nil
	}
	if err := tags(&ClientOptions{CredentialFunc: provide}); !errors.Is(err, ErrNotFound) || calls == 0 {
		t.Error(err, calls)
	}
	mine := errors.New("mine")
	refuse := func(context.Context, string, string) (*Credential, error) { return nil, mine }
	if err := tags(&ClientOptions{CredentialFunc: refuse}); !errors.Is(err, mine) || !errors.Is(err, ErrCredentials) {
		t.Error(err)
	}
	lose := func(context.Context, string, string) (*Credential, error) { panic("lost") }
	if err := tags(&ClientOptions{CredentialFunc: lose}); !errors.Is(err, ErrCredentials) || !strings.Contains(err.Error(), "lost") {
		t.Error(err)
	}
	for _, options := range []ClientOptions{
		{Credential: &Credential{}},
		{Credential: &Credential{Username: "ada", RegistryToken: "t"}},
		{Credential: &right, Anonymous: true},
		{CredentialFunc: provide, Anonymous: true},
	} {
		if _, err := NewClient(&options); !errors.Is(err, ErrInvalidArgument) {
			t.Error(err)
		}
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if shown := fmt.Sprintf(verb, right); strings.Contains(shown, "s3cret") {
			t.Errorf("%s shows %s", verb, shown)
		}
	}

	file := filepath.Join(t.TempDir(), "auth.json")
	client := must(NewClient(&ClientOptions{AuthFile: file}))
	defer client.Close()
	if _, err := client.Login(t.Context(), host, wrong); !errors.Is(err, ErrUnauthorized) {
		t.Error(err)
	}
	in := must(client.Login(t.Context(), host, right))
	if !in.Verified || !in.PlainText || in.Overridden || in.Host != host || !strings.Contains(in.StoredIn, file) {
		t.Errorf("%+v", in)
	}
	if err := tags(&ClientOptions{AuthFile: file}); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
	out := must(client.Logout(t.Context(), host))
	if out.Remains || len(out.RemovedFrom) != 1 {
		t.Errorf("%+v", out)
	}
	if err := tags(&ClientOptions{AuthFile: file}); !errors.Is(err, ErrUnauthorized) {
		t.Error(err)
	}
}

// An error of the credential function is wrapped only by the call that needed the credential.
func TestErrorsOfTheCredentialFunctionBelongToTheirCalls(t *testing.T) {
	refused, missing := fixture(t, "--auth=basic:ada:s3cret"), fixture(t, "--auth=basic:ada:s3cret")
	mine := errors.New("mine")
	client := must(NewClient(&ClientOptions{CredentialFunc: func(ctx context.Context, host, _ string) (*Credential, error) {
		if ctx.Err() != nil {
			t.Error(ctx.Err())
		}
		if host == refused {
			return nil, mine
		}
		return nil, fmt.Errorf("no credential of %s", host)
	}}))
	defer client.Close()
	for range 3 {
		if _, err := client.Tags(t.Context(), refused+"/app"); !errors.Is(err, mine) || !errors.Is(err, ErrCredentials) {
			t.Error(err)
		}
		_, err := client.Tags(t.Context(), missing+"/app")
		if errors.Is(err, mine) || !errors.Is(err, ErrCredentials) || !strings.Contains(err.Error(), "no credential of "+missing) {
			t.Error(err)
		}
	}
}
