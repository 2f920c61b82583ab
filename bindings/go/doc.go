// Package ocigraph pushes, pulls, discovers, copies, verifies and deletes graphs of artifacts (signatures, SBoMs, scan
// results, documents) in OCI registries, and in image layout directories that need no server.
//
// Start at [NewClient]: a [Client] has one method for each operation.
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
// One string names everything: "host[:port]/repository[:tag][@digest]" in a registry, or "oci:PATH[:tag][@digest]" for an
// image layout directory. A host is always written. Digest wins over tag. This machine is spoken to in plain HTTP, all
// others by TLS.
//
// # Errors
//
// Whatever fails gives an [*Error], which says what was being done, to what, what went wrong and what to try. Its kind is
// a [Code], and codes are errors themselves:
//
//	if errors.Is(err, ocigraph.ErrNotFound) { … }
//
// A method that its context ended returns an error that is [ErrCancelled] and wraps [context.Cause] of that context.
//
// # Concurrency
//
// A client, and all that its methods return, may be used from any number of goroutines at once. A method holds a thread
// while it waits, as every call into C does.
//
// # Functions of the caller's
//
// Progress functions, readers, writers and credential functions are called while a method runs, on goroutines of the
// package, one at a time for each call. What they return as an error ends the call and is wrapped by its error; a panic
// goes on where the method was called, but for that of a credential function, which is an error too. They must not call
// methods of a client ([ErrInvalidArgument]) nor [runtime.Goexit], as testing.T.FailNow does, but may close the client.
//
// A call that is to end waits a moment for a function that is running, and leaves it behind when it blocks. Such a function
// goes on after the method has returned, what it returns is dropped, and a reader or writer must not be used elsewhere before
// that.
//
// The package links the C library libocigraph, which pkg-config must find.
package ocigraph
