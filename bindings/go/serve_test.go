package ocigraph

import (
	"crypto/x509"
	"errors"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// served serves sources until the test ends.
func served(t *testing.T, options *ServeOptions, sources ...string) *ServedRegistry {
	t.Helper()
	registry, err := Serve(sources, options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { registry.Close() })
	return registry
}

func connects(host string) bool {
	connection, err := net.Dial("tcp", host)
	if err != nil {
		return false
	}
	connection.Close()
	return true
}

func TestServeServesLayoutsUntilItIsClosed(t *testing.T) {
	ctx, client, folder := t.Context(), newClient(t), t.TempDir()
	registry := served(t, nil, "oci:"+folder)
	image := attach(t, client, registry.Host()+"/team/app:v1", "app/example", "", "content")
	if found := must(client.Resolve(ctx, "oci:"+folder+"/team/app:v1", nil)).Digest; found != image {
		t.Errorf("the layout should have %s, but has %s", image, found)
	}
	readOnly := served(t, &ServeOptions{ReadOnly: true}, "app=oci:"+folder+"/team/app")
	if found := must(client.Resolve(ctx, readOnly.Host()+"/app:v1", nil)).Digest; found != image {
		t.Errorf("the second registry should have %s, but has %s", image, found)
	}
	if _, err := client.Tag(ctx, readOnly.Host()+"/app:v1", "v2"); !errors.Is(err, ErrUnsupported) {
		t.Errorf("a change should be refused with UNSUPPORTED, but gave %v", err)
	}
	for range 2 {
		if err := registry.Close(); err != nil || connects(registry.Host()) {
			t.Fatalf("Close should have ended the registry: %v", err)
		}
	}
	if !connects(readOnly.Host()) {
		t.Error("the other registry should still serve")
	}
}

func TestServeImitatesARegistry(t *testing.T) {
	client := newClient(t)
	registry := served(t, &ServeOptions{BehaveAs: "ghcr"}, "oci:"+t.TempDir())
	image := registry.Host() + "/app:v1"
	attach(t, client, image, "app/example", "", "content")
	if _, err := client.Delete(t.Context(), image, nil); !errors.Is(err, ErrUnsupported) {
		t.Errorf("ghcr.io deletes no manifest, but this gave %v", err)
	}
	if _, err := Serve([]string{"oci:a"}, &ServeOptions{BehaveAs: "unheard-of"}); !errors.Is(err, ErrInvalidArgument) {
		t.Errorf("an unknown registry should be INVALID_ARGUMENT, but is %v", err)
	}
}

func TestServeUsesCertificateAndPasswords(t *testing.T) {
	issuer := newIssuer(t)
	certFile, keyFile := issuer.sign(x509.ExtKeyUsageServerAuth)
	// The password is "s3cret".
	users := filepath.Join(t.TempDir(), "users")
	if err := os.WriteFile(users, []byte("ada:$2b$04$abcdefghijklmnopqrstuuLZYjhNQAOdpbzt4WxWlUHjv1wsyH5DG\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	registry := served(t, &ServeOptions{CertFile: certFile, KeyFile: keyFile, Htpasswd: users}, "oci:"+t.TempDir())
	plainHTTP := false
	push := func(options ClientOptions) error {
		options.CAFile, options.PlainHTTP = issuer.file("CERTIFICATE", issuer.certificate.Raw), &plainHTTP
		client, err := NewClient(&options)
		if err != nil {
			return err
		}
		defer client.Close()
		_, err = client.Push(t.Context(), registry.Host()+"/app:v1", nil)
		return err
	}
	if err := push(ClientOptions{Anonymous: true}); !errors.Is(err, ErrUnauthorized) {
		t.Errorf("a push without a password should fail with UNAUTHORIZED, but gave %v", err)
	}
	if err := push(ClientOptions{Credential: &Credential{Username: "ada", Password: "s3cret"}}); err != nil {
		t.Error(err)
	}
}

func TestServeRefusesWhatItCannotServe(t *testing.T) {
	_, err := Serve(nil, nil)
	if !errors.Is(err, ErrInvalidArgument) {
		t.Errorf("no source should be INVALID_ARGUMENT, but is %v", err)
	}
	_, err = Serve([]string{"oci:a"}, &ServeOptions{CertFile: "cert.pem"})
	if !errors.Is(err, ErrInvalidArgument) || !strings.Contains(err.Error(), "key_file") {
		t.Errorf("a certificate without a key should be INVALID_ARGUMENT, but is %v", err)
	}
	taken := served(t, nil, "oci:"+t.TempDir()).Host()
	_, err = Serve([]string{"oci:" + t.TempDir()}, &ServeOptions{Listen: taken})
	var failure *Error
	if !errors.Is(err, ErrNetwork) || !errors.As(err, &failure) || failure.Operation != "serve" {
		t.Errorf("a taken address should be NETWORK of serve, but is %v", err)
	}
}

func TestAnUnreachableRegistryIsEnded(t *testing.T) {
	registry, err := Serve([]string{"oci:" + filepath.Join(t.TempDir(), "store")}, nil)
	if err != nil {
		t.Fatal(err)
	}
	host := registry.Host()
	registry = nil
	for end := time.Now().Add(time.Minute); connects(host); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("nothing ended the registry")
		}
		runtime.GC()
	}
}
