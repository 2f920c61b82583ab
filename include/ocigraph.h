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


#ifndef OCIGRAPH_H
#define OCIGRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

// All went well.
#define OCIGRAPH_OK 0

// An option or argument that cannot be used as given; a handle that is NULL.
#define OCIGRAPH_INVALID_ARGUMENT 1

// A reference, tag or digest that is not written as one.
#define OCIGRAPH_INVALID_REFERENCE 2

// The repository, manifest, tag, blob or file is not there.
#define OCIGRAPH_NOT_FOUND 3

// Something is there already and was not to be replaced.
#define OCIGRAPH_ALREADY_EXISTS 4

// The registry wants credentials, or refused those it was given.
#define OCIGRAPH_UNAUTHORIZED 5

// The credentials are known, but may not do this.
#define OCIGRAPH_FORBIDDEN 6

// The registry or layout cannot do it.
#define OCIGRAPH_UNSUPPORTED 7

// The registry limits requests; `ocigraph_error_retry_after` has the wait it asked for.
#define OCIGRAPH_RATE_LIMITED 8

// More than a limit allows: a manifest, a list, an archive.
#define OCIGRAPH_TOO_LARGE 9

// Content does not hash to its digest.
#define OCIGRAPH_DIGEST_MISMATCH 10

// Content is shorter or longer than its descriptor says.
#define OCIGRAPH_SIZE_MISMATCH 11

// A manifest or index that is not one.
#define OCIGRAPH_INVALID_MANIFEST 12

// A title or archive entry that would be written outside the output directory.
#define OCIGRAPH_UNSAFE_PATH 13

// Nothing moved for longer than the limit.
#define OCIGRAPH_TIMEOUT 14

// The connection could not be made, or broke.
#define OCIGRAPH_NETWORK 15

// The server's certificate, or ours, was not accepted.
#define OCIGRAPH_TLS 16

// Any other answer of a registry.
#define OCIGRAPH_REGISTRY 17

// A file or directory could not be read or written; a read or write callback failed.
#define OCIGRAPH_IO 18

// Another writer won, or what is there contradicts what was asked.
#define OCIGRAPH_CONFLICT 19

// A credential file or helper that could not be used.
#define OCIGRAPH_CREDENTIALS 20

// Ended by the cancel token, a progress callback, or the end of the runtime.
#define OCIGRAPH_CANCELLED 21

// A defect in this library.
#define OCIGRAPH_INTERNAL 22

// A list could be read only in part: neither "none" nor "all" can be told.
#define OCIGRAPH_INCOMPLETE 23

// The version this header belongs to: major.
#define OCIGRAPH_VERSION_MAJOR 0

// The version this header belongs to: minor.
#define OCIGRAPH_VERSION_MINOR 1

// The version this header belongs to: patch.
#define OCIGRAPH_VERSION_PATCH 0

// The ABI this header belongs to: the number in `libocigraph.so.0`.
#define OCIGRAPH_ABI_VERSION 0

// It was sent.
#define OCIGRAPH_OUTCOME_UPLOADED 1

// It was there already.
#define OCIGRAPH_OUTCOME_ALREADY_EXISTS 2

// The registry took it from another of its repositories.
#define OCIGRAPH_OUTCOME_MOUNTED 3

// It was written to a file.
#define OCIGRAPH_OUTCOME_WRITTEN 4

// An identical file was there already.
#define OCIGRAPH_OUTCOME_UNCHANGED 5

// Another file was there, and was to be kept.
#define OCIGRAPH_OUTCOME_KEPT_EXISTING 6

// It was read and compared with its descriptor.
#define OCIGRAPH_OUTCOME_VERIFIED 7

// A transfer begins.
#define OCIGRAPH_EVENT_STARTED 1

// A transfer stands at `position`; it falls when a retry begins anew.
#define OCIGRAPH_EVENT_MOVED 2

// Nothing more will come for this blob; `outcome` says what became of it.
#define OCIGRAPH_EVENT_FINISHED 3

// A limit, in milliseconds: to connect. 10,000.
#define OCIGRAPH_LIMIT_CONNECT_TIMEOUT 1

// A limit, in milliseconds: from a request to the first header of its answer. 30,000.
#define OCIGRAPH_LIMIT_RESPONSE_TIMEOUT 2

// A limit, in milliseconds: between two pieces of a body, either way. 30,000.
#define OCIGRAPH_LIMIT_IDLE_TIMEOUT 3

// A limit, in milliseconds: from an upload's last byte to the answer; a second more for every
// 16 MiB that were sent. 60,000.
#define OCIGRAPH_LIMIT_UPLOAD_RESPONSE_TIMEOUT 4

// A limit, in milliseconds: for whatever is being tried, without a byte moved. 90,000.
#define OCIGRAPH_LIMIT_STALL_TIMEOUT 5

// A limit, in milliseconds: for a credential helper to answer. 30,000.
#define OCIGRAPH_LIMIT_HELPER_TIMEOUT 6

// A limit: tries of one request, the first included. 5.
#define OCIGRAPH_LIMIT_MAX_ATTEMPTS 7

// A limit, in bytes: of a manifest or a list. 4 MiB.
#define OCIGRAPH_LIMIT_MAX_MANIFEST_BYTES 8

// A limit: pages of a list. 10,000.
#define OCIGRAPH_LIMIT_MAX_PAGES 9

// A limit: entries of a list, and manifests of a graph. 1,000,000.
#define OCIGRAPH_LIMIT_MAX_ENTRIES 10

// The format that the registry lists as a referrer: OCI 1.1, or ORAS on registries that list
// nothing else.
#define OCIGRAPH_FORMAT_AUTO 0

// OCI image manifest 1.1.
#define OCIGRAPH_FORMAT_OCI_1_1 1

// OCI image manifest 1.0.
#define OCIGRAPH_FORMAT_OCI_1_0 2

// OCI artifact manifest, of 1.1.0-rc1 and rc2.
#define OCIGRAPH_FORMAT_OCI_ARTIFACT 3

// ORAS artifact manifest.
#define OCIGRAPH_FORMAT_ORAS_ARTIFACT 4

// SHA-256, which every registry speaks.
#define OCIGRAPH_ALGORITHM_SHA256 1

// SHA-512, which the specification allows and few registries keep.
#define OCIGRAPH_ALGORITHM_SHA512 2

// Attributes: what may be done with a manifest or tag is known; without it nothing is.
#define OCIGRAPH_ATTRIBUTES_KNOWN 1

// Attributes: it can be deleted.
#define OCIGRAPH_ATTRIBUTES_DELETE 2

// Attributes: it is shown in lists.
#define OCIGRAPH_ATTRIBUTES_LIST 4

// Attributes: it can be pulled.
#define OCIGRAPH_ATTRIBUTES_READ 8

// Attributes: it can be changed.
#define OCIGRAPH_ATTRIBUTES_WRITE 16

// The registry does not tell whether a tag is signed.
#define OCIGRAPH_SIGNED_UNKNOWN 0

// The tag is signed by content trust.
#define OCIGRAPH_SIGNED_YES 1

// The tag is not signed by content trust.
#define OCIGRAPH_SIGNED_NO 2

// Content that is not there.
#define OCIGRAPH_PROBLEM_MISSING 1

// Content of another size.
#define OCIGRAPH_PROBLEM_SIZE 2

// Content that hashes to another digest.
#define OCIGRAPH_PROBLEM_DIGEST 3

// Content that is no manifest, or not what its descriptor says.
#define OCIGRAPH_PROBLEM_MALFORMED 4

// How to move a single blob: for `ocigraph_client_fetch_blob` and `ocigraph_client_push_blob*`.
typedef struct ocigraph_blob_options ocigraph_blob_options;

// A blob that was pushed.
typedef struct ocigraph_blob_result ocigraph_blob_result;

// A switch that ends the calls it is given to.
typedef struct ocigraph_cancel ocigraph_cancel;

// A client for registries and layouts: connections, and what was learned of each registry.
typedef struct ocigraph_client ocigraph_client;

// How to speak to registries. May be used for any number of clients.
typedef struct ocigraph_client_options ocigraph_client_options;

// How to copy.
typedef struct ocigraph_copy_options ocigraph_copy_options;

// What was copied.
typedef struct ocigraph_copy_report ocigraph_copy_report;

// Who the client is to a registry. Its secret is wiped from memory when it is freed.
typedef struct ocigraph_credential ocigraph_credential;

// How to delete.
typedef struct ocigraph_delete_options ocigraph_delete_options;

// What was deleted, or would be.
typedef struct ocigraph_delete_report ocigraph_delete_report;

// What content is: type, digest and size, and what else is known about it.
typedef struct ocigraph_descriptor ocigraph_descriptor;

// Digests of files, with their lengths.
typedef struct ocigraph_digest_list ocigraph_digest_list;

// How to discover.
typedef struct ocigraph_discover_options ocigraph_discover_options;

// A failure, with all that is known about it.
typedef struct ocigraph_error ocigraph_error;

// A subject and everything that refers to it, directly and through others.
typedef struct ocigraph_graph ocigraph_graph;

// What became of a login.
typedef struct ocigraph_login_result ocigraph_login_result;

// What became of a logout.
typedef struct ocigraph_logout_result ocigraph_logout_result;

// A manifest as it is stored.
typedef struct ocigraph_manifest ocigraph_manifest;

// Manifests, with what is known of each.
typedef struct ocigraph_manifest_list ocigraph_manifest_list;

// How to pull.
typedef struct ocigraph_pull_options ocigraph_pull_options;

// What was pulled: one artifact, or several where an artifact type was given.
typedef struct ocigraph_pull_result ocigraph_pull_result;

// What to push, and how.
typedef struct ocigraph_push_options ocigraph_push_options;

// What was pushed.
typedef struct ocigraph_push_result ocigraph_push_result;

// A reference, taken apart: a place, and tags or a digest in it.
typedef struct ocigraph_reference ocigraph_reference;

// How to find a manifest by its name: for `ocigraph_client_resolve` and
// `ocigraph_client_fetch_manifest`.
typedef struct ocigraph_resolve_options ocigraph_resolve_options;

// Threads that operations run on.
typedef struct ocigraph_runtime ocigraph_runtime;

// Tags, with what is known of each.
typedef struct ocigraph_tag_list ocigraph_tag_list;

// Texts: tags, or repositories.
typedef struct ocigraph_text_list ocigraph_text_list;

// How to verify.
typedef struct ocigraph_verify_options ocigraph_verify_options;

// What a verification found.
typedef struct ocigraph_verify_report ocigraph_verify_report;

// Text: UTF-8, not ended by NUL. `{NULL, 0}` is no text; a function that returns text gives it for
// what is not known. What is known and empty has a length of 0 too, and `data` that is not NULL.
typedef struct {
    // The first byte.
    const char *data;
    // How many bytes.
    size_t length;
} ocigraph_str;

// How a call ended: `OCIGRAPH_OK`, or the kind of failure. Numbers are only ever added, so treat
// one you do not know like `OCIGRAPH_INTERNAL`.
typedef int32_t ocigraph_status;

// Gives the credential for a repository of a registry in `out`, or leaves it NULL for anonymous
// use. `repository` is no text where the registry as a whole is meant. Anything but `OCIGRAPH_OK`
// fails the operation that asked with `OCIGRAPH_CREDENTIALS`; `error` may then be given what
// `ocigraph_error_new` makes, to say why, and fails the operation also beside `OCIGRAPH_OK`. Both
// are NULL on entry, and the library takes what is in them.
//
// It is called on a thread of the library, one call at a time for each client, and may block: the
// operation waits for it, even one that is cancelled meanwhile.
typedef ocigraph_status (*ocigraph_credential_fn)(void *user_data,
                                                  ocigraph_str host,
                                                  ocigraph_str repository,
                                                  ocigraph_credential **out,
                                                  ocigraph_error **error);

// What became of a blob, or of a transfer.
typedef int32_t ocigraph_outcome;

