package ocigraph

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// An issuer is a certificate authority that the system does not trust.
type issuer struct {
	t           *testing.T
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

func newIssuer(t *testing.T) *issuer {
	i := &issuer{t: t, key: must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "an issuer of the tests"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	i.certificate = must(x509.ParseCertificate(must(x509.CreateCertificate(rand.Reader, template, template, &i.key.PublicKey, i.key))))
	return i
}

// sign returns files with a certificate and its key.
func (i *issuer) sign(usage x509.ExtKeyUsage) (certFile, keyFile string) {
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "signed"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{usage},
	}
	signed := must(x509.CreateCertificate(rand.Reader, template, i.certificate, &key.PublicKey, i.key))
	return i.file("CERTIFICATE", signed), i.file("PRIVATE KEY", must(x509.MarshalPKCS8PrivateKey(key)))
}

func (i *issuer) file(kind string, content []byte) string {
	path := filepath.Join(i.t.TempDir(), strings.ReplaceAll(kind, " ", "-"))
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: content}), 0o600); err != nil {
		i.t.Fatal(err)
	}
	return path
}

// secured starts a registry behind TLS. If asks is true, it requires a client certificate.
func secured(t *testing.T, issuer *issuer, asks bool) string {
	cert, key := issuer.sign(x509.ExtKeyUsageServerAuth)
	config := &tls.Config{Certificates: []tls.Certificate{must(tls.LoadX509KeyPair(cert, key))}}
	if asks {
		config.ClientAuth, config.ClientCAs = tls.RequireAndVerifyClientCert, x509.NewCertPool()
		config.ClientCAs.AddCert(issuer.certificate)
	}
	server := httptest.NewUnstartedServer(httputil.NewSingleHostReverseProxy(must(url.Parse("http://" + fixture(t)))))
	server.Config.ErrorLog = nil
	server.TLS = config
	server.StartTLS()
	t.Cleanup(server.Close)
	return strings.TrimPrefix(server.URL, "https://")
}

func TestTLSOptionsDetermineTrustAndIdentity(t *testing.T) {
	issuer := newIssuer(t)
	ca := issuer.file("CERTIFICATE", issuer.certificate.Raw)
	certFile, keyFile := issuer.sign(x509.ExtKeyUsageClientAuth)
	open, closed := secured(t, issuer, false), secured(t, issuer, true)
	encrypted := false
	for name, c := range map[string]struct {
		host    string
		options ClientOptions
		due     error
	}{
		"with the issuer's certificate":  {open, ClientOptions{CAFile: ca}, ErrNotFound},
		"without":                        {open, ClientOptions{}, ErrTLS},
		"any certificate":                {open, ClientOptions{Insecure: true}, ErrNotFound},
		"with a certificate of its own":  {closed, ClientOptions{CAFile: ca, CertFile: certFile, KeyFile: keyFile}, ErrNotFound},
		"without one where it is wanted": {closed, ClientOptions{CAFile: ca}, ErrTLS},
	} {
		c.options.PlainHTTP = &encrypted
		client := must(NewClient(&c.options))
		// NOT_FOUND shows that the registry accepted the request.
		if _, err := client.Tags(t.Context(), c.host+"/app"); !errors.Is(err, c.due) {
			t.Errorf("%s: %v, expected %v", name, err, c.due)
		}
		client.Close()
	}
	for name, options := range map[string]ClientOptions{
		"a file that is missing":    {CAFile: filepath.Join(t.TempDir(), "missing.pem")},
		"a certificate without key": {CertFile: certFile},
		"an invalid header name":    {Headers: map[string]string{"a b": "c"}},
	} {
		if _, err := NewClient(&options); !errors.Is(err, ErrInvalidArgument) && !errors.Is(err, ErrTLS) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
