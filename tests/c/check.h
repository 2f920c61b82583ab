/* Shared by the test programs: checks that end the program and print the failed line, and helpers. It relies on the
 * public header only. */

#ifndef CHECK_H
#define CHECK_H

#include <ocigraph.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define CHECK(condition)                                                                  \
    do {                                                                                  \
        if (!(condition)) {                                                               \
            fprintf(stderr, "%s:%d: this should hold: %s\n", __FILE__, __LINE__, #condition); \
            exit(1);                                                                      \
        }                                                                                 \
    } while (0)

/* Ends a program that hangs. No test takes longer, not even under valgrind. */
__attribute__((constructor)) static void end_in_time(void) { alarm(600); }

/* The error output of the macros SUCCEEDS and FAILS. */
static __thread ocigraph_error *failure;

#define SUCCEEDS(call)                                                                             \
    do {                                                                                           \
        ocigraph_status status_ = (call);                                                          \
        if (status_ != OCIGRAPH_OK) {                                                              \
            ocigraph_str said_ = ocigraph_error_message(failure);                                  \
            fprintf(stderr, "%s:%d: %s gave %d: %.*s\n", __FILE__, __LINE__, #call, status_,       \
                    OCIGRAPH_PRINTF(said_));                                                       \
            exit(1);                                                                               \
        }                                                                                          \
        CHECK(failure == NULL);                                                                    \
    } while (0)

#define FAILS(expected, call)                                                                      \
    do {                                                                                           \
        ocigraph_status status_ = (call);                                                          \
        if (status_ != (expected)) {                                                               \
            fprintf(stderr, "%s:%d: %s gave %d, not %s\n", __FILE__, __LINE__, #call, status_,     \
                    #expected);                                                                    \
            exit(1);                                                                               \
        }                                                                                          \
        CHECK(failure != NULL);                                                                    \
        CHECK(ocigraph_error_status(failure) == (expected));                                       \
        CHECK(ocigraph_error_message(failure).length > 0);                                         \
        ocigraph_error_free(failure);                                                              \
        failure = NULL;                                                                            \
    } while (0)

/* An invalid pointer: the initial value of an output variable does not matter. */
#define GARBAGE(type) ((type *)(uintptr_t)0xdead)

static inline ocigraph_client *new_client(void) {
    ocigraph_client *client = NULL;
    SUCCEEDS(ocigraph_client_new(NULL, NULL, &client, &failure));
    return client;
}

/* Concatenates a location and a suffix. The text is valid for the next few calls on this thread. */
static inline ocigraph_str at(const char *location, const char *suffix) {
    static __thread char texts[8][1024];
    static __thread int next;
    char *text = texts[next++ % 8];
    snprintf(text, sizeof texts[0], "%s%s", location, suffix);
    return ocigraph_text(text);
}

/* Returns "LOCATION@DIGEST". */
static inline ocigraph_str by_digest(const char *location, ocigraph_str digest) {
    char suffix[512];
    snprintf(suffix, sizeof suffix, "@%.*s", OCIGRAPH_PRINTF(digest));
    return at(location, suffix);
}

static inline bool same(ocigraph_str a, ocigraph_str b) {
    return a.length == b.length && memcmp(a.data, b.data, a.length) == 0;
}

static inline bool contains(ocigraph_str text, const char *part) {
    char *copy = calloc(1, text.length + 1);
    memcpy(copy, text.data, text.length);
    bool found = strstr(copy, part) != NULL;
    free(copy);
    return found;
}

static inline void write_file(const char *path, const char *content) {
    FILE *file = fopen(path, "wb");
    CHECK(file != NULL);
    CHECK(fwrite(content, 1, strlen(content), file) == strlen(content));
    CHECK(fclose(file) == 0);
}

static inline bool file_holds(const char *path, const char *content) {
    char read[4096] = {0};
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return false;
    }
    size_t length = fread(read, 1, sizeof read - 1, file);
    fclose(file);
    return length == strlen(content) && strcmp(read, content) == 0;
}

static inline ocigraph_bytes bytes_of(const char *text) {
    return (ocigraph_bytes){(const uint8_t *)text, strlen(text)};
}

/* Returns the factor by which valgrind slows the program down, or 1. */
static inline double slower(void) {
    const char *times = getenv("SLOWER");
    return times != NULL ? atof(times) : 1;
}

static inline double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Pushes a text as an artifact and stores its digest. With a subject, the artifact is a referrer. */
static inline void attach(const ocigraph_client *client, ocigraph_str target, const char *type,
                          ocigraph_str subject, const char *content, char digest[128]) {
    ocigraph_push_options *options = ocigraph_push_options_new();
    ocigraph_push_result *result = NULL;
    SUCCEEDS(ocigraph_push_options_add_bytes(options, OCIGRAPH_STR("content.txt"), ocigraph_text(NULL),
                                             bytes_of(content), &failure));
    SUCCEEDS(ocigraph_push_options_set_artifact_type(options, ocigraph_text(type), &failure));
    SUCCEEDS(ocigraph_push_options_set_subject(options, subject, &failure));
    SUCCEEDS(ocigraph_client_push(client, target, options, NULL, &result, &failure));
    ocigraph_str named = ocigraph_descriptor_digest(ocigraph_push_result_descriptor(result));
    snprintf(digest, 128, "%.*s", OCIGRAPH_PRINTF(named));
    ocigraph_push_result_free(result);
    ocigraph_push_options_free(options);
}

#endif