// One thing that happened to a blob. Fields may be added at the end.
typedef struct {
    // `OCIGRAPH_EVENT_*`. Pass over one you do not know.
    int32_t kind;
    // `OCIGRAPH_OUTCOME_*` where the event is the last, else 0.
    ocigraph_outcome outcome;
    // The blob, until the callback returns.
    const ocigraph_descriptor *blob;
    // Bytes moved so far, of `ocigraph_descriptor_size(blob)`.
    uint64_t position;
} ocigraph_event;

// Called for each event of an operation, one at a time: on the thread that called the blocking form,
// else on a thread of the library. It may block: the transfer goes on meanwhile, and positions that
// are overtaken are left out. Anything but 0 ends the operation with `OCIGRAPH_CANCELLED`.
typedef int32_t (*ocigraph_progress_fn)(void *user_data, const ocigraph_event *event);

// Bytes. `{NULL, 0}` is none.
typedef struct {
    // The first byte.
    const uint8_t *data;
    // How many bytes.
    size_t length;
} ocigraph_bytes;

// Puts up to `capacity` bytes of content into `buffer` and returns how many; 0 at the end. A
// negative number ends the operation with `OCIGRAPH_IO`.
typedef int64_t (*ocigraph_read_fn)(void *user_data, uint8_t *buffer, size_t capacity);

// Takes the next bytes of content. Anything but 0 ends the operation with `OCIGRAPH_IO`.
typedef int32_t (*ocigraph_write_fn)(void *user_data, const uint8_t *data, size_t length);

// Is told how `ocigraph_client_push_start` ended: `result` where `status` is `OCIGRAPH_OK`, else
// `error`; the other is NULL. Both are the callee's to free.
typedef void (*ocigraph_push_fn)(void *user_data,
                                 ocigraph_status status,
                                 ocigraph_push_result *result,
                                 ocigraph_error *error);

// Is told how `ocigraph_client_pull_start` ended: `result` where `status` is `OCIGRAPH_OK`, else
// `error`; the other is NULL. Both are the callee's to free.
typedef void (*ocigraph_pull_fn)(void *user_data,
                                 ocigraph_status status,
                                 ocigraph_pull_result *result,
                                 ocigraph_error *error);

// Is told how `ocigraph_client_discover_start` ended: `result` where `status` is `OCIGRAPH_OK`, else
// `error`; the other is NULL. Both are the callee's to free.
typedef void (*ocigraph_discover_fn)(void *user_data,
                                     ocigraph_status status,
                                     ocigraph_graph *result,
                                     ocigraph_error *error);

// Is told how `ocigraph_client_delete_start` ended: `result` where `status` is `OCIGRAPH_OK`, else
// `error`; the other is NULL. Both are the callee's to free.
typedef void (*ocigraph_delete_fn)(void *user_data,
                                   ocigraph_status status,
                                   ocigraph_delete_report *result,
                                   ocigraph_error *error);

// Is told how `ocigraph_client_copy_start` ended: `result` where `status` is `OCIGRAPH_OK`, else
// `error`; the other is NULL. Both are the callee's to free.
typedef void (*ocigraph_copy_fn)(void *user_data,
                                 ocigraph_status status,
                                 ocigraph_copy_report *result,
                                 ocigraph_error *error);

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// An error of the caller's own, for a credential callback to give: `OCIGRAPH_CREDENTIALS`, with
// `message` as what went wrong. What is not UTF-8 in it is replaced.
//
// `user_data`: what `ocigraph_error_user_data` gives of the error that the operation then ends
// with; such as the exception that the callback caught.
//
// Ownership: the caller's, until it is given away or `ocigraph_error_free`; `message` is copied, and
// `user_data` is never followed. Threads: any. Since 0.1.0.
ocigraph_error *ocigraph_error_new(ocigraph_str message,
                                   void *user_data);

// Ends an error.
//
// Ownership: takes `error`; NULL is allowed. Threads: any, once. Since 0.1.0.
void ocigraph_error_free(ocigraph_error *error);

// The status that the failed call returned; `OCIGRAPH_OK` for NULL.
//
// Threads: any. Since 0.1.0.
ocigraph_status ocigraph_error_status(const ocigraph_error *error);

// The whole sentence for a person: what was being done, to what, what went wrong, what to try.
//
// Ownership: borrowed from `error`. Threads: any. Since 0.1.0.
ocigraph_str ocigraph_error_message(const ocigraph_error *error);

// What went wrong, alone.
//
// Ownership: borrowed from `error`. Threads: any. Since 0.1.0.
ocigraph_str ocigraph_error_reason(const ocigraph_error *error);

// What to try; no text where there is nothing to try.
//
// Ownership: borrowed from `error`. Threads: any. Since 0.1.0.
ocigraph_str ocigraph_error_hint(const ocigraph_error *error);

// The operation, such as "push".
//
// Ownership: borrowed from `error`. Threads: any. Since 0.1.0.
ocigraph_str ocigraph_error_operation(const ocigraph_error *error);

// The reference that the operation was on.
//
// Ownership: borrowed from `error`. Threads: any. Since 0.1.0.
ocigraph_str ocigraph_error_reference(const ocigraph_error *error);

// The HTTP status where a registry answered, else 0.
//
// Threads: any. Since 0.1.0.
uint16_t ocigraph_error_http_status(const ocigraph_error *error);

// How many errors the registry's answer lists.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_error_registry_count(const ocigraph_error *error);

// The registry's own code, such as "MANIFEST_UNKNOWN", of one of the errors it listed.
//
// Ownership: borrowed from `error`. Threads: any. Since 0.1.0.
ocigraph_str ocigraph_error_registry_code(const ocigraph_error *error, size_t index);

// The registry's own words for one of the errors it listed; may be empty.
//
// Ownership: borrowed from `error`. Threads: any. Since 0.1.0.
ocigraph_str ocigraph_error_registry_message(const ocigraph_error *error, size_t index);

// The id under which the registry logged the request.
//
// Ownership: borrowed from `error`. Threads: any. Since 0.1.0.
ocigraph_str ocigraph_error_request_id(const ocigraph_error *error);

// Seconds that the registry asked to wait; negative where it did not say.
//
// Threads: any. Since 0.1.0.
double ocigraph_error_retry_after(const ocigraph_error *error);

// Whether the same call may succeed later without anything being changed.
//
// Threads: any. Since 0.1.0.
bool ocigraph_error_retryable(const ocigraph_error *error);

// The `user_data` that a callback gave to `ocigraph_error_new`; NULL for every other error.
//
// Ownership: the callback's, whatever it is. Threads: any. Since 0.1.0.
void *ocigraph_error_user_data(const ocigraph_error *error);

// All of it as one JSON object.
//
// Ownership: borrowed from `error`. Threads: any. Since 0.1.0.
ocigraph_str ocigraph_error_json(const ocigraph_error *error);

// The version of the library in use, such as "0.1.0", ended by NUL.
//
// Ownership: static. Threads: any. Since 0.1.0.
const char *ocigraph_version(void);

// The ABI of the library in use. Where it is not `OCIGRAPH_ABI_VERSION`, the program was built for
// another library.
//
// Threads: any. Since 0.1.0.
uint32_t ocigraph_abi_version(void);

// The stable name of a status, such as "NOT_FOUND"; "OK"; no text for a number that is none.
//
// Ownership: static. Threads: any. Since 0.1.0.
ocigraph_str ocigraph_status_name(ocigraph_status status);

// A new token, not yet switched.
//
// Ownership: the caller's, until `ocigraph_cancel_free`. Threads: any. Since 0.1.0.
ocigraph_cancel *ocigraph_cancel_new(void);

// Ends every call that was given this token, now and later: they return `OCIGRAPH_CANCELLED`.
// A second time does nothing.
//
// Threads: any, also from a callback and while other threads use the token. Since 0.1.0.
void ocigraph_cancel_cancel(const ocigraph_cancel *cancel);

// Whether it was switched.
//
// Threads: any. Since 0.1.0.
bool ocigraph_cancel_is_cancelled(const ocigraph_cancel *cancel);

// Ends a token. Blocking calls that use it must have returned, but for one in whose callback this is
// called; those of the callback form keep what they need of it. It cancels none of them.
//
// Ownership: takes `cancel`; NULL is allowed. Threads: any, once. Since 0.1.0.
void ocigraph_cancel_free(ocigraph_cancel *cancel);

// New options, with the defaults.
//
// Ownership: the caller's, until `ocigraph_client_options_free`. Threads: any. Since 0.1.0.
ocigraph_client_options *ocigraph_client_options_new(void);

// This credential for every registry that the client is used with. Without it, and without the two
// below, credentials are looked for where the other tools keep them: `DOCKER_AUTH_CONFIG`, the
// configuration files of docker and of the containers tools, and the helpers that these name.
//
// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL. Since 0.1.0.
ocigraph_status ocigraph_client_options_set_credential(ocigraph_client_options *options,
                                                       const ocigraph_credential *credential,
                                                       ocigraph_error **error);

// No credential at all.
//
// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL. Since 0.1.0.
ocigraph_status ocigraph_client_options_set_anonymous(ocigraph_client_options *options,
                                                      ocigraph_error **error);

// Asks `callback`, with `user_data` as its first argument, when a registry wants a credential.
// `user_data` must live until clients that were made with these options are freed; nothing is
// called after that.
//
// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL. Since 0.1.0.
ocigraph_status ocigraph_client_options_set_credential_callback(ocigraph_client_options *options,
                                                                ocigraph_credential_fn callback,
                                                                void *user_data,
                                                                ocigraph_error **error);

// A credential file to look into before those of docker and of the containers tools; login writes
// to it. No text: none.
//
// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL or what is not UTF-8; a file that cannot
// be used fails, with CREDENTIALS, what is done at a registry that asks for a credential. Since 0.1.0.
ocigraph_status ocigraph_client_options_set_auth_file(ocigraph_client_options *options,
                                                      ocigraph_str path,
                                                      ocigraph_error **error);

// Certificates in PEM to trust beside those of the system. No text: none.
//
// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL or what is not UTF-8, TLS for a file that
// holds no certificates. Since 0.1.0.
ocigraph_status ocigraph_client_options_set_ca_file(ocigraph_client_options *options,
                                                    ocigraph_str path,
                                                    ocigraph_error **error);

// The client's own certificates and their private key, both in PEM, for registries that ask for one.
// No text in both: none.
//
// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL, for what is not UTF-8 and for one
// without the other, TLS for files that do not hold them. Since 0.1.0.
ocigraph_status ocigraph_client_options_set_client_certificate(ocigraph_client_options *options,
                                                               ocigraph_str cert_file,
                                                               ocigraph_str key_file,
                                                               ocigraph_error **error);

// Takes any certificate: whoever sits between reads and changes what is sent.
//
// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL. Since 0.1.0.
ocigraph_status ocigraph_client_options_set_insecure(ocigraph_client_options *options,
                                                     bool insecure,
                                                     ocigraph_error **error);

// Uses the proxies that `HTTPS_PROXY`, `HTTP_PROXY` and `ALL_PROXY` name, for hosts that `NO_PROXY`
// does not; never for this machine. The default is true.
//
// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL. Since 0.1.0.
ocigraph_status ocigraph_client_options_set_use_proxy(ocigraph_client_options *options,
                                                      bool use_proxy,
                                                      ocigraph_error **error);

// Plain HTTP or TLS for every registry. Without it plain HTTP for this machine, TLS for others.
//
// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL. Since 0.1.0.
ocigraph_status ocigraph_client_options_set_plain_http(ocigraph_client_options *options,
                                                       bool plain_http,
                                                       ocigraph_error **error);

// Adds a header, which is sent to the registry itself and nowhere else.
//
// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL, and for what is no header. Since 0.1.0.
ocigraph_status ocigraph_client_options_add_header(ocigraph_client_options *options,
                                                   ocigraph_str name,
                                                   ocigraph_str value,
                                                   ocigraph_error **error);

