/* Progress, read, write and completion callbacks: how often and when they are called, and what their failure causes.
 *
 *   callbacks LOCATION SLOW      an empty repository or layout, and a repository whose registry responds slowly */

#include "check.h"

#include <dirent.h>
#include <sys/stat.h>

static const char *location, *slow;

/* ---- progress */

struct progress {
    pthread_mutex_t one_at_a_time;
    int started, moved, finished, fail_at;
    uint64_t position, size;
    double ended;
    bool over;
    const ocigraph_client *client;
};

static int32_t count(void *user_data, const ocigraph_event *event) {
    struct progress *progress = user_data;
    CHECK(!progress->over);
    CHECK(pthread_mutex_trylock(&progress->one_at_a_time) == 0);
    CHECK(ocigraph_descriptor_digest(event->blob).length > 0);
    switch (event->kind) {
    case OCIGRAPH_EVENT_STARTED:
        progress->started++;
        break;
    case OCIGRAPH_EVENT_MOVED:
        progress->moved++;
        if (ocigraph_descriptor_size(event->blob) == progress->size) {
            progress->position = event->position;
        }
        break;
    case OCIGRAPH_EVENT_FINISHED:
        CHECK(event->outcome != 0);
        progress->finished++;
        break;
    }
    if (progress->client != NULL) {
        /* A callback must not start an operation. */
        ocigraph_text_list *tags = GARBAGE(ocigraph_text_list);
        ocigraph_status status = ocigraph_client_tags(progress->client, at(location, ""), NULL, &tags, NULL);
        CHECK(status == OCIGRAPH_INVALID_ARGUMENT && tags == NULL);
    }
    bool ends = progress->fail_at != 0 && progress->started + progress->moved >= progress->fail_at;
    progress->ended = ends ? seconds() : 0;
    pthread_mutex_unlock(&progress->one_at_a_time);
    return ends;
}

static ocigraph_push_options *large_push(struct progress *progress) {
    /* New content each time, so that it does not exist already. */
    static uint8_t large[4 << 20], content;
    memset(large, ++content, sizeof large);
    ocigraph_push_options *options = ocigraph_push_options_new();
    progress->size = sizeof large;
    SUCCEEDS(ocigraph_push_options_add_bytes(options, OCIGRAPH_STR("large"), ocigraph_text(NULL),
                                             (ocigraph_bytes){large, sizeof large}, &failure));
    SUCCEEDS(ocigraph_push_options_add_bytes(options, OCIGRAPH_STR("small"), ocigraph_text(NULL), bytes_of("small"),
                                             &failure));
    SUCCEEDS(ocigraph_push_options_set_progress(options, count, progress, &failure));
    return options;
}

static void progress_is_reported_and_can_end_the_operation(const ocigraph_client *client) {
    ocigraph_push_result *result = NULL;
    struct progress progress = {.one_at_a_time = PTHREAD_MUTEX_INITIALIZER, .fail_at = 1};
    ocigraph_push_options *options = large_push(&progress);
    result = GARBAGE(ocigraph_push_result);
    FAILS(OCIGRAPH_CANCELLED, ocigraph_client_push(client, at(location, ":p"), options, NULL, &result, &failure));
    CHECK(result == NULL);
    progress.over = true;
    ocigraph_push_options_free(options);

    struct progress whole = {.one_at_a_time = PTHREAD_MUTEX_INITIALIZER, .client = client};
    options = large_push(&whole);
    SUCCEEDS(ocigraph_client_push(client, at(location, ":p"), options, NULL, &result, &failure));
    whole.over = true;
    CHECK(whole.started >= 2 && whole.finished == whole.started && whole.moved >= 1);
    CHECK(whole.position == whole.size);
    ocigraph_push_result_free(result);
    ocigraph_push_options_free(options);

    struct progress pulled = {.one_at_a_time = PTHREAD_MUTEX_INITIALIZER};
    ocigraph_pull_options *pull = ocigraph_pull_options_new();
    ocigraph_pull_result *files = NULL;
    SUCCEEDS(ocigraph_pull_options_set_output(pull, OCIGRAPH_STR("pulled"), &failure));
    SUCCEEDS(ocigraph_pull_options_set_progress(pull, count, &pulled, &failure));
    SUCCEEDS(ocigraph_client_pull(client, at(location, ":p"), pull, NULL, &files, &failure));
    CHECK(pulled.started == 2 && pulled.finished == 2);
    ocigraph_pull_result_free(files);
    ocigraph_pull_options_free(pull);

    struct progress checked = {.one_at_a_time = PTHREAD_MUTEX_INITIALIZER};
    ocigraph_verify_options *verify = ocigraph_verify_options_new();
    ocigraph_verify_report *report = NULL;
    SUCCEEDS(ocigraph_verify_options_set_progress(verify, count, &checked, &failure));
    SUCCEEDS(ocigraph_client_verify(client, at(location, ":p"), verify, NULL, &report, &failure));
    CHECK(checked.finished == 3);
    ocigraph_verify_report_free(report);
    ocigraph_verify_options_free(verify);

    struct progress copied = {.one_at_a_time = PTHREAD_MUTEX_INITIALIZER};
    ocigraph_copy_options *copy = ocigraph_copy_options_new();
    ocigraph_copy_report *copies = NULL;
    SUCCEEDS(ocigraph_copy_options_set_progress(copy, count, &copied, &failure));
    SUCCEEDS(ocigraph_client_copy(client, at(location, ":p"), OCIGRAPH_STR("oci:copied:p"), copy, NULL, &copies, &failure));
    CHECK(copied.finished >= 2);
    ocigraph_copy_report_free(copies);
    ocigraph_copy_options_free(copy);
}

