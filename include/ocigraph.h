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
 * default registry. If a reference has a tag and a digest, the digest selects the manifest. The client uses plain HTTP for
 * loopback hosts and TLS for all others.
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


#ifndef OCIGRAPH_H
#define OCIGRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

// The call succeeded.
#define OCIGRAPH_OK 0

// An option or argument is invalid, or a required handle is NULL.
#define OCIGRAPH_INVALID_ARGUMENT 1

// A reference, tag or digest has invalid syntax.
#define OCIGRAPH_INVALID_REFERENCE 2

// The repository, manifest, tag, blob or file does not exist.
#define OCIGRAPH_NOT_FOUND 3

// The target exists and must not be replaced.
#define OCIGRAPH_ALREADY_EXISTS 4

// The registry requires credentials, or rejected the credentials it received (HTTP 401).
#define OCIGRAPH_UNAUTHORIZED 5

// The credentials are valid but do not permit this operation (HTTP 403).
#define OCIGRAPH_FORBIDDEN 6

// The registry or layout does not support the operation.
#define OCIGRAPH_UNSUPPORTED 7

// The registry limits the request rate (HTTP 429). `ocigraph_error_retry_after` returns the delay
// that it asked for.
#define OCIGRAPH_RATE_LIMITED 8

// A manifest, a list or an archive exceeds its limit.
#define OCIGRAPH_TOO_LARGE 9

// The digest of the content differs from the expected digest.
#define OCIGRAPH_DIGEST_MISMATCH 10

// The content is shorter or longer than the size in its descriptor.
#define OCIGRAPH_SIZE_MISMATCH 11

// A manifest or index is malformed.
#define OCIGRAPH_INVALID_MANIFEST 12

// A title or an archive entry names a path outside the output directory.
#define OCIGRAPH_UNSAFE_PATH 13

// No byte was transferred within the time limit.
#define OCIGRAPH_TIMEOUT 14

// The connection could not be established, or was lost.
#define OCIGRAPH_NETWORK 15

// The TLS handshake failed: the certificate of the server or of the client was not accepted.
#define OCIGRAPH_TLS 16

// The registry returned an error that no other status describes.
#define OCIGRAPH_REGISTRY 17

// A file or directory could not be read or written, or a read or write callback failed.
#define OCIGRAPH_IO 18

// Another writer changed the target first, or the existing content contradicts the request.
#define OCIGRAPH_CONFLICT 19

// A credential file, helper or callback failed.
#define OCIGRAPH_CREDENTIALS 20

// The operation was ended by its cancel token, by its progress callback or by the end of the
// runtime.
#define OCIGRAPH_CANCELLED 21

// The library has a defect. Please report it.
#define OCIGRAPH_INTERNAL 22

// A list could be read only in part, so the operation cannot know all its entries.
#define OCIGRAPH_INCOMPLETE 23

// Major version of this header.
#define OCIGRAPH_VERSION_MAJOR 0

// Minor version of this header.
#define OCIGRAPH_VERSION_MINOR 1

// Patch version of this header.
#define OCIGRAPH_VERSION_PATCH 0

// ABI version of this header: the number in the file name `libocigraph.so.0`.
#define OCIGRAPH_ABI_VERSION 0

// The content was uploaded.
#define OCIGRAPH_OUTCOME_UPLOADED 1

// The content already existed at the destination and was not sent.
#define OCIGRAPH_OUTCOME_ALREADY_EXISTS 2

// The registry mounted the blob from another of its repositories.
#define OCIGRAPH_OUTCOME_MOUNTED 3

// The content was written to a file.
#define OCIGRAPH_OUTCOME_WRITTEN 4

// A file with identical content already existed.
#define OCIGRAPH_OUTCOME_UNCHANGED 5

// A file with other content already existed and was kept, as the options require.
#define OCIGRAPH_OUTCOME_KEPT_EXISTING 6

// The content was read and matches its descriptor.
#define OCIGRAPH_OUTCOME_VERIFIED 7

// The transfer of a blob has started.
#define OCIGRAPH_EVENT_STARTED 1

// The transfer of a blob has reached `position`. A retry that starts over lowers the position.
#define OCIGRAPH_EVENT_MOVED 2

// The last event of a blob. `outcome` contains the result.
#define OCIGRAPH_EVENT_FINISHED 3

// Maximum time to establish a connection, in milliseconds. Default: 10,000.
#define OCIGRAPH_LIMIT_CONNECT_TIMEOUT 1

// Maximum time from a request to the first header of its response, in milliseconds. Default:
// 30,000.
#define OCIGRAPH_LIMIT_RESPONSE_TIMEOUT 2

// Maximum time between two parts of a request or response body, in milliseconds. Default: 30,000.
#define OCIGRAPH_LIMIT_IDLE_TIMEOUT 3

// Maximum time from the last byte of an upload to the response, in milliseconds. One second is
// added for every 16 MiB sent, because registries compute the digest before they respond. Default:
// 60,000.
#define OCIGRAPH_LIMIT_UPLOAD_RESPONSE_TIMEOUT 4

// Maximum time without a transferred byte, across all attempts, in milliseconds. The response to a
// completed upload and a delay that the registry asks for do not count. Default: 90,000.
#define OCIGRAPH_LIMIT_STALL_TIMEOUT 5

// Maximum time for a credential helper to respond, in milliseconds. Default: 30,000.
#define OCIGRAPH_LIMIT_HELPER_TIMEOUT 6

// Maximum number of attempts for one request, including the first. Default: 5.
#define OCIGRAPH_LIMIT_MAX_ATTEMPTS 7

// Maximum size of a manifest or of one page of a list, in bytes. Default: 4,194,304 (4 MiB).
#define OCIGRAPH_LIMIT_MAX_MANIFEST_BYTES 8

// Maximum number of pages of a list. Default: 10,000.
#define OCIGRAPH_LIMIT_MAX_PAGES 9

// Maximum number of entries of a list, and of manifests in a graph. Default: 1,000,000.
#define OCIGRAPH_LIMIT_MAX_ENTRIES 10

// The format that the registry lists as a referrer: the OCI image manifest 1.1, or the ORAS
// artifact manifest if the registry lists only that one. This is the default.
#define OCIGRAPH_FORMAT_AUTO 0

// OCI image manifest 1.1: https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md.
#define OCIGRAPH_FORMAT_OCI_1_1 1

// OCI image manifest 1.0, which has neither `artifactType` nor `subject`.
#define OCIGRAPH_FORMAT_OCI_1_0 2

// OCI artifact manifest of the image specification 1.1.0-rc1 and 1.1.0-rc2.
#define OCIGRAPH_FORMAT_OCI_ARTIFACT 3

// ORAS artifact manifest: https://github.com/oras-project/artifacts-spec.
#define OCIGRAPH_FORMAT_ORAS_ARTIFACT 4

// SHA-256. Every registry supports it.
#define OCIGRAPH_ALGORITHM_SHA256 1

// SHA-512. The OCI image specification permits it, but few registries support it.
#define OCIGRAPH_ALGORITHM_SHA512 2

// The registry reports attributes. If this bit is clear, the other bits have no meaning.
#define OCIGRAPH_ATTRIBUTES_KNOWN 1

// The manifest or tag can be deleted.
#define OCIGRAPH_ATTRIBUTES_DELETE 2

// The manifest or tag appears in lists.
#define OCIGRAPH_ATTRIBUTES_LIST 4

// The manifest or tag can be pulled.
#define OCIGRAPH_ATTRIBUTES_READ 8

// The manifest or tag can be changed.
#define OCIGRAPH_ATTRIBUTES_WRITE 16

// The registry does not report whether the tag is signed.
#define OCIGRAPH_SIGNED_UNKNOWN 0

// The tag is signed with Docker Content Trust.
#define OCIGRAPH_SIGNED_YES 1

// The tag is not signed with Docker Content Trust.
#define OCIGRAPH_SIGNED_NO 2

// The content does not exist.
#define OCIGRAPH_PROBLEM_MISSING 1

// The size of the content differs from its descriptor.
#define OCIGRAPH_PROBLEM_SIZE 2

// The digest of the content differs from its descriptor.
#define OCIGRAPH_PROBLEM_DIGEST 3

// The content is not a valid manifest, or its media type differs from its descriptor.
#define OCIGRAPH_PROBLEM_MALFORMED 4

// Options of `ocigraph_client_fetch_blob` and of the `ocigraph_client_push_blob` functions.
typedef struct ocigraph_blob_options ocigraph_blob_options;

// The result of pushing a blob: its descriptor and its outcome.
typedef struct ocigraph_blob_result ocigraph_blob_result;

// A cancel token: cancels every call that received it. See "Cancellation" above.
typedef struct ocigraph_cancel ocigraph_cancel;

// A client for registries and image layouts. It holds connections, tokens and the capabilities
// that it detected for each registry. Create one client and share it between threads.
typedef struct ocigraph_client ocigraph_client;

// Configuration of a client: credentials, TLS, proxies, headers and limits. Any number of clients
// can be created from the same options.
typedef struct ocigraph_client_options ocigraph_client_options;

// Options of `ocigraph_client_copy`.
typedef struct ocigraph_copy_options ocigraph_copy_options;

// The result of a copy: what was copied, and how many manifests, blobs and bytes were written.
typedef struct ocigraph_copy_report ocigraph_copy_report;

// A credential for a registry. Freeing it erases the secret from memory.
typedef struct ocigraph_credential ocigraph_credential;

// Options of `ocigraph_client_delete`.
typedef struct ocigraph_delete_options ocigraph_delete_options;

// The result of a delete: the manifests that were deleted, kept, or could not be deleted.
typedef struct ocigraph_delete_report ocigraph_delete_report;

// An OCI content descriptor: media type, digest, size, artifact type, annotations and platform.
// See https://github.com/opencontainers/image-spec/blob/v1.1.1/descriptor.md.
typedef struct ocigraph_descriptor ocigraph_descriptor;

// The digests and sizes of files, in the order of the paths.
typedef struct ocigraph_digest_list ocigraph_digest_list;

// Options of `ocigraph_client_discover` and `ocigraph_graph_filter`.
typedef struct ocigraph_discover_options ocigraph_discover_options;

// The details of a failure: status, message, hint, operation, reference and the response of the
// registry.
typedef struct ocigraph_error ocigraph_error;

// A subject and all its direct and indirect referrers. It is immutable.
typedef struct ocigraph_graph ocigraph_graph;

// The result of a login: where the credential is stored, and whether the registry verified it.
typedef struct ocigraph_login_result ocigraph_login_result;

// The result of a logout: the files and helpers from which a credential was removed.
typedef struct ocigraph_logout_result ocigraph_logout_result;

// A manifest: its bytes as stored, and the descriptors that it contains.
typedef struct ocigraph_manifest ocigraph_manifest;

// A list of manifests with their tags and metadata.
typedef struct ocigraph_manifest_list ocigraph_manifest_list;

// Options of `ocigraph_client_pull`.
typedef struct ocigraph_pull_options ocigraph_pull_options;

// The result of a pull: one artifact, or several if the options set an artifact type or include
// subjects.
typedef struct ocigraph_pull_result ocigraph_pull_result;

// Options of `ocigraph_client_push`: the files, and the properties of the manifest.
typedef struct ocigraph_push_options ocigraph_push_options;

// The result of a push: the reference, descriptor and bytes of the manifest, and its blobs.
typedef struct ocigraph_push_result ocigraph_push_result;

// A parsed reference: a location (repository or image layout) with optional tags and digest.
typedef struct ocigraph_reference ocigraph_reference;

// Options of `ocigraph_client_resolve` and `ocigraph_client_fetch_manifest`.
typedef struct ocigraph_resolve_options ocigraph_resolve_options;

// The threads that execute operations. Clients can share a runtime.
typedef struct ocigraph_runtime ocigraph_runtime;

// A list of tags with their digests and metadata.
typedef struct ocigraph_tag_list ocigraph_tag_list;

// A list of texts: tags or repositories.
typedef struct ocigraph_text_list ocigraph_text_list;