// Sets the `User-Agent` header; a program names itself here.
//
// Threads: one at a time. Errors: as `ocigraph_client_options_add_header`. Since 0.1.0.
ocigraph_status ocigraph_client_options_set_user_agent(ocigraph_client_options *options,
                                                       ocigraph_str user_agent,
                                                       ocigraph_error **error);

// Ends options. Clients that were made with them keep what they need.
//
// Ownership: takes `options`; NULL is allowed. Threads: any, once. Since 0.1.0.
void ocigraph_client_options_free(ocigraph_client_options *options);

// A new client. Nothing is read or sent yet.
//
// `runtime`: whose threads to use; NULL gives the client threads of its own, which end with it.
// `options`: NULL for the defaults.
//
// Ownership: `out` is the caller's, until `ocigraph_client_free`; it keeps nothing of `options`.
// Threads: any. Errors: IO where threads cannot be started. Since 0.1.0.
ocigraph_status ocigraph_client_new(const ocigraph_runtime *runtime,
                                    const ocigraph_client_options *options,
                                    ocigraph_client **out,
                                    ocigraph_error **error);

// Ends a client. Where it has threads of its own, as `ocigraph_runtime_free`; otherwise operations
// of the callback form go on. Its credential callback is not called after that. Blocking calls
// must have returned, but for one in whose callback this is called.
//
// Ownership: takes `client`; NULL is allowed. Threads: any, once. Since 0.1.0.
void ocigraph_client_free(ocigraph_client *client);

// A name and a password.
//
// Ownership: `out` is the caller's, until `ocigraph_credential_free`. Threads: any.
// Errors: INVALID_ARGUMENT for what is not UTF-8. Since 0.1.0.
ocigraph_status ocigraph_credential_password(ocigraph_str username,
                                             ocigraph_str password,
                                             ocigraph_credential **out,
                                             ocigraph_error **error);

// A refresh token, for which the registry's token server gives access tokens.
//
// Ownership: `out` is the caller's, until `ocigraph_credential_free`. Threads: any.
// Errors: INVALID_ARGUMENT for no text or what is not UTF-8. Since 0.1.0.
ocigraph_status ocigraph_credential_identity_token(ocigraph_str token,
                                                   ocigraph_credential **out,
                                                   ocigraph_error **error);

// A token that is sent to the registry as it is.
//
// Ownership: `out` is the caller's, until `ocigraph_credential_free`. Threads: any.
// Errors: INVALID_ARGUMENT for no text or what is not UTF-8. Since 0.1.0.
ocigraph_status ocigraph_credential_registry_token(ocigraph_str token,
                                                   ocigraph_credential **out,
                                                   ocigraph_error **error);

// A Microsoft Entra access token, which Azure's registry exchanges for an identity token.
//
// `tenant`: no text takes the one that the token names.
//
// Ownership: `out` is the caller's, until `ocigraph_credential_free`. Threads: any.
// Errors: INVALID_ARGUMENT for no token or what is not UTF-8. Since 0.1.0.
ocigraph_status ocigraph_credential_entra_token(ocigraph_str token,
                                                ocigraph_str tenant,
                                                ocigraph_credential **out,
                                                ocigraph_error **error);

// Ends a credential, and wipes its secret.
//
// Ownership: takes `credential`; NULL is allowed. Threads: any, once. Since 0.1.0.
void ocigraph_credential_free(ocigraph_credential *credential);

// How long to wait, and how much to read: one of `OCIGRAPH_LIMIT_*`, which say what is counted and
// what is the default. 0 is the default.
//
// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL or another number. Since 0.1.0.
ocigraph_status ocigraph_client_options_set_limit(ocigraph_client_options *options,
                                                  int32_t limit,
                                                  uint64_t value,
                                                  ocigraph_error **error);

// New options, with the defaults.
//
// Ownership: the caller's, until `ocigraph_blob_options_free`. Threads: any. Since 0.1.0.
ocigraph_blob_options *ocigraph_blob_options_new(void);

// Ends options.
//
// Ownership: takes `options`; NULL is allowed. Threads: any, once. Since 0.1.0.
void ocigraph_blob_options_free(ocigraph_blob_options *options);

// Reports progress to `callback`, with `user_data` as its first argument. NULL: to nobody.
// `user_data` must live as long as operations that use these options.
//
// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL. Since 0.1.0.
ocigraph_status ocigraph_blob_options_set_progress(ocigraph_blob_options *options,
                                                   ocigraph_progress_fn callback,
                                                   void *user_data,
                                                   ocigraph_error **error);

// New options, with the defaults.
//
// Ownership: the caller's, until `ocigraph_copy_options_free`. Threads: any. Since 0.1.0.
ocigraph_copy_options *ocigraph_copy_options_new(void);

// Ends options.
//
// Ownership: takes `options`; NULL is allowed. Threads: any, once. Since 0.1.0.
void ocigraph_copy_options_free(ocigraph_copy_options *options);

// Copies also everything that refers to it, to what an index lists, and so on.
//
// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL. Since 0.1.0.
ocigraph_status ocigraph_copy_options_set_recursive(ocigraph_copy_options *options,
                                                    bool recursive,
                                                    ocigraph_error **error);

// Copies, of an index, only the image for this platform.
// Written `os/architecture[/variant]`, as in "linux/arm64". No text: none.
//
// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL or what is no platform. Since 0.1.0.
ocigraph_status ocigraph_copy_options_set_platform(ocigraph_copy_options *options,
                                                   ocigraph_str platform,
                                                   ocigraph_error **error);

// Copies foreign layers too, which registries need not have.
//
// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL. Since 0.1.0.
ocigraph_status ocigraph_copy_options_set_foreign(ocigraph_copy_options *options,
                                                  bool foreign,
                                                  ocigraph_error **error);

// How many requests to make at once; 0 is the default.
//
// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL. Since 0.1.0.
ocigraph_status ocigraph_copy_options_set_concurrency(ocigraph_copy_options *options,
                                                      size_t concurrency,
                                                      ocigraph_error **error);

// Reports progress to `callback`, with `user_data` as its first argument. NULL: to nobody.
// `user_data` must live as long as operations that use these options.
//
// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL. Since 0.1.0.
ocigraph_status ocigraph_copy_options_set_progress(ocigraph_copy_options *options,
                                                   ocigraph_progress_fn callback,
                                                   void *user_data,
                                                   ocigraph_error **error);

// New options, with the defaults.
//
// Ownership: the caller's, until `ocigraph_delete_options_free`. Threads: any. Since 0.1.0.
ocigraph_delete_options *ocigraph_delete_options_new(void);

// Ends options.
//
// Ownership: takes `options`; NULL is allowed. Threads: any, once. Since 0.1.0.
void ocigraph_delete_options_free(ocigraph_delete_options *options);

// Only says what would be deleted.
//
// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL. Since 0.1.0.
ocigraph_status ocigraph_delete_options_set_dry_run(ocigraph_delete_options *options,
                                                    bool dry_run,
                                                    ocigraph_error **error);

// Deletes also what would be kept: what is tagged otherwise or listed by another index.
//
// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL. Since 0.1.0.
ocigraph_status ocigraph_delete_options_set_force(ocigraph_delete_options *options,
                                                  bool force,
                                                  ocigraph_error **error);

// How many requests to make at once; 0 is the default.
//
// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL. Since 0.1.0.
ocigraph_status ocigraph_delete_options_set_concurrency(ocigraph_delete_options *options,
                                                        size_t concurrency,
                                                        ocigraph_error **error);

// New options, with the defaults.
//
// Ownership: the caller's, until `ocigraph_discover_options_free`. Threads: any. Since 0.1.0.
ocigraph_discover_options *ocigraph_discover_options_new(void);

// Ends options.
//
// Ownership: takes `options`; NULL is allowed. Threads: any, once. Since 0.1.0.
void ocigraph_discover_options_free(ocigraph_discover_options *options);

// Returns only referrers of this type, with what leads to them and what lies beneath them.
//
// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL or what is not UTF-8. Since 0.1.0.
ocigraph_status ocigraph_discover_options_set_artifact_type(ocigraph_discover_options *options,
                                                            ocigraph_str artifact_type,
                                                            ocigraph_error **error);

// Returns only referrers that have this annotation, as `ocigraph_discover_options_set_artifact_type`.
// Several must all be there.
//
// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL, for no key and what is not UTF-8. Since 0.1.0.
ocigraph_status ocigraph_discover_options_add_annotation(ocigraph_discover_options *options,
                                                         ocigraph_str key,
                                                         ocigraph_str value,
                                                         ocigraph_error **error);

// Starts, at an index, from the image for this platform.
// Written `os/architecture[/variant]`, as in "linux/arm64". No text: none.
//
// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL or what is no platform. Since 0.1.0.
ocigraph_status ocigraph_discover_options_set_platform(ocigraph_discover_options *options,
                                                       ocigraph_str platform,
                                                       ocigraph_error **error);

// How many levels of referrers to walk; 0 is the subject alone. Without it, all.
//
// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL. Since 0.1.0.
ocigraph_status ocigraph_discover_options_set_depth(ocigraph_discover_options *options,
                                                    size_t depth,
                                                    ocigraph_error **error);

// How many requests to make at once; 0 is the default.
//
// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL. Since 0.1.0.
ocigraph_status ocigraph_discover_options_set_concurrency(ocigraph_discover_options *options,
                                                          size_t concurrency,
                                                          ocigraph_error **error);

// New options, with the defaults.
//
// Ownership: the caller's, until `ocigraph_pull_options_free`. Threads: any. Since 0.1.0.
ocigraph_pull_options *ocigraph_pull_options_new(void);

// Ends options.
//
// Ownership: takes `options`; NULL is allowed. Threads: any, once. Since 0.1.0.
void ocigraph_pull_options_free(ocigraph_pull_options *options);

// The directory to write into; created when it is not there. No text: the current one.
//
// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL or what is not UTF-8. Since 0.1.0.
ocigraph_status ocigraph_pull_options_set_output(ocigraph_pull_options *options,
                                                 ocigraph_str output,
                                                 ocigraph_error **error);

// Pulls, instead of what the reference names, its referrers of this type.
//
// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL or what is not UTF-8. Since 0.1.0.
ocigraph_status ocigraph_pull_options_set_artifact_type(ocigraph_pull_options *options,
                                                        ocigraph_str artifact_type,
                                                        ocigraph_error **error);

// Pulls, of an index, the image for this platform.
// Written `os/architecture[/variant]`, as in "linux/arm64". No text: none.
//
// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL or what is no platform. Since 0.1.0.
ocigraph_status ocigraph_pull_options_set_platform(ocigraph_pull_options *options,
                                                   ocigraph_str platform,
                                                   ocigraph_error **error);

// Pulls also what the artifact refers to, and what that refers to in turn.
//
// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL. Since 0.1.0.
ocigraph_status ocigraph_pull_options_set_include_subject(ocigraph_pull_options *options,
                                                          bool include_subject,
                                                          ocigraph_error **error);

// Leaves files that are there already as they are.
//
// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL. Since 0.1.0.
ocigraph_status ocigraph_pull_options_set_keep_old_files(ocigraph_pull_options *options,
                                                         bool keep_old_files,
                                                         ocigraph_error **error);

// Writes where titles say, even outside the output directory. For trusted registries alone.
//
// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL. Since 0.1.0.
ocigraph_status ocigraph_pull_options_set_allow_path_traversal(ocigraph_pull_options *options,
                                                               bool allow_path_traversal,
                                                               ocigraph_error **error);

// How much a packed directory may unpack to, before the pull ends with TOO_LARGE. 0 is the default.
//
// `entries`: files, directories and links; 1,000,000. `bytes`: in all; 64 GiB. `ratio`: bytes for each
// byte of the archive, once more than 64 MiB are unpacked; 1,000.
//
// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL. Since 0.1.0.
ocigraph_status ocigraph_pull_options_set_unpack_limits(ocigraph_pull_options *options,
                                                        uint64_t entries,
                                                        uint64_t bytes,
                                                        uint64_t ratio,
                                                        ocigraph_error **error);

