/* ocigraph: push, pull, discover, copy, verify and delete graphs of artifacts (signatures, SBoMs, scan results,
 * documents) in OCI registries and in image layout directories.
 *
 * This header is the manual. It is generated from bindings/c/src; do not edit it.
 *
 * A first program, which prints what is attached to an image:
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
 * Conventions
 * -----------
 * References. One string names everything: "host[:port]/repository[:tag][@digest]", or "oci:PATH[:tag][@digest]" for
 * an image layout directory, which needs no server. A host is always written. Digest wins over tag. This machine is
 * spoken to in plain HTTP, all others by TLS.
 *
 * Status. Every function that can fail returns an ocigraph_status, OCIGRAPH_OK or the kind of failure, and takes an
 * ocigraph_error ** as its last parameter. Give NULL if the status is enough. There is no last error of a thread.
 * "Errors" in a function's comment names the kinds to expect, without OCIGRAPH_; those of the network (UNAUTHORIZED,
 * FORBIDDEN, RATE_LIMITED, TIMEOUT, NETWORK, TLS, REGISTRY) and INTERNAL, a defect of the library, may come from
 * anything that speaks to a registry.
 *
 * Outputs. `out` and `error` may point to anything; both are set to NULL first. `out` is set on success, `error` on
 * failure.
 *
 * Text and bytes go in as a pointer and a length, and are copied. Text is UTF-8. {NULL, 0} and "" are no text, which
 * means "not given" where that is allowed. They come out the same way, not ended by NUL; what is known and empty has a
 * length of 0 and is not NULL. OCIGRAPH_STR makes a view of a literal, OCIGRAPH_STR_INIT initializes a static one with it,
 * ocigraph_text makes one of any text that ends with NUL; OCIGRAPH_PRINTF prints one, and ocigraph_str_is compares one: see
 * the end of this header.
 *
 * Options are handles with a setter each; the defaults are good. NULL stands for the defaults. A setter checks what
 * "Errors" in its comment says, and leaves the options as they were where it refuses; the rest is for the operation to
 * say. Numbers that stand for something
 * (OCIGRAPH_FORMAT_...) are int32_t; one that is none is INVALID_ARGUMENT.
 *
 * Results have accessors, and most also a function ..._json, which gives the whole result as JSON text. An accessor
 * called with NULL, or with an index that is too large, gives 0, NULL, or no text.
 *
 * Ownership
 * ---------
 * What a function ..._new or an `out` gives is the caller's, and is ended by the ..._free of its type, once. Every
 * ..._free takes NULL, and does no input or output.
 * What an accessor gives, a `const` pointer or a view of text, is borrowed: it lives until its handle is freed.
 * What goes in is copied or not kept. The exceptions are `user_data` and callbacks, which are used for as long as their
 * comment says.
 * A handle and what depends on it may be freed in any order: a client keeps what it needs of its runtime and options.
 *
 * Thread safety
 * -------------
 * A pointer to const may be given to any number of threads at once: a client, a cancel token, options that are no
 * longer set, results. A pointer that is not const, in setters and ..._free, is for one thread at a time. Options with
 * callbacks share their `user_data` between the operations that use them at once: it must bear that, or each operation
 * gets options of its own.
 * "Threads" in a function's comment says from where it may be called: any thread, unless it says more; never a signal
 * handler.
 * The library has threads of its own, in a runtime, and works there: what connections and files need is done on none of
 * the caller's. They stay behind at a fork: in the child, calls with a client of the parent give INVALID_ARGUMENT, to free
 * it or its runtime does nothing, and a new client works.
 * It installs nothing process-wide: no signal handler, logger or TLS provider. Its threads take no signals, so that the
 * program's handlers run on the program's threads, and a connection that breaks is a NETWORK error and no SIGPIPE. A
 * defect of the library prints a line to standard error and becomes OCIGRAPH_INTERNAL; the process lives.
 * The shared library stays loaded when it was opened by dlopen and is closed, since its threads may outlive that.
 *
 * Callbacks
 * ---------
 * Progress, read and write callbacks are called while an operation runs, one at a time for each operation; credential
 * callbacks one at a time for each client; a completion callback once, when its operation is over. Of an operation that
 * has returned, or whose completion was called, no other callback is called, and none of a client or runtime that was
 * freed.
 * Progress of the blocking form and write are called on the thread that waits; all others, progress of the callback form
 * among them, on threads of the library that nothing else needs. So a callback may block: it holds up its own operation
 * alone, and up to 512 may for each runtime; further ones wait for their turn. What is transferred while a progress
 * callback blocks is told in one later event for each blob.
 * A progress, read, write or credential callback is a part of its operation, which returns only after it. It must not start
 * an operation (INVALID_ARGUMENT: "this was called from a progress, read, write or credential callback"); it may cancel
 * one, and use every other function. It may free its client, cancel token, options and runtime, of which the operation
 * keeps what it needs; ..._free of a client or runtime cancels there, and does not wait.
 * A completion callback may do anything, waiting for other operations included. Up to 64 run at once for each runtime;
 * further ones wait for their turn, so that one must not wait for another.
 * No exception and no longjmp may leave a callback.
 *
 * Cancellation
 * ------------
 * A token ends every call it was given to: ocigraph_cancel_cancel, from any thread, before or during a call. The call
 * returns OCIGRAPH_CANCELLED soon, whatever the network does, and leaves nothing half done under its final name. It
 * waits for a callback of its own that is running, so a callback that may block for long should end when the token is
 * switched; and up to half a second for files that are being written, after which what is unfinished of them is gone.
 * Cancelling a call that is over does nothing. What a process left behind that was killed in the middle of a transfer is
 * taken up, where the registry allows, when the same call is made again.
 *
 * Versioning
 * ----------
 * Functions, numbers and fields are only ever added, within one ABI: a program that was built against this header runs
 * with every later library of the same OCIGRAPH_ABI_VERSION, which is the number in the file's name. "Since" in a
 * comment is the first version that has it. ocigraph_version() is the library's, OCIGRAPH_VERSION_... the header's.
 */
