/* Who is called until when: credential callbacks of operations, clients and runtimes that end; handles that are freed in
 * callbacks; runtimes that end under blocking calls.
 *
 *   lifetimes HOST PLACE SLOW      a registry that takes ada with the password "s3cret" alone, an empty layout, and a
 *                                  repository whose registry takes a minute to answer */

#include "check.h"

static const char *host, *place, *slow;

static void pause_for(long milliseconds) {
    struct timespec pause = {milliseconds / 1000, milliseconds % 1000 * 1000000};
    nanosleep(&pause, NULL);
}

/* What happens in a credential callback. */
struct vault {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int asked, answered, told;
    ocigraph_status status;
    bool over, gives;
    long takes;
    ocigraph_cancel *cancels;
    ocigraph_client *frees, *uses;
    const char *refuses;
};

#define VAULT .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER

static int count(struct vault *vault, int *counter, int more) {
    pthread_mutex_lock(&vault->lock);
    int counted = *counter += more;
    pthread_cond_broadcast(&vault->changed);
    pthread_mutex_unlock(&vault->lock);
    return counted;
}

static void wait_until(struct vault *vault, const int *counter, int least) {
    pthread_mutex_lock(&vault->lock);
    while (*counter < least) {
        pthread_cond_wait(&vault->changed, &vault->lock);
    }
    pthread_mutex_unlock(&vault->lock);
}

static ocigraph_status ask(void *user_data, ocigraph_str registry, ocigraph_str repository, ocigraph_credential **out,
                           ocigraph_error **error) {
    struct vault *vault = user_data;
    CHECK(!vault->over && *out == NULL && *error == NULL);
    CHECK(ocigraph_str_is(registry, host) && repository.length > 0);
    count(vault, &vault->asked, 1);
    if (vault->uses != NULL) {
        ocigraph_text_list *tags = GARBAGE(ocigraph_text_list);
        ocigraph_error *refusal = NULL;
        CHECK(ocigraph_client_tags(vault->uses, at(place, ""), NULL, &tags, &refusal) == OCIGRAPH_INVALID_ARGUMENT);
        CHECK(tags == NULL && contains(ocigraph_error_message(refusal), "credential callback"));
        ocigraph_error_free(refusal);
    }
    ocigraph_cancel_cancel(vault->cancels);
    ocigraph_client_free(vault->frees);
    pause_for(vault->takes);
    if (vault->gives) {
        SUCCEEDS(ocigraph_credential_password(OCIGRAPH_STR("ada"), OCIGRAPH_STR("s3cret"), out, &failure));
    }
    ocigraph_status status = OCIGRAPH_OK;
    if (vault->refuses != NULL) {
        *error = ocigraph_error_new(ocigraph_text(vault->refuses), vault);
        status = OCIGRAPH_IO;
    }
    count(vault, &vault->answered, 1);
    return status;
}

static ocigraph_client *asking(struct vault *vault, const ocigraph_runtime *runtime) {
    ocigraph_client_options *options = ocigraph_client_options_new();
    ocigraph_client *client = NULL;
    SUCCEEDS(ocigraph_client_options_set_credential_callback(options, ask, vault, &failure));
    SUCCEEDS(ocigraph_client_new(runtime, options, &client, &failure));
    ocigraph_client_options_free(options);
    return client;
}

static void discovered(void *user_data, ocigraph_status status, ocigraph_graph *graph, ocigraph_error *error) {
    struct vault *vault = user_data;
    CHECK(!vault->over);
    ocigraph_graph_free(graph);
    ocigraph_error_free(error);
    vault->status = status;
    count(vault, &vault->told, 1);
}

static void start(const ocigraph_client *client, struct vault *vault, int number) {
    char repository[32];
    snprintf(repository, sizeof repository, "/app%d:v1", number);
    SUCCEEDS(ocigraph_client_discover_start(client, at(host, repository), NULL, NULL, discovered, vault, &failure));
}

static void nobody_is_asked_when_the_runtime_is_gone(void) {
    struct vault vault = {VAULT, .takes = 50, .gives = true};
    ocigraph_runtime *runtime = NULL;
    SUCCEEDS(ocigraph_runtime_new(2, &runtime, &failure));
    ocigraph_client *client = asking(&vault, runtime);
    /* One is asked for, and the others wait for their turn. */
    for (int i = 0; i < 8; i++) {
        start(client, &vault, i);
    }
    wait_until(&vault, &vault.asked, 1);
    pause_for(20);
    ocigraph_runtime_free(runtime);
    vault.over = true;
    CHECK(vault.answered == vault.asked && vault.told == 8);
    int asked = vault.asked;
    pause_for(200);
    CHECK(vault.asked == asked);
    ocigraph_client_free(client);
}