// How many requests to make at once; 0 is the default.
//
// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL. Since 0.1.0.
ocigraph_status ocigraph_pull_options_set_concurrency(ocigraph_pull_options *options,
                                                      size_t concurrency,
                                                      ocigraph_error **error);

// Reports progress to `callback`, with `user_data` as its first argument. NULL: to nobody.
// `user_data` must live as long as operations that use these options.
//
// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL. Since 0.1.0.
ocigraph_status ocigraph_pull_options_set_progress(ocigraph_pull_options *options,
                                                   ocigraph_progress_fn callback,
                                                   void *user_data,
                                                   ocigraph_error **error);

// New options, with the defaults.
//
// Ownership: the caller's, until `ocigraph_push_options_free`. Threads: any. Since 0.1.0.
ocigraph_push_options *ocigraph_push_options_new(void);

// Ends options.
//
// Ownership: takes `options`; NULL is allowed. Threads: any, once. Since 0.1.0.
void ocigraph_push_options_free(ocigraph_push_options *options);

// Adds a file or directory; a directory is packed as tar and gzip.
//
// `media_type`: no text guesses it from the name. `title`: no text takes the path.
//
// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL, for no path, and for what is not UTF-8 or no media type. Since 0.1.0.
ocigraph_status ocigraph_push_options_add_path(ocigraph_push_options *options,
                                               ocigraph_str path,
                                               ocigraph_str media_type,
                                               ocigraph_str title,
                                               ocigraph_error **error);

// Adds content in memory, which is copied, under a title.
//
// `title`: no text gives it none, so that a pull does not write it. `media_type`: no text guesses it from the title.
//
// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL and for what is not UTF-8 or no media type. Since 0.1.0.
ocigraph_status ocigraph_push_options_add_bytes(ocigraph_push_options *options,
                                                ocigraph_str title,
                                                ocigraph_str media_type,
                                                ocigraph_bytes content,
                                                ocigraph_error **error);

// Adds content that `read` gives, under a title. Each push with these options reads it to its free,
// on a thread of the library; short content is kept in memory, the rest in a temporary file. Two
// pushes at once would share `user_data`, and a second one finds a stream at its end: give each push
// options of its own, or a `read` that knows where it begins.
//
// `title` and `media_type`: as for `ocigraph_push_options_add_bytes`. `user_data` must live as long as operations
// that use these options.
//
// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL and for what is not UTF-8 or no media type. Since 0.1.0.
ocigraph_status ocigraph_push_options_add_reader(ocigraph_push_options *options,
                                                 ocigraph_str title,
                                                 ocigraph_str media_type,
                                                 ocigraph_read_fn read,
                                                 void *user_data,
                                                 ocigraph_error **error);

// Adds an annotation to the file that was added last.
//
// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL, for no key and what is not UTF-8, or where
// no file was added. Since 0.1.0.
ocigraph_status ocigraph_push_options_add_file_annotation(ocigraph_push_options *options,
                                                          ocigraph_str key,
                                                          ocigraph_str value,
                                                          ocigraph_error **error);

// The artifact's type, such as "application/vnd.example.sbom". No text: none.
//
// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL and for what is no media type. Since 0.1.0.
ocigraph_status ocigraph_push_options_set_artifact_type(ocigraph_push_options *options,
                                                        ocigraph_str artifact_type,
                                                        ocigraph_error **error);

// Makes the artifact a referrer of what this names: a whole reference, tag or digest included, in the
// repository or layout that is pushed to. No text: of nothing.
//
// Threads: one at a time. Errors: INVALID_REFERENCE, also for one without tag and digest,
// INVALID_ARGUMENT for NULL or what is not UTF-8. Since 0.1.0.
ocigraph_status ocigraph_push_options_set_subject(ocigraph_push_options *options,
                                                  ocigraph_str subject,
                                                  ocigraph_error **error);

// Adds an annotation to the manifest.
//
// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL, for no key and what is not UTF-8. Since 0.1.0.
ocigraph_status ocigraph_push_options_add_annotation(ocigraph_push_options *options,
                                                     ocigraph_str key,
                                                     ocigraph_str value,
                                                     ocigraph_error **error);

// A config instead of the empty one.
//
// `media_type`: no text is "application/json".
//
// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL and for what is not UTF-8 or no media type. Since 0.1.0.
ocigraph_status ocigraph_push_options_set_config(ocigraph_push_options *options,
                                                 ocigraph_bytes config,
                                                 ocigraph_str media_type,
                                                 ocigraph_error **error);

// A config out of a file instead of the empty one.
//
// `media_type`: no text guesses it from the name.
//
// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL, for no path, and for what is not UTF-8 or no media type. Since 0.1.0.
ocigraph_status ocigraph_push_options_set_config_path(ocigraph_push_options *options,
                                                      ocigraph_str path,
                                                      ocigraph_str media_type,
                                                      ocigraph_error **error);

// The manifest's format: `OCIGRAPH_FORMAT_*`.
//
// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL or another number. Since 0.1.0.
ocigraph_status ocigraph_push_options_set_format(ocigraph_push_options *options,
                                                 int32_t format,
                                                 ocigraph_error **error);

// Takes absolute titles and titles with `..` as they are.
//
// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL. Since 0.1.0.
ocigraph_status ocigraph_push_options_set_allow_path_traversal(ocigraph_push_options *options,
                                                               bool allow_path_traversal,
                                                               ocigraph_error **error);

// Seconds since 1970: the time put into packed directories and the `created` annotation. Without
// it directories get 0 and there is no `created`, so that the same input has the same digest.
// A push with a time after the year 9999 fails with INVALID_ARGUMENT.
//
// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL. Since 0.1.0.
ocigraph_status ocigraph_push_options_set_source_date_epoch(ocigraph_push_options *options,
                                                            uint64_t seconds,
                                                            ocigraph_error **error);

// How many requests to make at once; 0 is the default.
//
// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL. Since 0.1.0.
ocigraph_status ocigraph_push_options_set_concurrency(ocigraph_push_options *options,
                                                      size_t concurrency,
                                                      ocigraph_error **error);

// Reports progress to `callback`, with `user_data` as its first argument. NULL: to nobody.
// `user_data` must live as long as operations that use these options.
//
// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL. Since 0.1.0.
ocigraph_status ocigraph_push_options_set_progress(ocigraph_push_options *options,
                                                   ocigraph_progress_fn callback,
                                                   void *user_data,
                                                   ocigraph_error **error);

// New options, with the defaults.
//
// Ownership: the caller's, until `ocigraph_resolve_options_free`. Threads: any. Since 0.1.0.
ocigraph_resolve_options *ocigraph_resolve_options_new(void);

// Ends options.
//
// Ownership: takes `options`; NULL is allowed. Threads: any, once. Since 0.1.0.
void ocigraph_resolve_options_free(ocigraph_resolve_options *options);

// Takes, of an index, the image for this platform.
// Written `os/architecture[/variant]`, as in "linux/arm64". No text: none.
//
// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL or what is no platform. Since 0.1.0.
ocigraph_status ocigraph_resolve_options_set_platform(ocigraph_resolve_options *options,
                                                      ocigraph_str platform,
                                                      ocigraph_error **error);

// New options, with the defaults.
//
// Ownership: the caller's, until `ocigraph_verify_options_free`. Threads: any. Since 0.1.0.
ocigraph_verify_options *ocigraph_verify_options_new(void);

// Ends options.
//
// Ownership: takes `options`; NULL is allowed. Threads: any, once. Since 0.1.0.
void ocigraph_verify_options_free(ocigraph_verify_options *options);

// Starts, at an index, from the image for this platform.
// Written `os/architecture[/variant]`, as in "linux/arm64". No text: none.
//
// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL or what is no platform. Since 0.1.0.
ocigraph_status ocigraph_verify_options_set_platform(ocigraph_verify_options *options,
                                                     ocigraph_str platform,
                                                     ocigraph_error **error);

// How many requests to make at once; 0 is the default.
//
// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL. Since 0.1.0.
ocigraph_status ocigraph_verify_options_set_concurrency(ocigraph_verify_options *options,
                                                        size_t concurrency,
                                                        ocigraph_error **error);

// Reports progress to `callback`, with `user_data` as its first argument. NULL: to nobody.
// `user_data` must live as long as operations that use these options.
//
// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL. Since 0.1.0.
ocigraph_status ocigraph_verify_options_set_progress(ocigraph_verify_options *options,
                                                     ocigraph_progress_fn callback,
                                                     void *user_data,
                                                     ocigraph_error **error);

// Starts `workers` threads, at most 1024; 0 is one for each processor. More are started for
// file work and callbacks, and end when there is none.
//
// Most programs need no runtime of their own: a client that is given none has one to itself.
//
// Ownership: `out` is the caller's, until `ocigraph_runtime_free`. Threads: any.
// Errors: INVALID_ARGUMENT for more workers, IO where threads cannot be started. Since 0.1.0.
ocigraph_status ocigraph_runtime_new(size_t workers,
                                     ocigraph_runtime **out,
                                     ocigraph_error **error);

// Ends a runtime: cancels every operation on it, and returns when each has returned or its
// callback was called. Nothing is called after that. Clients that use it may still be freed;
// their calls return `OCIGRAPH_CANCELLED`.
//
// In a callback it cancels and returns at once, since it would wait for itself; what is left is
// waited for when the last client that uses it is freed.
//
// Ownership: takes `runtime`; NULL is allowed. Threads: any, once. Since 0.1.0.
void ocigraph_runtime_free(ocigraph_runtime *runtime);

// Packs files, directories and bytes into one artifact, and names it by the reference's tags. With a
// subject it becomes a referrer of that.
//
// `reference`: "host/repository[:tag[,tag...]]" or "oci:PATH[:tag]". `options`: NULL pushes an artifact
// without files.
//
// `cancel`: NULL where it is not to be cancelled.
//
// Ownership: `out` is the caller's, until `ocigraph_push_result_free`; nothing of the arguments is kept.
// Threads: any; blocks. Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND for a file or subject, IO, CANCELLED, and those of the network. Since 0.1.0.
ocigraph_status ocigraph_client_push(const ocigraph_client *client,
                                     ocigraph_str reference,
                                     const ocigraph_push_options *options,
                                     const ocigraph_cancel *cancel,
                                     ocigraph_push_result **out,
                                     ocigraph_error **error);

// Writes an artifact's files into a directory, verified; with an artifact type those of the referrers
// of that type. A file appears under its name when it is whole.
//
// `options`: NULL writes into the current directory.
//
// `cancel`: NULL where it is not to be cancelled.
//
// Ownership: `out` is the caller's, until `ocigraph_pull_result_free`; nothing of the arguments is kept.
// Threads: any; blocks. Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, CANCELLED, and those of the network, IO, UNSAFE_PATH, DIGEST_MISMATCH, SIZE_MISMATCH. Since 0.1.0.
ocigraph_status ocigraph_client_pull(const ocigraph_client *client,
                                     ocigraph_str reference,
                                     const ocigraph_pull_options *options,
                                     const ocigraph_cancel *cancel,
                                     ocigraph_pull_result **out,
                                     ocigraph_error **error);

// The graph of everything that refers to what the reference names.
//
// `options`: NULL walks it whole.
//
// `cancel`: NULL where it is not to be cancelled.
//
// Ownership: `out` is the caller's, until `ocigraph_graph_free`; nothing of the arguments is kept.
// Threads: any; blocks. Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, CANCELLED, and those of the network. Since 0.1.0.
ocigraph_status ocigraph_client_discover(const ocigraph_client *client,
                                         ocigraph_str reference,
                                         const ocigraph_discover_options *options,
                                         const ocigraph_cancel *cancel,
                                         ocigraph_graph **out,
                                         ocigraph_error **error);

