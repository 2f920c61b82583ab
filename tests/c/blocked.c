/* Blocked callbacks: on a runtime of two workers, twice as many operations block in a callback, and other operations,
 * cancellation and limits work as usual. Also callbacks that free the handles of their operation.
 *
 *   blocked HOST LOCATION SLOW OPEN     a registry that requires ada with the password "s3cret", an empty layout, a
 *                                       repository whose registry responds after one minute, and an empty repository */

#include "check.h"

#define WORKERS 2
#define BLOCKED (2 * WORKERS)

static const char *host, *location, *slow, *open_location;

/* A door at which callbacks block until it is opened. */
static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int inside;
    bool open;
} door = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, false};

static void block(void) {
    pthread_mutex_lock(&door.lock);
    door.inside++;
    pthread_cond_broadcast(&door.changed);
    while (!door.open) {
        pthread_cond_wait(&door.changed, &door.lock);
    }
    pthread_mutex_unlock(&door.lock);
}

static void wait_for_inside(int least) {
    pthread_mutex_lock(&door.lock);
    while (door.inside < least) {
        pthread_cond_wait(&door.changed, &door.lock);
    }
    pthread_mutex_unlock(&door.lock);
}

static void set_door(bool open) {
    pthread_mutex_lock(&door.lock);
    door.open = open;
    door.inside = 0;
    pthread_cond_broadcast(&door.changed);
    pthread_mutex_unlock(&door.lock);
}

static int32_t on_progress(void *user_data, const ocigraph_event *event) {
    (void)user_data, (void)event;
    block();
    return 0;
}

static int32_t writes(void *user_data, const uint8_t *data, size_t length) {
    (void)user_data;
    CHECK(data != NULL && length > 0);
    block();
    return 0;
}

static int64_t reads(void *user_data, uint8_t *buffer, size_t capacity) {
    (void)user_data, (void)buffer;
    CHECK(capacity > 0);
    block();
    return 0;
}

static ocigraph_status provide_credential(void *user_data, ocigraph_str registry, ocigraph_str repository, ocigraph_credential **out,
                             ocigraph_error **error) {
    (void)user_data, (void)registry, (void)repository, (void)out, (void)error;
    block();
    return OCIGRAPH_OK;
}

static ocigraph_runtime *two_workers(void) {
    ocigraph_runtime *runtime = NULL;
    SUCCEEDS(ocigraph_runtime_new(WORKERS, &runtime, &failure));
    return runtime;
}

static ocigraph_client *client_on(const ocigraph_runtime *runtime, const ocigraph_client_options *options) {
    ocigraph_client *client = NULL;
    SUCCEEDS(ocigraph_client_new(runtime, options, &client, &failure));
    return client;
}

/* ---- operations that block */

enum kind { FETCH, FETCH_AND_WRITE, PUSH, READ, PUSH_READ, PULL, COPY, VERIFY, ASK, KINDS };

struct call {
    enum kind kind;
    const ocigraph_runtime *runtime;
    const ocigraph_cancel *cancel;
    ocigraph_status due;
    pthread_t thread;
};

static char blob[128];

static ocigraph_status push_one(const ocigraph_client *client, const ocigraph_cancel *cancel, bool from_reader) {
    ocigraph_push_options *options = ocigraph_push_options_new();
    ocigraph_push_result *result = NULL;
    if (from_reader) {
        SUCCEEDS(ocigraph_push_options_add_reader(options, OCIGRAPH_STR("a"), ocigraph_text(NULL), reads, NULL, &failure));
    } else {
        SUCCEEDS(ocigraph_push_options_add_bytes(options, OCIGRAPH_STR("a"), ocigraph_text(NULL), bytes_of("a"), &failure));
        SUCCEEDS(ocigraph_push_options_set_progress(options, on_progress, NULL, &failure));
    }
    ocigraph_status status = ocigraph_client_push(client, at(open_location, ":pushed"), options, cancel, &result, NULL);
    ocigraph_push_options_free(options);
    ocigraph_push_result_free(result);
    return status;
}

