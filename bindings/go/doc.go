// Package ocigraph pushes, pulls, discovers, copies, verifies and deletes graphs of artifacts (signatures, SBoMs, scan
// results, documents) in OCI registries, and in image layout directories, which need no server.
//
// [NewClient] creates a [Client], which has one method for each operation:
//
//	client, err := ocigraph.NewClient(nil)
//	if err != nil {
//		return err
//	}
//	defer client.Close()
//	graph, err := client.Discover(ctx, "registry.example.com/net-monitor:v1", nil)
//	if err != nil {
//		return err
//	}
//	fmt.Print(graph)
//
// # References
//
// Methods take a reference as text: "host[:port]/repository[:tag][@digest]" for a registry, or
// "oci:PATH[:tag][@digest]" for an image layout directory. The host is required; there is no default registry. If a
// reference has a tag and a digest, the digest selects the manifest. The tag of a layout can be any name, such as
// "docker.io/library/hello:1.0"; [ParseReference] describes where PATH ends. The client uses plain HTTP for loopback hosts
// and TLS for all others.
//
// PATH can also be a tar archive of an image layout, which is read in place: "oci:app.tar:v1". Operations that write fail
// for it with [ErrUnsupported].
//
// # Errors
//
// Every failure is an [*Error], which contains the operation, the reference, the reason and a hint. Its kind is a [Code].
// Codes are errors themselves:
//
//	if errors.Is(err, ocigraph.ErrNotFound) { … }
//
// The comment of a method lists the codes that are specific to it. Every method that accesses a registry can also return
// [ErrUnauthorized], [ErrForbidden], [ErrRateLimited], [ErrTimeout], [ErrNetwork], [ErrTLS] and [ErrRegistry]. A method
// whose context ended returns an error that is [ErrCancelled] and wraps [context.Cause] of the context.
//
// # Concurrency
//
// A client and all results can be used by several goroutines concurrently. A running method occupies one operating
// system thread, as every call into C does.
//
// A method whose context ended first removes its partial files and closes its upload sessions at the registry, for two
// seconds at most, and then returns.
//
// # Callbacks
//
// Progress functions, readers, writers and credential functions are called while a method runs, on goroutines of the
// package, one at a time for each call. An error that a callback returns ends the call and is wrapped by its error. A
// panic of a callback is re-raised in the goroutine that called the method; a panic of a credential function becomes an
// error instead. A callback may close the client. It must not call other methods of a client, which fail with
// [ErrInvalidArgument], and must not call [runtime.Goexit], as testing.T.FailNow does.
//
// A cancelled method waits briefly for a running callback and then returns without it and without waiting for its
// clean-up. Such a callback may still be running after the method has returned, and its result is ignored. Until it
// returns, its reader or writer must not be used elsewhere.
//
// # Building
//
// The package uses cgo and links the C library libocigraph, which pkg-config must find. With the build tag
// ocigraph_static, the program contains the library and needs none at run time.
package ocigraph
