/* A cancelled call has cleaned up when it returns or calls its completion callback: its upload sessions are closed at the
 * registry, and its partial files are removed. The program ends at that moment and frees nothing, so that nothing can be
 * cleaned up later.
 *
 *   cleanup push|push_start|pull|pull_start REFERENCE      a registry that stalls; a pull writes to the folder "out" */

#include "check.h"

static int32_t cancel_in_the_middle(void *cancel, const ocigraph_event *event) {
    if (event->kind == OCIGRAPH_EVENT_MOVED && event->position > 0) {
        ocigraph_cancel_cancel(cancel);
    }
    return 0;
}

static void ended(ocigraph_status status) {
    CHECK(status == OCIGRAPH_CANCELLED);
    _exit(0);
}

static void pushed(void *user_data, ocigraph_status status, ocigraph_push_result *result, ocigraph_error *error) {
    CHECK(user_data == NULL && result == NULL && error != NULL);
    ended(status);
}

static void pulled(void *user_data, ocigraph_status status, ocigraph_pull_result *result, ocigraph_error *error) {
    CHECK(user_data == NULL && result == NULL && error != NULL);
    ended(status);
}

int main(int argc, char **argv) {
    CHECK(argc == 3);
    const char *call = argv[1];
    ocigraph_str reference = ocigraph_text(argv[2]);
    ocigraph_client *client = new_client();
    ocigraph_cancel *cancel = ocigraph_cancel_new();
    static uint8_t large[8 << 20];
    ocigraph_push_options *push = ocigraph_push_options_new();
    SUCCEEDS(ocigraph_push_options_add_bytes(push, OCIGRAPH_STR("large"), ocigraph_text(NULL),
                                             (ocigraph_bytes){large, sizeof large}, &failure));
    SUCCEEDS(ocigraph_push_options_set_progress(push, cancel_in_the_middle, cancel, &failure));
    ocigraph_pull_options *pull = ocigraph_pull_options_new();
    SUCCEEDS(ocigraph_pull_options_set_output(pull, OCIGRAPH_STR("out"), &failure));
    SUCCEEDS(ocigraph_pull_options_set_progress(pull, cancel_in_the_middle, cancel, &failure));
    ocigraph_push_result *push_result = NULL;
    ocigraph_pull_result *pull_result = NULL;
    if (strcmp(call, "push") == 0) {
        ended(ocigraph_client_push(client, reference, push, cancel, &push_result, NULL));
    } else if (strcmp(call, "pull") == 0) {
        ended(ocigraph_client_pull(client, reference, pull, cancel, &pull_result, NULL));
    } else if (strcmp(call, "push_start") == 0) {
        SUCCEEDS(ocigraph_client_push_start(client, reference, push, cancel, pushed, NULL, &failure));
    } else {
        CHECK(strcmp(call, "pull_start") == 0);
        SUCCEEDS(ocigraph_client_pull_start(client, reference, pull, cancel, pulled, NULL, &failure));
    }
    /* The completion callback ends the program. */
    for (;;) {
        pause();
    }
}