// Options of `ocigraph_client_verify`.
typedef struct ocigraph_verify_options ocigraph_verify_options;

// The result of a verification: the number of checked manifests and blobs, and the problems found.
typedef struct ocigraph_verify_report ocigraph_verify_report;

// UTF-8 text as a pointer and a length, without a terminating NUL. As an argument, `{NULL, 0}` and
// a length of 0 mean "not given". As a result, `{NULL, 0}` means "unknown"; a known empty text has
// a length of 0 and a `data` pointer that is not NULL.
typedef struct {
    // Pointer to the first byte.
    const char *data;
    // Number of bytes.
    size_t length;
} ocigraph_str;

// The result of a call: `OCIGRAPH_OK` or the kind of failure. Later versions may add numbers.
// Treat an unknown number as `OCIGRAPH_INTERNAL`.
typedef int32_t ocigraph_status;

// Provides the credential for a repository of a registry.
//
// It stores the credential in `out`, or leaves NULL there for anonymous access, and returns
// `OCIGRAPH_OK`. Any other status fails the operation with `OCIGRAPH_CREDENTIALS`. `error` can
// receive an error from `ocigraph_error_new` that states the reason; such an error fails the
// operation even if the status is `OCIGRAPH_OK`. Both outputs are NULL on entry. The library takes
// ownership of both.
//
// `host` is the registry, such as "registry.example.com:5000". `repository` is the repository, or
// `{NULL, 0}` for a request that concerns the whole registry.
//
// The library calls it on one of its own threads, one call at a time for each client. It may
// block. The operation waits for it, even after the operation was cancelled.
typedef ocigraph_status (*ocigraph_credential_fn)(void *user_data,
                                                  ocigraph_str host,
                                                  ocigraph_str repository,
                                                  ocigraph_credential **out,
                                                  ocigraph_error **error);

// The result for one blob or file: `OCIGRAPH_OUTCOME_*`.
typedef int32_t ocigraph_outcome;

// A progress event of one blob. Later versions may append fields.
typedef struct {
    // `OCIGRAPH_EVENT_*`. Ignore unknown kinds.
    int32_t kind;
    // `OCIGRAPH_OUTCOME_*` if `kind` is `OCIGRAPH_EVENT_FINISHED`, otherwise 0.
    ocigraph_outcome outcome;
    // Descriptor of the blob. It is valid until the callback returns.
    const ocigraph_descriptor *blob;
    // Number of bytes transferred so far, out of `ocigraph_descriptor_size(blob)`.
    uint64_t position;
} ocigraph_event;

// Receives the progress events of an operation, one at a time. Return 0 to continue; any other
// value ends the operation with `OCIGRAPH_CANCELLED`.
//
// The blocking form of an operation calls it on the calling thread, the callback form on a thread
// of the library. It may block: the transfer continues meanwhile, and only the latest position of
// each blob is reported afterwards.
typedef int32_t (*ocigraph_progress_fn)(void *user_data, const ocigraph_event *event);

// Bytes as a pointer and a length. `{NULL, 0}` is empty.
typedef struct {
    // Pointer to the first byte.
    const uint8_t *data;
    // Number of bytes.
    size_t length;
} ocigraph_bytes;

// Reads up to `capacity` bytes of content into `buffer`. Returns the number of bytes read, 0 at
// the end of the content, or a negative number to fail the operation with `OCIGRAPH_IO`.
typedef int64_t (*ocigraph_read_fn)(void *user_data, uint8_t *buffer, size_t capacity);

// Receives the next `length` bytes of content. Return 0 to continue; any other value fails the
// operation with `OCIGRAPH_IO`.
typedef int32_t (*ocigraph_write_fn)(void *user_data, const uint8_t *data, size_t length);

// Receives the result of `ocigraph_client_push_start`. If `status` is `OCIGRAPH_OK`, `result` is
// set and `error` is NULL; otherwise `error` is set and `result` is NULL. The callback owns both
// and must free them.
typedef void (*ocigraph_push_fn)(void *user_data,
                                 ocigraph_status status,
                                 ocigraph_push_result *result,
                                 ocigraph_error *error);

// Receives the result of `ocigraph_client_pull_start`. If `status` is `OCIGRAPH_OK`, `result` is
// set and `error` is NULL; otherwise `error` is set and `result` is NULL. The callback owns both
// and must free them.
typedef void (*ocigraph_pull_fn)(void *user_data,
                                 ocigraph_status status,
                                 ocigraph_pull_result *result,
                                 ocigraph_error *error);

// Receives the result of `ocigraph_client_discover_start`. If `status` is `OCIGRAPH_OK`, `result`
// is set and `error` is NULL; otherwise `error` is set and `result` is NULL. The callback owns
// both and must free them.
typedef void (*ocigraph_discover_fn)(void *user_data,
                                     ocigraph_status status,
                                     ocigraph_graph *result,
                                     ocigraph_error *error);

// Receives the result of `ocigraph_client_delete_start`. If `status` is `OCIGRAPH_OK`, `result` is
// set and `error` is NULL; otherwise `error` is set and `result` is NULL. The callback owns both
// and must free them.
typedef void (*ocigraph_delete_fn)(void *user_data,
                                   ocigraph_status status,
                                   ocigraph_delete_report *result,
                                   ocigraph_error *error);

// Receives the result of `ocigraph_client_copy_start`. If `status` is `OCIGRAPH_OK`, `result` is
// set and `error` is NULL; otherwise `error` is set and `result` is NULL. The callback owns both
// and must free them.
typedef void (*ocigraph_copy_fn)(void *user_data,
                                 ocigraph_status status,
                                 ocigraph_copy_report *result,
                                 ocigraph_error *error);

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// Creates the error that a credential callback returns. Its status is CREDENTIALS.
//
// `message`: the reason. Invalid UTF-8 is replaced. An empty message becomes "the credential
// callback failed".
//
// `user_data`: a pointer that `ocigraph_error_user_data` returns for the error of the failed
// operation, for example to an exception. The library never dereferences it.
//
// Ownership: store the result in the `error` output of the callback, or free it with
// `ocigraph_error_free`. `message` is copied.
// Threads: any. Since 0.1.0.
ocigraph_error *ocigraph_error_new(ocigraph_str message, void *user_data);

// Frees an error and everything borrowed from it.
//
// Ownership: takes `error`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_error_free(ocigraph_error *error);

// Returns the status of the failed call, or `OCIGRAPH_OK` for NULL.
//
// Threads: any. Since 0.1.0.
ocigraph_status ocigraph_error_status(const ocigraph_error *error);

// Returns the complete message for a person: the operation, the reference, the reason and the
// hint.
//
// Ownership: borrowed from `error`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_error_message(const ocigraph_error *error);

// Returns the reason of the failure, without operation, reference and hint.
//
// Ownership: borrowed from `error`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_error_reason(const ocigraph_error *error);

// Returns a suggestion for solving the problem, or no text if there is none.
//
// Ownership: borrowed from `error`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_error_hint(const ocigraph_error *error);

// Returns the name of the operation, such as "push", or no text if the error belongs to no
// operation.
//
// Ownership: borrowed from `error`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_error_operation(const ocigraph_error *error);

// Returns the reference that the operation was working on, or no text.
//
// Ownership: borrowed from `error`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_error_reference(const ocigraph_error *error);

// Returns the HTTP status of the registry's response, or 0 if no response was received.
//
// Threads: any. Since 0.1.0.
uint16_t ocigraph_error_http_status(const ocigraph_error *error);

// Returns the number of errors that the registry's response lists.
//
// See https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#error-codes.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_error_registry_count(const ocigraph_error *error);

// Returns the code of one error in the registry's response, such as "MANIFEST_UNKNOWN".
//
// Ownership: borrowed from `error`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_error_registry_code(const ocigraph_error *error, size_t index);

// Returns the message of one error in the registry's response. It can be empty.
//
// Ownership: borrowed from `error`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_error_registry_message(const ocigraph_error *error, size_t index);

// Returns the identifier under which the registry logged the request, or no text.
//
// Ownership: borrowed from `error`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_error_request_id(const ocigraph_error *error);

// Returns the delay in seconds after which the registry asked to retry, or a negative number if it
// did not ask.
//
// Threads: any. Since 0.1.0.
double ocigraph_error_retry_after(const ocigraph_error *error);

// Returns true if the same call may succeed later without any change.
//
// Threads: any. Since 0.1.0.
bool ocigraph_error_retryable(const ocigraph_error *error);

// Returns the `user_data` that a callback passed to `ocigraph_error_new`, or NULL for any other
// error.
//
// Ownership: the pointer belongs to the code that passed it.
// Threads: any. Since 0.1.0.
void *ocigraph_error_user_data(const ocigraph_error *error);

// Returns the error as a JSON object.
//
// Ownership: borrowed from `error`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_error_json(const ocigraph_error *error);

// Returns the version of the loaded library as NUL-terminated text, such as "0.1.0".
//
// Ownership: static storage.
// Threads: any. Since 0.1.0.
const char *ocigraph_version(void);

// Returns the ABI version of the loaded library. If it differs from `OCIGRAPH_ABI_VERSION`, the
// program was compiled for another library.
//
// Threads: any. Since 0.1.0.
uint32_t ocigraph_abi_version(void);

// Returns the stable name of a status, such as "OK" or "NOT_FOUND", or no text for an unknown
// number.
//
// Ownership: static storage.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_status_name(ocigraph_status status);

// Creates a cancel token.
//
// Ownership: free the result with `ocigraph_cancel_free`.
// Threads: any. Since 0.1.0.
ocigraph_cancel *ocigraph_cancel_new(void);

// Cancels every call that received this token, including calls made later. They return
// `OCIGRAPH_CANCELLED`. Cancelling twice has no further effect.
//
// Threads: any, including from a callback and while other threads use the token. Since 0.1.0.
void ocigraph_cancel_cancel(const ocigraph_cancel *cancel);

// Returns true if the token was cancelled.
//
// Threads: any. Since 0.1.0.
bool ocigraph_cancel_is_cancelled(const ocigraph_cancel *cancel);

// Frees a cancel token without cancelling anything. Blocking calls that use the token must have
// returned, except the call whose callback calls this function. Operations of the callback form
// may still be running.
//
// Ownership: takes `cancel`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_cancel_free(ocigraph_cancel *cancel);

// Creates client options with the default values.
//
// Ownership: free the result with `ocigraph_client_options_free`.
// Threads: any. Since 0.1.0.
ocigraph_client_options *ocigraph_client_options_new(void);

// Sets the credential for every registry that the client connects to. It replaces an earlier
// credential, anonymous access or credential callback.
//
// By default, the client searches the credentials of other tools: `DOCKER_AUTH_CONFIG`, the
// configuration files of Docker and of the containers tools, and the credential helpers that those
// files name.
//
// Errors: INVALID_ARGUMENT if `options` or `credential` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_client_options_set_credential(ocigraph_client_options *options,
                                                       const ocigraph_credential *credential,
                                                       ocigraph_error **error);

// Makes every request anonymous. It replaces an earlier credential or credential callback.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_client_options_set_anonymous(ocigraph_client_options *options,
                                                      ocigraph_error **error);

// Sets the function that provides credentials. The client calls it with `user_data` as the first
// argument when a registry requires a credential. It replaces an earlier credential or anonymous
// access.
//
// `user_data` must stay valid until every client created from these options is freed. The library
// makes no call after that.
//
// Errors: INVALID_ARGUMENT if `options` or `callback` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_client_options_set_credential_callback(ocigraph_client_options *options,
                                                                ocigraph_credential_fn callback,
                                                                void *user_data,
                                                                ocigraph_error **error);

// Sets the credential file that is searched before the files of Docker and of the containers
// tools, and that login writes to. No text unsets it. Default: not set.
//
// The client reads the file when a registry requires a credential. Operations fail with
// CREDENTIALS if it cannot be used.
//
// Errors: INVALID_ARGUMENT if `options` is NULL or `path` is not UTF-8.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_client_options_set_auth_file(ocigraph_client_options *options,
                                                      ocigraph_str path,
                                                      ocigraph_error **error);

