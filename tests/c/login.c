/* Credentials: set, provided by a callback, stored and removed.
 *
 *   login HOST      a registry that requires ada with the password "s3cret"; DOCKER_CONFIG names an empty directory */

#include "check.h"

static char repository[256];

static ocigraph_credential *password_of(const char *username, const char *password) {
    ocigraph_credential *credential = NULL;
    SUCCEEDS(ocigraph_credential_password(ocigraph_text(username), ocigraph_text(password), &credential, &failure));
    return credential;
}

/* Returns the status of listing tags with these options. */
static ocigraph_status tags(const ocigraph_client_options *options) {
    ocigraph_client *client = NULL;
    ocigraph_text_list *list = NULL;
    SUCCEEDS(ocigraph_client_new(NULL, options, &client, &failure));
    ocigraph_status status = ocigraph_client_tags(client, ocigraph_text(repository), NULL, &list, NULL);
    ocigraph_text_list_free(list);
    ocigraph_client_free(client);
    return status;
}

struct credential_state {
    const char *password;
    ocigraph_status answer;
    int provide_credential;
    const char *message;
};

static ocigraph_status provide_credential(void *user_data, ocigraph_str host, ocigraph_str name, ocigraph_credential **out,
                           ocigraph_error **error) {
    struct credential_state *credential_state = user_data;
    credential_state->provide_credential++;
    CHECK(host.length > 0 && strncmp(host.data, repository, host.length) == 0);
    CHECK(ocigraph_str_is(name, "app") && *out == NULL && *error == NULL);
    if (credential_state->password != NULL) {
        *out = password_of("ada", credential_state->password);
    }
    if (credential_state->message != NULL) {
        *error = ocigraph_error_new(ocigraph_text(credential_state->message), NULL);
    }
    return credential_state->answer;
}

static void credentials_are_set_or_provided(void) {
    ocigraph_client_options *options = ocigraph_client_options_new();
    CHECK(tags(options) == OCIGRAPH_UNAUTHORIZED);
    SUCCEEDS(ocigraph_client_options_set_anonymous(options, &failure));
    CHECK(tags(options) == OCIGRAPH_UNAUTHORIZED);

    ocigraph_credential *credential = password_of("ada", "wrong");
    SUCCEEDS(ocigraph_client_options_set_credential(options, credential, &failure));
    ocigraph_credential_free(credential);
    CHECK(tags(options) == OCIGRAPH_UNAUTHORIZED);
    credential = password_of("ada", "s3cret");
    SUCCEEDS(ocigraph_client_options_set_credential(options, credential, &failure));
    ocigraph_credential_free(credential);
    CHECK(tags(options) == OCIGRAPH_NOT_FOUND);

    struct credential_state credential_state = {.password = "s3cret"};
    SUCCEEDS(ocigraph_client_options_set_credential_callback(options, provide_credential, &credential_state, &failure));
    CHECK(tags(options) == OCIGRAPH_NOT_FOUND && credential_state.provide_credential >= 1);
    credential_state.password = NULL;
    CHECK(tags(options) == OCIGRAPH_UNAUTHORIZED);
    credential_state.answer = OCIGRAPH_IO;
    CHECK(tags(options) == OCIGRAPH_CREDENTIALS);
    /* The library also frees a credential that comes with a failure. */
    credential_state.password = "s3cret";
    CHECK(tags(options) == OCIGRAPH_CREDENTIALS);
    /* An error fails the operation even if the status is OCIGRAPH_OK. */
    credential_state.answer = OCIGRAPH_OK, credential_state.message = "the key store is locked";
    CHECK(tags(options) == OCIGRAPH_CREDENTIALS);
    FAILS(OCIGRAPH_INVALID_ARGUMENT, ocigraph_client_options_set_credential_callback(options, NULL, NULL, &failure));
    ocigraph_client_options_free(options);
}