/* Returns true if a folder contains an unfinished file. */
static bool contains_unfinished_file(const char *path) {
    DIR *folder = opendir(path);
    bool part = false;
    for (struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;) {
        struct stat file;
        const char *name = entry->d_name;
        bool is_large = strcmp(name, "large") == 0, is_small = strcmp(name, "small") == 0;
        if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0) {
            bool is_whole = fstatat(dirfd(folder), name, &file, 0) == 0 && file.st_size == (is_large ? 4 << 20 : 5);
            part = part || !(is_large || is_small) || !is_whole;
        }
    }
    CHECK(folder == NULL || closedir(folder) == 0);
    return part;
}

/* A cancelled pull leaves no unfinished file. On a slow machine, the call returns after half a second, and the file is
 * removed soon afterwards. */
static void a_cancelled_pull_leaves_no_unfinished_file(const ocigraph_client *client) {
    struct progress whole = {.one_at_a_time = PTHREAD_MUTEX_INITIALIZER};
    ocigraph_push_options *push = large_push(&whole);
    ocigraph_push_result *pushed = NULL;
    SUCCEEDS(ocigraph_client_push(client, at(location, ":large"), push, NULL, &pushed, &failure));
    ocigraph_push_result_free(pushed);
    ocigraph_push_options_free(push);
    for (int i = 1; i <= 8; i++) {
        struct progress ended = {.one_at_a_time = PTHREAD_MUTEX_INITIALIZER, .fail_at = i};
        ocigraph_pull_options *pull = ocigraph_pull_options_new();
        ocigraph_pull_result *files = GARBAGE(ocigraph_pull_result);
        char folder[32];
        snprintf(folder, sizeof folder, "ended%d", i);
        SUCCEEDS(ocigraph_pull_options_set_output(pull, ocigraph_text(folder), &failure));
        SUCCEEDS(ocigraph_pull_options_set_progress(pull, count, &ended, &failure));
        ocigraph_status status = ocigraph_client_pull(client, at(location, ":large"), pull, NULL, &files, NULL);
        ended.over = true;
        CHECK(status == (ended.started + ended.moved >= i ? OCIGRAPH_CANCELLED : OCIGRAPH_OK));
        ocigraph_pull_result_free(files);
        ocigraph_pull_options_free(pull);
        bool has_waited = ended.ended > 0 && seconds() - ended.ended >= 0.5;
        CHECK(has_waited || !contains_unfinished_file(folder));
        for (double begin = seconds(); contains_unfinished_file(folder);) {
            struct timespec pause = {.tv_nsec = 10000000};
            CHECK(seconds() - begin < 60);
            nanosleep(&pause, NULL);
        }
    }
}

static pthread_t caller;

static int32_t take(void *user_data, const uint8_t *data, size_t length) {
    CHECK(data != NULL && pthread_equal(pthread_self(), caller));
    *(size_t *)user_data += length;
    return 0;
}

