/* Lifetimes: credential callbacks when their operation, client or runtime ends, handles that are freed in callbacks, and
 * runtimes that end during blocking calls.
 *
 *   lifetimes HOST LOCATION SLOW      a registry that requires ada with the password "s3cret", an empty layout, and a
 *                                     repository whose registry responds after one minute */

#include "check.h"

static const char *host, *location, *slow;

static void pause_for(long milliseconds) {
    struct timespec pause = {milliseconds / 1000, milliseconds % 1000 * 1000000};
    nanosleep(&pause, NULL);
}

/* The state of a credential callback. */
struct credential_state {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int provide_credential, answered, on_progress;
    ocigraph_status status;
    bool over, gives;
    long takes;
    ocigraph_cancel *cancels;
    ocigraph_client *frees, *uses;
    const char *refuses;
};

#define CREDENTIAL_STATE .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER

static int count(struct credential_state *credential_state, int *counter, int more) {
    pthread_mutex_lock(&credential_state->lock);
    int counted = *counter += more;
    pthread_cond_broadcast(&credential_state->changed);
    pthread_mutex_unlock(&credential_state->lock);
    return counted;
}

static void wait_until(struct credential_state *credential_state, const int *counter, int least) {
    pthread_mutex_lock(&credential_state->lock);
    while (*counter < least) {
        pthread_cond_wait(&credential_state->changed, &credential_state->lock);
    }
    pthread_mutex_unlock(&credential_state->lock);
}

static ocigraph_status provide_credential(void *user_data, ocigraph_str registry, ocigraph_str repository, ocigraph_credential **out,
                           ocigraph_error **error) {
    struct credential_state *credential_state = user_data;
    CHECK(!credential_state->over && *out == NULL && *error == NULL);
    CHECK(ocigraph_str_is(registry, host) && repository.length > 0);
    count(credential_state, &credential_state->provide_credential, 1);
    if (credential_state->uses != NULL) {
        ocigraph_text_list *tags = GARBAGE(ocigraph_text_list);
        ocigraph_error *refusal = NULL;
        CHECK(ocigraph_client_tags(credential_state->uses, at(location, ""), NULL, &tags, &refusal) == OCIGRAPH_INVALID_ARGUMENT);
        CHECK(tags == NULL && contains(ocigraph_error_message(refusal), "credential callback"));
        ocigraph_error_free(refusal);
    }
    ocigraph_cancel_cancel(credential_state->cancels);
    ocigraph_client_free(credential_state->frees);
    pause_for(credential_state->takes);
    if (credential_state->gives) {
        SUCCEEDS(ocigraph_credential_password(OCIGRAPH_STR("ada"), OCIGRAPH_STR("s3cret"), out, &failure));
    }
    ocigraph_status status = OCIGRAPH_OK;
    if (credential_state->refuses != NULL) {
        *error = ocigraph_error_new(ocigraph_text(credential_state->refuses), credential_state);
        status = OCIGRAPH_IO;
    }
    count(credential_state, &credential_state->answered, 1);
    return status;
}

static ocigraph_client *client_with_credential_callback(struct credential_state *credential_state, const ocigraph_runtime *runtime) {
    ocigraph_client_options *options = ocigraph_client_options_new();
    ocigraph_client *client = NULL;
    SUCCEEDS(ocigraph_client_options_set_credential_callback(options, provide_credential, credential_state, &failure));
    SUCCEEDS(ocigraph_client_new(runtime, options, &client, &failure));
    ocigraph_client_options_free(options);
    return client;
}

static void discovered(void *user_data, ocigraph_status status, ocigraph_graph *graph, ocigraph_error *error) {
    struct credential_state *credential_state = user_data;
    CHECK(!credential_state->over);
    ocigraph_graph_free(graph);
    ocigraph_error_free(error);
    credential_state->status = status;
    count(credential_state, &credential_state->on_progress, 1);
}