// Sets a PEM file with certificates to trust in addition to those of the system. No text unsets
// it. Default: not set.
//
// Errors: INVALID_ARGUMENT if `options` is NULL or `path` is not UTF-8; TLS if the file contains
// no certificate.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_client_options_set_ca_file(ocigraph_client_options *options,
                                                    ocigraph_str path,
                                                    ocigraph_error **error);

// Sets the client certificate chain and its private key, both as PEM files, for registries that
// require mutual TLS. No text for both unsets them. Default: not set.
//
// Errors: INVALID_ARGUMENT if `options` is NULL, if a path is not UTF-8, or if only one path is
// given; TLS if the files do not contain a certificate and its key.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_client_options_set_client_certificate(ocigraph_client_options *options,
                                                               ocigraph_str cert_file,
                                                               ocigraph_str key_file,
                                                               ocigraph_error **error);

// Disables the verification of server certificates if true. Anyone on the network path can then
// read and change the traffic. Default: false.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_client_options_set_insecure(ocigraph_client_options *options,
                                                     bool insecure,
                                                     ocigraph_error **error);

// Enables the proxies in `HTTPS_PROXY`, `HTTP_PROXY` and `ALL_PROXY`, except for hosts in
// `NO_PROXY`. Connections to loopback addresses never use a proxy. Default: true.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_client_options_set_use_proxy(ocigraph_client_options *options,
                                                      bool use_proxy,
                                                      ocigraph_error **error);

// Selects plain HTTP (true) or TLS (false) for every registry. Default: plain HTTP for loopback
// addresses, TLS for all other hosts.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_client_options_set_plain_http(ocigraph_client_options *options,
                                                       bool plain_http,
                                                       ocigraph_error **error);

// Adds an HTTP header to requests to the registry itself. Token servers and redirect targets do
// not receive it.
//
// Errors: INVALID_ARGUMENT if `options` is NULL, if a text is not UTF-8, or if the name or value
// is not a valid header.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_client_options_add_header(ocigraph_client_options *options,
                                                   ocigraph_str name,
                                                   ocigraph_str value,
                                                   ocigraph_error **error);

// Sets the `User-Agent` header, so that the operators of a registry can identify the program.
//
// Errors: INVALID_ARGUMENT if `options` is NULL or the text is not a valid header value.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_client_options_set_user_agent(ocigraph_client_options *options,
                                                       ocigraph_str user_agent,
                                                       ocigraph_error **error);

// Frees client options. Clients created from them are not affected.
//
// Ownership: takes `options`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_client_options_free(ocigraph_client_options *options);

// Creates a client. It reads no file and sends no request yet.
//
// `runtime`: the threads to use. NULL gives the client its own threads, which end with the client.
// `options`: NULL for the defaults.
//
// Ownership: free `out` with `ocigraph_client_free`.
// Errors: IO if the threads cannot be started.
// Threads: any. Since 0.1.0.
ocigraph_status ocigraph_client_new(const ocigraph_runtime *runtime,
                                    const ocigraph_client_options *options,
                                    ocigraph_client **out,
                                    ocigraph_error **error);

// Frees a client. Its credential callback is not called afterwards. Blocking calls must have
// returned, except the call whose callback calls this function.
//
// A client with its own threads cancels its operations and waits for them, as
// `ocigraph_runtime_free` does. Operations of a client that shares a runtime continue if they use
// the callback form.
//
// Ownership: takes `client`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_client_free(ocigraph_client *client);

// Creates a credential from a user name and a password.
//
// Ownership: free `out` with `ocigraph_credential_free`.
// Errors: INVALID_ARGUMENT if `username` is empty or a text is not UTF-8.
// Threads: any. Since 0.1.0.
ocigraph_status ocigraph_credential_password(ocigraph_str username,
                                             ocigraph_str password,
                                             ocigraph_credential **out,
                                             ocigraph_error **error);

// Creates a credential from an identity token (an OAuth 2.0 refresh token), which the token server
// of the registry exchanges for access tokens.
//
// Ownership: free `out` with `ocigraph_credential_free`.
// Errors: INVALID_ARGUMENT if `token` is empty or not UTF-8.
// Threads: any. Since 0.1.0.
ocigraph_status ocigraph_credential_identity_token(ocigraph_str token,
                                                   ocigraph_credential **out,
                                                   ocigraph_error **error);

// Creates a credential from a bearer token, which is sent to the registry unchanged.
//
// Ownership: free `out` with `ocigraph_credential_free`.
// Errors: INVALID_ARGUMENT if `token` is empty or not UTF-8.
// Threads: any. Since 0.1.0.
ocigraph_status ocigraph_credential_registry_token(ocigraph_str token,
                                                   ocigraph_credential **out,
                                                   ocigraph_error **error);

// Creates a credential from a Microsoft Entra access token, which Azure Container Registry
// exchanges for an identity token.
//
// `tenant`: the Microsoft Entra tenant. No text selects the tenant in the token.
//
// Ownership: free `out` with `ocigraph_credential_free`.
// Errors: INVALID_ARGUMENT if `token` is empty or a text is not UTF-8.
// Threads: any. Since 0.1.0.
ocigraph_status ocigraph_credential_entra_token(ocigraph_str token,
                                                ocigraph_str tenant,
                                                ocigraph_credential **out,
                                                ocigraph_error **error);

// Frees a credential and erases its secret from memory.
//
// Ownership: takes `credential`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_credential_free(ocigraph_credential *credential);

// Sets a timeout or a maximum. `limit` is one of `OCIGRAPH_LIMIT_*`, which state the unit and the
// default. A `value` of 0 restores the default.
//
// Errors: INVALID_ARGUMENT if `options` is NULL or `limit` is unknown.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_client_options_set_limit(ocigraph_client_options *options,
                                                  int32_t limit,
                                                  uint64_t value,
                                                  ocigraph_error **error);

// Creates blob options with the default values.
//
// Ownership: free the result with `ocigraph_blob_options_free`.
// Threads: any. Since 0.1.0.
ocigraph_blob_options *ocigraph_blob_options_new(void);

// Frees blob options. Running operations are not affected.
//
// Ownership: takes `options`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_blob_options_free(ocigraph_blob_options *options);

// Reports progress to `callback`, which receives `user_data` as its first argument. NULL disables
// progress, which is the default. `user_data` must stay valid until every operation that uses
// these options is over.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_blob_options_set_progress(ocigraph_blob_options *options,
                                                   ocigraph_progress_fn callback,
                                                   void *user_data,
                                                   ocigraph_error **error);

// Creates copy options with the default values.
//
// Ownership: free the result with `ocigraph_copy_options_free`.
// Threads: any. Since 0.1.0.
ocigraph_copy_options *ocigraph_copy_options_new(void);

// Frees copy options. Running operations are not affected.
//
// Ownership: takes `options`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_copy_options_free(ocigraph_copy_options *options);

// Also copies all referrers, direct and indirect, including those of the manifests that an index
// lists, if true. Default: false.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_copy_options_set_recursive(ocigraph_copy_options *options,
                                                    bool recursive,
                                                    ocigraph_error **error);

// Copies only the image for this platform if the source names an index. The syntax is
// `os/architecture[/variant]`, such as "linux/arm64". No text unsets it. Default: not set.
//
// Errors: INVALID_ARGUMENT if `options` is NULL or the text is not a platform.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_copy_options_set_platform(ocigraph_copy_options *options,
                                                   ocigraph_str platform,
                                                   ocigraph_error **error);

// Also copies foreign (non-distributable) layers if true. Registries are not required to store
// these layers. Default: false.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_copy_options_set_foreign(ocigraph_copy_options *options,
                                                  bool foreign,
                                                  ocigraph_error **error);

// Sets the maximum number of concurrent requests. The library uses fewer if the registry slows
// down or file descriptors run short. 0 selects the default: 128.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_copy_options_set_concurrency(ocigraph_copy_options *options,
                                                      size_t concurrency,
                                                      ocigraph_error **error);

// Reports progress to `callback`, which receives `user_data` as its first argument. NULL disables
// progress, which is the default. `user_data` must stay valid until every operation that uses
// these options is over.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_copy_options_set_progress(ocigraph_copy_options *options,
                                                   ocigraph_progress_fn callback,
                                                   void *user_data,
                                                   ocigraph_error **error);

// Creates delete options with the default values.
//
// Ownership: free the result with `ocigraph_delete_options_free`.
// Threads: any. Since 0.1.0.
ocigraph_delete_options *ocigraph_delete_options_new(void);

// Frees delete options. Running operations are not affected.
//
// Ownership: takes `options`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_delete_options_free(ocigraph_delete_options *options);

// Reports what would be deleted, and deletes nothing, if true. Default: false.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_delete_options_set_dry_run(ocigraph_delete_options *options,
                                                    bool dry_run,
                                                    ocigraph_error **error);

// Also deletes manifests that have other tags or are listed by another index, if true. Otherwise
// the delete keeps them and reports them as kept. Default: false.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_delete_options_set_force(ocigraph_delete_options *options,
                                                  bool force,
                                                  ocigraph_error **error);

// Sets the maximum number of concurrent requests. The library uses fewer if the registry slows
// down or file descriptors run short. 0 selects the default: 128.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_delete_options_set_concurrency(ocigraph_delete_options *options,
                                                        size_t concurrency,
                                                        ocigraph_error **error);

// Creates discover options with the default values.
//
// Ownership: free the result with `ocigraph_discover_options_free`.
// Threads: any. Since 0.1.0.
ocigraph_discover_options *ocigraph_discover_options_new(void);

// Frees discover options. Running operations are not affected.
//
// Ownership: takes `options`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_discover_options_free(ocigraph_discover_options *options);

// Includes only referrers with this artifact type, together with the manifests on the path to them
// and all their own referrers. No text unsets it. Default: not set.
//
// Errors: INVALID_ARGUMENT if `options` is NULL or the text is not UTF-8.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_discover_options_set_artifact_type(ocigraph_discover_options *options,
                                                            ocigraph_str artifact_type,
                                                            ocigraph_error **error);

// Includes only referrers with this annotation, together with the manifests on the path to them
// and all their own referrers. If several annotations are added, a referrer must have all of them.
//
// Errors: INVALID_ARGUMENT if `options` is NULL, `key` is empty, or a text is not UTF-8.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_discover_options_add_annotation(ocigraph_discover_options *options,
                                                         ocigraph_str key,
                                                         ocigraph_str value,
                                                         ocigraph_error **error);

// Starts at the image for this platform if the reference names an index. The syntax is
// `os/architecture[/variant]`, such as "linux/arm64". No text unsets it. Default: not set.
//
// Errors: INVALID_ARGUMENT if `options` is NULL or the text is not a platform.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_discover_options_set_platform(ocigraph_discover_options *options,
                                                       ocigraph_str platform,
                                                       ocigraph_error **error);

// Sets the maximum number of levels of referrers. 0 returns the subject alone. Default: unlimited.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_discover_options_set_depth(ocigraph_discover_options *options,
                                                    size_t depth,
                                                    ocigraph_error **error);

// Sets the maximum number of concurrent requests. The library uses fewer if the registry slows
// down or file descriptors run short. 0 selects the default: 128.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_discover_options_set_concurrency(ocigraph_discover_options *options,
                                                          size_t concurrency,
                                                          ocigraph_error **error);

// Creates pull options with the default values.
//
// Ownership: free the result with `ocigraph_pull_options_free`.
// Threads: any. Since 0.1.0.
ocigraph_pull_options *ocigraph_pull_options_new(void);

// Frees pull options. Running operations are not affected.
//
// Ownership: takes `options`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_pull_options_free(ocigraph_pull_options *options);

// Sets the output directory. It is created if necessary. No text selects the current directory,
// which is the default.
//
// Errors: INVALID_ARGUMENT if `options` is NULL or the text is not UTF-8.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_pull_options_set_output(ocigraph_pull_options *options,
                                                 ocigraph_str output,
                                                 ocigraph_error **error);

