/* Credentials and client options. Included by ocigraph.hpp. */

#ifndef OCIGRAPH_CREDENTIAL_HPP
#define OCIGRAPH_CREDENTIAL_HPP

#include <ocigraph/options.hpp>

#include <array>

namespace ocigraph {

/* A credential for a registry. Its destructor erases the secret from memory. */
class credential {
  public:
    /* Creates a credential from a user name and a password. */
    static credential password(std::string_view username, std::string_view password) {
        return make(ocigraph_credential_password, detail::in(username), detail::in(password));
    }
    /* Creates a credential from an OAuth 2.0 refresh token, which the token server exchanges for access tokens. */
    static credential identity_token(std::string_view token) {
        return make(ocigraph_credential_identity_token, detail::in(token));
    }
    /* Creates a credential from a bearer token, which is sent to the registry unchanged. */
    static credential registry_token(std::string_view token) {
        return make(ocigraph_credential_registry_token, detail::in(token));
    }
    /* Creates a credential from a Microsoft Entra access token, which Azure Container Registry exchanges for an identity
     * token. An empty tenant selects the tenant in the token. */
    static credential entra_token(std::string_view token, std::string_view tenant = {}) {
        return make(ocigraph_credential_entra_token, detail::in(token), detail::in(tenant));
    }

    const ocigraph_credential *get() const { return handle_.get(); }
    /* Transfers ownership of the handle to the caller. */
    ocigraph_credential *release() { return handle_.release(); }

  private:
    explicit credential(ocigraph_credential *handle) noexcept : handle_(handle) {}

    template <typename Make, typename... Arguments>
    static credential make(Make function, Arguments... arguments) {
        ocigraph_credential *handle = nullptr;
        detail::check([&](ocigraph_error **failure) { return function(arguments..., &handle, failure); });
        return credential(handle);
    }

    detail::handle<ocigraph_credential, ocigraph_credential_free> handle_;
};

/* Provides the credential for a repository of a registry, or std::nullopt for anonymous access. The repository is empty for
 * a request that concerns the whole registry. It is called on a thread of the library, one call at a time for each client.
 * The operation that needs the credential rethrows its exceptions. */
using credential_source = std::function<std::optional<credential>(std::string_view host, std::string_view repository)>;

namespace detail {

/* A credential source at a stable address for C, with its latest exceptions by number. Numbers start at 1. */
class credential_callback {
  public:
    explicit credential_callback(credential_source source) : source_(std::move(source)) {}

    static ocigraph_status provide(void *user_data, ocigraph_str host, ocigraph_str repository,
                                   ocigraph_credential **provided, ocigraph_error **failure) noexcept {
        auto *self = static_cast<credential_callback *>(user_data);
        try {
            if (std::optional<credential> found = self->source_(out(host), out(repository))) {
                *provided = found->release();
            }
            return OCIGRAPH_OK;
        } catch (const std::exception &thrown) {
            *failure = self->keep(thrown.what());
        } catch (...) {
            *failure = self->keep("the credential source threw an exception of an unknown type");
        }
        return OCIGRAPH_CREDENTIALS;
    }

    /* Returns the exception of the source that made an operation fail, or NULL. */
    std::exception_ptr thrown(const error &failure) {
        auto number = reinterpret_cast<std::uintptr_t>(ocigraph_error_user_data(failure.get()));
        std::lock_guard<std::mutex> lock(mutex_);
        bool kept = number != 0 && number + thrown_.size() > last_;
        return kept ? thrown_[number % thrown_.size()] : nullptr;
    }

  private:
    ocigraph_error *keep(const char *what) {
        std::lock_guard<std::mutex> lock(mutex_);
        std::uintptr_t number = ++last_;
        thrown_[number % thrown_.size()] = std::current_exception();
        return ocigraph_error_new(ocigraph_text(what), reinterpret_cast<void *>(number));
    }

    credential_source source_;
    std::mutex mutex_;
    std::array<std::exception_ptr, 64> thrown_;
    std::uintptr_t last_ = 0;
};

} // namespace detail

/* The configuration of a client. The setters have the names, defaults and errors of ocigraph_client_options_set_... */
class client_options : public detail::client_settings<client_options> {
  public:
    /* Sets the credential for every registry. */
    client_options &use(const credential &credential) {
        return set(ocigraph_client_options_set_credential, credential.get());
    }
    /* Sets the function that provides credentials. */
    client_options &use(credential_source source) {
        credential_source_ = std::make_shared<detail::credential_callback>(std::move(source));
        return set(ocigraph_client_options_set_credential_callback, &detail::credential_callback::provide,
                   static_cast<void *>(credential_source_.get()));
    }
    /* Makes every request anonymous. */
    client_options &anonymous() { return set(ocigraph_client_options_set_anonymous); }
    /* Sets the PEM files of the client certificate and its private key. */
    client_options &client_certificate(std::string_view cert_file, std::string_view key_file) {
        return set(ocigraph_client_options_set_client_certificate, detail::in(cert_file), detail::in(key_file));
    }

  private:
    friend class detail::calls;
    std::shared_ptr<detail::credential_callback> credential_source_;
};

} // namespace ocigraph

#endif /* OCIGRAPH_CREDENTIAL_HPP */