// Deletes what the reference names and all that refers to it, referrers first; or only says what
// would be deleted. Can be run again where it was interrupted.
//
// What could not be deleted is in the report; the call itself succeeds. `options`: NULL keeps what is
// tagged otherwise.
//
// `cancel`: NULL where it is not to be cancelled.
//
// Ownership: `out` is the caller's, until `ocigraph_delete_report_free`; nothing of the arguments is kept.
// Threads: any; blocks. Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, CANCELLED, and those of the network, UNSUPPORTED, FORBIDDEN. Since 0.1.0.
ocigraph_status ocigraph_client_delete(const ocigraph_client *client,
                                       ocigraph_str reference,
                                       const ocigraph_delete_options *options,
                                       const ocigraph_cancel *cancel,
                                       ocigraph_delete_report **out,
                                       ocigraph_error **error);

// Copies what `source` names, or its whole graph, to `destination`, and tags it there. What is there
// already is not sent.
//
// `options`: NULL copies the one artifact, with what it refers to.
//
// `cancel`: NULL where it is not to be cancelled.
//
// Ownership: `out` is the caller's, until `ocigraph_copy_report_free`; nothing of the arguments is kept.
// Threads: any; blocks. Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, CANCELLED, and those of the network, DIGEST_MISMATCH. Since 0.1.0.
ocigraph_status ocigraph_client_copy(const ocigraph_client *client,
                                     ocigraph_str source,
                                     ocigraph_str destination,
                                     const ocigraph_copy_options *options,
                                     const ocigraph_cancel *cancel,
                                     ocigraph_copy_report **out,
                                     ocigraph_error **error);

// Checks the whole graph under what the reference names: every manifest and blob, those of referrers
// too. What it finds is in the report; the call itself succeeds.
//
// `options`: NULL checks all.
//
// `cancel`: NULL where it is not to be cancelled.
//
// Ownership: `out` is the caller's, until `ocigraph_verify_report_free`; nothing of the arguments is kept.
// Threads: any; blocks. Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, CANCELLED, and those of the network. Since 0.1.0.
ocigraph_status ocigraph_client_verify(const ocigraph_client *client,
                                       ocigraph_str reference,
                                       const ocigraph_verify_options *options,
                                       const ocigraph_cancel *cancel,
                                       ocigraph_verify_report **out,
                                       ocigraph_error **error);

// Ends the result of pushing a blob, and all that was borrowed from it.
//
// Ownership: takes `result`; NULL is allowed. Threads: any, once. Since 0.1.0.
void ocigraph_blob_result_free(ocigraph_blob_result *result);

// The blob.
//
// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_blob_result_descriptor(const ocigraph_blob_result *result);

// What became of it: `OCIGRAPH_OUTCOME_*`.
//
// Threads: any. Since 0.1.0.
ocigraph_outcome ocigraph_blob_result_outcome(const ocigraph_blob_result *result);

// All of it as one JSON text, in the shape that the command line prints.
//
// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
ocigraph_str ocigraph_blob_result_json(const ocigraph_blob_result *result);

// Hands the blob that the reference names by digest to `write`, piece by piece, and gives its
// descriptor. The pieces are checked while they pass: only once this call has succeeded is the
// content known to be what the digest says.
//
// `write` is called on this thread, with `user_data` as its first argument. `options`: NULL reports no
// progress.
//
// `cancel`: NULL where it is not to be cancelled.
//
// Ownership: `out` is the caller's, until `ocigraph_descriptor_free`; nothing of the arguments is kept.
// Threads: any; blocks. Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, CANCELLED, and those of the network, DIGEST_MISMATCH, SIZE_MISMATCH; IO where `write` fails. Since 0.1.0.
ocigraph_status ocigraph_client_fetch_blob(const ocigraph_client *client,
                                           ocigraph_str reference,
                                           ocigraph_write_fn write,
                                           void *user_data,
                                           const ocigraph_blob_options *options,
                                           const ocigraph_cancel *cancel,
                                           ocigraph_descriptor **out,
                                           ocigraph_error **error);

// Stores bytes as a blob where the reference points, unless it is there, and gives its descriptor and
// what became of it.
//
// `media_type`: no text is "application/octet-stream". `options`: NULL reports no progress.
//
// `cancel`: NULL where it is not to be cancelled.
//
// Ownership: `out` is the caller's, until `ocigraph_blob_result_free`; nothing of the arguments is kept.
// Threads: any; blocks. Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, CANCELLED, and those of the network. Since 0.1.0.
ocigraph_status ocigraph_client_push_blob(const ocigraph_client *client,
                                          ocigraph_str reference,
                                          ocigraph_str media_type,
                                          ocigraph_bytes content,
                                          const ocigraph_blob_options *options,
                                          const ocigraph_cancel *cancel,
                                          ocigraph_blob_result **out,
                                          ocigraph_error **error);

// The same for a file, which is read where it lies, and must not change meanwhile.
//
// `media_type`: no text is "application/octet-stream". `options`: NULL reports no progress.
//
// `cancel`: NULL where it is not to be cancelled.
//
// Ownership: `out` is the caller's, until `ocigraph_blob_result_free`; nothing of the arguments is kept.
// Threads: any; blocks. Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, IO, CANCELLED, and those of the network. Since 0.1.0.
ocigraph_status ocigraph_client_push_blob_file(const ocigraph_client *client,
                                               ocigraph_str reference,
                                               ocigraph_str media_type,
                                               ocigraph_str path,
                                               const ocigraph_blob_options *options,
                                               const ocigraph_cancel *cancel,
                                               ocigraph_blob_result **out,
                                               ocigraph_error **error);

// The same for content that `read` gives. It is read to its end first, on a thread of the library;
// short content is kept in memory, the rest in a temporary file.
//
// `read` is called with `user_data` as its first argument. `options`: NULL reports no progress.
//
// `cancel`: NULL where it is not to be cancelled.
//
// Ownership: `out` is the caller's, until `ocigraph_blob_result_free`; nothing of the arguments is kept.
// Threads: any; blocks. Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, CANCELLED, and those of the network; IO where `read` fails. Since 0.1.0.
ocigraph_status ocigraph_client_push_blob_from(const ocigraph_client *client,
                                               ocigraph_str reference,
                                               ocigraph_str media_type,
                                               ocigraph_read_fn read,
                                               void *user_data,
                                               const ocigraph_blob_options *options,
                                               const ocigraph_cancel *cancel,
                                               ocigraph_blob_result **out,
                                               ocigraph_error **error);

// The digest and length of bytes in memory, as a descriptor of "application/octet-stream".
//
// `algorithm`: `OCIGRAPH_ALGORITHM_*`.
//
// Ownership: `out` is the caller's, until `ocigraph_descriptor_free`. Threads: any.
// Errors: INVALID_ARGUMENT. Since 0.1.0.
ocigraph_status ocigraph_digest(int32_t algorithm,
                                ocigraph_bytes content,
                                ocigraph_descriptor **out,
                                ocigraph_error **error);

// The digest and length of a file, as a descriptor of "application/octet-stream".
//
// `algorithm`: `OCIGRAPH_ALGORITHM_*`. `cancel`: NULL where it is not to be cancelled.
//
// Ownership: `out` is the caller's, until `ocigraph_descriptor_free`; nothing of the arguments is
// kept. Threads: any; blocks. Errors: INVALID_ARGUMENT, NOT_FOUND, IO, CANCELLED. Since 0.1.0.
ocigraph_status ocigraph_digest_file(int32_t algorithm,
                                     ocigraph_str path,
                                     const ocigraph_cancel *cancel,
                                     ocigraph_descriptor **out,
                                     ocigraph_error **error);

// The digests of many files, on all processors, in the order of the paths.
//
// `algorithm`: `OCIGRAPH_ALGORITHM_*`. `paths`: `count` texts. `cancel`: NULL where it is not to be
// cancelled.
//
// Ownership: `out` is the caller's, until `ocigraph_digest_list_free`; nothing of the arguments is
// kept. Threads: any; blocks. Errors: INVALID_ARGUMENT, CANCELLED; NOT_FOUND or IO for the first
// file that cannot be read. Since 0.1.0.
ocigraph_status ocigraph_digest_files(int32_t algorithm,
                                      const ocigraph_str *paths,
                                      size_t count,
                                      const ocigraph_cancel *cancel,
                                      ocigraph_digest_list **out,
                                      ocigraph_error **error);

// Ends a list of digests, and all that was borrowed from it.
//
// Ownership: takes `result`; NULL is allowed. Threads: any, once. Since 0.1.0.
void ocigraph_digest_list_free(ocigraph_digest_list *result);

// How many digests there are.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_digest_list_count(const ocigraph_digest_list *result);

// One of the digests, such as "sha256:e3b0...".
//
// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
ocigraph_str ocigraph_digest_list_digest(const ocigraph_digest_list *result, size_t index);

// The length in bytes of what has this digest.
//
// Threads: any. Since 0.1.0.
uint64_t ocigraph_digest_list_size(const ocigraph_digest_list *result, size_t index);

// All of it as one JSON text, in the shape that the command line prints.
//
// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
ocigraph_str ocigraph_digest_list_json(const ocigraph_digest_list *result);

// Checks a credential with a registry, and stores it where the other tools look: with the helper
// that docker's configuration names for the registry, else in that file itself, as plain text that
// its owner alone can read. Nothing is stored when the registry does not take it.
//
// `host`: "registry.example.com[:port]". `cancel`: NULL where it is not to be cancelled.
//
// Ownership: `out` is the caller's, until `ocigraph_login_result_free`; nothing of the arguments is
// kept. Threads: any; blocks. Errors: UNAUTHORIZED, CREDENTIALS, CANCELLED, and those of the
// network. Since 0.1.0.
ocigraph_status ocigraph_client_login(const ocigraph_client *client,
                                      ocigraph_str host,
                                      const ocigraph_credential *credential,
                                      const ocigraph_cancel *cancel,
                                      ocigraph_login_result **out,
                                      ocigraph_error **error);

// Removes every form of a registry's stored credential, from files and helpers.
//
// `host`: "registry.example.com[:port]". `cancel`: NULL where it is not to be cancelled.
//
// Ownership: `out` is the caller's, until `ocigraph_logout_result_free`; nothing of the arguments
// is kept. Threads: any; blocks. Errors: INVALID_REFERENCE, CREDENTIALS, IO, CANCELLED. Since 0.1.0.
ocigraph_status ocigraph_client_logout(const ocigraph_client *client,
                                       ocigraph_str host,
                                       const ocigraph_cancel *cancel,
                                       ocigraph_logout_result **out,
                                       ocigraph_error **error);

// Ends the result of a login, and all that was borrowed from it.
//
// Ownership: takes `result`; NULL is allowed. Threads: any, once. Since 0.1.0.
void ocigraph_login_result_free(ocigraph_login_result *result);

// Where the credential is kept now: a file, or a helper.
//
// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
ocigraph_str ocigraph_login_result_stored_in(const ocigraph_login_result *result);

// Whether it is kept as plain text, in a file.
//
// Threads: any. Since 0.1.0.
bool ocigraph_login_result_plain_text(const ocigraph_login_result *result);

// Whether the registry asked for a credential and took this one; one that asks for none cannot
// tell.
//
// Threads: any. Since 0.1.0.
bool ocigraph_login_result_verified(const ocigraph_login_result *result);

// Whether `DOCKER_AUTH_CONFIG` has a credential for the registry, which comes before this one.
//
// Threads: any. Since 0.1.0.
bool ocigraph_login_result_overridden(const ocigraph_login_result *result);

// All of it as one JSON object.
//
// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
ocigraph_str ocigraph_login_result_json(const ocigraph_login_result *result);

// Ends the result of a logout, and all that was borrowed from it.
//
// Ownership: takes `result`; NULL is allowed. Threads: any, once. Since 0.1.0.
void ocigraph_logout_result_free(ocigraph_logout_result *result);

// From how many files and helpers credentials were removed; 0 when there were none.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_logout_result_removed_count(const ocigraph_logout_result *result);

// One of the files and helpers that credentials were removed from.
//
// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
ocigraph_str ocigraph_logout_result_removed(const ocigraph_logout_result *result, size_t index);

