/* A registry at hand: layouts that this process serves.
 *
 *   serve plain                             without a certificate
 *   serve fork                              a child process of one that serves
 *   serve tls CERT KEY CA PASSWORDS         a certificate of 127.0.0.1 with its key and CA, and a file with the user ada,
 *                                           whose password is "s3cret" */

#include "check.h"

#include <arpa/inet.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

static ocigraph_served_registry *serve(const char *source, const ocigraph_serve_options *options) {
    ocigraph_served_registry *registry = NULL;
    ocigraph_str sources[] = {ocigraph_text(source)};
    SUCCEEDS(ocigraph_serve(sources, 1, options, &registry, &failure));
    CHECK(ocigraph_served_registry_host(registry).length > 0);
    return registry;
}

/* Returns "HOST SUFFIX" as NUL-terminated text. */
static const char *below(const ocigraph_served_registry *registry, const char *suffix) {
    static char text[256];
    snprintf(text, sizeof text, "%.*s%s", OCIGRAPH_PRINTF(ocigraph_served_registry_host(registry)), suffix);
    return text;
}

static ocigraph_status push(const ocigraph_client *client, const char *image) {
    ocigraph_push_result *pushed = NULL;
    ocigraph_status status = ocigraph_client_push(client, ocigraph_text(image), NULL, NULL, &pushed, NULL);
    ocigraph_push_result_free(pushed);
    return status;
}

static ocigraph_status resolve(const ocigraph_client *client, const char *image) {
    ocigraph_descriptor *found = NULL;
    ocigraph_status status = ocigraph_client_resolve(client, ocigraph_text(image), NULL, NULL, &found, NULL);
    ocigraph_descriptor_free(found);
    return status;
}

static bool connects(const char *host) {
    struct sockaddr_in address = {.sin_family = AF_INET};
    CHECK(inet_pton(AF_INET, "127.0.0.1", &address.sin_addr) == 1);
    address.sin_port = htons((uint16_t)atoi(strrchr(host, ':') + 1));
    int end = socket(AF_INET, SOCK_STREAM, 0);
    bool connected = connect(end, (struct sockaddr *)&address, sizeof address) == 0;
    close(end);
    return connected;
}

static void serves_until_it_is_freed(void) {
    ocigraph_client *client = new_client();
    ocigraph_served_registry *registry = serve("oci:registry", NULL), *other = serve("app=oci:registry/team/app", NULL);
    CHECK(push(client, below(registry, "/team/app:v1")) == OCIGRAPH_OK);
    /* The layout can be used at the same time, also by another registry. */
    CHECK(resolve(client, "oci:registry/team/app:v1") == OCIGRAPH_OK);
    CHECK(resolve(client, below(other, "/app:v1")) == OCIGRAPH_OK);
    CHECK(resolve(client, below(other, "/team/app:v1")) == OCIGRAPH_NOT_FOUND);
    char host[256];
    snprintf(host, sizeof host, "%s", below(registry, ""));
    CHECK(connects(host));
    ocigraph_served_registry_free(registry);
    CHECK(!connects(host));
    CHECK(resolve(client, below(other, "/app:v1")) == OCIGRAPH_OK);
    ocigraph_served_registry_free(other);
    ocigraph_client_free(client);
}

static void read_only_refuses_every_change(void) {
    ocigraph_serve_options *options = ocigraph_serve_options_new();
    SUCCEEDS(ocigraph_serve_options_set_read_only(options, true, &failure));
    ocigraph_served_registry *registry = serve("oci:registry", options);
    ocigraph_serve_options_free(options);
    ocigraph_client *client = new_client();
    CHECK(resolve(client, below(registry, "/team/app:v1")) == OCIGRAPH_OK);
    CHECK(push(client, below(registry, "/team/app:v2")) == OCIGRAPH_UNSUPPORTED);
    ocigraph_client_free(client);
    ocigraph_served_registry_free(registry);
}

static void another_registry_is_imitated(void) {
    ocigraph_serve_options *options = ocigraph_serve_options_new();
    FAILS(OCIGRAPH_INVALID_ARGUMENT, ocigraph_serve_options_set_behave_as(options, OCIGRAPH_STR("x"), &failure));
    SUCCEEDS(ocigraph_serve_options_set_behave_as(options, OCIGRAPH_STR("ghcr"), &failure));
    ocigraph_served_registry *registry = serve("oci:registry", options);
    ocigraph_serve_options_free(options);
    ocigraph_client *client = new_client();
    CHECK(push(client, below(registry, "/team/app:v1")) == OCIGRAPH_OK);
    ocigraph_delete_report *deleted = NULL;
    FAILS(OCIGRAPH_UNSUPPORTED, ocigraph_client_delete(client, ocigraph_text(below(registry, "/team/app:v1")), NULL,
                                                       NULL, &deleted, &failure));
    ocigraph_client_free(client);
    ocigraph_served_registry_free(registry);
}