// Pulls the referrers that have this artifact type instead of the artifact that the reference
// names. No text unsets it. Default: not set.
//
// Errors: INVALID_ARGUMENT if `options` is NULL or the text is not UTF-8.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_pull_options_set_artifact_type(ocigraph_pull_options *options,
                                                        ocigraph_str artifact_type,
                                                        ocigraph_error **error);

// Pulls the image for this platform if the reference names an index. The syntax is
// `os/architecture[/variant]`, such as "linux/arm64". No text unsets it. Default: not set.
//
// Errors: INVALID_ARGUMENT if `options` is NULL or the text is not a platform.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_pull_options_set_platform(ocigraph_pull_options *options,
                                                   ocigraph_str platform,
                                                   ocigraph_error **error);

// Also pulls the subject of the artifact, the subject of that, and so on, if true. Default: false.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_pull_options_set_include_subject(ocigraph_pull_options *options,
                                                          bool include_subject,
                                                          ocigraph_error **error);

// Keeps files that already exist if true. Their outcome is `OCIGRAPH_OUTCOME_KEPT_EXISTING` if the
// content differs. Default: false, which replaces them.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_pull_options_set_keep_old_files(ocigraph_pull_options *options,
                                                         bool keep_old_files,
                                                         ocigraph_error **error);

// Permits titles that lead outside the output directory if true. Use it for trusted registries
// only. Otherwise such a title fails the pull with UNSAFE_PATH. Default: false.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_pull_options_set_allow_path_traversal(ocigraph_pull_options *options,
                                                               bool allow_path_traversal,
                                                               ocigraph_error **error);

// Sets the limits for unpacking a directory. A pull that exceeds one fails with TOO_LARGE. 0
// selects the default of each.
//
// `entries`: files, directories and links. Default: 1,000,000. `bytes`: total size. Default: 64
// GiB. `ratio`: unpacked bytes for each byte of the archive, checked after 64 MiB. Default: 1,000.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_pull_options_set_unpack_limits(ocigraph_pull_options *options,
                                                        uint64_t entries,
                                                        uint64_t bytes,
                                                        uint64_t ratio,
                                                        ocigraph_error **error);

// Sets the maximum number of concurrent requests. The library uses fewer if the registry slows
// down or file descriptors run short. 0 selects the default: 128.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_pull_options_set_concurrency(ocigraph_pull_options *options,
                                                      size_t concurrency,
                                                      ocigraph_error **error);

// Reports progress to `callback`, which receives `user_data` as its first argument. NULL disables
// progress, which is the default. `user_data` must stay valid until every operation that uses
// these options is over.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_pull_options_set_progress(ocigraph_pull_options *options,
                                                   ocigraph_progress_fn callback,
                                                   void *user_data,
                                                   ocigraph_error **error);

// Creates push options with the default values.
//
// Ownership: free the result with `ocigraph_push_options_free`.
// Threads: any. Since 0.1.0.
ocigraph_push_options *ocigraph_push_options_new(void);

// Frees push options. Running operations are not affected.
//
// Ownership: takes `options`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_push_options_free(ocigraph_push_options *options);

// Adds a file or a directory. A directory is packed as a gzip-compressed tar archive.
//
// `media_type`: no text derives the media type from the file name. `title`: the name of the file
// when it is pulled; no text uses the path.
//
// Errors: INVALID_ARGUMENT if `options` is NULL, `path` is empty, a text is not UTF-8, or
// `media_type` is not a media type.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_push_options_add_path(ocigraph_push_options *options,
                                               ocigraph_str path,
                                               ocigraph_str media_type,
                                               ocigraph_str title,
                                               ocigraph_error **error);

// Adds content from memory. The content is copied.
//
// `title`: the name of the file when it is pulled; no text adds a blob without a title, which a
// pull skips. `media_type`: no text derives the media type from the title.
//
// Errors: INVALID_ARGUMENT if `options` is NULL, a text is not UTF-8, or `media_type` is not a
// media type.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_push_options_add_bytes(ocigraph_push_options *options,
                                                ocigraph_str title,
                                                ocigraph_str media_type,
                                                ocigraph_bytes content,
                                                ocigraph_error **error);

// Adds content that the `read` callback provides. Each push with these options calls `read`, with
// `user_data` as the first argument, until the end of the content. Small content is buffered in
// memory, larger content in a temporary file.
//
// `title`, `media_type`: as for `ocigraph_push_options_add_bytes`. `user_data` must stay valid
// until every push that uses these options is over.
//
// All pushes with these options share `user_data`, and a stream that was read once is at its end.
// Use separate options for each push, or a callback that restarts its content.
//
// Errors: INVALID_ARGUMENT if `options` or `read` is NULL, a text is not UTF-8, or `media_type` is
// not a media type.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_push_options_add_reader(ocigraph_push_options *options,
                                                 ocigraph_str title,
                                                 ocigraph_str media_type,
                                                 ocigraph_read_fn read,
                                                 void *user_data,
                                                 ocigraph_error **error);

// Adds an annotation to the descriptor of the file that was added last.
//
// Errors: INVALID_ARGUMENT if `options` is NULL, no file was added, `key` is empty, or a text is
// not UTF-8.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_push_options_add_file_annotation(ocigraph_push_options *options,
                                                          ocigraph_str key,
                                                          ocigraph_str value,
                                                          ocigraph_error **error);

// Sets the artifact type, such as "application/vnd.example.sbom". No text unsets it. Default: not
// set.
//
// Errors: INVALID_ARGUMENT if `options` is NULL or the text is not a media type.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_push_options_set_artifact_type(ocigraph_push_options *options,
                                                        ocigraph_str artifact_type,
                                                        ocigraph_error **error);

// Sets the subject, so that the artifact becomes its referrer: a reference with a tag or digest in
// the repository or layout being pushed to. No text unsets it. Default: not set.
//
// See
// https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pushing-manifests-with-subject.
//
// Errors: INVALID_REFERENCE if the text is not a reference or has neither tag nor digest;
// INVALID_ARGUMENT if `options` is NULL or the text is not UTF-8.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_push_options_set_subject(ocigraph_push_options *options,
                                                  ocigraph_str subject,
                                                  ocigraph_error **error);

// Adds an annotation to the manifest. A key that was added before gets the new value.
//
// Errors: INVALID_ARGUMENT if `options` is NULL, `key` is empty, or a text is not UTF-8.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_push_options_add_annotation(ocigraph_push_options *options,
                                                     ocigraph_str key,
                                                     ocigraph_str value,
                                                     ocigraph_error **error);

// Sets the config blob of the manifest from memory. Default: the empty config `{}`.
//
// `media_type`: no text selects "application/json".
//
// Errors: INVALID_ARGUMENT if `options` is NULL, the text is not UTF-8, or `media_type` is not a
// media type.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_push_options_set_config(ocigraph_push_options *options,
                                                 ocigraph_bytes config,
                                                 ocigraph_str media_type,
                                                 ocigraph_error **error);

// Sets the config blob of the manifest from a file. Default: the empty config `{}`.
//
// `media_type`: no text derives the media type from the file name.
//
// Errors: INVALID_ARGUMENT if `options` is NULL, `path` is empty, a text is not UTF-8, or
// `media_type` is not a media type.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_push_options_set_config_path(ocigraph_push_options *options,
                                                      ocigraph_str path,
                                                      ocigraph_str media_type,
                                                      ocigraph_error **error);

// Sets the format of the manifest: `OCIGRAPH_FORMAT_*`. Default: `OCIGRAPH_FORMAT_AUTO`.
//
// Errors: INVALID_ARGUMENT if `options` is NULL or the number is unknown.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_push_options_set_format(ocigraph_push_options *options,
                                                 int32_t format,
                                                 ocigraph_error **error);

// Permits titles that are absolute or contain `..` if true. Otherwise such a title fails the push
// with UNSAFE_PATH before anything is sent. Default: false.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_push_options_set_allow_path_traversal(ocigraph_push_options *options,
                                                               bool allow_path_traversal,
                                                               ocigraph_error **error);

// Sets the time, in seconds since 1970-01-01T00:00:00Z, that is stored in packed directories and
// in the annotation `org.opencontainers.image.created`. By default, packed directories get the
// time 0 and the annotation is omitted, so that the same input has the same digest.
//
// A push fails with INVALID_ARGUMENT if the time is after the year 9999.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_push_options_set_source_date_epoch(ocigraph_push_options *options,
                                                            uint64_t seconds,
                                                            ocigraph_error **error);

// Sets the maximum number of concurrent requests. The library uses fewer if the registry slows
// down or file descriptors run short. 0 selects the default: 128.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_push_options_set_concurrency(ocigraph_push_options *options,
                                                      size_t concurrency,
                                                      ocigraph_error **error);

// Reports progress to `callback`, which receives `user_data` as its first argument. NULL disables
// progress, which is the default. `user_data` must stay valid until every operation that uses
// these options is over.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_push_options_set_progress(ocigraph_push_options *options,
                                                   ocigraph_progress_fn callback,
                                                   void *user_data,
                                                   ocigraph_error **error);

// Creates resolve options with the default values.
//
// Ownership: free the result with `ocigraph_resolve_options_free`.
// Threads: any. Since 0.1.0.
ocigraph_resolve_options *ocigraph_resolve_options_new(void);

// Frees resolve options. Running operations are not affected.
//
// Ownership: takes `options`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_resolve_options_free(ocigraph_resolve_options *options);

// Resolves to the image for this platform if the reference names an index. The syntax is
// `os/architecture[/variant]`, such as "linux/arm64". No text unsets it. Default: not set.
//
// Errors: INVALID_ARGUMENT if `options` is NULL or the text is not a platform.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_resolve_options_set_platform(ocigraph_resolve_options *options,
                                                      ocigraph_str platform,
                                                      ocigraph_error **error);

// Creates verify options with the default values.
//
// Ownership: free the result with `ocigraph_verify_options_free`.
// Threads: any. Since 0.1.0.
ocigraph_verify_options *ocigraph_verify_options_new(void);

// Frees verify options. Running operations are not affected.
//
// Ownership: takes `options`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_verify_options_free(ocigraph_verify_options *options);

// Verifies the image for this platform if the reference names an index. The syntax is
// `os/architecture[/variant]`, such as "linux/arm64". No text unsets it. Default: not set.
//
// Errors: INVALID_ARGUMENT if `options` is NULL or the text is not a platform.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_verify_options_set_platform(ocigraph_verify_options *options,
                                                     ocigraph_str platform,
                                                     ocigraph_error **error);

// Sets the maximum number of concurrent requests. The library uses fewer if the registry slows
// down or file descriptors run short. 0 selects the default: 128.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_verify_options_set_concurrency(ocigraph_verify_options *options,
                                                        size_t concurrency,
                                                        ocigraph_error **error);

// Reports progress to `callback`, which receives `user_data` as its first argument. NULL disables
// progress, which is the default. `user_data` must stay valid until every operation that uses
// these options is over.
//
// Errors: INVALID_ARGUMENT if `options` is NULL.
// Threads: one at a time for each handle. Since 0.1.0.
ocigraph_status ocigraph_verify_options_set_progress(ocigraph_verify_options *options,
                                                     ocigraph_progress_fn callback,
                                                     void *user_data,
                                                     ocigraph_error **error);

// Creates a runtime with `workers` threads, at most 1024. 0 selects one thread for each processor.
// Further threads for file access and callbacks are started on demand and end when idle.
//
// Most programs do not need a runtime: a client that is created without one has its own.
//
// Ownership: free `out` with `ocigraph_runtime_free`.
// Errors: INVALID_ARGUMENT if `workers` is too large; IO if the threads cannot be started.
// Threads: any. Since 0.1.0.
ocigraph_status ocigraph_runtime_new(size_t workers,
                                     ocigraph_runtime **out,
                                     ocigraph_error **error);