static void start(const ocigraph_client *client, struct credential_state *credential_state, int number) {
    char repository[32];
    snprintf(repository, sizeof repository, "/app%d:v1", number);
    SUCCEEDS(ocigraph_client_discover_start(client, at(host, repository), NULL, NULL, discovered, credential_state, &failure));
}

static void no_credential_callback_is_called_after_the_runtime_was_freed(void) {
    struct credential_state credential_state = {CREDENTIAL_STATE, .takes = 50, .gives = true};
    ocigraph_runtime *runtime = NULL;
    SUCCEEDS(ocigraph_runtime_new(2, &runtime, &failure));
    ocigraph_client *client = client_with_credential_callback(&credential_state, runtime);
    /* One credential callback runs, and the others wait. */
    for (int i = 0; i < 8; i++) {
        start(client, &credential_state, i);
    }
    wait_until(&credential_state, &credential_state.provide_credential, 1);
    pause_for(20);
    ocigraph_runtime_free(runtime);
    credential_state.over = true;
    CHECK(credential_state.answered == credential_state.provide_credential && credential_state.on_progress == 8);
    int provide_credential = credential_state.provide_credential;
    pause_for(200);
    CHECK(credential_state.provide_credential == provide_credential);
    ocigraph_client_free(client);
}

static void an_operation_waits_for_its_credential_callback(void) {
    struct credential_state credential_state = {CREDENTIAL_STATE, .takes = 200, .cancels = ocigraph_cancel_new()};
    ocigraph_client *client = client_with_credential_callback(&credential_state, NULL);
    ocigraph_text_list *tags = GARBAGE(ocigraph_text_list);
    FAILS(OCIGRAPH_CANCELLED, ocigraph_client_tags(client, at(host, "/app"), credential_state.cancels, &tags, &failure));
    CHECK(tags == NULL && credential_state.provide_credential == 1 && credential_state.answered == 1);
    ocigraph_client_free(client);
    ocigraph_cancel_free(credential_state.cancels);
}

static void an_error_of_a_credential_callback_belongs_to_its_operation(void) {
    struct credential_state credential_state = {CREDENTIAL_STATE, .refuses = "the key store is sealed"}, other = {CREDENTIAL_STATE, .refuses = ""};
    ocigraph_client *client = client_with_credential_callback(&credential_state, NULL), *next = client_with_credential_callback(&other, NULL);
    ocigraph_text_list *tags = NULL;
    ocigraph_error *error = NULL;
    CHECK(ocigraph_client_tags(client, at(host, "/app"), NULL, &tags, &error) == OCIGRAPH_CREDENTIALS);
    CHECK(ocigraph_str_is(ocigraph_error_reason(error), "the key store is sealed"));
    CHECK(ocigraph_str_is(ocigraph_error_operation(error), "tags") && ocigraph_error_user_data(error) == &credential_state);
    ocigraph_error_free(error);
    CHECK(ocigraph_client_tags(next, at(host, "/app"), NULL, &tags, &error) == OCIGRAPH_CREDENTIALS);
    CHECK(ocigraph_error_reason(error).length > 0 && ocigraph_error_user_data(error) == &other);
    ocigraph_error_free(error);
    /* The library also frees an error that comes with success, or with a credential. */
    credential_state.gives = true;
    CHECK(ocigraph_client_tags(client, at(host, "/app"), NULL, &tags, &error) == OCIGRAPH_CREDENTIALS);
    ocigraph_error_free(error);
    CHECK(ocigraph_client_tags(client, OCIGRAPH_STR("oci:none"), NULL, &tags, &error) == OCIGRAPH_NOT_FOUND);
    CHECK(ocigraph_error_user_data(error) == NULL && ocigraph_error_user_data(NULL) == NULL);
    ocigraph_error_free(error);
    ocigraph_client_free(client);
    ocigraph_client_free(next);
    error = ocigraph_error_new(OCIGRAPH_STR("mine"), NULL);
    CHECK(ocigraph_error_status(error) == OCIGRAPH_CREDENTIALS && ocigraph_str_is(ocigraph_error_message(error), "mine"));
    ocigraph_error_free(error);
}

