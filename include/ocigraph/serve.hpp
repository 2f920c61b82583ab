/* A registry at hand: image layouts and archives that this process serves. Included by ocigraph.hpp. */

#ifndef OCIGRAPH_SERVE_HPP
#define OCIGRAPH_SERVE_HPP

#include <ocigraph/handle.hpp>

namespace ocigraph {

/* Options of a served_registry. Each setter returns the options, so that calls can be chained. */
class serve_options {
  public:
    serve_options() : handle_(ocigraph_serve_options_new()) {}
    /* The address to listen on, "HOST:PORT". Port 0 chooses a free port. Default: "127.0.0.1:0". */
    serve_options &listen(std::string_view address) {
        return set(ocigraph_serve_options_set_listen, detail::in(address));
    }
    /* Refuses every change. Default: false. */
    serve_options &read_only(bool value) { return set(ocigraph_serve_options_set_read_only, value); }
    /* The passwords of users, as `htpasswd -B` writes them. */
    serve_options &htpasswd(std::string_view path) {
        return set(ocigraph_serve_options_set_htpasswd, detail::in(path));
    }
    /* The certificate and its private key, as PEM files. */
    serve_options &certificate(std::string_view cert_file, std::string_view key_file) {
        return set(ocigraph_serve_options_set_certificate, detail::in(cert_file), detail::in(key_file));
    }
    /* The registry to imitate, such as "ghcr": see ocigraph_serve_options_set_behave_as. */
    serve_options &behave_as(std::string_view name) {
        return set(ocigraph_serve_options_set_behave_as, detail::in(name));
    }
    const ocigraph_serve_options *get() const { return handle_.get(); }

  private:
    template <typename Set, typename... Arguments>
    serve_options &set(Set function, Arguments... arguments) {
        detail::check(
            [&](ocigraph_error **failure) { return function(handle_.get(), arguments..., failure); });
        return *this;
    }

    detail::handle<ocigraph_serve_options, ocigraph_serve_options_free> handle_;
};

/* A registry over image layouts, on threads of its own. Its destructor lets requests in progress end, for 10 seconds at
 * most, and ends it. */
class served_registry {
  public:
    /* Serves sources, each "[NAME=]oci:PATH": see ocigraph_serve. */
    explicit served_registry(const std::vector<std::string_view> &sources, const serve_options &options = {}) {
        std::vector<ocigraph_str> views;
        for (std::string_view source : sources) {
            views.push_back(detail::in(source));
        }
        ocigraph_served_registry *handle = nullptr;
        detail::check([&](ocigraph_error **failure) {
            return ocigraph_serve(views.data(), views.size(), options.get(), &handle, failure);
        });
        handle_.reset(handle);
    }
    /* Returns the host and port, as references name them, such as "127.0.0.1:40123". */
    std::string host() const { return detail::copied(ocigraph_served_registry_host(handle_.get())); }
    const ocigraph_served_registry *get() const { return handle_.get(); }

  private:
    detail::handle<ocigraph_served_registry, ocigraph_served_registry_free> handle_;
};

} // namespace ocigraph

#endif /* OCIGRAPH_SERVE_HPP */
