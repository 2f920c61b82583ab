/* Who the client is to a registry, and how it speaks to registries. Included through ocigraph.hpp. */

#ifndef OCIGRAPH_CREDENTIAL_HPP
#define OCIGRAPH_CREDENTIAL_HPP

#include <ocigraph/options.hpp>

#include <array>

namespace ocigraph {

/* Who the client is to a registry. Its secret is wiped from memory at its end. */
class credential {
  public:
    static credential password(std::string_view username, std::string_view password) {
        return make(ocigraph_credential_password, detail::in(username), detail::in(password));
    }
    /* A refresh token, for which the registry's token server gives access tokens. */
    static credential identity_token(std::string_view token) {
        return make(ocigraph_credential_identity_token, detail::in(token));
    }
    /* A token that is sent to the registry as it is. */
    static credential registry_token(std::string_view token) {
        return make(ocigraph_credential_registry_token, detail::in(token));
    }
    /* A Microsoft Entra access token, which Azure's registry exchanges for an identity token. */
    static credential entra_token(std::string_view token, std::string_view tenant = {}) {
        return make(ocigraph_credential_entra_token, detail::in(token), detail::in(tenant));
    }

    const ocigraph_credential *get() const { return handle_.get(); }
    /* Gives the handle away. */
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

/* Gives the credential for a repository of a registry, or none for anonymous use; the repository is empty where the registry
 * as a whole is meant. It is called on a thread of the library, once at a time for each client. What it throws goes on in the
 * operation that asked. */
using credential_source = std::function<std::optional<credential>(std::string_view host, std::string_view repository)>;

namespace detail {

/* A credential source where C finds it, and what it last threw, by numbers from 1 on. */
class asked {
  public:
    explicit asked(credential_source source) : source_(std::move(source)) {}

    static ocigraph_status ask(void *user_data, ocigraph_str host, ocigraph_str repository, ocigraph_credential **given,
                               ocigraph_error **failure) noexcept {
        auto *self = static_cast<asked *>(user_data);
        try {
            if (std::optional<credential> found = self->source_(out(host), out(repository))) {
                *given = found->release();
            }
            return OCIGRAPH_OK;
        } catch (const std::exception &thrown) {
            *failure = self->keep(thrown.what());
        } catch (...) {
            *failure = self->keep("the credential source threw what is no std::exception");
        }
        return OCIGRAPH_CREDENTIALS;
    }

    /* What the source threw, where that is why an operation failed. */
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

/* How to speak to registries. */
class client_options : public detail::options<client_options, ocigraph_client_options, ocigraph_client_options_new,
                                              ocigraph_client_options_free> {
  public:
    client_options &use(const credential &credential) {
        return set(ocigraph_client_options_set_credential, credential.get());
    }
    client_options &use(credential_source source) {
        asked_ = std::make_shared<detail::asked>(std::move(source));
        return set(ocigraph_client_options_set_credential_callback, &detail::asked::ask,
                   static_cast<void *>(asked_.get()));
    }
    client_options &anonymous() { return set(ocigraph_client_options_set_anonymous); }
    client_options &auth_file(std::string_view path) {
        return set(ocigraph_client_options_set_auth_file, detail::in(path));
    }
    client_options &ca_file(std::string_view path) { return set(ocigraph_client_options_set_ca_file, detail::in(path)); }
    client_options &client_certificate(std::string_view cert_file, std::string_view key_file) {
        return set(ocigraph_client_options_set_client_certificate, detail::in(cert_file), detail::in(key_file));
    }
    client_options &insecure(bool on) { return set(ocigraph_client_options_set_insecure, on); }
    client_options &use_proxy(bool on) { return set(ocigraph_client_options_set_use_proxy, on); }
    client_options &plain_http(bool on) { return set(ocigraph_client_options_set_plain_http, on); }
    client_options &user_agent(std::string_view name) {
        return set(ocigraph_client_options_set_user_agent, detail::in(name));
    }
    client_options &header(std::string_view name, std::string_view value) {
        return set(ocigraph_client_options_add_header, detail::in(name), detail::in(value));
    }
    /* How long to wait, and how much to read: OCIGRAPH_LIMIT_*; 0 is the default. */
    client_options &limit(std::int32_t limit, std::uint64_t value) {
        return set(ocigraph_client_options_set_limit, limit, value);
    }

  private:
    friend class client;
    std::shared_ptr<detail::asked> asked_;
};

} // namespace ocigraph

#endif /* OCIGRAPH_CREDENTIAL_HPP */