// Frees a runtime: cancels every operation that it executes, then returns after each operation has
// returned or has called its completion callback. No callback is called afterwards. Clients of
// this runtime remain valid until they are freed, but their calls return `OCIGRAPH_CANCELLED`.
//
// In a callback, this function cancels the operations and returns immediately, because it would
// wait for itself. Freeing the last client of the runtime then waits for the remaining operations.
//
// Ownership: takes `runtime`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_runtime_free(ocigraph_runtime *runtime);

// Pushes files, directories and bytes as one artifact and tags it with the tags of the reference.
// If the options set a subject, the artifact becomes a referrer of that subject.
//
// `reference`: "host/repository[:tag[,tag...]]" or "oci:PATH[:tag]". `options`: NULL pushes an
// artifact without files. `cancel`: may be NULL.
//
// Ownership: free `out` with `ocigraph_push_result_free`.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND (a file or the subject), UNSAFE_PATH, IO,
// CANCELLED, network errors.
// Threads: any; blocks until the operation is over. Since 0.1.0.
ocigraph_status ocigraph_client_push(const ocigraph_client *client,
                                     ocigraph_str reference,
                                     const ocigraph_push_options *options,
                                     const ocigraph_cancel *cancel,
                                     ocigraph_push_result **out,
                                     ocigraph_error **error);

// Pulls the files of an artifact into a directory. A file appears under its final name only after
// its size and digest were verified.
//
// `options`: NULL writes into the current directory. If an artifact type is set, the files of all
// referrers with that type are pulled. `cancel`: may be NULL.
//
// Ownership: free `out` with `ocigraph_pull_result_free`.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, UNSAFE_PATH, DIGEST_MISMATCH,
// SIZE_MISMATCH, TOO_LARGE, IO, CANCELLED, network errors.
// Threads: any; blocks until the operation is over. Since 0.1.0.
ocigraph_status ocigraph_client_pull(const ocigraph_client *client,
                                     ocigraph_str reference,
                                     const ocigraph_pull_options *options,
                                     const ocigraph_cancel *cancel,
                                     ocigraph_pull_result **out,
                                     ocigraph_error **error);

// Discovers the graph of all direct and indirect referrers of a manifest.
//
// `options`: NULL returns the complete graph. `cancel`: may be NULL.
//
// See https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-referrers.
//
// Ownership: free `out` with `ocigraph_graph_free`.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, INCOMPLETE, TOO_LARGE, CANCELLED,
// network errors.
// Threads: any; blocks until the operation is over. Since 0.1.0.
ocigraph_status ocigraph_client_discover(const ocigraph_client *client,
                                         ocigraph_str reference,
                                         const ocigraph_discover_options *options,
                                         const ocigraph_cancel *cancel,
                                         ocigraph_graph **out,
                                         ocigraph_error **error);

// Deletes a manifest and all its direct and indirect referrers, referrers first. An interrupted
// delete can be run again.
//
// Manifests that could not be deleted are in the report; the call itself succeeds. `options`: NULL
// keeps manifests that have other tags or are listed by another index. `cancel`: may be NULL.
//
// Ownership: free `out` with `ocigraph_delete_report_free`.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, UNSUPPORTED, INCOMPLETE, CANCELLED,
// network errors.
// Threads: any; blocks until the operation is over. Since 0.1.0.
ocigraph_status ocigraph_client_delete(const ocigraph_client *client,
                                       ocigraph_str reference,
                                       const ocigraph_delete_options *options,
                                       const ocigraph_cancel *cancel,
                                       ocigraph_delete_report **out,
                                       ocigraph_error **error);

// Copies an artifact, or its complete graph, from `source` to `destination`, and tags it there
// with the tags of `destination`. Content that already exists at the destination is not sent.
//
// `options`: NULL copies the artifact and the content that it refers to, without its referrers.
// `cancel`: may be NULL.
//
// Ownership: free `out` with `ocigraph_copy_report_free`.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, DIGEST_MISMATCH, SIZE_MISMATCH,
// INCOMPLETE, CANCELLED, network errors.
// Threads: any; blocks until the operation is over. Since 0.1.0.
ocigraph_status ocigraph_client_copy(const ocigraph_client *client,
                                     ocigraph_str source,
                                     ocigraph_str destination,
                                     const ocigraph_copy_options *options,
                                     const ocigraph_cancel *cancel,
                                     ocigraph_copy_report **out,
                                     ocigraph_error **error);

// Verifies the size and digest of every manifest and blob in the graph of the reference, including
// all referrers.
//
// Problems are in the report; the call itself succeeds. `options`: NULL verifies everything.
// `cancel`: may be NULL.
//
// Ownership: free `out` with `ocigraph_verify_report_free`.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, CANCELLED, network errors.
// Threads: any; blocks until the operation is over. Since 0.1.0.
ocigraph_status ocigraph_client_verify(const ocigraph_client *client,
                                       ocigraph_str reference,
                                       const ocigraph_verify_options *options,
                                       const ocigraph_cancel *cancel,
                                       ocigraph_verify_report **out,
                                       ocigraph_error **error);

// Frees the result of pushing a blob and everything borrowed from it.
//
// Ownership: takes `result`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_blob_result_free(ocigraph_blob_result *result);

// Returns the descriptor of the blob.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_blob_result_descriptor(const ocigraph_blob_result *result);

// Returns the outcome of the push: `OCIGRAPH_OUTCOME_*`.
//
// Threads: any. Since 0.1.0.
ocigraph_outcome ocigraph_blob_result_outcome(const ocigraph_blob_result *result);

// Returns the complete result as JSON text, in the format of the command line.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_blob_result_json(const ocigraph_blob_result *result);

// Fetches the blob that the reference names by digest, passes its content to `write`, and returns
// its descriptor. The digest is checked while the content is transferred: the content is verified
// only after this call has succeeded.
//
// `write` is called on the calling thread with `user_data` as its first argument. `options`: NULL
// disables progress. `cancel`: may be NULL.
//
// Ownership: free `out` with `ocigraph_descriptor_free`.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, DIGEST_MISMATCH, SIZE_MISMATCH,
// CANCELLED, network errors; IO if `write` fails.
// Threads: any; blocks until the operation is over. Since 0.1.0.
ocigraph_status ocigraph_client_fetch_blob(const ocigraph_client *client,
                                           ocigraph_str reference,
                                           ocigraph_write_fn write,
                                           void *user_data,
                                           const ocigraph_blob_options *options,
                                           const ocigraph_cancel *cancel,
                                           ocigraph_descriptor **out,
                                           ocigraph_error **error);

// Pushes bytes as a blob to the location of the reference, unless the blob already exists there.
//
// `media_type`: no text selects "application/octet-stream". `options`: NULL disables progress.
// `cancel`: may be NULL.
//
// Ownership: free `out` with `ocigraph_blob_result_free`.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, CANCELLED, network errors.
// Threads: any; blocks until the operation is over. Since 0.1.0.
ocigraph_status ocigraph_client_push_blob(const ocigraph_client *client,
                                          ocigraph_str reference,
                                          ocigraph_str media_type,
                                          ocigraph_bytes content,
                                          const ocigraph_blob_options *options,
                                          const ocigraph_cancel *cancel,
                                          ocigraph_blob_result **out,
                                          ocigraph_error **error);

// Pushes a file as a blob to the location of the reference, unless the blob already exists there.
// The file is read in place and must not change during the call.
//
// `media_type`: no text selects "application/octet-stream". `options`: NULL disables progress.
// `cancel`: may be NULL.
//
// Ownership: free `out` with `ocigraph_blob_result_free`.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, IO, CANCELLED, network errors.
// Threads: any; blocks until the operation is over. Since 0.1.0.
ocigraph_status ocigraph_client_push_blob_file(const ocigraph_client *client,
                                               ocigraph_str reference,
                                               ocigraph_str media_type,
                                               ocigraph_str path,
                                               const ocigraph_blob_options *options,
                                               const ocigraph_cancel *cancel,
                                               ocigraph_blob_result **out,
                                               ocigraph_error **error);

// Pushes the content that `read` provides as a blob to the location of the reference, unless the
// blob already exists there. The content is first read to its end: small content into memory,
// larger content into a temporary file.
//
// `read` is called on a thread of the library with `user_data` as its first argument.
// `media_type`: no text selects "application/octet-stream". `options`: NULL disables progress.
// `cancel`: may be NULL.
//
// Ownership: free `out` with `ocigraph_blob_result_free`.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, CANCELLED, network errors; IO if `read`
// fails.
// Threads: any; blocks until the operation is over. Since 0.1.0.
ocigraph_status ocigraph_client_push_blob_from(const ocigraph_client *client,
                                               ocigraph_str reference,
                                               ocigraph_str media_type,
                                               ocigraph_read_fn read,
                                               void *user_data,
                                               const ocigraph_blob_options *options,
                                               const ocigraph_cancel *cancel,
                                               ocigraph_blob_result **out,
                                               ocigraph_error **error);

// Starts the operation of `ocigraph_client_push` and returns immediately. The library calls `done`
// exactly once with the result, also if the operation is cancelled or the runtime ends. If this
// call fails, `done` is not called.
//
// Ownership: `user_data` must stay valid until `done` has been called. `client`, `options` and
// `cancel` may be freed earlier.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE; CANCELLED if the runtime has ended.
// Threads: any; the library calls `done` on one of its own threads, where it may block. Since
// 0.1.0.
ocigraph_status ocigraph_client_push_start(const ocigraph_client *client,
                                           ocigraph_str reference,
                                           const ocigraph_push_options *options,
                                           const ocigraph_cancel *cancel,
                                           ocigraph_push_fn done,
                                           void *user_data,
                                           ocigraph_error **error);

// Starts the operation of `ocigraph_client_pull` and returns immediately. The library calls `done`
// exactly once with the result, also if the operation is cancelled or the runtime ends. If this
// call fails, `done` is not called.
//
// Ownership: `user_data` must stay valid until `done` has been called. `client`, `options` and
// `cancel` may be freed earlier.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE; CANCELLED if the runtime has ended.
// Threads: any; the library calls `done` on one of its own threads, where it may block. Since
// 0.1.0.
ocigraph_status ocigraph_client_pull_start(const ocigraph_client *client,
                                           ocigraph_str reference,
                                           const ocigraph_pull_options *options,
                                           const ocigraph_cancel *cancel,
                                           ocigraph_pull_fn done,
                                           void *user_data,
                                           ocigraph_error **error);

// Starts the operation of `ocigraph_client_discover` and returns immediately. The library calls
// `done` exactly once with the result, also if the operation is cancelled or the runtime ends. If
// this call fails, `done` is not called.
//
// Ownership: `user_data` must stay valid until `done` has been called. `client`, `options` and
// `cancel` may be freed earlier.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE; CANCELLED if the runtime has ended.
// Threads: any; the library calls `done` on one of its own threads, where it may block. Since
// 0.1.0.
ocigraph_status ocigraph_client_discover_start(const ocigraph_client *client,
                                               ocigraph_str reference,
                                               const ocigraph_discover_options *options,
                                               const ocigraph_cancel *cancel,
                                               ocigraph_discover_fn done,
                                               void *user_data,
                                               ocigraph_error **error);

// Starts the operation of `ocigraph_client_delete` and returns immediately. The library calls
// `done` exactly once with the result, also if the operation is cancelled or the runtime ends. If
// this call fails, `done` is not called.
//
// Ownership: `user_data` must stay valid until `done` has been called. `client`, `options` and
// `cancel` may be freed earlier.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE; CANCELLED if the runtime has ended.
// Threads: any; the library calls `done` on one of its own threads, where it may block. Since
// 0.1.0.
ocigraph_status ocigraph_client_delete_start(const ocigraph_client *client,
                                             ocigraph_str reference,
                                             const ocigraph_delete_options *options,
                                             const ocigraph_cancel *cancel,
                                             ocigraph_delete_fn done,
                                             void *user_data,
                                             ocigraph_error **error);