static void single_blobs_report_progress(const ocigraph_client *client) {
    static uint8_t large[4 << 20];
    memset(large, 200, sizeof large);
    struct progress up = {.one_at_a_time = PTHREAD_MUTEX_INITIALIZER, .size = sizeof large};
    struct progress down = {.one_at_a_time = PTHREAD_MUTEX_INITIALIZER, .size = sizeof large};
    struct progress ended = {.one_at_a_time = PTHREAD_MUTEX_INITIALIZER, .fail_at = 2};
    caller = pthread_self();
    ocigraph_blob_options *options = ocigraph_blob_options_new();
    ocigraph_blob_result *blob = NULL;
    ocigraph_descriptor *descriptor = NULL;
    SUCCEEDS(ocigraph_blob_options_set_progress(options, count, &up, &failure));
    SUCCEEDS(ocigraph_client_push_blob(client, at(location, ""), ocigraph_text(NULL), (ocigraph_bytes){large, sizeof large},
                                       options, NULL, &blob, &failure));
    up.over = true;
    CHECK(up.started == 1 && up.moved >= 1 && up.finished == 1 && up.position == up.size);

    ocigraph_str name = by_digest(location, ocigraph_descriptor_digest(ocigraph_blob_result_descriptor(blob)));
    size_t length = 0;
    SUCCEEDS(ocigraph_blob_options_set_progress(options, count, &down, &failure));
    SUCCEEDS(ocigraph_client_fetch_blob(client, name, take, &length, options, NULL, &descriptor, &failure));
    down.over = true;
    CHECK(down.started == 1 && down.finished == 1 && down.position == down.size && length == sizeof large);
    ocigraph_descriptor_free(descriptor);

    descriptor = GARBAGE(ocigraph_descriptor);
    SUCCEEDS(ocigraph_blob_options_set_progress(options, count, &ended, &failure));
    FAILS(OCIGRAPH_CANCELLED, ocigraph_client_fetch_blob(client, name, take, &length, options, NULL, &descriptor, &failure));
    ended.over = true;
    CHECK(descriptor == NULL);
    ocigraph_blob_result_free(blob);
    ocigraph_blob_options_free(options);
}

/* ---- reading and writing */

static int64_t fails_to_read(void *user_data, uint8_t *buffer, size_t capacity) {
    (void)buffer, (void)capacity;
    return *(int64_t *)user_data;
}

static int64_t exceeds_the_capacity(void *user_data, uint8_t *buffer, size_t capacity) {
    (void)user_data, (void)buffer;
    return (int64_t)capacity + 1;
}

static int32_t fails_to_write(void *user_data, const uint8_t *data, size_t length) {
    CHECK(data != NULL && length > 0);
    return ++*(int *)user_data;
}

static void a_failed_read_or_write_fails_the_operation(const ocigraph_client *client) {
    int64_t code = -5;
    ocigraph_blob_result *blob = GARBAGE(ocigraph_blob_result);
    FAILS(OCIGRAPH_IO, ocigraph_client_push_blob_from(client, at(location, ""), ocigraph_text(NULL), fails_to_read, &code,
                                                      NULL, NULL, &blob, &failure));
    CHECK(blob == NULL);
    FAILS(OCIGRAPH_IO, ocigraph_client_push_blob_from(client, at(location, ""), ocigraph_text(NULL), exceeds_the_capacity, NULL,
                                                      NULL, NULL, &blob, &failure));
    FAILS(OCIGRAPH_INVALID_ARGUMENT, ocigraph_client_push_blob_from(client, at(location, ""), ocigraph_text(NULL), NULL, NULL,
                                                                    NULL, NULL, &blob, &failure));
    ocigraph_push_options *options = ocigraph_push_options_new();
    ocigraph_push_result *result = GARBAGE(ocigraph_push_result);
    SUCCEEDS(ocigraph_push_options_add_reader(options, OCIGRAPH_STR("r"), ocigraph_text(NULL), fails_to_read, &code,
                                              &failure));
    FAILS(OCIGRAPH_IO, ocigraph_client_push(client, at(location, ":r"), options, NULL, &result, &failure));
    CHECK(result == NULL);
    ocigraph_push_options_free(options);

    int calls = 0;
    ocigraph_descriptor *descriptor = GARBAGE(ocigraph_descriptor);
    SUCCEEDS(ocigraph_client_push_blob(client, at(location, ""), ocigraph_text(NULL), bytes_of("a blob"), NULL, NULL, &blob,
                                       &failure));
    ocigraph_str digest = ocigraph_descriptor_digest(ocigraph_blob_result_descriptor(blob));
    FAILS(OCIGRAPH_IO, ocigraph_client_fetch_blob(client, by_digest(location, digest), fails_to_write, &calls, NULL, NULL,
                                                  &descriptor, &failure));
    CHECK(calls == 1 && descriptor == NULL);
    FAILS(OCIGRAPH_INVALID_ARGUMENT, ocigraph_client_fetch_blob(client, by_digest(location, digest), NULL, NULL, NULL, NULL,
                                                                &descriptor, &failure));
    ocigraph_blob_result_free(blob);
}

