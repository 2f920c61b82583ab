/* ocigraph: pushes, pulls, discovers, copies, verifies and deletes graphs of artifacts (signatures, SBoMs, scan results,
 * documents) in OCI registries and in image layout directories.
 *
 * This header is the reference manual of the C library. It is generated from bindings/c/src; do not edit it.
 *
 * This program prints everything that is attached to an image:
 *
 *     #include <ocigraph.h>
 *     #include <stdio.h>
 *
 *     int main(void) {
 *         ocigraph_client *client = NULL;
 *         ocigraph_graph *graph = NULL;
 *         ocigraph_error *error = NULL;
 *         if (ocigraph_client_new(NULL, NULL, &client, &error) == OCIGRAPH_OK &&
 *             ocigraph_client_discover(client, OCIGRAPH_STR("oci:store/app:v1"), NULL, NULL, &graph, &error)
 *                 == OCIGRAPH_OK) {
 *             printf("%.*s", OCIGRAPH_PRINTF(ocigraph_graph_tree(graph)));
 *         } else {
 *             fprintf(stderr, "%.*s\n", OCIGRAPH_PRINTF(ocigraph_error_message(error)));
 *         }
 *         ocigraph_graph_free(graph);
 *         ocigraph_client_free(client);
 *         ocigraph_error_free(error);
 *         return 0;
 *     }
 *
 *     cc first.c $(pkg-config --cflags --libs ocigraph)
 *
 * The directory examples/c of the repository contains larger programs: attach_sbom.c pushes a referrer, stream_blobs.c
 * streams blobs through a callback and cancels on Ctrl-C, and walkthrough.c uses most operations.
 *
 * Conventions
 * -----------
 * References. Operations take a reference as text: "host[:port]/repository[:tag][@digest]" for a registry, or
 * "oci:PATH[:tag][@digest]" for an image layout directory, which needs no server. The host is required; there is no
 * default registry. If a reference has a tag and a digest, the digest selects the manifest. The tag of a layout can
 * be any name, such as "docker.io/library/hello:1.0"; ocigraph_reference_parse describes where PATH ends. The client uses
 * plain HTTP for loopback hosts and TLS for all others. PATH can also be a tar archive of an image layout, which is read in
 * place: "oci:app.tar:v1". Operations that write fail for it with UNSUPPORTED.
 *
 * Status and errors. Every function that can fail returns an ocigraph_status: OCIGRAPH_OK or the kind of failure. Its last
 * parameter is an ocigraph_error **, which receives the details. Pass NULL if the status is enough. The library keeps no
 * "last error" of a thread. The comment of a function lists the statuses to expect under "Errors", without the prefix
 * OCIGRAPH_. "Network errors" are UNAUTHORIZED, FORBIDDEN, RATE_LIMITED, TIMEOUT, NETWORK, TLS, REGISTRY and, with a
 * credential file, helper or callback, CREDENTIALS. INTERNAL reports a defect of the library and can come from any function.
 *
 * Outputs. `out` must point to a variable, and so must `error` unless it is NULL. The variables need no initial value: both are
 * first set to NULL. On success `out` is set, on failure `error`.
 *
 * Text and bytes are passed as a pointer and a length (ocigraph_str, ocigraph_bytes). Text is UTF-8. The library copies
 * arguments before a function returns. An argument with a length of 0 means "not given" where that is allowed. Results are
 * not NUL-terminated; a known empty result has a length of 0 and a pointer that is not NULL. The macros and functions at
 * the end of this header convert: OCIGRAPH_STR and OCIGRAPH_STR_INIT from a literal, ocigraph_text from NUL-terminated text,
 * OCIGRAPH_PRINTF for printf; ocigraph_str_is compares.
 *
 * Options are handles with one setter for each option. NULL instead of options selects the defaults. A setter validates its
 * arguments and leaves the options unchanged if it fails. Combinations of options are validated by the operation. Numbers
 * with a name, such as OCIGRAPH_FORMAT_OCI_1_1, have the type int32_t; an unknown number is INVALID_ARGUMENT.
 *
 * Results are read with accessors. Most results also have a function ..._json, which returns the complete result as JSON
 * text. An accessor returns 0, NULL or no text if the handle is NULL or an index is too large.
 *
 * Ownership
 * ---------
 * The caller owns every handle that a function ..._new returns or that a function stores in `out`, and frees it once with
 * the function ..._free of its type. Every ..._free accepts NULL.
 * A `const` pointer or a text that an accessor returns is borrowed: it is valid until the handle is freed.
 * The library copies arguments or uses them only during the call. The exceptions are `user_data` and callbacks; the comment
 * of a function states how long they must stay valid.
 * Handles can be freed in any order: a client keeps what it needs of its runtime and its options.
 *
 * Thread safety
 * -------------
 * A handle that is passed as a pointer to const can be used by several threads concurrently: clients, cancel tokens,
 * results, and options that are no longer changed. A handle that is passed as a pointer to non-const, to a setter or to
 * ..._free, must not be used by another thread during the call. Concurrent operations with the same options share the
 * `user_data` of their callbacks: either make it thread-safe or give each operation its own options.
 * "Threads" in the comment of a function states from which threads it can be called. No function may be called from a
 * signal handler.
 * The library does all network and file access on its own threads, which belong to a runtime. These threads do not exist
 * in a forked child process: there, calls with a client of the parent return INVALID_ARGUMENT, freeing such a client or its
 * runtime does nothing, and new clients work.
 * The library installs nothing process-wide: no signal handler, logger or TLS provider. Its threads block signals, except
 * SIGPROF, SIGURG and those that report a fault of the thread itself. Signal handlers therefore run on the program's own
 * threads, and a lost connection is a NETWORK error instead of a SIGPIPE. A defect of the library prints a line to standard error and is reported as INTERNAL; the
 * process continues.
 * The shared library stays loaded after dlclose, because its threads may still be running.
 *
 * Callbacks
 * ---------
 * An operation calls its progress, read and write callbacks one at a time. A client calls its credential callback one call
 * at a time. A completion callback is called once, when its operation is over. After an operation has returned or its
 * completion callback was called, none of its other callbacks is called. After a client or runtime was freed, none of its
 * callbacks is called.
 * Write callbacks, and progress callbacks of the blocking form, run on the calling thread. All other callbacks run on
 * threads of the library that do no other work. A callback may therefore block: it delays only its own operation. For each
 * runtime, up to 512 callbacks can block concurrently; more of them wait. While a progress callback blocks, the transfer
 * continues, and only the latest position of each blob is reported afterwards.
 * An operation returns only after its running progress, read, write or credential callback has returned. Such a callback
 * must not start an operation; the call fails with INVALID_ARGUMENT. It may cancel operations and call every other function.
 * It may free the client, cancel token, options and runtime of its operation; freeing a client or runtime in a callback
 * cancels operations without waiting for them.
 * A completion callback may do anything, including waiting for other operations. For each runtime, up to 64 of them run
 * concurrently; more of them wait, so a completion callback must not wait for another completion callback.
 * A callback must not throw an exception or call longjmp across the library.
 *
 * Cancellation
 * ------------
 * ocigraph_cancel_cancel cancels every call that received the token. It can be called from any thread, before or during
 * the call. The call then returns OCIGRAPH_CANCELLED promptly, whatever the network does, and leaves no incomplete content
 * under its final name. Before it returns, it waits for a running callback of its operation, and up to two seconds until its
 * partial files are removed and its upload sessions are cancelled at the registry. A callback that can block for long should
 * therefore check the token. Cancelling a finished call has no effect. If a process is killed during a transfer, the same call resumes the transfer later where the
 * registry permits it.
 *
 * Versioning
 * ----------
 * Within one ABI version, functions, numbers and fields are only added. A program that was compiled with this header runs
 * with every later library of the same OCIGRAPH_ABI_VERSION, which is the number in the file name of the library. "Since" in
 * a comment is the first version that has the function. ocigraph_version() returns the version of the library, and
 * OCIGRAPH_VERSION_MAJOR, _MINOR and _PATCH contain the version of this header.
 */
