/* Credentials: given, asked for, stored and removed.
 *
 *   login HOST      a registry that takes ada with the password "s3cret" alone; DOCKER_CONFIG names an empty folder */

#include "check.h"

static char repository[256];

static ocigraph_credential *password_of(const char *username, const char *password) {
    ocigraph_credential *credential = NULL;
    SUCCEEDS(ocigraph_credential_password(ocigraph_text(username), ocigraph_text(password), &credential, &failure));
    return credential;
}

/* What a client with these options gets when it asks for the tags. */
static ocigraph_status tags(const ocigraph_client_options *options) {
    ocigraph_client *client = NULL;
    ocigraph_text_list *list = NULL;
    SUCCEEDS(ocigraph_client_new(NULL, options, &client, &failure));
    ocigraph_status status = ocigraph_client_tags(client, ocigraph_text(repository), NULL, &list, NULL);
    ocigraph_text_list_free(list);
    ocigraph_client_free(client);
    return status;
}

struct vault {
    const char *password;
    ocigraph_status answer;
    int asked;
    const char *says;
};

static ocigraph_status ask(void *user_data, ocigraph_str host, ocigraph_str name, ocigraph_credential **out,
                           ocigraph_error **error) {
    struct vault *vault = user_data;
    vault->asked++;
    CHECK(host.length > 0 && strncmp(host.data, repository, host.length) == 0);
    CHECK(ocigraph_str_is(name, "app") && *out == NULL && *error == NULL);
    if (vault->password != NULL) {
        *out = password_of("ada", vault->password);
    }
    if (vault->says != NULL) {
        *error = ocigraph_error_new(ocigraph_text(vault->says), NULL);
    }
    return vault->answer;
}

static void given_and_asked_for(void) {
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

    struct vault vault = {.password = "s3cret"};
    SUCCEEDS(ocigraph_client_options_set_credential_callback(options, ask, &vault, &failure));
    CHECK(tags(options) == OCIGRAPH_NOT_FOUND && vault.asked >= 1);
    vault.password = NULL;
    CHECK(tags(options) == OCIGRAPH_UNAUTHORIZED);
    vault.answer = OCIGRAPH_IO;
    CHECK(tags(options) == OCIGRAPH_CREDENTIALS);
    /* What is given beside a failure is taken all the same. */
    vault.password = "s3cret";
    CHECK(tags(options) == OCIGRAPH_CREDENTIALS);
    /* So is an error beside OCIGRAPH_OK, which would be lost otherwise. */
    vault.answer = OCIGRAPH_OK, vault.says = "the vault is locked";
    CHECK(tags(options) == OCIGRAPH_CREDENTIALS);
    FAILS(OCIGRAPH_INVALID_ARGUMENT, ocigraph_client_options_set_credential_callback(options, NULL, NULL, &failure));
    ocigraph_client_options_free(options);
}

/* A file that cannot be used is found out when a credential is looked for. */
static void a_file_that_cannot_be_used(void) {
    ocigraph_client_options *options = ocigraph_client_options_new();
    write_file("broken.json", "{");
    SUCCEEDS(ocigraph_client_options_set_auth_file(options, OCIGRAPH_STR("broken.json"), &failure));
    CHECK(tags(options) == OCIGRAPH_CREDENTIALS);
    ocigraph_client_options_free(options);
}

static void of_every_kind(void) {
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

static void stored_and_removed(const char *host, const char *config) {
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
    given_and_asked_for();
    a_file_that_cannot_be_used();
    of_every_kind();
    stored_and_removed(argv[1], NULL);
    stored_and_removed(argv[1], "auth.json");
    return 0;
}
