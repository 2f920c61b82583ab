/* Walks all referrers of an image, streams each of their blobs through a callback, and prints the number of lines. The
 * library verifies every digest during the transfer.
 *
 *   cc -pthread stream_blobs.c -o stream_blobs $(pkg-config --cflags --libs ocigraph)
 *   ./stream_blobs registry.example.com/net-monitor:v1
 *
 * The program writes no file and keeps no blob in memory. Ctrl-C cancels it immediately with a cancel token. */

#include <ocigraph.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>

static ocigraph_cancel *cancel;

/* Waits for Ctrl-C on a thread, because a signal handler must not call the library. */
static void *wait_for_interrupt(void *signals) {
    int signal;
    sigwait(signals, &signal);
    ocigraph_cancel_cancel(cancel);
    return NULL;
}

/* Receives the content in parts. Returning a value other than 0 would end the transfer. */
static int32_t count_lines(void *user_data, const uint8_t *data, size_t length) {
    size_t *lines = user_data;
    for (size_t i = 0; i < length; i++) {
        *lines += data[i] == '\n';
    }
    return 0;
}

/* Streams one blob of a manifest with this artifact type. */
static ocigraph_status stream_blob(const ocigraph_client *client, const ocigraph_reference *image,
                                   const ocigraph_descriptor *blob, ocigraph_str type, ocigraph_error **error) {
    ocigraph_reference *target = NULL;
    ocigraph_descriptor *fetched = NULL;
    size_t lines = 0;
    ocigraph_status status = ocigraph_reference_at(image, ocigraph_descriptor_digest(blob), &target, error);
    if (status == OCIGRAPH_OK) {
        status = ocigraph_client_fetch_blob(client, ocigraph_reference_text(target), count_lines, &lines, NULL, cancel,
                                            &fetched, error);
    }
    if (status == OCIGRAPH_OK) {
        printf("%.*s: %.*s: %llu bytes, %zu lines\n", OCIGRAPH_PRINTF(type),
               OCIGRAPH_PRINTF(ocigraph_descriptor_title(blob)),
               (unsigned long long)ocigraph_descriptor_size(fetched), lines);
    }
    ocigraph_descriptor_free(fetched);
    ocigraph_reference_free(target);
    return status;
}

/* Streams the blobs of one manifest. */
static ocigraph_status stream(const ocigraph_client *client, const ocigraph_reference *image,
                              const ocigraph_descriptor *referrer, ocigraph_error **error) {
    ocigraph_reference *target = NULL;
    ocigraph_manifest *manifest = NULL;
    ocigraph_str type = ocigraph_descriptor_artifact_type(referrer);
    ocigraph_status status = ocigraph_reference_at(image, ocigraph_descriptor_digest(referrer), &target, error);
    if (status == OCIGRAPH_OK) {
        status = ocigraph_client_fetch_manifest(client, ocigraph_reference_text(target), NULL, cancel, &manifest, error);
    }
    for (size_t i = 0; status == OCIGRAPH_OK && i < ocigraph_manifest_blob_count(manifest); i++) {
        status = stream_blob(client, image, ocigraph_manifest_blob(manifest, i), type, error);
    }
    ocigraph_manifest_free(manifest);
    ocigraph_reference_free(target);
    return status;
}

int main(int argc, char **argv) {
    if (argc != 2) {
        fprintf(stderr, "usage: stream_blobs IMAGE\n");
        return 2;
    }
    ocigraph_reference *image = NULL;
    ocigraph_client *client = NULL;
    ocigraph_graph *graph = NULL;
    ocigraph_error *error = NULL;
    cancel = ocigraph_cancel_new();
    /* Threads that are started later inherit this signal mask. */
    sigset_t signals;
    pthread_t waiting;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    pthread_create(&waiting, NULL, wait_for_interrupt, &signals);
    ocigraph_status status = ocigraph_reference_parse(ocigraph_text(argv[1]), &image, &error);
    if (status == OCIGRAPH_OK) {
        status = ocigraph_client_new(NULL, NULL, &client, &error);
    }
    if (status == OCIGRAPH_OK) {
        status = ocigraph_client_discover(client, ocigraph_reference_text(image), NULL, cancel, &graph, &error);
    }
    for (size_t i = 0; status == OCIGRAPH_OK && i < ocigraph_graph_step_count(graph); i++) {
        if (ocigraph_graph_is_first(graph, i)) {
            status = stream(client, image, ocigraph_graph_descriptor(graph, i), &error);
        }
    }
    if (status != OCIGRAPH_OK) {
        fprintf(stderr, "stream_blobs: %.*s\n", OCIGRAPH_PRINTF(ocigraph_error_message(error)));
    }
    ocigraph_error_free(error);
    ocigraph_graph_free(graph);
    ocigraph_client_free(client);
    ocigraph_reference_free(image);
    pthread_cancel(waiting);
    pthread_join(waiting, NULL);
    ocigraph_cancel_free(cancel);
    return status == OCIGRAPH_OK ? 0 : 1;
}