/* An unusable credential file is detected when a credential is required. */
static void an_unusable_credential_file_fails(void) {
    ocigraph_client_options *options = ocigraph_client_options_new();
    write_file("broken.json", "{");
    SUCCEEDS(ocigraph_client_options_set_auth_file(options, OCIGRAPH_STR("broken.json"), &failure));
    CHECK(tags(options) == OCIGRAPH_CREDENTIALS);
    ocigraph_client_options_free(options);
}

static void credentials_of_every_kind(void) {
    ocigraph_credential *credential = GARBAGE(ocigraph_credential);
    FAILS(OCIGRAPH_INVALID_ARGUMENT, ocigraph_credential_identity_token(ocigraph_text(""), &credential, &failure));
    CHECK(credential == NULL);
    ocigraph_client_options *options = ocigraph_client_options_new();
    SUCCEEDS(ocigraph_credential_registry_token(OCIGRAPH_STR("t"), &credential, &failure));
    SUCCEEDS(ocigraph_client_options_set_credential(options, credential, &failure));
    CHECK(tags(options) == OCIGRAPH_UNAUTHORIZED);
    ocigraph_credential_free(credential);
    SUCCEEDS(ocigraph_credential_identity_token(OCIGRAPH_STR("t"), &credential, &failure));
    ocigraph_credential_free(credential);
    SUCCEEDS(ocigraph_credential_entra_token(OCIGRAPH_STR("t"), ocigraph_text(NULL), &credential, &failure));
    ocigraph_credential_free(credential);
    ocigraph_client_options_free(options);
}

static void credentials_are_stored_and_removed(const char *host, const char *config) {
    ocigraph_client_options *options = ocigraph_client_options_new();
    ocigraph_client *client = NULL;
    if (config != NULL) {
        SUCCEEDS(ocigraph_client_options_set_auth_file(options, ocigraph_text(config), &failure));
    }
    SUCCEEDS(ocigraph_client_new(NULL, options, &client, &failure));
    ocigraph_login_result *in = GARBAGE(ocigraph_login_result);
    ocigraph_credential *wrong = password_of("ada", "wrong"), *right = password_of("ada", "s3cret");
    FAILS(OCIGRAPH_UNAUTHORIZED, ocigraph_client_login(client, ocigraph_text(host), wrong, NULL, &in, &failure));
    CHECK(in == NULL);
    SUCCEEDS(ocigraph_client_login(client, ocigraph_text(host), right, NULL, &in, &failure));
    CHECK(ocigraph_login_result_verified(in) && !ocigraph_login_result_overridden(in));
    CHECK(ocigraph_login_result_plain_text(in) && ocigraph_login_result_stored_in(in).length > 0);
    CHECK(config == NULL || contains(ocigraph_login_result_stored_in(in), config));
    CHECK(contains(ocigraph_login_result_json(in), "\"verified\":true"));
    CHECK(!contains(ocigraph_login_result_json(in), "s3cret"));
    ocigraph_login_result_free(in);
    ocigraph_credential_free(wrong);
    ocigraph_credential_free(right);
    CHECK(tags(options) == OCIGRAPH_NOT_FOUND);

    ocigraph_logout_result *out = NULL;
    SUCCEEDS(ocigraph_client_logout(client, ocigraph_text(host), NULL, &out, &failure));
    CHECK(ocigraph_logout_result_removed_count(out) == 1 && !ocigraph_logout_result_remains(out));
    CHECK(ocigraph_logout_result_removed(out, 0).length > 0 && ocigraph_logout_result_removed(out, 1).data == NULL);
    CHECK(contains(ocigraph_logout_result_json(out), "\"remains\":false"));
    ocigraph_logout_result_free(out);
    CHECK(tags(options) == OCIGRAPH_UNAUTHORIZED);
    ocigraph_client_free(client);
    ocigraph_client_options_free(options);
}

int main(int argc, char **argv) {
    CHECK(argc == 2);
    snprintf(repository, sizeof repository, "%s/app", argv[1]);
    credentials_are_set_or_provided();
    an_unusable_credential_file_fails();
    credentials_of_every_kind();
    credentials_are_stored_and_removed(argv[1], NULL);
    credentials_are_stored_and_removed(argv[1], "auth.json");
    return 0;
}
