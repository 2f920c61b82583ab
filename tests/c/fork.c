/* Fork: the library's threads do not exist in the child, where calls return an error instead of waiting for them.
 *
 *   fork LOCATION SLOW      an empty repository or layout, and a repository whose registry responds after one minute */

#include "check.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *location, *slow;

static void discovered(void *user_data, ocigraph_status status, ocigraph_graph *graph, ocigraph_error *error) {
    CHECK(status == OCIGRAPH_CANCELLED && graph == NULL);
    ocigraph_error_free(error);
    ++*(int *)user_data;
}

static void resolves(const ocigraph_client *client) {
    ocigraph_descriptor *descriptor = NULL;
    SUCCEEDS(ocigraph_client_resolve(client, at(location, ":v1"), NULL, NULL, &descriptor, &failure));
    ocigraph_descriptor_free(descriptor);
}

static void in_the_child(ocigraph_client *client, ocigraph_client *own, ocigraph_runtime *runtime, const int *counter) {
    alarm(60);
    ocigraph_descriptor *descriptor = GARBAGE(ocigraph_descriptor);
    FAILS(OCIGRAPH_INVALID_ARGUMENT,
          ocigraph_client_resolve(client, at(location, ":v1"), NULL, NULL, &descriptor, &failure));
    CHECK(descriptor == NULL);
    FAILS(OCIGRAPH_INVALID_ARGUMENT,
          ocigraph_client_resolve(own, at(location, ":v1"), NULL, NULL, &descriptor, &failure));
    int in_vain = 0;
    FAILS(OCIGRAPH_INVALID_ARGUMENT,
          ocigraph_client_discover_start(client, at(location, ":v1"), NULL, NULL, discovered, &in_vain, &failure));
    FAILS(OCIGRAPH_INVALID_ARGUMENT,
          ocigraph_client_discover_start(own, at(location, ":v1"), NULL, NULL, discovered, &in_vain, &failure));
    ocigraph_runtime_free(runtime);
    ocigraph_client_free(client);
    ocigraph_client_free(own);
    CHECK(*counter == 0 && in_vain == 0);
    ocigraph_client *new = new_client();
    resolves(new);
    ocigraph_client_free(new);
    /* _exit skips exit handlers such as leak checks, because the handles of the parent still exist in the child. */
    raise(SIGKILL);
}

int main(int argc, char **argv) {
    CHECK(argc == 3);
    location = argv[1], slow = argv[2];
    char digest[128];
    int counter = 0, status;
    ocigraph_client *own = new_client(), *client = NULL;
    ocigraph_runtime *runtime = NULL;
    SUCCEEDS(ocigraph_runtime_new(2, &runtime, &failure));
    SUCCEEDS(ocigraph_client_new(runtime, NULL, &client, &failure));
    attach(own, at(location, ":v1"), "app/example", ocigraph_text(NULL), "content", digest);
    resolves(client);
    SUCCEEDS(ocigraph_client_discover_start(client, at(slow, ":v1"), NULL, NULL, discovered, &counter, &failure));
    pid_t child = fork();
    if (child == 0) {
        in_the_child(client, own, runtime, &counter);
    }
    CHECK(child > 0 && waitpid(child, &status, 0) == child);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    /* The parent still works. */
    resolves(client);
    resolves(own);
    ocigraph_client_free(own);
    ocigraph_runtime_free(runtime);
    CHECK(counter == 1);
    ocigraph_client_free(client);
    return 0;
}
