/* Signals: a lost connection is an error of the call and never raises SIGPIPE, in the blocking form, in the callback form
 * and in a callback. The signal handlers of the program never run on threads of the library.
 *
 *   signals LOCATION      a repository whose registry closes the connection in the middle of every upload */

#include "check.h"

#include <signal.h>
#include <unistd.h>

static int completed, on_library_thread, on_program_thread;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

static pthread_t program_thread;

/* Threads of the library block signals. The mask of the program's own thread is unchanged. */
static int32_t check_the_signal_mask(void *user_data, const ocigraph_event *event) {
    (void)event;
    sigset_t mask;
    bool masked = !pthread_equal(pthread_self(), program_thread);
    CHECK(pthread_sigmask(SIG_BLOCK, NULL, &mask) == 0);
    CHECK(sigismember(&mask, SIGPIPE) == masked && sigismember(&mask, SIGINT) == masked);
    CHECK(sigismember(&mask, SIGSEGV) == 0);
    ++*(masked ? &on_library_thread : &on_program_thread);
    ++*(int *)user_data;
    return 0;
}

static void pushed(void *user_data, ocigraph_status status, ocigraph_push_result *result, ocigraph_error *error) {
    CHECK(status != OCIGRAPH_OK && result == NULL && *(int *)user_data >= 0);
    ocigraph_error_free(error);
    pthread_mutex_lock(&lock);
    completed++;
    pthread_cond_signal(&changed);
    pthread_mutex_unlock(&lock);
}

static volatile sig_atomic_t handled;
static pthread_t handled_on;

static void handle(int signal) {
    (void)signal;
    handled_on = pthread_self();
    handled++;
}

/* While the program's thread blocks a signal, no thread of the library handles it. */
static void handlers_run_on_the_threads_of_the_program(void) {
    struct sigaction action = {.sa_handler = handle};
    struct timespec pause = {.tv_nsec = 50000000};
    sigset_t signals;
    CHECK(sigemptyset(&signals) == 0 && sigaddset(&signals, SIGUSR1) == 0);
    CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
    CHECK(pthread_sigmask(SIG_BLOCK, &signals, NULL) == 0);
    CHECK(kill(getpid(), SIGUSR1) == 0);
    nanosleep(&pause, NULL);
    CHECK(handled == 0);
    CHECK(pthread_sigmask(SIG_UNBLOCK, &signals, NULL) == 0);
    CHECK(handled == 1 && pthread_equal(handled_on, pthread_self()));
}

int main(int argc, char **argv) {
    CHECK(argc == 2);
    struct sigaction as_it_was, by_default = {.sa_handler = SIG_DFL};
    program_thread = pthread_self();
    /* The program may have been started with SIGPIPE ignored. */
    CHECK(sigaction(SIGPIPE, &by_default, NULL) == 0);
    CHECK(sigaction(SIGPIPE, NULL, &as_it_was) == 0 && as_it_was.sa_handler == SIG_DFL);
    static uint8_t content[8 << 20];
    int events = 0;
    ocigraph_client_options *client_options = ocigraph_client_options_new();
    SUCCEEDS(ocigraph_client_options_set_limit(client_options, OCIGRAPH_LIMIT_MAX_ATTEMPTS, 2, &failure));
    ocigraph_client *client = NULL;
    SUCCEEDS(ocigraph_client_new(NULL, client_options, &client, &failure));
    ocigraph_client_options_free(client_options);
    ocigraph_push_options *options = ocigraph_push_options_new();
    SUCCEEDS(ocigraph_push_options_add_bytes(options, OCIGRAPH_STR("large"), ocigraph_text(NULL),
                                             (ocigraph_bytes){content, sizeof content}, &failure));
    SUCCEEDS(ocigraph_push_options_set_progress(options, check_the_signal_mask, &events, &failure));
    for (int i = 0; i < 3; i++) {
        ocigraph_push_result *result = GARBAGE(ocigraph_push_result);
        FAILS(OCIGRAPH_NETWORK, ocigraph_client_push(client, at(argv[1], ":v1"), options, NULL, &result, &failure));
        CHECK(result == NULL && events > 0);
        SUCCEEDS(ocigraph_client_push_start(client, at(argv[1], ":v1"), options, NULL, pushed, &events, &failure));
        pthread_mutex_lock(&lock);
        while (completed <= i) {
            pthread_cond_wait(&changed, &lock);
        }
        pthread_mutex_unlock(&lock);
    }
    CHECK(on_program_thread > 0 && on_library_thread > 0);
    ocigraph_push_options_free(options);
    handlers_run_on_the_threads_of_the_program();
    ocigraph_client_free(client);

    /* The library has not changed the disposition of SIGPIPE. */
    sigset_t mask;
    CHECK(pthread_sigmask(SIG_BLOCK, NULL, &mask) == 0 && sigismember(&mask, SIGPIPE) == 0);
    CHECK(sigaction(SIGPIPE, NULL, &as_it_was) == 0 && as_it_was.sa_handler == SIG_DFL);
    return 0;
}