/* ---- completion */

struct completion {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int calls;
    ocigraph_status status;
    const ocigraph_client *client;
    ocigraph_runtime *runtime;
};

#define COMPLETION {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER}

static void complete(struct completion *completion, ocigraph_status status, const void *result, ocigraph_error *error) {
    CHECK((status == OCIGRAPH_OK) == (result != NULL));
    CHECK((status == OCIGRAPH_OK) == (error == NULL));
    CHECK(ocigraph_error_status(error) == status);
    ocigraph_error_free(error);
    if (completion->client != NULL) {
        /* The operation is over, so the callback can start other operations and wait for them. */
        ocigraph_text_list *tags = NULL;
        SUCCEEDS(ocigraph_client_tags(completion->client, at(location, ""), NULL, &tags, &failure));
        ocigraph_text_list_free(tags);
    }
    ocigraph_runtime_free(completion->runtime);
    pthread_mutex_lock(&completion->lock);
    completion->calls++;
    completion->status = status;
    pthread_cond_signal(&completion->changed);
    pthread_mutex_unlock(&completion->lock);
}

static ocigraph_status wait_for(struct completion *completion, int calls) {
    pthread_mutex_lock(&completion->lock);
    while (completion->calls < calls) {
        pthread_cond_wait(&completion->changed, &completion->lock);
    }
    CHECK(completion->calls == calls);
    ocigraph_status status = completion->status;
    pthread_mutex_unlock(&completion->lock);
    return status;
}

static void pushed(void *user_data, ocigraph_status status, ocigraph_push_result *result, ocigraph_error *error) {
    complete(user_data, status, result, error);
    ocigraph_push_result_free(result);
}

static void pulled(void *user_data, ocigraph_status status, ocigraph_pull_result *result, ocigraph_error *error) {
    complete(user_data, status, result, error);
    ocigraph_pull_result_free(result);
}

static void discovered(void *user_data, ocigraph_status status, ocigraph_graph *result, ocigraph_error *error) {
    complete(user_data, status, result, error);
    ocigraph_graph_free(result);
}

static void deleted(void *user_data, ocigraph_status status, ocigraph_delete_report *result, ocigraph_error *error) {
    complete(user_data, status, result, error);
    ocigraph_delete_report_free(result);
}

static void copied(void *user_data, ocigraph_status status, ocigraph_copy_report *result, ocigraph_error *error) {
    complete(user_data, status, result, error);
    ocigraph_copy_report_free(result);
}