static void a_credential_callback_must_not_start_operations(void) {
    ocigraph_client *other = new_client();
    struct credential_state credential_state = {CREDENTIAL_STATE, .uses = other, .gives = true};
    ocigraph_client *client = client_with_credential_callback(&credential_state, NULL);
    ocigraph_text_list *tags = NULL;
    FAILS(OCIGRAPH_NOT_FOUND, ocigraph_client_tags(client, at(host, "/app"), NULL, &tags, &failure));
    CHECK(credential_state.provide_credential >= 1);
    ocigraph_client_free(client);
    ocigraph_client_free(other);
}

static void a_client_can_be_freed_in_its_credential_callback(void) {
    struct credential_state credential_state = {CREDENTIAL_STATE, .gives = true};
    credential_state.frees = client_with_credential_callback(&credential_state, NULL);
    start(credential_state.frees, &credential_state, 0);
    wait_until(&credential_state, &credential_state.on_progress, 1);
    CHECK(credential_state.status == OCIGRAPH_CANCELLED && credential_state.provide_credential == 1);

    struct credential_state waited = {CREDENTIAL_STATE, .gives = true};
    ocigraph_text_list *tags = GARBAGE(ocigraph_text_list);
    waited.frees = client_with_credential_callback(&waited, NULL);
    FAILS(OCIGRAPH_CANCELLED, ocigraph_client_tags(waited.frees, at(host, "/app"), NULL, &tags, &failure));
    CHECK(tags == NULL && waited.answered == 1);

    /* On a shared runtime the operation continues, but the credential callback is not called again. */
    struct credential_state shared = {CREDENTIAL_STATE, .gives = true};
    ocigraph_runtime *runtime = NULL;
    SUCCEEDS(ocigraph_runtime_new(1, &runtime, &failure));
    shared.frees = client_with_credential_callback(&shared, runtime);
    start(shared.frees, &shared, 0);
    wait_until(&shared, &shared.on_progress, 1);
    CHECK(shared.status == OCIGRAPH_NOT_FOUND && shared.provide_credential == 1);
    ocigraph_runtime_free(runtime);
}

static int32_t free_client(void *user_data, const ocigraph_event *event) {
    (void)event;
    ocigraph_client **client = user_data;
    ocigraph_client_free(*client);
    *client = NULL;
    return 0;
}

static void a_client_can_be_freed_in_a_progress_callback(void) {
    ocigraph_client *client = new_client();
    ocigraph_push_options *options = ocigraph_push_options_new();
    ocigraph_push_result *result = GARBAGE(ocigraph_push_result);
    SUCCEEDS(ocigraph_push_options_add_bytes(options, OCIGRAPH_STR("a"), ocigraph_text(NULL), bytes_of("a"), &failure));
    SUCCEEDS(ocigraph_push_options_set_progress(options, free_client, &client, &failure));
    FAILS(OCIGRAPH_CANCELLED, ocigraph_client_push(client, at(location, ":p"), options, NULL, &result, &failure));
    CHECK(result == NULL && client == NULL);
    ocigraph_push_options_free(options);
}

static void *discover_slowly(void *client) {
    ocigraph_graph *graph = GARBAGE(ocigraph_graph);
    FAILS(OCIGRAPH_CANCELLED, ocigraph_client_discover(client, at(slow, ":v1"), NULL, NULL, &graph, &failure));
    CHECK(graph == NULL);
    return NULL;
}

static void freeing_a_runtime_cancels_blocking_calls(void) {
    ocigraph_runtime *runtime = NULL;
    ocigraph_client *client = NULL;
    SUCCEEDS(ocigraph_runtime_new(2, &runtime, &failure));
    SUCCEEDS(ocigraph_client_new(runtime, NULL, &client, &failure));
    pthread_t threads[8];
    for (int i = 0; i < 8; i++) {
        CHECK(pthread_create(&threads[i], NULL, discover_slowly, client) == 0);
    }
    pause_for(100);
    ocigraph_runtime_free(runtime);
    for (int i = 0; i < 8; i++) {
        pthread_join(threads[i], NULL);
    }
    ocigraph_client_free(client);
}