// Whether `DOCKER_AUTH_CONFIG` still has a credential for the registry.
//
// Threads: any. Since 0.1.0.
bool ocigraph_logout_result_remains(const ocigraph_logout_result *result);

// All of it as one JSON object.
//
// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
ocigraph_str ocigraph_logout_result_json(const ocigraph_logout_result *result);

// The manifest that the reference names, as it is stored, its digest checked.
//
// `options`: NULL takes it as it is.
//
// `cancel`: NULL where it is not to be cancelled.
//
// Ownership: `out` is the caller's, until `ocigraph_manifest_free`; nothing of the arguments is kept.
// Threads: any; blocks. Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, CANCELLED, and those of the network, DIGEST_MISMATCH, INVALID_MANIFEST, TOO_LARGE. Since 0.1.0.
ocigraph_status ocigraph_client_fetch_manifest(const ocigraph_client *client,
                                               ocigraph_str reference,
                                               const ocigraph_resolve_options *options,
                                               const ocigraph_cancel *cancel,
                                               ocigraph_manifest **out,
                                               ocigraph_error **error);

// Stores a manifest as it is, under the reference's tags, and gives its descriptor.
//
// `media_type`: no text takes the one written in it. `content`: the manifest's bytes.
//
// `cancel`: NULL where it is not to be cancelled.
//
// Ownership: `out` is the caller's, until `ocigraph_descriptor_free`; nothing of the arguments is kept.
// Threads: any; blocks. Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, CANCELLED, and those of the network, INVALID_MANIFEST; DIGEST_MISMATCH where the reference has
// another digest. Since 0.1.0.
ocigraph_status ocigraph_client_push_manifest(const ocigraph_client *client,
                                              ocigraph_str reference,
                                              ocigraph_str media_type,
                                              ocigraph_bytes content,
                                              const ocigraph_cancel *cancel,
                                              ocigraph_descriptor **out,
                                              ocigraph_error **error);

// Deletes the one manifest that the reference names, with the reference's tags, and nothing else: what
// refers to it stays, unlike with `ocigraph_client_delete`. Gives its descriptor.
//
// `cancel`: NULL where it is not to be cancelled.
//
// Ownership: `out` is the caller's, until `ocigraph_descriptor_free`; nothing of the arguments is kept.
// Threads: any; blocks. Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, CANCELLED, and those of the network, UNSUPPORTED where a registry does not delete. Since 0.1.0.
ocigraph_status ocigraph_client_delete_manifest(const ocigraph_client *client,
                                                ocigraph_str reference,
                                                const ocigraph_cancel *cancel,
                                                ocigraph_descriptor **out,
                                                ocigraph_error **error);

// The descriptor of what the reference names.
//
// `options`: NULL takes it as it is.
//
// `cancel`: NULL where it is not to be cancelled.
//
// Ownership: `out` is the caller's, until `ocigraph_descriptor_free`; nothing of the arguments is kept.
// Threads: any; blocks. Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, CANCELLED, and those of the network. Since 0.1.0.
ocigraph_status ocigraph_client_resolve(const ocigraph_client *client,
                                        ocigraph_str reference,
                                        const ocigraph_resolve_options *options,
                                        const ocigraph_cancel *cancel,
                                        ocigraph_descriptor **out,
                                        ocigraph_error **error);

// Points further tags at what the reference names, and gives its descriptor.
//
// `tags`: `count` texts.
//
// `cancel`: NULL where it is not to be cancelled.
//
// Ownership: `out` is the caller's, until `ocigraph_descriptor_free`; nothing of the arguments is kept.
// Threads: any; blocks. Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, CANCELLED, and those of the network. Since 0.1.0.
ocigraph_status ocigraph_client_tag(const ocigraph_client *client,
                                    ocigraph_str reference,
                                    const ocigraph_str *tags,
                                    size_t count,
                                    const ocigraph_cancel *cancel,
                                    ocigraph_descriptor **out,
                                    ocigraph_error **error);

// Removes the reference's tags and leaves what they named.
//
// `cancel`: NULL where it is not to be cancelled.
//
// Ownership: nothing of the arguments is kept.
// Threads: any; blocks. Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, CANCELLED, and those of the network, UNSUPPORTED where a registry cannot remove a tag. Since 0.1.0.
ocigraph_status ocigraph_client_untag(const ocigraph_client *client,
                                      ocigraph_str reference,
                                      const ocigraph_cancel *cancel,
                                      ocigraph_error **error);

// All tags, without those by which clients keep referrers, in the registry's order.
//
// `reference`: a repository or a layout.
//
// `cancel`: NULL where it is not to be cancelled.
//
// Ownership: `out` is the caller's, until `ocigraph_text_list_free`; nothing of the arguments is kept.
// Threads: any; blocks. Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, CANCELLED, and those of the network. Since 0.1.0.
ocigraph_status ocigraph_client_tags(const ocigraph_client *client,
                                     ocigraph_str reference,
                                     const ocigraph_cancel *cancel,
                                     ocigraph_text_list **out,
                                     ocigraph_error **error);

// All tags, as `ocigraph_client_tags`, with what each names and what the registry tells of it.
//
// `reference`: a repository or a layout.
//
// `cancel`: NULL where it is not to be cancelled.
//
// Ownership: `out` is the caller's, until `ocigraph_tag_list_free`; nothing of the arguments is kept.
// Threads: any; blocks. Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, CANCELLED, and those of the network. Since 0.1.0.
ocigraph_status ocigraph_client_tag_details(const ocigraph_client *client,
                                            ocigraph_str reference,
                                            const ocigraph_cancel *cancel,
                                            ocigraph_tag_list **out,
                                            ocigraph_error **error);

// The manifests, tagged and untagged, with what is known of each.
//
// `reference`: a repository or a layout.
//
// `cancel`: NULL where it is not to be cancelled.
//
// Ownership: `out` is the caller's, until `ocigraph_manifest_list_free`; nothing of the arguments is kept.
// Threads: any; blocks. Errors: INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, CANCELLED, and those of the network. Since 0.1.0.
ocigraph_status ocigraph_client_manifests(const ocigraph_client *client,
                                          ocigraph_str reference,
                                          const ocigraph_cancel *cancel,
                                          ocigraph_manifest_list **out,
                                          ocigraph_error **error);

// The repositories of a registry.
//
// `host`: "registry.example.com[:port]".
//
// `cancel`: NULL where it is not to be cancelled.
//
// Ownership: `out` is the caller's, until `ocigraph_text_list_free`; nothing of the arguments is kept.
// Threads: any; blocks. Errors: UNSUPPORTED where it does not list them; INVALID_ARGUMENT, INVALID_REFERENCE, NOT_FOUND, CANCELLED, and those of the network. Since 0.1.0.
ocigraph_status ocigraph_client_repositories(const ocigraph_client *client,
                                             ocigraph_str host,
                                             const ocigraph_cancel *cancel,
                                             ocigraph_text_list **out,
                                             ocigraph_error **error);

// Reads a reference: "host[:port]/repository[:tag[,tag...]][@digest]" or "oci:PATH[:tag][@digest]".
// Nothing is looked up.
//
// Ownership: `out` is the caller's, until `ocigraph_reference_free`. Threads: any.
// Errors: INVALID_REFERENCE, INVALID_ARGUMENT for what is not UTF-8. Since 0.1.0.
ocigraph_status ocigraph_reference_parse(ocigraph_str text,
                                         ocigraph_reference **out,
                                         ocigraph_error **error);

// The same place by this digest alone: where a descriptor of it is to be found.
//
// Ownership: `out` is the caller's, until `ocigraph_reference_free`; nothing of the arguments is
// kept. Threads: any. Errors: INVALID_ARGUMENT for NULL, INVALID_REFERENCE for what is no digest.
// Since 0.1.0.
ocigraph_status ocigraph_reference_at(const ocigraph_reference *reference,
                                      ocigraph_str digest,
                                      ocigraph_reference **out,
                                      ocigraph_error **error);

// Ends a reference, and all that was borrowed from it.
//
// Ownership: takes `reference`; NULL is allowed. Threads: any, once. Since 0.1.0.
void ocigraph_reference_free(ocigraph_reference *reference);

// The whole reference, to be given to calls.
//
// Ownership: borrowed from `reference`. Threads: any. Since 0.1.0.
ocigraph_str ocigraph_reference_text(const ocigraph_reference *reference);

// The place alone, without tags and digest: where to push what gets no tag, and list what is there.
//
// Ownership: borrowed from `reference`. Threads: any. Since 0.1.0.
ocigraph_str ocigraph_reference_location(const ocigraph_reference *reference);

// The registry, such as "localhost:5000"; no text where it is a layout.
//
// Ownership: borrowed from `reference`. Threads: any. Since 0.1.0.
ocigraph_str ocigraph_reference_host(const ocigraph_reference *reference);

// The repository, such as "library/alpine"; no text where it is a layout.
//
// Ownership: borrowed from `reference`. Threads: any. Since 0.1.0.
ocigraph_str ocigraph_reference_repository(const ocigraph_reference *reference);

// The directory of a layout; no text where it is a repository.
//
// Ownership: borrowed from `reference`. Threads: any. Since 0.1.0.
ocigraph_str ocigraph_reference_path(const ocigraph_reference *reference);

// How many tags it has.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_reference_tag_count(const ocigraph_reference *reference);

// One of its tags, in the order they were written.
//
// Ownership: borrowed from `reference`. Threads: any. Since 0.1.0.
ocigraph_str ocigraph_reference_tag(const ocigraph_reference *reference, size_t index);

// Its digest; no text where it has none.
//
// Ownership: borrowed from `reference`. Threads: any. Since 0.1.0.
ocigraph_str ocigraph_reference_digest(const ocigraph_reference *reference);

// The callback form of `ocigraph_client_push`: returns at once, and calls `done` exactly once,
// also when the operation is cancelled or the runtime ends. Where this call fails, `done` is not
// called.
//
// Ownership: nothing of the arguments is kept but `user_data`, which must live until `done` was
// called; `client`, `options` and `cancel` may be freed before that.
// Threads: any; `done` is called on a thread of the library, and may block.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, CANCELLED where the runtime has ended. Since 0.1.0.
ocigraph_status ocigraph_client_push_start(const ocigraph_client *client,
                                           ocigraph_str reference,
                                           const ocigraph_push_options *options,
                                           const ocigraph_cancel *cancel,
                                           ocigraph_push_fn done,
                                           void *user_data,
                                           ocigraph_error **error);

// The callback form of `ocigraph_client_pull`: returns at once, and calls `done` exactly once,
// also when the operation is cancelled or the runtime ends. Where this call fails, `done` is not
// called.
//
// Ownership: nothing of the arguments is kept but `user_data`, which must live until `done` was
// called; `client`, `options` and `cancel` may be freed before that.
// Threads: any; `done` is called on a thread of the library, and may block.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, CANCELLED where the runtime has ended. Since 0.1.0.
ocigraph_status ocigraph_client_pull_start(const ocigraph_client *client,
                                           ocigraph_str reference,
                                           const ocigraph_pull_options *options,
                                           const ocigraph_cancel *cancel,
                                           ocigraph_pull_fn done,
                                           void *user_data,
                                           ocigraph_error **error);

// The callback form of `ocigraph_client_discover`: returns at once, and calls `done` exactly once,
// also when the operation is cancelled or the runtime ends. Where this call fails, `done` is not
// called.
//
// Ownership: nothing of the arguments is kept but `user_data`, which must live until `done` was
// called; `client`, `options` and `cancel` may be freed before that.
// Threads: any; `done` is called on a thread of the library, and may block.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, CANCELLED where the runtime has ended. Since 0.1.0.
ocigraph_status ocigraph_client_discover_start(const ocigraph_client *client,
                                               ocigraph_str reference,
                                               const ocigraph_discover_options *options,
                                               const ocigraph_cancel *cancel,
                                               ocigraph_discover_fn done,
                                               void *user_data,
                                               ocigraph_error **error);