// Starts the operation of `ocigraph_client_copy` and returns immediately. The library calls `done`
// exactly once with the result, also if the operation is cancelled or the runtime ends. If this
// call fails, `done` is not called.
//
// Ownership: `user_data` must stay valid until `done` has been called. `client`, `options` and
// `cancel` may be freed earlier.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE; CANCELLED if the runtime has ended.
// Threads: any; the library calls `done` on one of its own threads, where it may block. Since
// 0.1.0.
ocigraph_status ocigraph_client_copy_start(const ocigraph_client *client,
                                           ocigraph_str source,
                                           ocigraph_str destination,
                                           const ocigraph_copy_options *options,
                                           const ocigraph_cancel *cancel,
                                           ocigraph_copy_fn done,
                                           void *user_data,
                                           ocigraph_error **error);

// Computes the digest of bytes in memory. Returns a descriptor with the digest, the size and the
// media type "application/octet-stream".
//
// `algorithm`: `OCIGRAPH_ALGORITHM_*`.
//
// Ownership: free `out` with `ocigraph_descriptor_free`.
// Errors: INVALID_ARGUMENT if the algorithm is unknown.
// Threads: any. Since 0.1.0.
ocigraph_status ocigraph_digest(int32_t algorithm,
                                ocigraph_bytes content,
                                ocigraph_descriptor **out,
                                ocigraph_error **error);

// Computes the digest of a file. Returns a descriptor with the digest, the size and the media type
// "application/octet-stream".
//
// `algorithm`: `OCIGRAPH_ALGORITHM_*`. `cancel`: may be NULL.
//
// Ownership: free `out` with `ocigraph_descriptor_free`.
// Errors: INVALID_ARGUMENT, NOT_FOUND, IO, CANCELLED.
// Threads: any; blocks until the digest is computed. Since 0.1.0.
ocigraph_status ocigraph_digest_file(int32_t algorithm,
                                     ocigraph_str path,
                                     const ocigraph_cancel *cancel,
                                     ocigraph_descriptor **out,
                                     ocigraph_error **error);

// Computes the digests of several files on all processors. The results have the order of the
// paths.
//
// `algorithm`: `OCIGRAPH_ALGORITHM_*`. `paths`: an array of `count` paths. `cancel`: may be NULL.
//
// Ownership: free `out` with `ocigraph_digest_list_free`.
// Errors: INVALID_ARGUMENT, CANCELLED; NOT_FOUND or IO for the first file that cannot be read.
// Threads: any; blocks until the digests are computed. Since 0.1.0.
ocigraph_status ocigraph_digest_files(int32_t algorithm,
                                      const ocigraph_str *paths,
                                      size_t count,
                                      const ocigraph_cancel *cancel,
                                      ocigraph_digest_list **out,
                                      ocigraph_error **error);

// Frees a list of digests and everything borrowed from it.
//
// Ownership: takes `result`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_digest_list_free(ocigraph_digest_list *result);

// Returns the number of digests.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_digest_list_count(const ocigraph_digest_list *result);

// Returns the digest at `index`, such as "sha256:e3b0...".
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_digest_list_digest(const ocigraph_digest_list *result, size_t index);

// Returns the size in bytes of the file at `index`.
//
// Threads: any. Since 0.1.0.
uint64_t ocigraph_digest_list_size(const ocigraph_digest_list *result, size_t index);

// Returns the complete list as JSON text, in the format of the command line.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_digest_list_json(const ocigraph_digest_list *result);

// Verifies a credential with a registry and stores it for other tools: with the credential helper
// that Docker's configuration names for the registry, otherwise as plain text in that
// configuration file, readable by its owner only. Nothing is stored if the registry rejects the
// credential.
//
// `host`: "registry.example.com[:port]". `cancel`: may be NULL.
//
// Ownership: free `out` with `ocigraph_login_result_free`.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, UNAUTHORIZED, CREDENTIALS, IO, CANCELLED, network
// errors.
// Threads: any; blocks until the operation is over. Since 0.1.0.
ocigraph_status ocigraph_client_login(const ocigraph_client *client,
                                      ocigraph_str host,
                                      const ocigraph_credential *credential,
                                      const ocigraph_cancel *cancel,
                                      ocigraph_login_result **out,
                                      ocigraph_error **error);

// Removes the stored credentials of a registry from all files and helpers, under every name that
// other tools use for the registry.
//
// `host`: "registry.example.com[:port]". `cancel`: may be NULL.
//
// Ownership: free `out` with `ocigraph_logout_result_free`.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, CREDENTIALS, IO, CANCELLED.
// Threads: any; blocks until the operation is over. Since 0.1.0.
ocigraph_status ocigraph_client_logout(const ocigraph_client *client,
                                       ocigraph_str host,
                                       const ocigraph_cancel *cancel,
                                       ocigraph_logout_result **out,
                                       ocigraph_error **error);

// Frees the result of a login and everything borrowed from it.
//
// Ownership: takes `result`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_login_result_free(ocigraph_login_result *result);

// Returns the file or credential helper that stores the credential.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_login_result_stored_in(const ocigraph_login_result *result);

// Returns true if the credential is stored as plain text in a file.
//
// Threads: any. Since 0.1.0.
bool ocigraph_login_result_plain_text(const ocigraph_login_result *result);

// Returns true if the registry required a credential and accepted this one. A registry that
// requires none cannot verify it.
//
// Threads: any. Since 0.1.0.
bool ocigraph_login_result_verified(const ocigraph_login_result *result);

// Returns true if `DOCKER_AUTH_CONFIG` has a credential for the registry, which takes precedence
// over the stored one.
//
// Threads: any. Since 0.1.0.
bool ocigraph_login_result_overridden(const ocigraph_login_result *result);

// Returns the result as a JSON object.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_login_result_json(const ocigraph_login_result *result);

// Frees the result of a logout and everything borrowed from it.
//
// Ownership: takes `result`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_logout_result_free(ocigraph_logout_result *result);

// Returns the number of files and helpers from which a credential was removed; 0 if none was
// stored.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_logout_result_removed_count(const ocigraph_logout_result *result);

// Returns the file or helper at `index` from which a credential was removed.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_logout_result_removed(const ocigraph_logout_result *result, size_t index);

// Returns true if `DOCKER_AUTH_CONFIG` still has a credential for the registry.
//
// Threads: any. Since 0.1.0.
bool ocigraph_logout_result_remains(const ocigraph_logout_result *result);

// Returns the result as a JSON object.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_logout_result_json(const ocigraph_logout_result *result);

// Fetches the manifest that the reference names, as stored, and verifies its digest.
//
// `options`: NULL returns an index as an index. `cancel`: may be NULL.
//
// Ownership: free `out` with `ocigraph_manifest_free`.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, DIGEST_MISMATCH, INVALID_MANIFEST,
// TOO_LARGE, CANCELLED, network errors.
// Threads: any; blocks until the operation is over. Since 0.1.0.
ocigraph_status ocigraph_client_fetch_manifest(const ocigraph_client *client,
                                               ocigraph_str reference,
                                               const ocigraph_resolve_options *options,
                                               const ocigraph_cancel *cancel,
                                               ocigraph_manifest **out,
                                               ocigraph_error **error);

// Pushes the bytes of a manifest unchanged, tags it with the tags of the reference, and returns
// its descriptor.
//
// `media_type`: no text uses the `mediaType` in the manifest. `content`: the bytes of the
// manifest. `cancel`: may be NULL.
//
// Ownership: free `out` with `ocigraph_descriptor_free`.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, INVALID_MANIFEST, CANCELLED, network
// errors; DIGEST_MISMATCH if the reference has another digest.
// Threads: any; blocks until the operation is over. Since 0.1.0.
ocigraph_status ocigraph_client_push_manifest(const ocigraph_client *client,
                                              ocigraph_str reference,
                                              ocigraph_str media_type,
                                              ocigraph_bytes content,
                                              const ocigraph_cancel *cancel,
                                              ocigraph_descriptor **out,
                                              ocigraph_error **error);

// Deletes the manifest that the reference names together with the tags of the reference, and
// returns its descriptor. Unlike `ocigraph_client_delete`, it does not delete referrers.
//
// `cancel`: may be NULL.
//
// Ownership: free `out` with `ocigraph_descriptor_free`.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, CANCELLED, network errors; UNSUPPORTED
// if the registry does not support deletion.
// Threads: any; blocks until the operation is over. Since 0.1.0.
ocigraph_status ocigraph_client_delete_manifest(const ocigraph_client *client,
                                                ocigraph_str reference,
                                                const ocigraph_cancel *cancel,
                                                ocigraph_descriptor **out,
                                                ocigraph_error **error);

// Parses a reference: "host[:port]/repository[:tag[,tag...]][@digest]" or
// "oci:PATH[:tag][@digest]". It accesses neither network nor files.
//
// Ownership: free `out` with `ocigraph_reference_free`.
// Errors: INVALID_REFERENCE; INVALID_ARGUMENT if the text is not UTF-8.
// Threads: any. Since 0.1.0.
ocigraph_status ocigraph_reference_parse(ocigraph_str text,
                                         ocigraph_reference **out,
                                         ocigraph_error **error);

// Returns a reference to `digest` in the same location, without tags: the reference of a
// descriptor that was found there.
//
// Ownership: free `out` with `ocigraph_reference_free`.
// Errors: INVALID_ARGUMENT if `reference` is NULL; INVALID_REFERENCE if `digest` is not a digest.
// Threads: any. Since 0.1.0.
ocigraph_status ocigraph_reference_at(const ocigraph_reference *reference,
                                      ocigraph_str digest,
                                      ocigraph_reference **out,
                                      ocigraph_error **error);

// Frees a reference and everything borrowed from it.
//
// Ownership: takes `reference`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_reference_free(ocigraph_reference *reference);

// Returns the complete reference, as operations take it.
//
// Ownership: borrowed from `reference`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_reference_text(const ocigraph_reference *reference);

// Returns the location without tags and digest: the reference for a push without a tag, and for
// lists.
//
// Ownership: borrowed from `reference`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_reference_location(const ocigraph_reference *reference);

// Returns the registry, such as "localhost:5000", or no text for a layout.
//
// Ownership: borrowed from `reference`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_reference_host(const ocigraph_reference *reference);

// Returns the repository, such as "library/alpine", or no text for a layout.
//
// Ownership: borrowed from `reference`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_reference_repository(const ocigraph_reference *reference);

// Returns the directory of the layout, or no text for a repository.
//
// Ownership: borrowed from `reference`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_reference_path(const ocigraph_reference *reference);

// Returns the number of tags.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_reference_tag_count(const ocigraph_reference *reference);

// Returns the tag at `index`, in the order of the text.
//
// Ownership: borrowed from `reference`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_reference_tag(const ocigraph_reference *reference, size_t index);

// Returns the digest, or no text if the reference has none.
//
// Ownership: borrowed from `reference`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_reference_digest(const ocigraph_reference *reference);

// Resolves a reference to the descriptor of its manifest.
//
// `options`: NULL resolves an index to the index itself. `cancel`: may be NULL.
//
// Ownership: free `out` with `ocigraph_descriptor_free`.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, CANCELLED, network errors.
// Threads: any; blocks until the operation is over. Since 0.1.0.
ocigraph_status ocigraph_client_resolve(const ocigraph_client *client,
                                        ocigraph_str reference,
                                        const ocigraph_resolve_options *options,
                                        const ocigraph_cancel *cancel,
                                        ocigraph_descriptor **out,
                                        ocigraph_error **error);

// Adds tags to the manifest that the reference names, and returns its descriptor. A tag that
// already exists is moved.
//
// `tags`: an array of `count` tags. `cancel`: may be NULL.
//
// Ownership: free `out` with `ocigraph_descriptor_free`.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, CANCELLED, network errors.
// Threads: any; blocks until the operation is over. Since 0.1.0.
ocigraph_status ocigraph_client_tag(const ocigraph_client *client,
                                    ocigraph_str reference,
                                    const ocigraph_str *tags,
                                    size_t count,
                                    const ocigraph_cancel *cancel,
                                    ocigraph_descriptor **out,
                                    ocigraph_error **error);

