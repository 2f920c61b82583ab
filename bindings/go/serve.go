package ocigraph

// #include <ocigraph.h>
import "C"

import "runtime"

// ServeOptions configure [Serve]. The zero value of an option selects its default.
type ServeOptions struct {
	// Listen is the address to listen on: "HOST:PORT". Port 0 chooses a free port. Default: "127.0.0.1:0".
	Listen string
	// ReadOnly refuses every change. Default: false.
	ReadOnly bool
	// BehaveAs is the registry to imitate, to test a client: "azure", "docker-2.8", "ecr", "ghcr" or "harbor". Default:
	// the specification.
	BehaveAs string
	// Htpasswd is a file with the passwords of users, as htpasswd -B writes it. Every request needs one of them. It is
	// read once. Default: none, everyone who can connect may do everything.
	Htpasswd string
	// CertFile is a PEM file with the certificate of the registry, followed by those that it was signed with. It
	// requires KeyFile. Both are read once. Default: none, plain HTTP.
	CertFile string
	// KeyFile is a PEM file with the private key of CertFile. Default: none.
	KeyFile string
}

// toC returns the options as a handle of C, which the arguments own.
func (o *ServeOptions) toC(a *arguments) (*C.ocigraph_serve_options, error) {
	c := C.ocigraph_serve_options_new()
	a.own(func() { C.ocigraph_serve_options_free(c) })
	if o == nil {
		return c, nil
	}
	s := &settings{arguments: a}
	s.set(C.ocigraph_serve_options_set_listen(c, a.text(o.Listen), &s.failure))
	s.set(C.ocigraph_serve_options_set_read_only(c, C.bool(o.ReadOnly), &s.failure))
	s.set(C.ocigraph_serve_options_set_behave_as(c, a.text(o.BehaveAs), &s.failure))
	s.set(C.ocigraph_serve_options_set_htpasswd(c, a.text(o.Htpasswd), &s.failure))
	s.set(C.ocigraph_serve_options_set_certificate(c, a.text(o.CertFile), a.text(o.KeyFile), &s.failure))
	return c, s.err
}

// A ServedRegistry is a registry over image layouts that [Serve] started. Close ends it; so does the end of the program.
// It is ended as well after it has become unreachable.
type ServedRegistry struct {
	host string
	free *freeOnce
}

// Serve serves image layouts as a registry on threads of this process, for tests and for machines without a network. The
// registry is that of the command ocigraph serve: the OCI distribution specification 1.1.1 with referrers, over layouts
// that other processes can use at the same time. Nil options select the defaults.
//
// Each source is "[NAME=]oci:PATH". A layout is one repository, with the name of its directory or NAME. A directory
// without a layout is a folder of layouts: repository a/b is the layout a/b below it, which the first push creates. It
// need not exist. A tar archive of a layout is read-only.
//
// Errors are [ErrInvalidArgument] if there is no source or if a source or an option cannot be used, [ErrNetwork] if the
// address cannot be listened on, [ErrTLS] if the certificate or its key cannot be used, and [ErrNotFound], [ErrIO] and
// [ErrInvalidManifest] if a source cannot be read.
func Serve(sources []string, options *ServeOptions) (*ServedRegistry, error) {
	a := newArguments("serve", spaced(sources))
	defer a.release()
	o, err := options.toC(a)
	if err != nil {
		return nil, err
	}
	views, count := a.texts(sources)
	var handle *C.ocigraph_served_registry
	var failure *C.ocigraph_error
	if err := check(C.ocigraph_serve(views, count, o, &handle, &failure), failure); err != nil {
		return nil, err
	}
	live.Add(1)
	registry := &ServedRegistry{
		host: goString(C.ocigraph_served_registry_host(handle)),
		free: &freeOnce{free: func() { C.ocigraph_served_registry_free(handle) }},
	}
	// A cleanup function must not block.
	runtime.AddCleanup(registry, func(f *freeOnce) { go f.run() }, registry.free)
	return registry, nil
}

// Host returns the host and port of the registry, as references name them, such as "127.0.0.1:40123".
func (r *ServedRegistry) Host() string { return r.host }

// Close ends the registry. It lets the requests in progress end, for 10 seconds at most, and removes uploads that are in
// progress. Closing a registry again has no effect. It always returns nil.
func (r *ServedRegistry) Close() error {
	r.free.run()
	runtime.KeepAlive(r)
	return nil
}
