/* Callbacks that block: on a runtime of two workers, twice as many operations stand in a callback until this program lets
 * them go on, and every other operation, cancellation and limit is as if they were not there. And callbacks that free what
 * their operation was given.
 *
 *   blocked HOST PLACE SLOW OPEN     a registry that takes ada with the password "s3cret" alone, an empty layout, a
 *                                    repository whose registry takes a minute to answer, and an empty repository */

#include "check.h"

#define WORKERS 2
#define BLOCKED (2 * WORKERS)

static const char *host, *place, *slow, *open_place;

/* Where callbacks stand until they are let go. */
static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int inside;
    bool open;
} door = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, false};

static void stand(void) {
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

static int32_t told(void *user_data, const ocigraph_event *event) {
    (void)user_data, (void)event;
    stand();
    return 0;
}

static int32_t writes(void *user_data, const uint8_t *data, size_t length) {
    (void)user_data;
    CHECK(data != NULL && length > 0);
    stand();
    return 0;
}

static int64_t reads(void *user_data, uint8_t *buffer, size_t capacity) {
    (void)user_data, (void)buffer;
    CHECK(capacity > 0);
    stand();
    return 0;
}

static ocigraph_status asked(void *user_data, ocigraph_str registry, ocigraph_str repository, ocigraph_credential **out,
                             ocigraph_error **error) {
    (void)user_data, (void)registry, (void)repository, (void)out, (void)error;
    stand();
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
        SUCCEEDS(ocigraph_push_options_set_progress(options, told, NULL, &failure));
    }
    ocigraph_status status = ocigraph_client_push(client, at(open_place, ":pushed"), options, cancel, &result, NULL);
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
        SUCCEEDS(ocigraph_blob_options_set_progress(progress, told, NULL, &failure));
        /* falls through */
    case FETCH_AND_WRITE:
        status = ocigraph_client_fetch_blob(client, by_digest(open_place, ocigraph_text(blob)), writes, NULL, progress,
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
        status = ocigraph_client_push_blob_from(client, at(open_place, ""), ocigraph_text(NULL), reads, NULL, NULL,
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
        SUCCEEDS(ocigraph_pull_options_set_progress(options, told, NULL, &failure));
        status = ocigraph_client_pull(client, at(open_place, ":v1"), options, call->cancel, &pulled, NULL);
        ocigraph_pull_result_free(pulled);
        ocigraph_pull_options_free(options);
        break;
    }
    case COPY: {
        ocigraph_copy_options *options = ocigraph_copy_options_new();
        ocigraph_copy_report *report = NULL;
        SUCCEEDS(ocigraph_copy_options_set_progress(options, told, NULL, &failure));
        /* Each to a place of its own: what another has copied already is passed over without a callback. */
        char copied[64];
        snprintf(copied, sizeof copied, "-%p:copied", (const void *)call);
        status = ocigraph_client_copy(client, at(open_place, ":v1"), at(place, copied), options, call->cancel, &report,
                                      NULL);
        ocigraph_copy_report_free(report);
        ocigraph_copy_options_free(options);
        break;
    }
    case VERIFY: {
        ocigraph_verify_options *options = ocigraph_verify_options_new();
        ocigraph_verify_report *report = NULL;
        SUCCEEDS(ocigraph_verify_options_set_progress(options, told, NULL, &failure));
        status = ocigraph_client_verify(client, at(open_place, ":v1"), options, call->cancel, &report, NULL);
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
    /* A client for each: credential callbacks of one client come one at a time. */
    ocigraph_client_options *options = ocigraph_client_options_new();
    if (call->kind == ASK) {
        SUCCEEDS(ocigraph_client_options_set_credential_callback(options, asked, NULL, &failure));
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

/* What another client does meanwhile on the same runtime: with the network, with files, and until a limit ends it. */
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
        SUCCEEDS(ocigraph_client_tags(patient, at(open_place, ""), NULL, &tags, &failure));
        ocigraph_text_list_free(tags);
        SUCCEEDS(ocigraph_client_resolve(patient, at(place, ":local"), NULL, NULL, &stored, &failure));
        ocigraph_descriptor_free(stored);
    }
    ocigraph_text_list *tags = GARBAGE(ocigraph_text_list);
    FAILS(OCIGRAPH_TIMEOUT, ocigraph_client_tags(other, at(slow, ""), NULL, &tags, &failure));
    CHECK(tags == NULL);
    ocigraph_client_free(other);
    ocigraph_client_free(patient);
}

static void a_callback_that_blocks_holds_up_its_operation_alone(enum kind kind) {
    ocigraph_runtime *runtime = two_workers();
    struct call calls[BLOCKED];
    ocigraph_cancel *cancel = ocigraph_cancel_new();
    set_door(false);
    for (int i = 0; i < BLOCKED; i++) {
        /* Half of them are cancelled while they stand there. */
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

static void the_callback_form_holds_up_nobody_either(void) {
    ocigraph_runtime *runtime = two_workers();
    ocigraph_client *client = client_on(runtime, NULL);
    ocigraph_cancel *cancel = ocigraph_cancel_new();
    set_door(false);
    for (int i = 0; i < BLOCKED; i++) {
        ocigraph_pull_options *options = ocigraph_pull_options_new();
        char output[64];
        snprintf(output, sizeof output, "started-%d", i);
        SUCCEEDS(ocigraph_pull_options_set_output(options, ocigraph_text(output), &failure));
        SUCCEEDS(ocigraph_pull_options_set_progress(options, told, NULL, &failure));
        SUCCEEDS(ocigraph_client_pull_start(client, at(open_place, ":v1"), options, i % 2 == 1 ? cancel : NULL, pulled, NULL,
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

/* ---- a write callback that takes longer than the limit for the network */

static int32_t dawdles(void *user_data, const uint8_t *data, size_t length) {
    struct timespec pause = {.tv_nsec = 60000000};
    (void)data;
    *(size_t *)user_data += length;
    return nanosleep(&pause, NULL);
}

static void a_slow_callback_is_no_slow_network(void) {
    static uint8_t large[4 << 20];
    memset(large, 7, sizeof large);
    ocigraph_client_options *options = ocigraph_client_options_new();
    SUCCEEDS(ocigraph_client_options_set_limit(options, OCIGRAPH_LIMIT_IDLE_TIMEOUT, (uint64_t)(20 * slower()), &failure));
    SUCCEEDS(ocigraph_client_options_set_limit(options, OCIGRAPH_LIMIT_MAX_ATTEMPTS, 1, &failure));
    ocigraph_client *client = client_on(NULL, options), *plain = new_client();
    ocigraph_blob_result *pushed = NULL;
    ocigraph_descriptor *fetched = NULL;
    size_t length = 0;
    SUCCEEDS(ocigraph_client_push_blob(plain, at(open_place, ""), ocigraph_text(NULL), (ocigraph_bytes){large, sizeof large},
                                       NULL, NULL, &pushed, &failure));
    ocigraph_str name = by_digest(open_place, ocigraph_descriptor_digest(ocigraph_blob_result_descriptor(pushed)));
    SUCCEEDS(ocigraph_client_fetch_blob(client, name, dawdles, &length, NULL, NULL, &fetched, &failure));
    CHECK(length == sizeof large);
    ocigraph_descriptor_free(fetched);
    ocigraph_blob_result_free(pushed);
    ocigraph_client_free(client);
    ocigraph_client_free(plain);
    ocigraph_client_options_free(options);
}

/* ---- callbacks that free what their operation was given */

struct given {
    ocigraph_client *client;
    ocigraph_runtime *runtime;
    ocigraph_cancel *cancel;
    ocigraph_blob_options *options;
    bool frees_runtime, frees_client;
    int frees;
};

static void free_all(struct given *given) {
    ocigraph_cancel_free(given->cancel);
    ocigraph_blob_options_free(given->options);
    if (given->frees_runtime) {
        ocigraph_runtime_free(given->runtime);
        given->runtime = NULL;
    }
    if (given->frees_client) {
        ocigraph_client_free(given->client);
        given->client = NULL;
    }
    given->cancel = NULL, given->options = NULL;
    given->frees++;
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

static struct given given_on_its_own(bool frees_runtime, bool frees_client) {
    struct given given = {.runtime = two_workers(), .cancel = ocigraph_cancel_new(), .frees_runtime = frees_runtime,
                          .frees_client = frees_client};
    given.client = client_on(given.runtime, NULL);
    given.options = ocigraph_blob_options_new();
    return given;
}

static void end(struct given *given) {
    CHECK(given->frees >= 1);
    ocigraph_client_free(given->client);
    ocigraph_runtime_free(given->runtime);
}

static void a_callback_may_free_what_its_operation_was_given(bool frees_runtime, bool frees_client) {
    ocigraph_descriptor *fetched = NULL;
    ocigraph_blob_result *pushed = NULL;
    ocigraph_status due = frees_runtime ? OCIGRAPH_CANCELLED : OCIGRAPH_OK;
    ocigraph_str name = by_digest(open_place, ocigraph_text(blob));

    struct given progress = given_on_its_own(frees_runtime, frees_client);
    SUCCEEDS(ocigraph_blob_options_set_progress(progress.options, frees_in_progress, &progress, &failure));
    ocigraph_status status = ocigraph_client_fetch_blob(progress.client, name, takes, NULL, progress.options,
                                                        progress.cancel, &fetched, NULL);
    CHECK(status == OCIGRAPH_OK || status == due);
    ocigraph_descriptor_free(fetched);
    end(&progress);

    struct given write = given_on_its_own(frees_runtime, frees_client);
    status = ocigraph_client_fetch_blob(write.client, name, frees_in_write, &write, write.options, write.cancel, &fetched,
                                        NULL);
    CHECK(status == OCIGRAPH_OK || status == due);
    ocigraph_descriptor_free(fetched);
    end(&write);

    struct given read = given_on_its_own(frees_runtime, frees_client);
    status = ocigraph_client_push_blob_from(read.client, at(place, ""), ocigraph_text(NULL), frees_in_read, &read,
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

/* What is not freed there is freed here, and waits for the threads. */
static void a_completion_may_free_what_its_operation_was_given(bool frees_runtime) {
    struct given given = given_on_its_own(frees_runtime, !frees_runtime);
    ends.completed = 0;
    SUCCEEDS(ocigraph_client_discover_start(given.client, at(place, ":local"), NULL, given.cancel, frees_in_completion,
                                            &given, &failure));
    pthread_mutex_lock(&ends.lock);
    while (ends.completed != -1) {
        pthread_cond_wait(&ends.changed, &ends.lock);
    }
    pthread_mutex_unlock(&ends.lock);
    end(&given);
}

int main(int argc, char **argv) {
    CHECK(argc == 5);
    host = argv[1], place = argv[2], slow = argv[3], open_place = argv[4];
    ocigraph_client *client = new_client();
    char digest[128];
    attach(client, at(place, ":local"), "app/example", ocigraph_text(NULL), "local", digest);
    attach(client, at(open_place, ":v1"), "app/example", ocigraph_text(NULL), "content", digest);
    ocigraph_blob_result *pushed = NULL;
    SUCCEEDS(ocigraph_client_push_blob(client, at(open_place, ""), ocigraph_text(NULL), bytes_of("a blob"), NULL, NULL,
                                       &pushed, &failure));
    snprintf(blob, sizeof blob, "%.*s",
             OCIGRAPH_PRINTF(ocigraph_descriptor_digest(ocigraph_blob_result_descriptor(pushed))));
    ocigraph_blob_result_free(pushed);
    ocigraph_client_free(client);
    for (enum kind kind = FETCH; kind < KINDS; kind++) {
        a_callback_that_blocks_holds_up_its_operation_alone(kind);
    }
    the_callback_form_holds_up_nobody_either();
    a_slow_callback_is_no_slow_network();
    a_callback_may_free_what_its_operation_was_given(false, false);
    a_callback_may_free_what_its_operation_was_given(false, true);
    a_callback_may_free_what_its_operation_was_given(true, false);
    a_callback_may_free_what_its_operation_was_given(true, true);
    a_completion_may_free_what_its_operation_was_given(true);
    a_completion_may_free_what_its_operation_was_given(false);
    return 0;
}