static ocigraph_status run_one(const ocigraph_client *client, const struct call *call) {
    ocigraph_status status = OCIGRAPH_OK;
    ocigraph_descriptor *descriptor = NULL;
    ocigraph_blob_options *progress = ocigraph_blob_options_new();
    switch (call->kind) {
    case FETCH:
        SUCCEEDS(ocigraph_blob_options_set_progress(progress, on_progress, NULL, &failure));
        /* falls through */
    case FETCH_AND_WRITE:
        status = ocigraph_client_fetch_blob(client, by_digest(open_location, ocigraph_text(blob)), writes, NULL, progress,
                                            call->cancel, &descriptor, NULL);
        break;
    case PUSH:
        status = push_one(client, call->cancel, false);
        break;
    case PUSH_READ:
        status = push_one(client, call->cancel, true);
        break;
    case READ: {
        ocigraph_blob_result *pushed = NULL;
        status = ocigraph_client_push_blob_from(client, at(open_location, ""), ocigraph_text(NULL), reads, NULL, NULL,
                                                call->cancel, &pushed, NULL);
        ocigraph_blob_result_free(pushed);
        break;
    }
    case PULL: {
        ocigraph_pull_options *options = ocigraph_pull_options_new();
        ocigraph_pull_result *pulled = NULL;
        char output[64];
        snprintf(output, sizeof output, "out-%p", (const void *)call);
        SUCCEEDS(ocigraph_pull_options_set_output(options, ocigraph_text(output), &failure));
        SUCCEEDS(ocigraph_pull_options_set_progress(options, on_progress, NULL, &failure));
        status = ocigraph_client_pull(client, at(open_location, ":v1"), options, call->cancel, &pulled, NULL);
        ocigraph_pull_result_free(pulled);
        ocigraph_pull_options_free(options);
        break;
    }
    case COPY: {
        ocigraph_copy_options *options = ocigraph_copy_options_new();
        ocigraph_copy_report *report = NULL;
        SUCCEEDS(ocigraph_copy_options_set_progress(options, on_progress, NULL, &failure));
        /* Each call has its own destination, because existing content causes no callback. */
        char copied[64];
        snprintf(copied, sizeof copied, "-%p:copied", (const void *)call);
        status = ocigraph_client_copy(client, at(open_location, ":v1"), at(location, copied), options, call->cancel, &report,
                                      NULL);
        ocigraph_copy_report_free(report);
        ocigraph_copy_options_free(options);
        break;
    }
    case VERIFY: {
        ocigraph_verify_options *options = ocigraph_verify_options_new();
        ocigraph_verify_report *report = NULL;
        SUCCEEDS(ocigraph_verify_options_set_progress(options, on_progress, NULL, &failure));
        status = ocigraph_client_verify(client, at(open_location, ":v1"), options, call->cancel, &report, NULL);
        ocigraph_verify_report_free(report);
        ocigraph_verify_options_free(options);
        break;
    }
    default: {
        ocigraph_text_list *tags = NULL;
        status = ocigraph_client_tags(client, at(host, "/app"), call->cancel, &tags, NULL);
        ocigraph_text_list_free(tags);
        break;
    }
    }
    ocigraph_descriptor_free(descriptor);
    ocigraph_blob_options_free(progress);
    return status;
}

static void *run_call(void *argument) {
    struct call *call = argument;
    /* Each call has its own client, because a client calls its credential callback one call at a time. */
    ocigraph_client_options *options = ocigraph_client_options_new();
    if (call->kind == ASK) {
        SUCCEEDS(ocigraph_client_options_set_credential_callback(options, provide_credential, NULL, &failure));
    }
    ocigraph_client *client = client_on(call->runtime, options);
    ocigraph_client_options_free(options);
    ocigraph_status status = run_one(client, call);
    if (status != call->due) {
        fprintf(stderr, "kind %d gave %d, and %d is due\n", call->kind, status, call->due);
    }
    CHECK(status == call->due || (call->kind == ASK && status == OCIGRAPH_UNAUTHORIZED && call->due == OCIGRAPH_OK));
    ocigraph_client_free(client);
    return NULL;
}

