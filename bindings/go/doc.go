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
// The package links the C library libocigraph, which pkg-config must find.
package ocigraph