static void certificate_and_passwords_take_effect(char **argv) {
    ocigraph_str cert = ocigraph_text(argv[2]), key = ocigraph_text(argv[3]), none = {NULL, 0};
    ocigraph_serve_options *options = ocigraph_serve_options_new();
    SUCCEEDS(ocigraph_serve_options_set_htpasswd(options, ocigraph_text(argv[5]), &failure));
    FAILS(OCIGRAPH_INVALID_ARGUMENT, ocigraph_serve_options_set_certificate(options, cert, none, &failure));
    FAILS(OCIGRAPH_INVALID_ARGUMENT, ocigraph_serve_options_set_certificate(options, none, key, &failure));
    SUCCEEDS(ocigraph_serve_options_set_certificate(options, cert, key, &failure));
    SUCCEEDS(ocigraph_serve_options_set_listen(options, OCIGRAPH_STR("127.0.0.1:0"), &failure));
    ocigraph_served_registry *registry = serve("oci:registry", options);
    ocigraph_client *stranger = new_client(), *client = NULL;
    CHECK(push(stranger, below(registry, "/team/app:v1")) != OCIGRAPH_OK);

    ocigraph_client_options *known = ocigraph_client_options_new();
    ocigraph_credential *ada = NULL;
    SUCCEEDS(ocigraph_client_options_set_anonymous(known, &failure));
    SUCCEEDS(ocigraph_client_options_set_ca_file(known, ocigraph_text(argv[4]), &failure));
    SUCCEEDS(ocigraph_client_options_set_plain_http(known, false, &failure));
    SUCCEEDS(ocigraph_client_new(NULL, known, &client, &failure));
    CHECK(push(client, below(registry, "/team/app:v1")) == OCIGRAPH_UNAUTHORIZED);
    ocigraph_client_free(client);
    SUCCEEDS(ocigraph_credential_password(OCIGRAPH_STR("ada"), OCIGRAPH_STR("s3cret"), &ada, &failure));
    SUCCEEDS(ocigraph_client_options_set_credential(known, ada, &failure));
    SUCCEEDS(ocigraph_client_new(NULL, known, &client, &failure));
    CHECK(push(client, below(registry, "/team/app:v1")) == OCIGRAPH_OK);
    ocigraph_client_free(client);
    ocigraph_client_options_free(known);
    ocigraph_credential_free(ada);
    ocigraph_served_registry_free(registry);

    /* Back to the defaults. */
    SUCCEEDS(ocigraph_serve_options_set_certificate(options, none, none, &failure));
    SUCCEEDS(ocigraph_serve_options_set_htpasswd(options, none, &failure));
    SUCCEEDS(ocigraph_serve_options_set_listen(options, none, &failure));
    registry = serve("oci:registry", options);
    CHECK(push(stranger, below(registry, "/team/app:v2")) == OCIGRAPH_OK);
    ocigraph_client_free(stranger);
    ocigraph_served_registry_free(registry);
    ocigraph_serve_options_free(options);
}

static void what_cannot_be_served_is_an_error(void) {
    ocigraph_served_registry *registry = GARBAGE(ocigraph_served_registry);
    FAILS(OCIGRAPH_INVALID_ARGUMENT, ocigraph_serve(NULL, 0, NULL, &registry, &failure));
    CHECK(registry == NULL);
    ocigraph_str twice[] = {OCIGRAPH_STR("x=oci:a"), OCIGRAPH_STR("x=oci:b")};
    FAILS(OCIGRAPH_INVALID_ARGUMENT, ocigraph_serve(twice, 2, NULL, &registry, &failure));
    ocigraph_serve_options *options = ocigraph_serve_options_new();
    registry = serve("oci:registry", NULL);
    SUCCEEDS(ocigraph_serve_options_set_listen(options, ocigraph_served_registry_host(registry), &failure));
    ocigraph_served_registry *second = NULL;
    FAILS(OCIGRAPH_NETWORK, ocigraph_serve(twice, 1, options, &second, &failure));
    ocigraph_serve_options_free(options);
    ocigraph_served_registry_free(registry);
}

static void a_child_does_not_end_the_registry_of_its_parent(void) {
    ocigraph_served_registry *registry = serve("oci:registry", NULL);
    ocigraph_client *client = new_client();
    CHECK(push(client, below(registry, "/team/app:v1")) == OCIGRAPH_OK);
    pid_t child = fork();
    if (child == 0) {
        ocigraph_served_registry_free(registry);
        raise(SIGKILL);
    }
    int status;
    CHECK(child > 0 && waitpid(child, &status, 0) == child && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    CHECK(push(client, below(registry, "/team/app:v1")) == OCIGRAPH_OK);
    ocigraph_client_free(client);
    ocigraph_served_registry_free(registry);
}

int main(int argc, char **argv) {
    CHECK(argc == 2 || argc == 6);
    if (strcmp(argv[1], "tls") == 0) {
        certificate_and_passwords_take_effect(argv);
    } else if (strcmp(argv[1], "fork") == 0) {
        a_child_does_not_end_the_registry_of_its_parent();
    } else {
        serves_until_it_is_freed();
        read_only_refuses_every_change();
        another_registry_is_imitated();
        what_cannot_be_served_is_an_error();
    }
    return 0;
}