/* A slow read callback, which cancels its own operation. */
static int64_t cancel_and_read(void *user_data, uint8_t *buffer, size_t capacity) {
    struct credential_state *credential_state = user_data;
    CHECK(!credential_state->over && capacity > 0);
    ocigraph_cancel_cancel(credential_state->cancels);
    pause_for(100);
    credential_state->answered++;
    buffer[0] = 'x';
    return 1;
}

static void a_cancelled_operation_waits_for_its_read_callback(void) {
    struct credential_state credential_state = {CREDENTIAL_STATE, .cancels = ocigraph_cancel_new()};
    ocigraph_client *client = new_client();
    ocigraph_blob_result *blob = GARBAGE(ocigraph_blob_result);
    FAILS(OCIGRAPH_CANCELLED, ocigraph_client_push_blob_from(client, at(location, ""), ocigraph_text(NULL), cancel_and_read,
                                                             &credential_state, NULL, credential_state.cancels, &blob, &failure));
    credential_state.over = true;
    CHECK(blob == NULL && credential_state.answered == 1);
    pause_for(20);
    ocigraph_client_free(client);
    ocigraph_cancel_free(credential_state.cancels);
}

static void *resolve(void *client) {
    ocigraph_descriptor *descriptor = NULL;
    SUCCEEDS(ocigraph_client_resolve(client, at(location, ":w"), NULL, NULL, &descriptor, &failure));
    ocigraph_descriptor_free(descriptor);
    return NULL;
}

/* A write callback that waits for an operation of another thread. */
static int32_t wait_and_take(void *user_data, const uint8_t *data, size_t length) {
    pthread_t thread;
    CHECK(data[0] == 'w' && length == 1);
    CHECK(pthread_create(&thread, NULL, resolve, user_data) == 0 && pthread_join(thread, NULL) == 0);
    return 0;
}

static void a_blocked_write_callback_delays_no_other_operation(void) {
    ocigraph_runtime *runtime = NULL;
    ocigraph_client *client = NULL;
    ocigraph_blob_result *blob = NULL;
    ocigraph_descriptor *fetched = NULL;
    char digest[128];
    SUCCEEDS(ocigraph_runtime_new(1, &runtime, &failure));
    SUCCEEDS(ocigraph_client_new(runtime, NULL, &client, &failure));
    attach(client, at(location, ":w"), "app/example", ocigraph_text(NULL), "content", digest);
    SUCCEEDS(ocigraph_client_push_blob(client, at(location, ""), ocigraph_text(NULL), bytes_of("w"), NULL, NULL, &blob,
                                       &failure));
    ocigraph_str name = by_digest(location, ocigraph_descriptor_digest(ocigraph_blob_result_descriptor(blob)));
    SUCCEEDS(ocigraph_client_fetch_blob(client, name, wait_and_take, client, NULL, NULL, &fetched, &failure));
    ocigraph_descriptor_free(fetched);
    ocigraph_blob_result_free(blob);
    ocigraph_client_free(client);
    ocigraph_runtime_free(runtime);
}

int main(int argc, char **argv) {
    CHECK(argc == 4);
    host = argv[1], location = argv[2], slow = argv[3];
    no_credential_callback_is_called_after_the_runtime_was_freed();
    an_operation_waits_for_its_credential_callback();
    an_error_of_a_credential_callback_belongs_to_its_operation();
    a_credential_callback_must_not_start_operations();
    a_client_can_be_freed_in_its_credential_callback();
    a_client_can_be_freed_in_a_progress_callback();
    freeing_a_runtime_cancels_blocking_calls();
    a_cancelled_operation_waits_for_its_read_callback();
    a_blocked_write_callback_delays_no_other_operation();
    return 0;
}