// The callback form of `ocigraph_client_delete`: returns at once, and calls `done` exactly once,
// also when the operation is cancelled or the runtime ends. Where this call fails, `done` is not
// called.
//
// Ownership: nothing of the arguments is kept but `user_data`, which must live until `done` was
// called; `client`, `options` and `cancel` may be freed before that.
// Threads: any; `done` is called on a thread of the library, and may block.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, CANCELLED where the runtime has ended. Since 0.1.0.
ocigraph_status ocigraph_client_delete_start(const ocigraph_client *client,
                                             ocigraph_str reference,
                                             const ocigraph_delete_options *options,
                                             const ocigraph_cancel *cancel,
                                             ocigraph_delete_fn done,
                                             void *user_data,
                                             ocigraph_error **error);

// The callback form of `ocigraph_client_copy`: returns at once, and calls `done` exactly once,
// also when the operation is cancelled or the runtime ends. Where this call fails, `done` is not
// called.
//
// Ownership: nothing of the arguments is kept but `user_data`, which must live until `done` was
// called; `client`, `options` and `cancel` may be freed before that.
// Threads: any; `done` is called on a thread of the library, and may block.
// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, CANCELLED where the runtime has ended. Since 0.1.0.
ocigraph_status ocigraph_client_copy_start(const ocigraph_client *client,
                                           ocigraph_str source,
                                           ocigraph_str destination,
                                           const ocigraph_copy_options *options,
                                           const ocigraph_cancel *cancel,
                                           ocigraph_copy_fn done,
                                           void *user_data,
                                           ocigraph_error **error);

// Ends the report of a copy, and all that was borrowed from it.
//
// Ownership: takes `result`; NULL is allowed. Threads: any, once. Since 0.1.0.
void ocigraph_copy_report_free(ocigraph_copy_report *result);

// The source, by digest.
//
// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
ocigraph_str ocigraph_copy_report_source(const ocigraph_copy_report *result);

// The destination, by digest.
//
// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
ocigraph_str ocigraph_copy_report_destination(const ocigraph_copy_report *result);

// The manifest that was named.
//
// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_copy_report_descriptor(const ocigraph_copy_report *result);

// How many tags it was given there are.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_copy_report_tag_count(const ocigraph_copy_report *result);

// One of the tags.
//
// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
ocigraph_str ocigraph_copy_report_tag(const ocigraph_copy_report *result, size_t index);

// How many manifests were written; those that were there are not counted.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_copy_report_manifests(const ocigraph_copy_report *result);

// How many blobs had this outcome: `OCIGRAPH_OUTCOME_UPLOADED`, `OCIGRAPH_OUTCOME_ALREADY_EXISTS` or `*_MOUNTED`. Blobs of
// manifests that were there are not counted.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_copy_report_blobs(const ocigraph_copy_report *result,
                                  ocigraph_outcome outcome);

// Bytes written, of manifests and blobs.
//
// Threads: any. Since 0.1.0.
uint64_t ocigraph_copy_report_bytes(const ocigraph_copy_report *result);

// All of it as one JSON text, in the shape that the command line prints, with names in snake case.
//
// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
ocigraph_str ocigraph_copy_report_json(const ocigraph_copy_report *result);

// Ends the report of a delete, and all that was borrowed from it.
//
// Ownership: takes `result`; NULL is allowed. Threads: any, once. Since 0.1.0.
void ocigraph_delete_report_free(ocigraph_delete_report *result);

// Whether nothing was done.
//
// Threads: any. Since 0.1.0.
bool ocigraph_delete_report_dry_run(const ocigraph_delete_report *result);

// How many manifests are gone, or would be.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_delete_report_deleted_count(const ocigraph_delete_report *result);

// One of the manifests that are gone, in the order of deletion: referrers before their subjects.
//
// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_delete_report_deleted(const ocigraph_delete_report *result,
                                                          size_t index);

// How many manifests stay.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_delete_report_kept_count(const ocigraph_delete_report *result);

// One of the manifests that stay.
//
// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_delete_report_kept(const ocigraph_delete_report *result,
                                                       size_t index);

// Why it stays, as a phrase: "tagged stable".
//
// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
ocigraph_str ocigraph_delete_report_kept_reason(const ocigraph_delete_report *result, size_t index);

// How many manifests could not be deleted.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_delete_report_failed_count(const ocigraph_delete_report *result);

// One of the manifests that could not be deleted.
//
// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_delete_report_failed(const ocigraph_delete_report *result,
                                                         size_t index);

// What kind of failure it was; `OCIGRAPH_OK` where there is none.
//
// Threads: any. Since 0.1.0.
ocigraph_status ocigraph_delete_report_failed_status(const ocigraph_delete_report *result,
                                                     size_t index);

// Why it could not be deleted, as a sentence.
//
// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
ocigraph_str ocigraph_delete_report_failed_message(const ocigraph_delete_report *result,
                                                   size_t index);

// All of it as one JSON text, in the shape that the command line prints, with names in snake case.
//
// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
ocigraph_str ocigraph_delete_report_json(const ocigraph_delete_report *result);

// Ends a descriptor that a call gave; not one that is borrowed from a result.
//
// Ownership: takes `descriptor`; NULL is allowed. Threads: any, once. Since 0.1.0.
void ocigraph_descriptor_free(ocigraph_descriptor *descriptor);

// The media type of the content.
//
// Ownership: borrowed from `descriptor`. Threads: any. Since 0.1.0.
ocigraph_str ocigraph_descriptor_media_type(const ocigraph_descriptor *descriptor);

// The digest of the content, such as "sha256:e3b0...".
//
// Ownership: borrowed from `descriptor`. Threads: any. Since 0.1.0.
ocigraph_str ocigraph_descriptor_digest(const ocigraph_descriptor *descriptor);

// The length of the content in bytes.
//
// Threads: any. Since 0.1.0.
uint64_t ocigraph_descriptor_size(const ocigraph_descriptor *descriptor);

// The type of the artifact whose manifest this describes; no text where it has none.
//
// Ownership: borrowed from `descriptor`. Threads: any. Since 0.1.0.
ocigraph_str ocigraph_descriptor_artifact_type(const ocigraph_descriptor *descriptor);

// The file name that the content was pushed under; no text where it has none.
//
// Ownership: borrowed from `descriptor`. Threads: any. Since 0.1.0.
ocigraph_str ocigraph_descriptor_title(const ocigraph_descriptor *descriptor);

// What the image runs on, as "linux/arm64/v8"; no text where that is not known.
//
// Ownership: borrowed from `descriptor`. Threads: any. Since 0.1.0.
ocigraph_str ocigraph_descriptor_platform(const ocigraph_descriptor *descriptor);

// The annotation of that key; no text where there is none.
//
// Ownership: borrowed from `descriptor`. Threads: any. Since 0.1.0.
ocigraph_str ocigraph_descriptor_annotation(const ocigraph_descriptor *descriptor,
                                            ocigraph_str key);

// How many annotations there are.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_descriptor_annotation_count(const ocigraph_descriptor *descriptor);

// The key of one of the annotations, which are in the order of their keys.
//
// Ownership: borrowed from `descriptor`. Threads: any. Since 0.1.0.
ocigraph_str ocigraph_descriptor_annotation_key(const ocigraph_descriptor *descriptor,
                                                size_t index);

// The value of one of the annotations.
//
// Ownership: borrowed from `descriptor`. Threads: any. Since 0.1.0.
ocigraph_str ocigraph_descriptor_annotation_value(const ocigraph_descriptor *descriptor,
                                                  size_t index);

// All of it as one JSON object.
//
// Ownership: borrowed from `descriptor`. Threads: any. Since 0.1.0.
ocigraph_str ocigraph_descriptor_json(const ocigraph_descriptor *descriptor);

// Ends a graph, and all that was borrowed from it.
//
// Ownership: takes `graph`; NULL is allowed. Threads: any, once. Since 0.1.0.
void ocigraph_graph_free(ocigraph_graph *graph);

// The root.
//
// Ownership: borrowed from `graph`. Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_graph_subject(const ocigraph_graph *graph);

// How many referrers there are, the subject not counted; each once, however often it is reached.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_graph_count(const ocigraph_graph *graph);

// How many steps a walk has: every referrer beneath the subject, depth first, each branch in the
// registry's order. A manifest that is reached again makes a step again, and nothing beneath it.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_graph_step_count(const ocigraph_graph *graph);

// The referrer at a step.
//
// Ownership: borrowed from `graph`. Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_graph_descriptor(const ocigraph_graph *graph, size_t step);

// What the referrer at a step refers to.
//
// Ownership: borrowed from `graph`. Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_graph_refers_to(const ocigraph_graph *graph, size_t step);

// How deep a step is: 1 for what refers to the subject itself; 0 where there is no such step.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_graph_depth(const ocigraph_graph *graph, size_t step);

// Whether the referrer at a step comes by for the first time.
//
// Threads: any. Since 0.1.0.
bool ocigraph_graph_is_first(const ocigraph_graph *graph, size_t step);

// How many manifests refer directly to the one of this digest; 0 for what is not in the graph.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_graph_referrer_count(const ocigraph_graph *graph, ocigraph_str digest);

// One of the manifests that refer directly to the one of this digest.
//
// Ownership: borrowed from `graph`. Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_graph_referrer(const ocigraph_graph *graph,
                                                   ocigraph_str digest,
                                                   size_t index);

// The part of the graph that leads to what the options ask for, and all that lies beneath it:
// artifact type and annotations, as `ocigraph_client_discover` does it.
//
// Ownership: `out` is the caller's, until `ocigraph_graph_free`; it keeps nothing of `graph`.
// Threads: any. Errors: INVALID_ARGUMENT for NULL. Since 0.1.0.
ocigraph_status ocigraph_graph_filter(const ocigraph_graph *graph,
                                      const ocigraph_discover_options *options,
                                      ocigraph_graph **out,
                                      ocigraph_error **error);

// The tree as ORAS prints it, beneath the reference that was asked for; ends with a line feed.
//
// Ownership: borrowed from `graph`. Threads: any. Since 0.1.0.
ocigraph_str ocigraph_graph_tree(const ocigraph_graph *graph);

// The graph as JSON, with what scripts for either generation of ORAS read: `references`, the direct
// referrers that were asked for, and `referrers`, the whole tree. Names are in snake case.
//
// Ownership: borrowed from `graph`. Threads: any. Since 0.1.0.
ocigraph_str ocigraph_graph_json(const ocigraph_graph *graph);

// The graph in the language of Graphviz; arrows point from a referrer to its subject.
//
// Ownership: borrowed from `graph`. Threads: any. Since 0.1.0.
ocigraph_str ocigraph_graph_dot(const ocigraph_graph *graph);

// The graph in the language of Mermaid; arrows point from a referrer to its subject.
//
// Ownership: borrowed from `graph`. Threads: any. Since 0.1.0.
ocigraph_str ocigraph_graph_mermaid(const ocigraph_graph *graph);

// Ends a list of manifests, and all that was borrowed from it.
//
// Ownership: takes `result`; NULL is allowed. Threads: any, once. Since 0.1.0.
void ocigraph_manifest_list_free(ocigraph_manifest_list *result);

// How many manifests there are.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_manifest_list_count(const ocigraph_manifest_list *result);

// One of the manifests.
//
// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_manifest_list_descriptor(const ocigraph_manifest_list *result,
                                                             size_t index);

// How many tags it has.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_manifest_list_tag_count(const ocigraph_manifest_list *result, size_t index);

// One of its tags.
//
// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
ocigraph_str ocigraph_manifest_list_tag(const ocigraph_manifest_list *result,
                                        size_t index,
                                        size_t tag);

// The digest of what it refers to; no text where it refers to nothing.
//
// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
ocigraph_str ocigraph_manifest_list_subject(const ocigraph_manifest_list *result, size_t index);