static void each_completion_callback_is_called_once(const ocigraph_client *client) {
    struct completion done = COMPLETION;
    struct progress progress = {.one_at_a_time = PTHREAD_MUTEX_INITIALIZER};
    done.client = client;
    ocigraph_push_options *options = large_push(&progress);
    SUCCEEDS(ocigraph_client_push_start(client, at(location, ":c"), options, NULL, pushed, &done, &failure));
    ocigraph_push_options_free(options);
    CHECK(wait_for(&done, 1) == OCIGRAPH_OK && progress.finished >= 2);

    ocigraph_pull_options *pull = ocigraph_pull_options_new();
    SUCCEEDS(ocigraph_pull_options_set_output(pull, OCIGRAPH_STR("completed"), &failure));
    SUCCEEDS(ocigraph_client_pull_start(client, at(location, ":c"), pull, NULL, pulled, &done, &failure));
    ocigraph_pull_options_free(pull);
    CHECK(wait_for(&done, 2) == OCIGRAPH_OK);
    SUCCEEDS(ocigraph_client_discover_start(client, at(location, ":c"), NULL, NULL, discovered, &done, &failure));
    CHECK(wait_for(&done, 3) == OCIGRAPH_OK);
    SUCCEEDS(ocigraph_client_copy_start(client, at(location, ":c"), OCIGRAPH_STR("oci:copied:c"), NULL, NULL, copied, &done,
                                        &failure));
    CHECK(wait_for(&done, 4) == OCIGRAPH_OK);
    SUCCEEDS(ocigraph_client_delete_start(client, at(location, ":c"), NULL, NULL, deleted, &done, &failure));
    CHECK(wait_for(&done, 5) == OCIGRAPH_OK);
    SUCCEEDS(ocigraph_client_discover_start(client, at(location, ":none"), NULL, NULL, discovered, &done, &failure));
    CHECK(wait_for(&done, 6) == OCIGRAPH_NOT_FOUND);

    /* A call that fails does not call its completion callback. */
    FAILS(OCIGRAPH_INVALID_REFERENCE,
          ocigraph_client_discover_start(client, OCIGRAPH_STR("x"), NULL, NULL, discovered, &done, &failure));
    FAILS(OCIGRAPH_INVALID_ARGUMENT,
          ocigraph_client_discover_start(client, at(location, ":c"), NULL, NULL, NULL, NULL, &failure));
    CHECK(wait_for(&done, 6) == OCIGRAPH_NOT_FOUND);
}

static void a_token_cancels_started_operations(const ocigraph_client *client) {
    struct completion done = COMPLETION;
    ocigraph_cancel *cancel = ocigraph_cancel_new();
    for (int i = 0; i < 8; i++) {
        SUCCEEDS(ocigraph_client_discover_start(client, at(slow, ":v1"), NULL, cancel, discovered, &done, &failure));
    }
    ocigraph_cancel_cancel(cancel);
    ocigraph_cancel_free(cancel);
    CHECK(wait_for(&done, 8) == OCIGRAPH_CANCELLED);
}

static void freeing_a_runtime_cancels_its_operations(void) {
    struct completion done = COMPLETION;
    ocigraph_runtime *runtime = NULL;
    ocigraph_client *client = NULL;
    SUCCEEDS(ocigraph_runtime_new(2, &runtime, &failure));
    SUCCEEDS(ocigraph_client_new(runtime, NULL, &client, &failure));
    for (int i = 0; i < 8; i++) {
        SUCCEEDS(ocigraph_client_discover_start(client, at(slow, ":v1"), NULL, NULL, discovered, &done, &failure));
    }
    ocigraph_runtime_free(runtime);
    /* All completion callbacks were called before ocigraph_runtime_free returned. */
    CHECK(done.calls == 8 && done.status == OCIGRAPH_CANCELLED);
    ocigraph_graph *graph = GARBAGE(ocigraph_graph);
    FAILS(OCIGRAPH_CANCELLED, ocigraph_client_discover(client, at(location, ":v1"), NULL, NULL, &graph, &failure));
    CHECK(graph == NULL);
    FAILS(OCIGRAPH_CANCELLED,
          ocigraph_client_discover_start(client, at(location, ":v1"), NULL, NULL, discovered, &done, &failure));
    CHECK(done.calls == 8);
    ocigraph_client_free(client);
}

static void a_completion_callback_can_free_its_runtime(void) {
    struct completion done = COMPLETION;
    ocigraph_client *client = NULL;
    SUCCEEDS(ocigraph_runtime_new(1, &done.runtime, &failure));
    SUCCEEDS(ocigraph_client_new(done.runtime, NULL, &client, &failure));
    SUCCEEDS(ocigraph_client_discover_start(client, at(location, ":none"), NULL, NULL, discovered, &done, &failure));
    CHECK(wait_for(&done, 1) == OCIGRAPH_NOT_FOUND);
    ocigraph_client_free(client);
}

int main(int argc, char **argv) {
    CHECK(argc == 3);
    location = argv[1], slow = argv[2];
    ocigraph_client *client = new_client();
    progress_is_reported_and_can_end_the_operation(client);
    a_cancelled_pull_leaves_no_unfinished_file(client);
    single_blobs_report_progress(client);
    a_failed_read_or_write_fails_the_operation(client);
    each_completion_callback_is_called_once(client);
    a_token_cancels_started_operations(client);
    freeing_a_runtime_cancels_its_operations();
    a_completion_callback_can_free_its_runtime();
    ocigraph_client_free(client);
    return 0;
}