/* Another client on the same runtime works as usual: with the network, with files, and with a timeout. */
static void others_go_on(const ocigraph_runtime *runtime) {
    ocigraph_client_options *options = ocigraph_client_options_new();
    SUCCEEDS(ocigraph_client_options_set_limit(options, OCIGRAPH_LIMIT_RESPONSE_TIMEOUT, 50, &failure));
    SUCCEEDS(ocigraph_client_options_set_limit(options, OCIGRAPH_LIMIT_MAX_ATTEMPTS, 1, &failure));
    ocigraph_client *other = client_on(runtime, options);
    ocigraph_client_options_free(options);
    ocigraph_client *patient = client_on(runtime, NULL);
    for (int i = 0; i < 8; i++) {
        ocigraph_text_list *tags = NULL;
        ocigraph_descriptor *stored = NULL;
        SUCCEEDS(ocigraph_client_tags(patient, at(open_location, ""), NULL, &tags, &failure));
        ocigraph_text_list_free(tags);
        SUCCEEDS(ocigraph_client_resolve(patient, at(location, ":local"), NULL, NULL, &stored, &failure));
        ocigraph_descriptor_free(stored);
    }
    ocigraph_text_list *tags = GARBAGE(ocigraph_text_list);
    FAILS(OCIGRAPH_TIMEOUT, ocigraph_client_tags(other, at(slow, ""), NULL, &tags, &failure));
    CHECK(tags == NULL);
    ocigraph_client_free(other);
    ocigraph_client_free(patient);
}

static void a_blocked_callback_delays_only_its_own_operation(enum kind kind) {
    ocigraph_runtime *runtime = two_workers();
    struct call calls[BLOCKED];
    ocigraph_cancel *cancel = ocigraph_cancel_new();
    set_door(false);
    for (int i = 0; i < BLOCKED; i++) {
        /* Half of the operations are cancelled while their callbacks block. */
        bool cancelled = i % 2 == 1;
        calls[i] = (struct call){kind, runtime, cancelled ? cancel : NULL, cancelled ? OCIGRAPH_CANCELLED : OCIGRAPH_OK, 0};
        CHECK(pthread_create(&calls[i].thread, NULL, run_call, &calls[i]) == 0);
    }
    wait_for_inside(BLOCKED);
    others_go_on(runtime);
    ocigraph_cancel_cancel(cancel);
    others_go_on(runtime);
    set_door(true);
    for (int i = 0; i < BLOCKED; i++) {
        CHECK(pthread_join(calls[i].thread, NULL) == 0);
    }
    ocigraph_cancel_free(cancel);
    ocigraph_runtime_free(runtime);
}

/* ---- the callback form */

static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int completed;
} ends = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0};

static void pulled(void *user_data, ocigraph_status status, ocigraph_pull_result *result, ocigraph_error *error) {
    (void)user_data;
    CHECK(status == OCIGRAPH_OK || status == OCIGRAPH_CANCELLED);
    ocigraph_pull_result_free(result);
    ocigraph_error_free(error);
    pthread_mutex_lock(&ends.lock);
    ends.completed++;
    pthread_cond_broadcast(&ends.changed);
    pthread_mutex_unlock(&ends.lock);
}

static void blocked_callbacks_of_the_callback_form_delay_no_other_operation(void) {
    ocigraph_runtime *runtime = two_workers();
    ocigraph_client *client = client_on(runtime, NULL);
    ocigraph_cancel *cancel = ocigraph_cancel_new();
    set_door(false);
    for (int i = 0; i < BLOCKED; i++) {
        ocigraph_pull_options *options = ocigraph_pull_options_new();
        char output[64];
        snprintf(output, sizeof output, "started-%d", i);
        SUCCEEDS(ocigraph_pull_options_set_output(options, ocigraph_text(output), &failure));
        SUCCEEDS(ocigraph_pull_options_set_progress(options, on_progress, NULL, &failure));
        SUCCEEDS(ocigraph_client_pull_start(client, at(open_location, ":v1"), options, i % 2 == 1 ? cancel : NULL, pulled, NULL,
                                            &failure));
        ocigraph_pull_options_free(options);
    }
    wait_for_inside(BLOCKED);
    others_go_on(runtime);
    ocigraph_cancel_cancel(cancel);
    ocigraph_cancel_free(cancel);
    others_go_on(runtime);
    set_door(true);
    pthread_mutex_lock(&ends.lock);
    while (ends.completed < BLOCKED) {
        pthread_cond_wait(&ends.changed, &ends.lock);
    }
    pthread_mutex_unlock(&ends.lock);
    ocigraph_client_free(client);
    ocigraph_runtime_free(runtime);
}