static void an_operation_waits_for_its_question(void) {
    struct vault vault = {VAULT, .takes = 200, .cancels = ocigraph_cancel_new()};
    ocigraph_client *client = asking(&vault, NULL);
    ocigraph_text_list *tags = GARBAGE(ocigraph_text_list);
    FAILS(OCIGRAPH_CANCELLED, ocigraph_client_tags(client, at(host, "/app"), vault.cancels, &tags, &failure));
    CHECK(tags == NULL && vault.asked == 1 && vault.answered == 1);
    ocigraph_client_free(client);
    ocigraph_cancel_free(vault.cancels);
}

static void a_refusal_says_why_and_whose_it_is(void) {
    struct vault vault = {VAULT, .refuses = "the vault is sealed"}, other = {VAULT, .refuses = ""};
    ocigraph_client *client = asking(&vault, NULL), *next = asking(&other, NULL);
    ocigraph_text_list *tags = NULL;
    ocigraph_error *error = NULL;
    CHECK(ocigraph_client_tags(client, at(host, "/app"), NULL, &tags, &error) == OCIGRAPH_CREDENTIALS);
    CHECK(ocigraph_str_is(ocigraph_error_reason(error), "the vault is sealed"));
    CHECK(ocigraph_str_is(ocigraph_error_operation(error), "tags") && ocigraph_error_user_data(error) == &vault);
    ocigraph_error_free(error);
    CHECK(ocigraph_client_tags(next, at(host, "/app"), NULL, &tags, &error) == OCIGRAPH_CREDENTIALS);
    CHECK(ocigraph_error_reason(error).length > 0 && ocigraph_error_user_data(error) == &other);
    ocigraph_error_free(error);
    /* What is given beside success, or beside a credential, is taken all the same. */
    vault.gives = true;
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

static void no_operation_is_started_in_a_credential_callback(void) {
    ocigraph_client *other = new_client();
    struct vault vault = {VAULT, .uses = other, .gives = true};
    ocigraph_client *client = asking(&vault, NULL);
    ocigraph_text_list *tags = NULL;
    FAILS(OCIGRAPH_NOT_FOUND, ocigraph_client_tags(client, at(host, "/app"), NULL, &tags, &failure));
    CHECK(vault.asked >= 1);
    ocigraph_client_free(client);
    ocigraph_client_free(other);
}

static void a_client_may_be_freed_in_its_credential_callback(void) {
    struct vault vault = {VAULT, .gives = true};
    vault.frees = asking(&vault, NULL);
    start(vault.frees, &vault, 0);
    wait_until(&vault, &vault.told, 1);
    CHECK(vault.status == OCIGRAPH_CANCELLED && vault.asked == 1);

    struct vault waited = {VAULT, .gives = true};
    ocigraph_text_list *tags = GARBAGE(ocigraph_text_list);
    waited.frees = asking(&waited, NULL);
    FAILS(OCIGRAPH_CANCELLED, ocigraph_client_tags(waited.frees, at(host, "/app"), NULL, &tags, &failure));
    CHECK(tags == NULL && waited.answered == 1);

    /* With the threads of others the operation goes on, and asks nobody any more. */
    struct vault shared = {VAULT, .gives = true};
    ocigraph_runtime *runtime = NULL;
    SUCCEEDS(ocigraph_runtime_new(1, &runtime, &failure));
    shared.frees = asking(&shared, runtime);
    start(shared.frees, &shared, 0);
    wait_until(&shared, &shared.told, 1);
    CHECK(shared.status == OCIGRAPH_NOT_FOUND && shared.asked == 1);
    ocigraph_runtime_free(runtime);
}

static int32_t free_client(void *user_data, const ocigraph_event *event) {
    (void)event;
    ocigraph_client **client = user_data;
    ocigraph_client_free(*client);
    *client = NULL;
    return 0;
}

static void a_client_may_be_freed_in_a_progress_callback(void) {
    ocigraph_client *client = new_client();
    ocigraph_push_options *options = ocigraph_push_options_new();
    ocigraph_push_result *result = GARBAGE(ocigraph_push_result);
    SUCCEEDS(ocigraph_push_options_add_bytes(options, OCIGRAPH_STR("a"), ocigraph_text(NULL), bytes_of("a"), &failure));
    SUCCEEDS(ocigraph_push_options_set_progress(options, free_client, &client, &failure));
    FAILS(OCIGRAPH_CANCELLED, ocigraph_client_push(client, at(place, ":p"), options, NULL, &result, &failure));
    CHECK(result == NULL && client == NULL);
    ocigraph_push_options_free(options);
}

static void *discover_slowly(void *client) {
    ocigraph_graph *graph = GARBAGE(ocigraph_graph);
    FAILS(OCIGRAPH_CANCELLED, ocigraph_client_discover(client, at(slow, ":v1"), NULL, NULL, &graph, &failure));
    CHECK(graph == NULL);
    return NULL;
}

static void the_end_of_a_runtime_ends_blocking_calls(void) {
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

/* A read callback that takes its time, and cancels what it reads for. */
static int64_t cancel_and_read(void *user_data, uint8_t *buffer, size_t capacity) {
    struct vault *vault = user_data;
    CHECK(!vault->over && capacity > 0);
    ocigraph_cancel_cancel(vault->cancels);
    pause_for(100);
    vault->answered++;
    buffer[0] = 'x';
    return 1;
}

static void a_cancelled_operation_waits_for_its_read_callback(void) {
    struct vault vault = {VAULT, .cancels = ocigraph_cancel_new()};
    ocigraph_client *client = new_client();
    ocigraph_blob_result *blob = GARBAGE(ocigraph_blob_result);
    FAILS(OCIGRAPH_CANCELLED, ocigraph_client_push_blob_from(client, at(place, ""), ocigraph_text(NULL), cancel_and_read,
                                                             &vault, NULL, vault.cancels, &blob, &failure));
    vault.over = true;
    CHECK(blob == NULL && vault.answered == 1);
    pause_for(20);
    ocigraph_client_free(client);
    ocigraph_cancel_free(vault.cancels);
}

static void *resolve(void *client) {
    ocigraph_descriptor *descriptor = NULL;
    SUCCEEDS(ocigraph_client_resolve(client, at(place, ":w"), NULL, NULL, &descriptor, &failure));
    ocigraph_descriptor_free(descriptor);
    return NULL;
}

/* Waits, in a write callback, for an operation of another thread. */
static int32_t wait_and_take(void *user_data, const uint8_t *data, size_t length) {
    pthread_t thread;
    CHECK(data[0] == 'w' && length == 1);
    CHECK(pthread_create(&thread, NULL, resolve, user_data) == 0 && pthread_join(thread, NULL) == 0);
    return 0;
}

static void a_write_callback_holds_up_nobody(void) {
    ocigraph_runtime *runtime = NULL;
    ocigraph_client *client = NULL;
    ocigraph_blob_result *blob = NULL;
    ocigraph_descriptor *fetched = NULL;
    char digest[128];
    SUCCEEDS(ocigraph_runtime_new(1, &runtime, &failure));
    SUCCEEDS(ocigraph_client_new(runtime, NULL, &client, &failure));
    attach(client, at(place, ":w"), "app/example", ocigraph_text(NULL), "content", digest);
    SUCCEEDS(ocigraph_client_push_blob(client, at(place, ""), ocigraph_text(NULL), bytes_of("w"), NULL, NULL, &blob,
                                       &failure));
    ocigraph_str name = by_digest(place, ocigraph_descriptor_digest(ocigraph_blob_result_descriptor(blob)));
    SUCCEEDS(ocigraph_client_fetch_blob(client, name, wait_and_take, client, NULL, NULL, &fetched, &failure));
    ocigraph_descriptor_free(fetched);
    ocigraph_blob_result_free(blob);
    ocigraph_client_free(client);
    ocigraph_runtime_free(runtime);
}

int main(int argc, char **argv) {
    CHECK(argc == 4);
    host = argv[1], place = argv[2], slow = argv[3];
    nobody_is_asked_when_the_runtime_is_gone();
    an_operation_waits_for_its_question();
    a_refusal_says_why_and_whose_it_is();
    no_operation_is_started_in_a_credential_callback();
    a_client_may_be_freed_in_its_credential_callback();
    a_client_may_be_freed_in_a_progress_callback();
    the_end_of_a_runtime_ends_blocking_calls();
    a_cancelled_operation_waits_for_its_read_callback();
    a_write_callback_holds_up_nobody();
    return 0;
}