// When it was made, RFC 3339, as its annotations or its config have it; no text where it is not known.
//
// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
ocigraph_str ocigraph_manifest_list_created(const ocigraph_manifest_list *result,
                                            size_t index);

// When it or its tags were last changed, RFC 3339; no text where the registry does not tell.
//
// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
ocigraph_str ocigraph_manifest_list_last_updated(const ocigraph_manifest_list *result,
                                                 size_t index);

// CPU architecture, from an image's config; no text where it is not known.
//
// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
ocigraph_str ocigraph_manifest_list_architecture(const ocigraph_manifest_list *result,
                                                 size_t index);

// Operating system, from an image's config; no text where it is not known.
//
// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
ocigraph_str ocigraph_manifest_list_os(const ocigraph_manifest_list *result, size_t index);

// The media type of its config; no text where it has none.
//
// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
ocigraph_str ocigraph_manifest_list_config_media_type(const ocigraph_manifest_list *result,
                                                      size_t index);

// Bytes of its config, layers and blobs together; 0 where that is not known.
//
// Threads: any. Since 0.1.0.
uint64_t ocigraph_manifest_list_image_size(const ocigraph_manifest_list *result, size_t index);

// What the registry lets anyone do with it: `OCIGRAPH_ATTRIBUTES_*`, put together with `|`; 0 where
// the registry does not tell. A locked manifest lacks `OCIGRAPH_ATTRIBUTES_DELETE` or `*_WRITE`.
//
// Threads: any. Since 0.1.0.
int32_t ocigraph_manifest_list_attributes(const ocigraph_manifest_list *result, size_t index);

// All of it as one JSON text, in the shape that the command line prints, with names in snake case.
//
// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
ocigraph_str ocigraph_manifest_list_json(const ocigraph_manifest_list *result);

// Ends a list of tags, and all that was borrowed from it.
//
// Ownership: takes `result`; NULL is allowed. Threads: any, once. Since 0.1.0.
void ocigraph_tag_list_free(ocigraph_tag_list *result);

// How many tags there are.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_tag_list_count(const ocigraph_tag_list *result);

// One of the tags.
//
// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
ocigraph_str ocigraph_tag_list_name(const ocigraph_tag_list *result, size_t index);

// The digest of what it names.
//
// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
ocigraph_str ocigraph_tag_list_digest(const ocigraph_tag_list *result, size_t index);

// When it was first written, RFC 3339; no text where the registry does not tell.
//
// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
ocigraph_str ocigraph_tag_list_created(const ocigraph_tag_list *result, size_t index);

// When it was last changed, RFC 3339; no text where the registry does not tell.
//
// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
ocigraph_str ocigraph_tag_list_last_updated(const ocigraph_tag_list *result, size_t index);

// Whether it is signed by content trust: `OCIGRAPH_SIGNED_*`.
//
// Threads: any. Since 0.1.0.
int32_t ocigraph_tag_list_signed(const ocigraph_tag_list *result, size_t index);

// What the registry lets anyone do with it: `OCIGRAPH_ATTRIBUTES_*`, put together with `|`; 0 where
// the registry does not tell.
//
// Threads: any. Since 0.1.0.
int32_t ocigraph_tag_list_attributes(const ocigraph_tag_list *result, size_t index);

// All of it as one JSON text, a list of objects, with names in snake case.
//
// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
ocigraph_str ocigraph_tag_list_json(const ocigraph_tag_list *result);

// Ends a list of texts, and all that was borrowed from it.
//
// Ownership: takes `result`; NULL is allowed. Threads: any, once. Since 0.1.0.
void ocigraph_text_list_free(ocigraph_text_list *result);

// How many texts there are.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_text_list_count(const ocigraph_text_list *result);

// One of the texts.
//
// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
ocigraph_str ocigraph_text_list_get(const ocigraph_text_list *result, size_t index);

// All of it as one JSON object, in the shape that the command line prints: `{"tags": [...]}`.
//
// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
ocigraph_str ocigraph_text_list_json(const ocigraph_text_list *result);

// Ends a manifest, and all that was borrowed from it.
//
// Ownership: takes `manifest`; NULL is allowed. Threads: any, once. Since 0.1.0.
void ocigraph_manifest_free(ocigraph_manifest *manifest);

// Its bytes, exactly as they are stored.
//
// Ownership: borrowed from `manifest`. Threads: any. Since 0.1.0.
ocigraph_bytes ocigraph_manifest_bytes(const ocigraph_manifest *manifest);

// Its type, digest and size, with artifact type and annotations.
//
// Ownership: borrowed from `manifest`. Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_manifest_descriptor(const ocigraph_manifest *manifest);

// Whether it is an index: a list of manifests.
//
// Threads: any. Since 0.1.0.
bool ocigraph_manifest_is_index(const ocigraph_manifest *manifest);

// Its config; NULL where it has none.
//
// Ownership: borrowed from `manifest`. Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_manifest_config(const ocigraph_manifest *manifest);

// What it refers to; NULL where it refers to nothing.
//
// Ownership: borrowed from `manifest`. Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_manifest_subject(const ocigraph_manifest *manifest);

// How many layers or blobs it has, the config aside.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_manifest_blob_count(const ocigraph_manifest *manifest);

// One of its layers or blobs.
//
// Ownership: borrowed from `manifest`. Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_manifest_blob(const ocigraph_manifest *manifest, size_t index);

// How many manifests it lists, as an index.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_manifest_manifest_count(const ocigraph_manifest *manifest);

// One of the manifests that it lists.
//
// Ownership: borrowed from `manifest`. Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_manifest_manifest(const ocigraph_manifest *manifest,
                                                      size_t index);

// Ends the result of a pull, and all that was borrowed from it.
//
// Ownership: takes `result`; NULL is allowed. Threads: any, once. Since 0.1.0.
void ocigraph_pull_result_free(ocigraph_pull_result *result);

// How many artifacts were pulled.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_pull_result_count(const ocigraph_pull_result *result);

// The place of one of the artifacts, by digest.
//
// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
ocigraph_str ocigraph_pull_result_reference(const ocigraph_pull_result *result, size_t artifact);

// The manifest of one of the artifacts.
//
// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_pull_result_descriptor(const ocigraph_pull_result *result,
                                                           size_t artifact);

// How many files one of the artifacts has.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_pull_result_file_count(const ocigraph_pull_result *result, size_t artifact);

// Where one of the files of one of the artifacts is.
//
// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
ocigraph_str ocigraph_pull_result_file_path(const ocigraph_pull_result *result,
                                            size_t artifact,
                                            size_t index);

// The blob of one of the files of one of the artifacts.
//
// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_pull_result_file(const ocigraph_pull_result *result,
                                                     size_t artifact,
                                                     size_t index);

// What became of one of the files: `OCIGRAPH_OUTCOME_*`; 0 where there is none.
//
// Threads: any. Since 0.1.0.
ocigraph_outcome ocigraph_pull_result_file_outcome(const ocigraph_pull_result *result,
                                                   size_t artifact,
                                                   size_t index);

// How many blobs of one of the artifacts have no title, and are not written.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_pull_result_skipped_count(const ocigraph_pull_result *result, size_t artifact);

// One of the blobs that are not written.
//
// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_pull_result_skipped(const ocigraph_pull_result *result,
                                                        size_t artifact,
                                                        size_t index);

// All of it as one JSON text, in the shape that the command line prints, with names in snake case.
//
// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
ocigraph_str ocigraph_pull_result_json(const ocigraph_pull_result *result);

// Ends the result of a push, and all that was borrowed from it.
//
// Ownership: takes `result`; NULL is allowed. Threads: any, once. Since 0.1.0.
void ocigraph_push_result_free(ocigraph_push_result *result);

// The place by digest: what to hand to whoever wants exactly this.
//
// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
ocigraph_str ocigraph_push_result_reference(const ocigraph_push_result *result);

// The manifest.
//
// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_push_result_descriptor(const ocigraph_push_result *result);

// The manifest's bytes.
//
// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
ocigraph_bytes ocigraph_push_result_manifest(const ocigraph_push_result *result);

// How many tags it was given there are.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_push_result_tag_count(const ocigraph_push_result *result);

// One of the tags.
//
// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
ocigraph_str ocigraph_push_result_tag(const ocigraph_push_result *result, size_t index);

// How many blobs, the config aside, there are.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_push_result_blob_count(const ocigraph_push_result *result);

// One of the blobs, in the order of the files.
//
// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_push_result_blob(const ocigraph_push_result *result,
                                                     size_t index);

// What became of one of the blobs: `OCIGRAPH_OUTCOME_*`; 0 where there is none.
//
// Threads: any. Since 0.1.0.
ocigraph_outcome ocigraph_push_result_blob_outcome(const ocigraph_push_result *result,
                                                   size_t index);

// All of it as one JSON text, in the shape that the command line prints, with names in snake case.
//
// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
ocigraph_str ocigraph_push_result_json(const ocigraph_push_result *result);

// Ends the report of a verification, and all that was borrowed from it.
//
// Ownership: takes `result`; NULL is allowed. Threads: any, once. Since 0.1.0.
void ocigraph_verify_report_free(ocigraph_verify_report *result);

// How many manifests and blobs were looked at.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_verify_report_checked(const ocigraph_verify_report *result);

// Bytes that were read and digested.
//
// Threads: any. Since 0.1.0.
uint64_t ocigraph_verify_report_bytes(const ocigraph_verify_report *result);

// How many problems there are; 0 when all is well.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_verify_report_problem_count(const ocigraph_verify_report *result);

// What should be there and is not as it should be.
//
// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
const ocigraph_descriptor *ocigraph_verify_report_problem(const ocigraph_verify_report *result,
                                                          size_t index);

// What is wrong with it: `OCIGRAPH_PROBLEM_*`.
//
// Threads: any. Since 0.1.0.
int32_t ocigraph_verify_report_problem_kind(const ocigraph_verify_report *result, size_t index);

// The same as a sentence.
//
// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
ocigraph_str ocigraph_verify_report_problem_detail(const ocigraph_verify_report *result,
                                                   size_t index);

// How many digests lead to it from the root on; none to the root.
//
// Threads: any. Since 0.1.0.
size_t ocigraph_verify_report_problem_path_length(const ocigraph_verify_report *result,
                                                  size_t index);

// One of the digests that lead to it, the root's first.
//
// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
ocigraph_str ocigraph_verify_report_problem_path(const ocigraph_verify_report *result,
                                                 size_t index,
                                                 size_t step);

// All of it as one JSON text, in the shape that the command line prints, with names in snake case.
//
// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
ocigraph_str ocigraph_verify_report_json(const ocigraph_verify_report *result);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* OCIGRAPH_H */

#ifndef OCIGRAPH_HELPERS_H
#define OCIGRAPH_HELPERS_H

/* A literal as a view. Whatever else holds text does not compile; it goes through ocigraph_text. */
#ifdef __cplusplus
#define OCIGRAPH_STR(literal) (ocigraph_text("" literal ""))
#else
#define OCIGRAPH_STR(literal) ((ocigraph_str){"" literal "", sizeof("" literal "") - 1})
#endif

/* What initializes a view with a literal: static const ocigraph_str type = OCIGRAPH_STR_INIT("text/plain"); */
#define OCIGRAPH_STR_INIT(literal) {"" literal "", sizeof("" literal "") - 1}

/* A view as two arguments of printf, for "%.*s". */
#define OCIGRAPH_PRINTF(view) (int)(view).length, (view).data ? (view).data : ""

/* Text that ends with NUL as a view; NULL is no text. */
static inline ocigraph_str ocigraph_text(const char *text) {
    ocigraph_str view = {NULL, 0};
    if (text != NULL) {
        view.data = text;
        view.length = strlen(text);
    }
    return view;
}

/* Whether a view holds this text, which ends with NUL. */
static inline bool ocigraph_str_is(ocigraph_str view, const char *text) {
    return strlen(text) == view.length && (view.length == 0 || memcmp(view.data, text, view.length) == 0);
}

#endif /* OCIGRAPH_HELPERS_H */
