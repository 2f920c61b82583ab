/* A process that is forked: the child has none of the threads, and is told so instead of waiting for them.
 *
 *   fork PLACE SLOW      an empty repository or layout, and a repository whose registry takes a minute to answer */

#include "check.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *place, *slow;

static void discovered(void *user_data, ocigraph_status status, ocigraph_graph *graph, ocigraph_error *error) {
    CHECK(status == OCIGRAPH_CANCELLED && graph == NULL);
    ocigraph_error_free(error);
    ++*(int *)user_data;
}

static void resolves(const ocigraph_client *client) {
    ocigraph_descriptor *descriptor = NULL;
    SUCCEEDS(ocigraph_client_resolve(client, at(place, ":v1"), NULL, NULL, &descriptor, &failure));
    ocigraph_descriptor_free(descriptor);
}

static void in_the_child(ocigraph_client *client, ocigraph_client *own, ocigraph_runtime *runtime, const int *told) {
    alarm(60);
    ocigraph_descriptor *descriptor = GARBAGE(ocigraph_descriptor);
    FAILS(OCIGRAPH_INVALID_ARGUMENT,
          ocigraph_client_resolve(client, at(place, ":v1"), NULL, NULL, &descriptor, &failure));
    CHECK(descriptor == NULL);
    FAILS(OCIGRAPH_INVALID_ARGUMENT,
          ocigraph_client_resolve(own, at(place, ":v1"), NULL, NULL, &descriptor, &failure));
    int in_vain = 0;
    FAILS(OCIGRAPH_INVALID_ARGUMENT,
          ocigraph_client_discover_start(client, at(place, ":v1"), NULL, NULL, discovered, &in_vain, &failure));
    FAILS(OCIGRAPH_INVALID_ARGUMENT,
          ocigraph_client_discover_start(own, at(place, ":v1"), NULL, NULL, discovered, &in_vain, &failure));
    ocigraph_runtime_free(runtime);
    ocigraph_client_free(client);
    ocigraph_client_free(own);
    CHECK(*told == 0 && in_vain == 0);
    ocigraph_client *new = new_client();
    resolves(new);
    ocigraph_client_free(new);
    /* No other end is without the checks of what the parent had, which is still there. */
    raise(SIGKILL);
}

int main(int argc, char **argv) {
    CHECK(argc == 3);
    place = argv[1], slow = argv[2];
    char digest[128];
    int told = 0, status;
    ocigraph_client *own = new_client(), *client = NULL;
    ocigraph_runtime *runtime = NULL;
    SUCCEEDS(ocigraph_runtime_new(2, &runtime, &failure));
    SUCCEEDS(ocigraph_client_new(runtime, NULL, &client, &failure));
    attach(own, at(place, ":v1"), "app/example", ocigraph_text(NULL), "content", digest);
    resolves(client);
    SUCCEEDS(ocigraph_client_discover_start(client, at(slow, ":v1"), NULL, NULL, discovered, &told, &failure));
    pid_t child = fork();
    if (child == 0) {
        in_the_child(client, own, runtime, &told);
    }
    CHECK(child > 0 && waitpid(child, &status, 0) == child);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    /* The parent goes on. */
    resolves(client);
    resolves(own);
    ocigraph_client_free(own);
    ocigraph_runtime_free(runtime);
    CHECK(told == 1);
    ocigraph_client_free(client);
    return 0;
}