// Removes the tags of the reference and keeps the manifest.
//
// `cancel`: may be NULL.
//
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, CANCELLED, network errors; UNSUPPORTED
// if the registry cannot remove a tag.
// Threads: any; blocks until the operation is over. Since 0.1.0.
ocigraph_status ocigraph_client_untag(const ocigraph_client *client,
                                      ocigraph_str reference,
                                      const ocigraph_cancel *cancel,
                                      ocigraph_error **error);

// Lists the tags of a repository or layout in the order of the registry. The tags of the referrers
// tag schema are omitted.
//
// `reference`: a repository or a layout. `cancel`: may be NULL.
//
// See https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-tags.
//
// Ownership: free `out` with `ocigraph_text_list_free`.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, CANCELLED, network errors.
// Threads: any; blocks until the operation is over. Since 0.1.0.
ocigraph_status ocigraph_client_tags(const ocigraph_client *client,
                                     ocigraph_str reference,
                                     const ocigraph_cancel *cancel,
                                     ocigraph_text_list **out,
                                     ocigraph_error **error);

// Lists the tags of a repository or layout, as `ocigraph_client_tags` does, with their digests and
// the metadata that the registry reports.
//
// `reference`: a repository or a layout. `cancel`: may be NULL.
//
// Ownership: free `out` with `ocigraph_tag_list_free`.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, CANCELLED, network errors.
// Threads: any; blocks until the operation is over. Since 0.1.0.
ocigraph_status ocigraph_client_tag_details(const ocigraph_client *client,
                                            ocigraph_str reference,
                                            const ocigraph_cancel *cancel,
                                            ocigraph_tag_list **out,
                                            ocigraph_error **error);

// Lists the tagged and untagged manifests of a repository or layout with their metadata.
//
// `reference`: a repository or a layout. `cancel`: may be NULL.
//
// Ownership: free `out` with `ocigraph_manifest_list_free`.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, CANCELLED, network errors.
// Threads: any; blocks until the operation is over. Since 0.1.0.
ocigraph_status ocigraph_client_manifests(const ocigraph_client *client,
                                          ocigraph_str reference,
                                          const ocigraph_cancel *cancel,
                                          ocigraph_manifest_list **out,
                                          ocigraph_error **error);

// Lists the repositories of a registry.
//
// `host`: "registry.example.com[:port]". `cancel`: may be NULL.
//
// Ownership: free `out` with `ocigraph_text_list_free`.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, CANCELLED, network errors; UNSUPPORTED
// if the registry does not list its repositories.
// Threads: any; blocks until the operation is over. Since 0.1.0.
ocigraph_status ocigraph_client_repositories(const ocigraph_client *client,
                                             ocigraph_str host,
                                             const ocigraph_cancel *cancel,
                                             ocigraph_text_list **out,
                                             ocigraph_error **error);

// Frees the report of a copy and everything borrowed from it.
//
// Ownership: takes `result`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_copy_report_free(ocigraph_copy_report *result);

// Returns the source as a reference by digest.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_copy_report_source(const ocigraph_copy_report *result);

// Returns the destination as a reference by digest.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_copy_report_destination(const ocigraph_copy_report *result);

// Returns the descriptor of the manifest that the source names.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_copy_report_descriptor(const ocigraph_copy_report *result);

// Returns the number of tags that were set at the destination.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_copy_report_tag_count(const ocigraph_copy_report *result);

// Returns the tag at `index`.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_copy_report_tag(const ocigraph_copy_report *result, size_t index);

// Returns the number of manifests written. Manifests that already existed do not count.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_copy_report_manifests(const ocigraph_copy_report *result);

// Returns the number of blobs with this outcome: `OCIGRAPH_OUTCOME_UPLOADED`,
// `OCIGRAPH_OUTCOME_ALREADY_EXISTS` or `OCIGRAPH_OUTCOME_MOUNTED`. Blobs of manifests that already
// existed do not count.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_copy_report_blobs(const ocigraph_copy_report *result, ocigraph_outcome outcome);

// Returns the number of bytes written, of manifests and blobs.
//
// Threads: any. Since 0.1.0.
uint64_t ocigraph_copy_report_bytes(const ocigraph_copy_report *result);

// Returns the complete report as JSON text, in the format of the command line with field names in
// snake case.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_copy_report_json(const ocigraph_copy_report *result);

// Frees the report of a delete and everything borrowed from it.
//
// Ownership: takes `result`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_delete_report_free(ocigraph_delete_report *result);

// Returns true for a dry run, which deleted nothing.
//
// Threads: any. Since 0.1.0.
bool ocigraph_delete_report_dry_run(const ocigraph_delete_report *result);

// Returns the number of manifests that were deleted, or would be deleted by a dry run.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_delete_report_deleted_count(const ocigraph_delete_report *result);

// Returns the deleted manifest at `index`, in the order of deletion: referrers before their
// subjects.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_delete_report_deleted(const ocigraph_delete_report *result,
                                                          size_t index);

// Returns the number of manifests that were kept.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_delete_report_kept_count(const ocigraph_delete_report *result);

// Returns the kept manifest at `index`.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_delete_report_kept(const ocigraph_delete_report *result,
                                                       size_t index);

// Returns why the manifest at `index` was kept, such as "tagged stable".
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_delete_report_kept_reason(const ocigraph_delete_report *result, size_t index);

// Returns the number of manifests that could not be deleted.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_delete_report_failed_count(const ocigraph_delete_report *result);

// Returns the manifest at `index` that could not be deleted.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_delete_report_failed(const ocigraph_delete_report *result,
                                                         size_t index);

// Returns the status of the failure at `index`, or `OCIGRAPH_OK` if `index` is too large.
//
// Threads: any. Since 0.1.0.
ocigraph_status ocigraph_delete_report_failed_status(const ocigraph_delete_report *result,
                                                     size_t index);

// Returns the error message of the failure at `index`.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_delete_report_failed_message(const ocigraph_delete_report *result,
                                                   size_t index);

// Returns the complete report as JSON text, in the format of the command line with field names in
// snake case.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_delete_report_json(const ocigraph_delete_report *result);

// Frees a descriptor that a call returned in `out`. Do not free a descriptor that is borrowed from
// a result.
//
// Ownership: takes `descriptor`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_descriptor_free(ocigraph_descriptor *descriptor);

// Returns the media type of the content.
//
// Ownership: borrowed from `descriptor`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_descriptor_media_type(const ocigraph_descriptor *descriptor);

// Returns the digest of the content, such as "sha256:e3b0...".
//
// Ownership: borrowed from `descriptor`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_descriptor_digest(const ocigraph_descriptor *descriptor);

// Returns the size of the content in bytes.
//
// Threads: any. Since 0.1.0.
uint64_t ocigraph_descriptor_size(const ocigraph_descriptor *descriptor);

// Returns the artifact type of the manifest that the descriptor names, or no text if it has none.
//
// Ownership: borrowed from `descriptor`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_descriptor_artifact_type(const ocigraph_descriptor *descriptor);

// Returns the annotation `org.opencontainers.image.title`, which is the file name of the content,
// or no text.
//
// Ownership: borrowed from `descriptor`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_descriptor_title(const ocigraph_descriptor *descriptor);

// Returns the platform of the image, such as "linux/arm64/v8", or no text if it is unknown.
//
// Ownership: borrowed from `descriptor`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_descriptor_platform(const ocigraph_descriptor *descriptor);

// Returns the value of the annotation `key`, or no text if the descriptor does not have it.
//
// Ownership: borrowed from `descriptor`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_descriptor_annotation(const ocigraph_descriptor *descriptor,
                                            ocigraph_str key);

// Returns the number of annotations.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_descriptor_annotation_count(const ocigraph_descriptor *descriptor);

// Returns the key of the annotation at `index`. Annotations are sorted by key.
//
// Ownership: borrowed from `descriptor`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_descriptor_annotation_key(const ocigraph_descriptor *descriptor,
                                                size_t index);

// Returns the value of the annotation at `index`.
//
// Ownership: borrowed from `descriptor`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_descriptor_annotation_value(const ocigraph_descriptor *descriptor,
                                                  size_t index);

// Returns the descriptor as a JSON object with field names in snake case.
//
// Ownership: borrowed from `descriptor`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_descriptor_json(const ocigraph_descriptor *descriptor);

// Frees a graph and everything borrowed from it.
//
// Ownership: takes `graph`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_graph_free(ocigraph_graph *graph);

// Returns the subject of the graph: the manifest that the reference names.
//
// Ownership: borrowed from `graph`.
// Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_graph_subject(const ocigraph_graph *graph);

// Returns the number of referrers. Each referrer counts once, even if several paths lead to it.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_graph_count(const ocigraph_graph *graph);

// Returns the number of steps of a walk over all referrers: depth first, with siblings in the
// order of the registry. A manifest that is reached again is another step, without its referrers.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_graph_step_count(const ocigraph_graph *graph);

// Returns the referrer at `step`.
//
// Ownership: borrowed from `graph`.
// Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_graph_descriptor(const ocigraph_graph *graph, size_t step);

// Returns the subject of the referrer at `step`.
//
// Ownership: borrowed from `graph`.
// Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_graph_refers_to(const ocigraph_graph *graph, size_t step);

// Returns the depth of `step`: 1 for a direct referrer of the graph's subject, or 0 if `step` is
// too large.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_graph_depth(const ocigraph_graph *graph, size_t step);

// Returns true if the walk reaches the referrer at `step` for the first time.
//
// Threads: any. Since 0.1.0.
bool ocigraph_graph_is_first(const ocigraph_graph *graph, size_t step);

// Returns the number of direct referrers of the manifest with this digest, or 0 if the graph does
// not contain it.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_graph_referrer_count(const ocigraph_graph *graph, ocigraph_str digest);

// Returns the direct referrer at `index` of the manifest with this digest.
//
// Ownership: borrowed from `graph`.
// Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_graph_referrer(const ocigraph_graph *graph,
                                                   ocigraph_str digest,
                                                   size_t index);

// Returns the part of the graph that matches the options: the referrers with the artifact type and
// annotations, the manifests on the path to them, and all their own referrers.
// `ocigraph_client_discover` filters in the same way.
//
// `out` is independent of `graph`.
//
// Ownership: free `out` with `ocigraph_graph_free`.
// Errors: INVALID_ARGUMENT if `graph` or `options` is NULL.
// Threads: any. Since 0.1.0.
ocigraph_status ocigraph_graph_filter(const ocigraph_graph *graph,
                                      const ocigraph_discover_options *options,
                                      ocigraph_graph **out,
                                      ocigraph_error **error);

// Returns the graph as a tree in the format of ORAS, below the reference that was discovered. The
// text ends with a line feed.
//
// Ownership: borrowed from `graph`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_graph_tree(const ocigraph_graph *graph);

// Returns the graph as JSON with field names in snake case. It contains `references`, the direct
// referrers that match the options, and `referrers`, the complete tree, so that scripts for either
// generation of ORAS can read it.
//
// Ownership: borrowed from `graph`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_graph_json(const ocigraph_graph *graph);

// Returns the graph in the DOT language of Graphviz. Edges point from a referrer to its subject.
//
// Ownership: borrowed from `graph`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_graph_dot(const ocigraph_graph *graph);

// Returns the graph as a Mermaid flowchart. Edges point from a referrer to its subject.
//
// Ownership: borrowed from `graph`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_graph_mermaid(const ocigraph_graph *graph);

// Frees a list of manifests and everything borrowed from it.
//
// Ownership: takes `result`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_manifest_list_free(ocigraph_manifest_list *result);

// Returns the number of manifests.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_manifest_list_count(const ocigraph_manifest_list *result);

// Returns the descriptor of the manifest at `index`.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_manifest_list_descriptor(const ocigraph_manifest_list *result,
                                                             size_t index);

// Returns the number of tags of the manifest at `index`.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_manifest_list_tag_count(const ocigraph_manifest_list *result, size_t index);

// Returns tag number `tag` of the manifest at `index`.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_manifest_list_tag(const ocigraph_manifest_list *result,
                                        size_t index,
                                        size_t tag);

