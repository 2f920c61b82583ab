/* More completion callbacks than threads for file access, each of which waits for its own operation.
 *
 *   many LOCATION      an empty layout */

#include "check.h"

#include <unistd.h>

enum { MANY = 600 };

static const char *location;
static ocigraph_client *client;
static int on_progress, concurrent, max_concurrent;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

static void add(int calls, int running) {
    pthread_mutex_lock(&lock);
    on_progress += calls;
    concurrent += running;
    max_concurrent = concurrent > max_concurrent ? concurrent : max_concurrent;
    pthread_cond_signal(&changed);
    pthread_mutex_unlock(&lock);
}

static void discovered(void *user_data, ocigraph_status status, ocigraph_graph *graph, ocigraph_error *error) {
    (void)user_data;
    add(0, 1);
    CHECK(status == OCIGRAPH_OK && error == NULL);
    ocigraph_graph_free(graph);
    ocigraph_text_list *tags = NULL;
    SUCCEEDS(ocigraph_client_tags(client, at(location, ""), NULL, &tags, &failure));
    CHECK(ocigraph_text_list_count(tags) == 1);
    ocigraph_text_list_free(tags);
    add(1, -1);
}

int main(int argc, char **argv) {
    CHECK(argc == 2);
    location = argv[1];
    char digest[128];
    client = new_client();
    attach(client, at(location, ":v1"), "app/example", ocigraph_text(NULL), "content", digest);
    /* Ends the program if the callbacks deadlock. */
    alarm(300);
    for (int i = 0; i < MANY; i++) {
        SUCCEEDS(ocigraph_client_discover_start(client, at(location, ":v1"), NULL, NULL, discovered, NULL, &failure));
    }
    pthread_mutex_lock(&lock);
    while (on_progress < MANY) {
        pthread_cond_wait(&changed, &lock);
    }
    CHECK(max_concurrent <= 64);
    pthread_mutex_unlock(&lock);
    ocigraph_client_free(client);
    CHECK(on_progress == MANY);
    return 0;
}