/* ---- a write callback that takes longer than the network timeouts */

static int32_t dawdles(void *user_data, const uint8_t *data, size_t length) {
    struct timespec pause = {.tv_nsec = 60000000};
    (void)data;
    *(size_t *)user_data += length;
    return nanosleep(&pause, NULL);
}

static void a_slow_callback_does_not_exceed_network_timeouts(void) {
    static uint8_t large[4 << 20];
    memset(large, 7, sizeof large);
    ocigraph_client_options *options = ocigraph_client_options_new();
    SUCCEEDS(ocigraph_client_options_set_limit(options, OCIGRAPH_LIMIT_IDLE_TIMEOUT, (uint64_t)(20 * slower()), &failure));
    SUCCEEDS(ocigraph_client_options_set_limit(options, OCIGRAPH_LIMIT_MAX_ATTEMPTS, 1, &failure));
    ocigraph_client *client = client_on(NULL, options), *plain = new_client();
    ocigraph_blob_result *pushed = NULL;
    ocigraph_descriptor *fetched = NULL;
    size_t length = 0;
    SUCCEEDS(ocigraph_client_push_blob(plain, at(open_location, ""), ocigraph_text(NULL), (ocigraph_bytes){large, sizeof large},
                                       NULL, NULL, &pushed, &failure));
    ocigraph_str name = by_digest(open_location, ocigraph_descriptor_digest(ocigraph_blob_result_descriptor(pushed)));
    SUCCEEDS(ocigraph_client_fetch_blob(client, name, dawdles, &length, NULL, NULL, &fetched, &failure));
    CHECK(length == sizeof large);
    ocigraph_descriptor_free(fetched);
    ocigraph_blob_result_free(pushed);
    ocigraph_client_free(client);
    ocigraph_client_free(plain);
    ocigraph_client_options_free(options);
}

/* ---- callbacks that free the handles of their operation */

struct handles {
    ocigraph_client *client;
    ocigraph_runtime *runtime;
    ocigraph_cancel *cancel;
    ocigraph_blob_options *options;
    bool frees_runtime, frees_client;
    int frees;
};

static void free_all(struct handles *handles) {
    ocigraph_cancel_free(handles->cancel);
    ocigraph_blob_options_free(handles->options);
    if (handles->frees_runtime) {
        ocigraph_runtime_free(handles->runtime);
        handles->runtime = NULL;
    }
    if (handles->frees_client) {
        ocigraph_client_free(handles->client);
        handles->client = NULL;
    }
    handles->cancel = NULL, handles->options = NULL;
    handles->frees++;
}

static int32_t frees_in_progress(void *user_data, const ocigraph_event *event) {
    CHECK(ocigraph_descriptor_digest(event->blob).length > 0);
    free_all(user_data);
    return 0;
}

static int32_t frees_in_write(void *user_data, const uint8_t *data, size_t length) {
    CHECK(data != NULL && length > 0);
    free_all(user_data);
    return 0;
}

static int64_t frees_in_read(void *user_data, uint8_t *buffer, size_t capacity) {
    CHECK(buffer != NULL && capacity > 0);
    free_all(user_data);
    return 0;
}

static int32_t takes(void *user_data, const uint8_t *data, size_t length) {
    (void)user_data, (void)data, (void)length;
    return 0;
}

static struct handles handles_with_own_threads(bool frees_runtime, bool frees_client) {
    struct handles handles = {.runtime = two_workers(), .cancel = ocigraph_cancel_new(), .frees_runtime = frees_runtime,
                          .frees_client = frees_client};
    handles.client = client_on(handles.runtime, NULL);
    handles.options = ocigraph_blob_options_new();
    return handles;
}

static void end(struct handles *handles) {
    CHECK(handles->frees >= 1);
    ocigraph_client_free(handles->client);
    ocigraph_runtime_free(handles->runtime);
}