// Returns the digest of the subject of the manifest at `index`, or no text if it has no subject.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_manifest_list_subject(const ocigraph_manifest_list *result, size_t index);

// Returns the creation time of the manifest at `index` in RFC 3339 format, from its annotations or
// its config, or no text if it is unknown.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_manifest_list_created(const ocigraph_manifest_list *result, size_t index);

// Returns when the manifest at `index` or its tags last changed, in RFC 3339 format, or no text if
// the registry does not report it.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_manifest_list_last_updated(const ocigraph_manifest_list *result,
                                                 size_t index);

// Returns the CPU architecture in the config of the image at `index`, or no text if it is unknown.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_manifest_list_architecture(const ocigraph_manifest_list *result,
                                                 size_t index);

// Returns the operating system in the config of the image at `index`, or no text if it is unknown.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_manifest_list_os(const ocigraph_manifest_list *result, size_t index);

// Returns the media type of the config of the manifest at `index`, or no text if it has no config.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_manifest_list_config_media_type(const ocigraph_manifest_list *result,
                                                      size_t index);

// Returns the total size of config, layers and blobs of the manifest at `index` in bytes, or 0 if
// it is unknown.
//
// Threads: any. Since 0.1.0.
uint64_t ocigraph_manifest_list_image_size(const ocigraph_manifest_list *result, size_t index);

// Returns what the registry permits for the manifest at `index`: `OCIGRAPH_ATTRIBUTES_*` bits, or
// 0 if the registry does not report it. A locked manifest lacks `OCIGRAPH_ATTRIBUTES_DELETE` or
// `OCIGRAPH_ATTRIBUTES_WRITE`.
//
// Threads: any. Since 0.1.0.
int32_t ocigraph_manifest_list_attributes(const ocigraph_manifest_list *result, size_t index);

// Returns the complete list as JSON text, in the format of the command line with field names in
// snake case.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_manifest_list_json(const ocigraph_manifest_list *result);

// Frees a list of tags and everything borrowed from it.
//
// Ownership: takes `result`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_tag_list_free(ocigraph_tag_list *result);

// Returns the number of tags.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_tag_list_count(const ocigraph_tag_list *result);

// Returns the tag at `index`.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_tag_list_name(const ocigraph_tag_list *result, size_t index);

// Returns the digest of the manifest that the tag at `index` names.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_tag_list_digest(const ocigraph_tag_list *result, size_t index);

// Returns when the tag at `index` was created, in RFC 3339 format, or no text if the registry does
// not report it.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_tag_list_created(const ocigraph_tag_list *result, size_t index);

// Returns when the tag at `index` last changed, in RFC 3339 format, or no text if the registry
// does not report it.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_tag_list_last_updated(const ocigraph_tag_list *result, size_t index);

// Returns whether the tag at `index` is signed with Docker Content Trust: `OCIGRAPH_SIGNED_*`.
//
// Threads: any. Since 0.1.0.
int32_t ocigraph_tag_list_signed(const ocigraph_tag_list *result, size_t index);

// Returns what the registry permits for the tag at `index`: `OCIGRAPH_ATTRIBUTES_*` bits, or 0 if
// the registry does not report it.
//
// Threads: any. Since 0.1.0.
int32_t ocigraph_tag_list_attributes(const ocigraph_tag_list *result, size_t index);

// Returns the complete list as a JSON array of objects with field names in snake case.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_tag_list_json(const ocigraph_tag_list *result);

// Frees a list of texts and everything borrowed from it.
//
// Ownership: takes `result`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_text_list_free(ocigraph_text_list *result);

// Returns the number of texts.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_text_list_count(const ocigraph_text_list *result);

// Returns the text at `index`.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_text_list_get(const ocigraph_text_list *result, size_t index);

// Returns the complete list as a JSON object, in the format of the command line: `{"tags": [...]}`
// or `{"repositories": [...]}`.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_text_list_json(const ocigraph_text_list *result);

// Frees a manifest and everything borrowed from it.
//
// Ownership: takes `manifest`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_manifest_free(ocigraph_manifest *manifest);

// Returns the bytes of the manifest, exactly as stored.
//
// Ownership: borrowed from `manifest`.
// Threads: any. Since 0.1.0.
ocigraph_bytes ocigraph_manifest_bytes(const ocigraph_manifest *manifest);

// Returns the descriptor of the manifest, with its artifact type and annotations.
//
// Ownership: borrowed from `manifest`.
// Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_manifest_descriptor(const ocigraph_manifest *manifest);

// Returns true if the manifest is an index (a list of manifests).
//
// Threads: any. Since 0.1.0.
bool ocigraph_manifest_is_index(const ocigraph_manifest *manifest);

// Returns the config, or NULL if the manifest has none.
//
// Ownership: borrowed from `manifest`.
// Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_manifest_config(const ocigraph_manifest *manifest);

// Returns the subject, or NULL if the manifest has none.
//
// Ownership: borrowed from `manifest`.
// Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_manifest_subject(const ocigraph_manifest *manifest);

// Returns the number of layers or blobs. The config does not count.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_manifest_blob_count(const ocigraph_manifest *manifest);

// Returns the layer or blob at `index`.
//
// Ownership: borrowed from `manifest`.
// Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_manifest_blob(const ocigraph_manifest *manifest, size_t index);

// Returns the number of manifests that the index lists, or 0 if the manifest is not an index.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_manifest_manifest_count(const ocigraph_manifest *manifest);

// Returns the manifest at `index` of the index.
//
// Ownership: borrowed from `manifest`.
// Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_manifest_manifest(const ocigraph_manifest *manifest,
                                                      size_t index);

// Frees the result of a pull and everything borrowed from it.
//
// Ownership: takes `result`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_pull_result_free(ocigraph_pull_result *result);

// Returns the number of artifacts that were pulled.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_pull_result_count(const ocigraph_pull_result *result);

// Returns the reference by digest of an artifact.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_pull_result_reference(const ocigraph_pull_result *result, size_t artifact);

// Returns the descriptor of the manifest of an artifact.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_pull_result_descriptor(const ocigraph_pull_result *result,
                                                           size_t artifact);

// Returns the number of files of an artifact.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_pull_result_file_count(const ocigraph_pull_result *result, size_t artifact);

// Returns the path of the file at `index` of an artifact, including the output directory.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_pull_result_file_path(const ocigraph_pull_result *result,
                                            size_t artifact,
                                            size_t index);

// Returns the descriptor of the blob of the file at `index` of an artifact.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_pull_result_file(const ocigraph_pull_result *result,
                                                     size_t artifact,
                                                     size_t index);

// Returns the outcome for the file at `index` of an artifact: `OCIGRAPH_OUTCOME_*`, or 0 if an
// index is too large.
//
// Threads: any. Since 0.1.0.
ocigraph_outcome ocigraph_pull_result_file_outcome(const ocigraph_pull_result *result,
                                                   size_t artifact,
                                                   size_t index);

// Returns the number of blobs of an artifact that were not written because they have no title.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_pull_result_skipped_count(const ocigraph_pull_result *result, size_t artifact);

// Returns the skipped blob at `index` of an artifact.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_pull_result_skipped(const ocigraph_pull_result *result,
                                                        size_t artifact,
                                                        size_t index);

// Returns the complete result as JSON text, in the format of the command line with field names in
// snake case.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_pull_result_json(const ocigraph_pull_result *result);

// Frees the result of a push and everything borrowed from it.
//
// Ownership: takes `result`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_push_result_free(ocigraph_push_result *result);

// Returns the reference of the artifact by digest, which always names exactly this artifact.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_push_result_reference(const ocigraph_push_result *result);

// Returns the descriptor of the manifest.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_push_result_descriptor(const ocigraph_push_result *result);

// Returns the bytes of the manifest.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_bytes ocigraph_push_result_manifest(const ocigraph_push_result *result);

// Returns the number of tags that were set.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_push_result_tag_count(const ocigraph_push_result *result);

// Returns the tag at `index`.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_push_result_tag(const ocigraph_push_result *result, size_t index);

// Returns the number of blobs. The config does not count.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_push_result_blob_count(const ocigraph_push_result *result);

// Returns the blob at `index`, in the order of the files.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_push_result_blob(const ocigraph_push_result *result,
                                                     size_t index);

// Returns the outcome for the blob at `index`: `OCIGRAPH_OUTCOME_*`, or 0 if `index` is too large.
//
// Threads: any. Since 0.1.0.
ocigraph_outcome ocigraph_push_result_blob_outcome(const ocigraph_push_result *result,
                                                   size_t index);

// Returns the complete result as JSON text, in the format of the command line with field names in
// snake case.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_push_result_json(const ocigraph_push_result *result);

// Frees the report of a verification and everything borrowed from it.
//
// Ownership: takes `result`, which may be NULL.
// Threads: any, once for each handle. Since 0.1.0.
void ocigraph_verify_report_free(ocigraph_verify_report *result);

// Returns the number of manifests and blobs that were checked.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_verify_report_checked(const ocigraph_verify_report *result);

// Returns the number of bytes that were read and digested.
//
// Threads: any. Since 0.1.0.
uint64_t ocigraph_verify_report_bytes(const ocigraph_verify_report *result);

// Returns the number of problems; 0 if the graph is intact.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_verify_report_problem_count(const ocigraph_verify_report *result);

// Returns the expected descriptor of the content with the problem at `index`.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_verify_report_problem(const ocigraph_verify_report *result,
                                                          size_t index);

// Returns the kind of the problem at `index`: `OCIGRAPH_PROBLEM_*`.
//
// Threads: any. Since 0.1.0.
int32_t ocigraph_verify_report_problem_kind(const ocigraph_verify_report *result, size_t index);

// Returns a sentence that describes the problem at `index`.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_verify_report_problem_detail(const ocigraph_verify_report *result,
                                                   size_t index);

// Returns the number of digests on the path from the root of the graph to the problem at `index`;
// 0 for the root itself.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_verify_report_problem_path_length(const ocigraph_verify_report *result,
                                                  size_t index);

// Returns digest number `step` on the path to the problem at `index`, starting at the root.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_verify_report_problem_path(const ocigraph_verify_report *result,
                                                 size_t index,
                                                 size_t step);

// Returns the complete report as JSON text, in the format of the command line with field names in
// snake case.
//
// Ownership: borrowed from `result`.
// Threads: any. Since 0.1.0.
ocigraph_str ocigraph_verify_report_json(const ocigraph_verify_report *result);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* OCIGRAPH_H */

#ifndef OCIGRAPH_HELPERS_H
#define OCIGRAPH_HELPERS_H

/* Converts a string literal to an ocigraph_str. Other expressions do not compile; use ocigraph_text for them. */
#ifdef __cplusplus
#define OCIGRAPH_STR(literal) (ocigraph_text("" literal ""))
#else
#define OCIGRAPH_STR(literal) ((ocigraph_str){"" literal "", sizeof("" literal "") - 1})
#endif

/* Initializes a static ocigraph_str from a string literal:
 * static const ocigraph_str type = OCIGRAPH_STR_INIT("text/plain"); */
#define OCIGRAPH_STR_INIT(literal) {"" literal "", sizeof("" literal "") - 1}

/* Expands an ocigraph_str to the two arguments of the printf conversion "%.*s". */
#define OCIGRAPH_PRINTF(view) (int)(view).length, (view).data ? (view).data : ""

/* Converts NUL-terminated text to an ocigraph_str. NULL becomes {NULL, 0}. */
static inline ocigraph_str ocigraph_text(const char *text) {
    ocigraph_str view = {NULL, 0};
    if (text != NULL) {
        view.data = text;
        view.length = strlen(text);
    }
    return view;
}

/* Returns true if the ocigraph_str equals the NUL-terminated text. */
static inline bool ocigraph_str_is(ocigraph_str view, const char *text) {
    return strlen(text) == view.length && (view.length == 0 || memcmp(view.data, text, view.length) == 0);
}

#endif /* OCIGRAPH_HELPERS_H */
