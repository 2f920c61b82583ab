/* TLS: trusted certificates and client certificates.
 *
 *   tls HOST KNOWN CA CERT KEY      a registry over TLS, one that requires a client certificate, the CA of both, and a
 *                                   client certificate with its key */

#include "check.h"

static ocigraph_client_options *over_tls(void) {
    ocigraph_client_options *options = ocigraph_client_options_new();
    SUCCEEDS(ocigraph_client_options_set_plain_http(options, false, &failure));
    SUCCEEDS(ocigraph_client_options_set_anonymous(options, &failure));
    SUCCEEDS(ocigraph_client_options_set_use_proxy(options, false, &failure));
    return options;
}

/* Returns the status of a push to the host, and frees the options. */
static ocigraph_status push(ocigraph_client_options *options, const char *host) {
    ocigraph_client *client = NULL;
    ocigraph_push_result *result = NULL;
    SUCCEEDS(ocigraph_client_new(NULL, options, &client, &failure));
    ocigraph_status status = ocigraph_client_push(client, at(host, "/app:v1"), NULL, NULL, &result, NULL);
    CHECK((status == OCIGRAPH_OK) == (result != NULL));
    ocigraph_push_result_free(result);
    ocigraph_client_free(client);
    ocigraph_client_options_free(options);
    return status;
}

int main(int argc, char **argv) {
    CHECK(argc == 6);
    const char *host = argv[1], *known = argv[2];
    ocigraph_str ca = ocigraph_text(argv[3]), cert = ocigraph_text(argv[4]), key = ocigraph_text(argv[5]);

    CHECK(push(over_tls(), host) == OCIGRAPH_TLS);
    ocigraph_client_options *options = over_tls();
    SUCCEEDS(ocigraph_client_options_set_ca_file(options, ca, &failure));
    CHECK(push(options, host) == OCIGRAPH_OK);
    options = over_tls();
    SUCCEEDS(ocigraph_client_options_set_ca_file(options, ca, &failure));
    SUCCEEDS(ocigraph_client_options_set_ca_file(options, ocigraph_text(NULL), &failure));
    CHECK(push(options, host) == OCIGRAPH_TLS);
    options = over_tls();
    SUCCEEDS(ocigraph_client_options_set_insecure(options, true, &failure));
    CHECK(push(options, host) == OCIGRAPH_OK);
    options = over_tls();
    SUCCEEDS(ocigraph_client_options_set_insecure(options, true, &failure));
    SUCCEEDS(ocigraph_client_options_set_insecure(options, false, &failure));
    CHECK(push(options, host) == OCIGRAPH_TLS);

    /* A registry that requires a client certificate. */
    options = over_tls();
    SUCCEEDS(ocigraph_client_options_set_ca_file(options, ca, &failure));
    CHECK(push(options, known) != OCIGRAPH_OK);
    options = over_tls();
    SUCCEEDS(ocigraph_client_options_set_ca_file(options, ca, &failure));
    SUCCEEDS(ocigraph_client_options_set_client_certificate(options, cert, key, &failure));
    CHECK(push(options, known) == OCIGRAPH_OK);

    /* A setter rejects unusable files and leaves the options unchanged. */
    options = over_tls();
    SUCCEEDS(ocigraph_client_options_set_ca_file(options, ca, &failure));
    FAILS(OCIGRAPH_TLS, ocigraph_client_options_set_ca_file(options, OCIGRAPH_STR("missing.pem"), &failure));
    FAILS(OCIGRAPH_TLS, ocigraph_client_options_set_ca_file(options, key, &failure));
    FAILS(OCIGRAPH_INVALID_ARGUMENT,
          ocigraph_client_options_set_client_certificate(options, cert, ocigraph_text(NULL), &failure));
    FAILS(OCIGRAPH_INVALID_ARGUMENT,
          ocigraph_client_options_set_client_certificate(options, ocigraph_text(NULL), key, &failure));
    FAILS(OCIGRAPH_TLS, ocigraph_client_options_set_client_certificate(options, key, cert, &failure));
    FAILS(OCIGRAPH_INVALID_ARGUMENT,
          ocigraph_client_options_add_header(options, OCIGRAPH_STR("no header"), OCIGRAPH_STR("x"), &failure));
    FAILS(OCIGRAPH_INVALID_ARGUMENT,
          ocigraph_client_options_add_header(options, OCIGRAPH_STR("X-Two"), OCIGRAPH_STR("a\nb"), &failure));
    FAILS(OCIGRAPH_INVALID_ARGUMENT,
          ocigraph_client_options_set_user_agent(options, OCIGRAPH_STR("a\r\nb: c"), &failure));
    SUCCEEDS(ocigraph_client_options_add_header(options, OCIGRAPH_STR("X-One"), OCIGRAPH_STR("a"), &failure));
    SUCCEEDS(ocigraph_client_options_set_user_agent(options, OCIGRAPH_STR("tests/1"), &failure));
    CHECK(push(options, host) == OCIGRAPH_OK);
    return 0;
}