static void a_callback_can_free_the_handles_of_its_operation(bool frees_runtime, bool frees_client) {
    ocigraph_descriptor *fetched = NULL;
    ocigraph_blob_result *pushed = NULL;
    ocigraph_status due = frees_runtime ? OCIGRAPH_CANCELLED : OCIGRAPH_OK;
    ocigraph_str name = by_digest(open_location, ocigraph_text(blob));

    struct handles progress = handles_with_own_threads(frees_runtime, frees_client);
    SUCCEEDS(ocigraph_blob_options_set_progress(progress.options, frees_in_progress, &progress, &failure));
    ocigraph_status status = ocigraph_client_fetch_blob(progress.client, name, takes, NULL, progress.options,
                                                        progress.cancel, &fetched, NULL);
    CHECK(status == OCIGRAPH_OK || status == due);
    ocigraph_descriptor_free(fetched);
    end(&progress);

    struct handles write = handles_with_own_threads(frees_runtime, frees_client);
    status = ocigraph_client_fetch_blob(write.client, name, frees_in_write, &write, write.options, write.cancel, &fetched,
                                        NULL);
    CHECK(status == OCIGRAPH_OK || status == due);
    ocigraph_descriptor_free(fetched);
    end(&write);

    struct handles read = handles_with_own_threads(frees_runtime, frees_client);
    status = ocigraph_client_push_blob_from(read.client, at(location, ""), ocigraph_text(NULL), frees_in_read, &read,
                                            read.options, read.cancel, &pushed, NULL);
    CHECK(status == OCIGRAPH_OK || status == due);
    ocigraph_blob_result_free(pushed);
    end(&read);
}

static void frees_in_completion(void *user_data, ocigraph_status status, ocigraph_graph *graph, ocigraph_error *error) {
    CHECK(status == OCIGRAPH_OK);
    free_all(user_data);
    ocigraph_graph_free(graph);
    ocigraph_error_free(error);
    pthread_mutex_lock(&ends.lock);
    ends.completed = -1;
    pthread_cond_broadcast(&ends.changed);
    pthread_mutex_unlock(&ends.lock);
}

/* Handles that the callback does not free are freed here, which waits for the threads. */
static void a_completion_callback_can_free_the_handles_of_its_operation(bool frees_runtime) {
    struct handles handles = handles_with_own_threads(frees_runtime, !frees_runtime);
    ends.completed = 0;
    SUCCEEDS(ocigraph_client_discover_start(handles.client, at(location, ":local"), NULL, handles.cancel, frees_in_completion,
                                            &handles, &failure));
    pthread_mutex_lock(&ends.lock);
    while (ends.completed != -1) {
        pthread_cond_wait(&ends.changed, &ends.lock);
    }
    pthread_mutex_unlock(&ends.lock);
    end(&handles);
}

int main(int argc, char **argv) {
    CHECK(argc == 5);
    host = argv[1], location = argv[2], slow = argv[3], open_location = argv[4];
    ocigraph_client *client = new_client();
    char digest[128];
    attach(client, at(location, ":local"), "app/example", ocigraph_text(NULL), "local", digest);
    attach(client, at(open_location, ":v1"), "app/example", ocigraph_text(NULL), "content", digest);
    ocigraph_blob_result *pushed = NULL;
    SUCCEEDS(ocigraph_client_push_blob(client, at(open_location, ""), ocigraph_text(NULL), bytes_of("a blob"), NULL, NULL,
                                       &pushed, &failure));
    snprintf(blob, sizeof blob, "%.*s",
             OCIGRAPH_PRINTF(ocigraph_descriptor_digest(ocigraph_blob_result_descriptor(pushed))));
    ocigraph_blob_result_free(pushed);
    ocigraph_client_free(client);
    for (enum kind kind = FETCH; kind < KINDS; kind++) {
        a_blocked_callback_delays_only_its_own_operation(kind);
    }
    blocked_callbacks_of_the_callback_form_delay_no_other_operation();
    a_slow_callback_does_not_exceed_network_timeouts();
    a_callback_can_free_the_handles_of_its_operation(false, false);
    a_callback_can_free_the_handles_of_its_operation(false, true);
    a_callback_can_free_the_handles_of_its_operation(true, false);
    a_callback_can_free_the_handles_of_its_operation(true, true);
    a_completion_callback_can_free_the_handles_of_its_operation(true);
    a_completion_callback_can_free_the_handles_of_its_operation(false);
    return 0;
}
