/* ocigraph for C++17: a thin wrapper of ocigraph.h, which is the manual.
 *
 *     #include <ocigraph.hpp>
 *     #include <iostream>
 *
 *     int main() {
 *         ocigraph::client client;
 *         std::cout << client.discover("oci:store/app:v1").tree();
 *     }
 *
 * Handles are owned by objects that can be moved. What fails throws ocigraph::error. Text is std::string_view, both ways;
 * what a result gives lives as long as the result. An empty string_view is "not given", as in C.
 *
 * Objects may be used from many threads through const references. Exceptions that leave a callback end the operation, and
 * go on where it was called. */

#ifndef OCIGRAPH_HPP
#define OCIGRAPH_HPP

#include <ocigraph.h>

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ocigraph {

namespace detail {

/* Ends a handle of C's by the function of its type. */
template <auto Free>
struct freer {
    template <typename T>
    void operator()(T *handle) const noexcept {
        Free(handle);
    }
};

template <typename T, auto Free>
using owned = std::unique_ptr<T, freer<Free>>;

inline ocigraph_str in(std::string_view text) noexcept {
    return {text.data(), text.size()};
}

inline ocigraph_bytes in_bytes(std::string_view content) noexcept {
    return {reinterpret_cast<const std::uint8_t *>(content.data()), content.size()};
}

inline std::string_view out(ocigraph_str text) noexcept {
    return text.data == nullptr ? std::string_view{} : std::string_view{text.data, text.length};
}

inline std::string_view out(ocigraph_bytes bytes) noexcept {
    return {reinterpret_cast<const char *>(bytes.data), bytes.length};
}

} // namespace detail

/* What failed, and all that is known about it. */
class error : public std::runtime_error {
  public:
    explicit error(ocigraph_error *failure)
        : std::runtime_error(std::string(detail::out(ocigraph_error_message(failure)))),
          handle_(failure, ocigraph_error_free) {}

    /* OCIGRAPH_NOT_FOUND and the like. */
    ocigraph_status status() const noexcept { return ocigraph_error_status(handle_.get()); }
    /* "NOT_FOUND" and the like. */
    std::string_view code() const noexcept { return detail::out(ocigraph_status_name(status())); }
    std::string_view reason() const noexcept { return detail::out(ocigraph_error_reason(handle_.get())); }
    std::string_view hint() const noexcept { return detail::out(ocigraph_error_hint(handle_.get())); }
    std::string_view operation() const noexcept { return detail::out(ocigraph_error_operation(handle_.get())); }
    std::string_view reference() const noexcept { return detail::out(ocigraph_error_reference(handle_.get())); }
    std::string_view request_id() const noexcept { return detail::out(ocigraph_error_request_id(handle_.get())); }
    int http_status() const noexcept { return ocigraph_error_http_status(handle_.get()); }
    bool retryable() const noexcept { return ocigraph_error_retryable(handle_.get()); }
    std::string_view json() const noexcept { return detail::out(ocigraph_error_json(handle_.get())); }

  private:
    /* Shared, since exceptions are copied. */
    std::shared_ptr<ocigraph_error> handle_;
};

namespace detail {

/* Calls a function of C's with a place for its error, and throws that. */
template <typename Call>
void check(Call call) {
    ocigraph_error *failure = nullptr;
    if (call(&failure) != OCIGRAPH_OK) {
        throw error(failure);
    }
}

/* What a callback threw, until the operation it ended has returned. */
class caught {
  public:
    template <typename Work, typename T>
    T guard(T failed, Work work) noexcept {
        try {
            return work();
        } catch (...) {
            std::lock_guard<std::mutex> lock(mutex_);
            exception_ = std::current_exception();
            return failed;
        }
    }

    void rethrow() {
        std::exception_ptr exception;
        {
            std::lock_guard<std::mutex> lock(mutex_);
            std::swap(exception, exception_);
        }
        if (exception) {
            std::rethrow_exception(exception);
        }
    }

  private:
    std::mutex mutex_;
    std::exception_ptr exception_;
};

} // namespace detail

/* What content is, borrowed from a result. */
class descriptor_view {
  public:
    descriptor_view(const ocigraph_descriptor *handle) noexcept : handle_(handle) {}

    std::string_view media_type() const noexcept { return detail::out(ocigraph_descriptor_media_type(handle_)); }
    std::string_view digest() const noexcept { return detail::out(ocigraph_descriptor_digest(handle_)); }
    std::uint64_t size() const noexcept { return ocigraph_descriptor_size(handle_); }
    std::string_view artifact_type() const noexcept { return detail::out(ocigraph_descriptor_artifact_type(handle_)); }
    std::string_view title() const noexcept { return detail::out(ocigraph_descriptor_title(handle_)); }
    std::string_view platform() const noexcept { return detail::out(ocigraph_descriptor_platform(handle_)); }
    std::string_view json() const noexcept { return detail::out(ocigraph_descriptor_json(handle_)); }

    std::optional<std::string_view> annotation(std::string_view key) const noexcept {
        ocigraph_str value = ocigraph_descriptor_annotation(handle_, detail::in(key));
        return value.data == nullptr ? std::nullopt : std::optional<std::string_view>(detail::out(value));
    }

    std::vector<std::pair<std::string_view, std::string_view>> annotations() const {
        std::vector<std::pair<std::string_view, std::string_view>> all;
        for (std::size_t i = 0; i < ocigraph_descriptor_annotation_count(handle_); i++) {
            all.emplace_back(detail::out(ocigraph_descriptor_annotation_key(handle_, i)),
                             detail::out(ocigraph_descriptor_annotation_value(handle_, i)));
        }
        return all;
    }

    /* Whether there is one: a manifest may have no config, or no subject. */
    explicit operator bool() const noexcept { return handle_ != nullptr; }
    const ocigraph_descriptor *get() const noexcept { return handle_; }

  private:
    const ocigraph_descriptor *handle_;
};

/* A descriptor that a call gave. */
class descriptor : public descriptor_view {
  public:
    explicit descriptor(ocigraph_descriptor *handle) noexcept : descriptor_view(handle), owned_(handle) {}

  private:
    detail::owned<ocigraph_descriptor, ocigraph_descriptor_free> owned_;
};

/* One thing that happened to a blob. */
struct event {
    std::int32_t kind; /* OCIGRAPH_EVENT_* */
    ocigraph_outcome outcome;
    descriptor_view blob;
    std::uint64_t position;
};

/* Is told of each event; false ends the operation with OCIGRAPH_CANCELLED. */
using progress = std::function<bool(const event &)>;
/* Puts up to so many bytes where it is told, and returns how many; 0 at the end. */
using reader = std::function<std::size_t(std::uint8_t *, std::size_t)>;
/* Takes the next bytes. */
using writer = std::function<void(std::string_view)>;

/* Ends every call that it is given to. */
class cancel_token {
  public:
    cancel_token() : handle_(ocigraph_cancel_new()) {}
    void cancel() const noexcept { ocigraph_cancel_cancel(handle_.get()); }
    bool is_cancelled() const noexcept { return ocigraph_cancel_is_cancelled(handle_.get()); }
    const ocigraph_cancel *get() const noexcept { return handle_.get(); }

  private:
    detail::owned<ocigraph_cancel, ocigraph_cancel_free> handle_;
};

namespace detail {

/* The callbacks of options: where C finds them, and what they threw. */
struct callbacks {
    caught thrown;
    progress on_event;
    std::vector<std::unique_ptr<std::pair<callbacks *, reader>>> readers;

    static std::int32_t told(void *user_data, const ocigraph_event *happened) {
        auto *self = static_cast<callbacks *>(user_data);
        return self->thrown.guard(std::int32_t{1}, [&] {
            event as_told{happened->kind, happened->outcome, happened->blob, happened->position};
            return self->on_event(as_told) ? std::int32_t{0} : std::int32_t{1};
        });
    }

    static std::int64_t read(void *user_data, std::uint8_t *buffer, std::size_t capacity) {
        auto *self = static_cast<std::pair<callbacks *, reader> *>(user_data);
        return self->first->thrown.guard(std::int64_t{-1}, [&] {
            return static_cast<std::int64_t>(self->second(buffer, capacity));
        });
    }
};

/* Options as a handle with setters that can be chained. */
template <typename Self, typename T, auto New, auto Free>
class options {
  public:
    const T *get() const noexcept { return handle_.get(); }
    void rethrow() const { callbacks_->thrown.rethrow(); }

  protected:
    template <typename Set, typename... Arguments>
    Self &set(Set setter, Arguments... arguments) {
        check([&](ocigraph_error **failure) { return setter(handle_.get(), arguments..., failure); });
        return static_cast<Self &>(*this);
    }

    template <typename Set>
    Self &set_progress(Set setter, progress told) {
        callbacks_->on_event = std::move(told);
        auto callback = callbacks_->on_event ? &callbacks::told : nullptr;
        return set(setter, callback, static_cast<void *>(callbacks_.get()));
    }

    owned<T, Free> handle_{New()};
    std::unique_ptr<callbacks> callbacks_ = std::make_unique<callbacks>();
};

} // namespace detail

/* Who the client is to a registry. */
class credential {
  public:
    explicit credential(ocigraph_credential *handle) noexcept : handle_(handle) {}

    static credential password(std::string_view username, std::string_view password) {
        return make(ocigraph_credential_password, detail::in(username), detail::in(password));
    }
    static credential identity_token(std::string_view token) {
        return make(ocigraph_credential_identity_token, detail::in(token));
    }
    static credential registry_token(std::string_view token) {
        return make(ocigraph_credential_registry_token, detail::in(token));
    }
    static credential entra_token(std::string_view token, std::string_view tenant = {}) {
        return make(ocigraph_credential_entra_token, detail::in(token), detail::in(tenant));
    }

    const ocigraph_credential *get() const noexcept { return handle_.get(); }

  private:
    template <typename Make, typename... Arguments>
    static credential make(Make function, Arguments... arguments) {
        ocigraph_credential *handle = nullptr;
        detail::check([&](ocigraph_error **failure) { return function(arguments..., &handle, failure); });
        return credential(handle);
    }

    detail::owned<ocigraph_credential, ocigraph_credential_free> handle_;
};

/* How to speak to registries. A credential callback is set through ocigraph_client_options_set_credential_callback. */
class client_options : public detail::options<client_options, ocigraph_client_options, ocigraph_client_options_new,
                                              ocigraph_client_options_free> {
  public:
    ocigraph_client_options *get() noexcept { return handle_.get(); }
    const ocigraph_client_options *get() const noexcept { return handle_.get(); }

    client_options &use(const credential &credential) {
        return set(ocigraph_client_options_set_credential, credential.get());
    }
    client_options &anonymous() { return set(ocigraph_client_options_set_anonymous); }
    client_options &registry_config(std::string_view path) {
        return set(ocigraph_client_options_set_registry_config, detail::in(path));
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
};

/* What to push, and how. */
class push_options
    : public detail::options<push_options, ocigraph_push_options, ocigraph_push_options_new, ocigraph_push_options_free> {
  public:
    push_options &add_path(std::string_view path, std::string_view media_type = {}, std::string_view title = {}) {
        return set(ocigraph_push_options_add_path, detail::in(path), detail::in(media_type), detail::in(title));
    }
    push_options &add_bytes(std::string_view title, std::string_view content, std::string_view media_type = {}) {
        return set(ocigraph_push_options_add_bytes, detail::in(title), detail::in(media_type), detail::in_bytes(content));
    }
    push_options &add_reader(std::string_view title, reader read, std::string_view media_type = {}) {
        auto pair = std::make_unique<std::pair<detail::callbacks *, reader>>(callbacks_.get(), std::move(read));
        void *user_data = pair.get();
        callbacks_->readers.push_back(std::move(pair));
        return set(ocigraph_push_options_add_reader, detail::in(title), detail::in(media_type), &detail::callbacks::read,
                   user_data);
    }
    push_options &file_annotation(std::string_view key, std::string_view value) {
        return set(ocigraph_push_options_add_file_annotation, detail::in(key), detail::in(value));
    }
    push_options &artifact_type(std::string_view type) {
        return set(ocigraph_push_options_set_artifact_type, detail::in(type));
    }
    push_options &subject(std::string_view reference) {
        return set(ocigraph_push_options_set_subject, detail::in(reference));
    }
    push_options &annotation(std::string_view key, std::string_view value) {
        return set(ocigraph_push_options_add_annotation, detail::in(key), detail::in(value));
    }
    push_options &config(std::string_view content, std::string_view media_type) {
        return set(ocigraph_push_options_set_config, detail::in_bytes(content), detail::in(media_type));
    }
    push_options &config_path(std::string_view path, std::string_view media_type = {}) {
        return set(ocigraph_push_options_set_config_path, detail::in(path), detail::in(media_type));
    }
    push_options &format(std::int32_t format) { return set(ocigraph_push_options_set_format, format); }
    push_options &allow_path_traversal(bool on) { return set(ocigraph_push_options_set_allow_path_traversal, on); }
    push_options &source_date_epoch(std::uint64_t seconds) {
        return set(ocigraph_push_options_set_source_date_epoch, seconds);
    }
    push_options &concurrency(std::size_t requests) { return set(ocigraph_push_options_set_concurrency, requests); }
    push_options &on_progress(progress told) {
        return set_progress(ocigraph_push_options_set_progress, std::move(told));
    }
};

/* How to pull. */
class pull_options
    : public detail::options<pull_options, ocigraph_pull_options, ocigraph_pull_options_new, ocigraph_pull_options_free> {
  public:
    pull_options &output(std::string_view folder) { return set(ocigraph_pull_options_set_output, detail::in(folder)); }
    pull_options &artifact_type(std::string_view type) {
        return set(ocigraph_pull_options_set_artifact_type, detail::in(type));
    }
    pull_options &platform(std::string_view platform) {
        return set(ocigraph_pull_options_set_platform, detail::in(platform));
    }
    pull_options &include_subject(bool on) { return set(ocigraph_pull_options_set_include_subject, on); }
    pull_options &keep_old_files(bool on) { return set(ocigraph_pull_options_set_keep_old_files, on); }
    pull_options &allow_path_traversal(bool on) { return set(ocigraph_pull_options_set_allow_path_traversal, on); }
    pull_options &concurrency(std::size_t requests) { return set(ocigraph_pull_options_set_concurrency, requests); }
    pull_options &on_progress(progress told) {
        return set_progress(ocigraph_pull_options_set_progress, std::move(told));
    }
};

/* How to discover. */
class discover_options : public detail::options<discover_options, ocigraph_discover_options, ocigraph_discover_options_new,
                                                ocigraph_discover_options_free> {
  public:
    discover_options &artifact_type(std::string_view type) {
        return set(ocigraph_discover_options_set_artifact_type, detail::in(type));
    }
    discover_options &annotation(std::string_view key, std::string_view value) {
        return set(ocigraph_discover_options_add_annotation, detail::in(key), detail::in(value));
    }
    discover_options &platform(std::string_view platform) {
        return set(ocigraph_discover_options_set_platform, detail::in(platform));
    }
    discover_options &depth(std::size_t levels) { return set(ocigraph_discover_options_set_depth, levels); }
    discover_options &concurrency(std::size_t requests) {
        return set(ocigraph_discover_options_set_concurrency, requests);
    }
};

/* How to delete. */
class delete_options : public detail::options<delete_options, ocigraph_delete_options, ocigraph_delete_options_new,
                                              ocigraph_delete_options_free> {
  public:
    delete_options &dry_run(bool on) { return set(ocigraph_delete_options_set_dry_run, on); }
    delete_options &force(bool on) { return set(ocigraph_delete_options_set_force, on); }
    delete_options &concurrency(std::size_t requests) { return set(ocigraph_delete_options_set_concurrency, requests); }
};

/* How to copy. */
class copy_options
    : public detail::options<copy_options, ocigraph_copy_options, ocigraph_copy_options_new, ocigraph_copy_options_free> {
  public:
    copy_options &recursive(bool on) { return set(ocigraph_copy_options_set_recursive, on); }
    copy_options &platform(std::string_view platform) {
        return set(ocigraph_copy_options_set_platform, detail::in(platform));
    }
    copy_options &foreign(bool on) { return set(ocigraph_copy_options_set_foreign, on); }
    copy_options &concurrency(std::size_t requests) { return set(ocigraph_copy_options_set_concurrency, requests); }
    copy_options &on_progress(progress told) {
        return set_progress(ocigraph_copy_options_set_progress, std::move(told));
    }
};

/* How to verify. */
class verify_options : public detail::options<verify_options, ocigraph_verify_options, ocigraph_verify_options_new,
                                              ocigraph_verify_options_free> {
  public:
    verify_options &platform(std::string_view platform) {
        return set(ocigraph_verify_options_set_platform, detail::in(platform));
    }
    verify_options &concurrency(std::size_t requests) { return set(ocigraph_verify_options_set_concurrency, requests); }
    verify_options &on_progress(progress told) {
        return set_progress(ocigraph_verify_options_set_progress, std::move(told));
    }
};

/* How to find a manifest by its name. */
class resolve_options : public detail::options<resolve_options, ocigraph_resolve_options, ocigraph_resolve_options_new,
                                               ocigraph_resolve_options_free> {
  public:
    resolve_options &platform(std::string_view platform) {
        return set(ocigraph_resolve_options_set_platform, detail::in(platform));
    }
};

/* A result: its handle, for the accessors of ocigraph.h, and all of it as JSON. */
template <typename T, auto Free, auto Json>
class result {
  public:
    explicit result(T *handle) noexcept : handle_(handle) {}
    const T *get() const noexcept { return handle_.get(); }
    std::string_view json() const noexcept { return detail::out(Json(handle_.get())); }

  protected:
    detail::owned<T, Free> handle_;
};

class push_result : public result<ocigraph_push_result, ocigraph_push_result_free, ocigraph_push_result_json> {
  public:
    using result::result;
    std::string_view reference() const noexcept { return detail::out(ocigraph_push_result_reference(get())); }
    descriptor_view descriptor() const noexcept { return ocigraph_push_result_descriptor(get()); }
    std::string_view manifest() const noexcept { return detail::out(ocigraph_push_result_manifest(get())); }
    std::size_t blobs() const noexcept { return ocigraph_push_result_blob_count(get()); }
    descriptor_view blob(std::size_t index) const noexcept { return ocigraph_push_result_blob(get(), index); }
    ocigraph_outcome outcome(std::size_t index) const noexcept { return ocigraph_push_result_blob_outcome(get(), index); }
};

class pull_result : public result<ocigraph_pull_result, ocigraph_pull_result_free, ocigraph_pull_result_json> {
  public:
    using result::result;
    std::size_t artifacts() const noexcept { return ocigraph_pull_result_count(get()); }
    std::size_t files(std::size_t artifact = 0) const noexcept {
        return ocigraph_pull_result_file_count(get(), artifact);
    }
    std::string_view path(std::size_t index, std::size_t artifact = 0) const noexcept {
        return detail::out(ocigraph_pull_result_file_path(get(), artifact, index));
    }
    descriptor_view file(std::size_t index, std::size_t artifact = 0) const noexcept {
        return ocigraph_pull_result_file(get(), artifact, index);
    }
};

class delete_report : public result<ocigraph_delete_report, ocigraph_delete_report_free, ocigraph_delete_report_json> {
  public:
    using result::result;
    std::size_t deleted() const noexcept { return ocigraph_delete_report_deleted_count(get()); }
    std::size_t kept() const noexcept { return ocigraph_delete_report_kept_count(get()); }
    std::size_t failed() const noexcept { return ocigraph_delete_report_failed_count(get()); }
};

class copy_report : public result<ocigraph_copy_report, ocigraph_copy_report_free, ocigraph_copy_report_json> {
  public:
    using result::result;
    descriptor_view descriptor() const noexcept { return ocigraph_copy_report_descriptor(get()); }
    std::size_t manifests() const noexcept { return ocigraph_copy_report_manifests(get()); }
    std::uint64_t bytes() const noexcept { return ocigraph_copy_report_bytes(get()); }
};

class verify_report : public result<ocigraph_verify_report, ocigraph_verify_report_free, ocigraph_verify_report_json> {
  public:
    using result::result;
    std::size_t checked() const noexcept { return ocigraph_verify_report_checked(get()); }
    std::size_t problems() const noexcept { return ocigraph_verify_report_problem_count(get()); }
};

using login_result = result<ocigraph_login_result, ocigraph_login_result_free, ocigraph_login_result_json>;
using logout_result = result<ocigraph_logout_result, ocigraph_logout_result_free, ocigraph_logout_result_json>;
using manifest_list = result<ocigraph_manifest_list, ocigraph_manifest_list_free, ocigraph_manifest_list_json>;

class blob_result : public result<ocigraph_blob_result, ocigraph_blob_result_free, ocigraph_blob_result_json> {
  public:
    using result::result;
    descriptor_view descriptor() const noexcept { return ocigraph_blob_result_descriptor(get()); }
    ocigraph_outcome outcome() const noexcept { return ocigraph_blob_result_outcome(get()); }
};

/* A manifest as it is stored. */
class manifest {
  public:
    explicit manifest(ocigraph_manifest *handle) noexcept : handle_(handle) {}
    const ocigraph_manifest *get() const noexcept { return handle_.get(); }
    std::string_view bytes() const noexcept { return detail::out(ocigraph_manifest_bytes(get())); }
    descriptor_view descriptor() const noexcept { return ocigraph_manifest_descriptor(get()); }
    descriptor_view config() const noexcept { return ocigraph_manifest_config(get()); }
    descriptor_view subject() const noexcept { return ocigraph_manifest_subject(get()); }
    bool is_index() const noexcept { return ocigraph_manifest_is_index(get()); }

    std::vector<descriptor_view> blobs() const {
        std::vector<descriptor_view> all;
        for (std::size_t i = 0; i < ocigraph_manifest_blob_count(get()); i++) {
            all.emplace_back(ocigraph_manifest_blob(get(), i));
        }
        return all;
    }

  private:
    detail::owned<ocigraph_manifest, ocigraph_manifest_free> handle_;
};

/* One step of a walk through a graph. */
struct node {
    descriptor_view descriptor;
    descriptor_view subject;
    std::size_t depth;
    bool first;
};

/* A subject and everything that refers to it; a range of nodes, depth first. */
class graph : public result<ocigraph_graph, ocigraph_graph_free, ocigraph_graph_json> {
  public:
    using result::result;

    class iterator {
      public:
        iterator(const ocigraph_graph *graph, std::size_t step) noexcept : graph_(graph), step_(step) {}
        node operator*() const noexcept {
            return {ocigraph_graph_descriptor(graph_, step_), ocigraph_graph_refers_to(graph_, step_),
                    ocigraph_graph_depth(graph_, step_), ocigraph_graph_is_first(graph_, step_)};
        }
        iterator &operator++() noexcept {
            ++step_;
            return *this;
        }
        bool operator!=(const iterator &other) const noexcept { return step_ != other.step_; }
        bool operator==(const iterator &other) const noexcept { return step_ == other.step_; }

      private:
        const ocigraph_graph *graph_;
        std::size_t step_;
    };

    iterator begin() const noexcept { return {get(), 0}; }
    iterator end() const noexcept { return {get(), size()}; }
    std::size_t size() const noexcept { return ocigraph_graph_step_count(get()); }
    descriptor_view subject() const noexcept { return ocigraph_graph_subject(get()); }

    std::vector<descriptor_view> referrers(std::string_view digest) const {
        std::vector<descriptor_view> all;
        for (std::size_t i = 0; i < ocigraph_graph_referrer_count(get(), detail::in(digest)); i++) {
            all.emplace_back(ocigraph_graph_referrer(get(), detail::in(digest), i));
        }
        return all;
    }

    graph filter(const discover_options &options) const {
        ocigraph_graph *part = nullptr;
        detail::check([&](ocigraph_error **failure) {
            return ocigraph_graph_filter(get(), options.get(), &part, failure);
        });
        return graph(part);
    }

    std::string_view tree() const noexcept { return detail::out(ocigraph_graph_tree(get())); }
    std::string_view dot() const noexcept { return detail::out(ocigraph_graph_dot(get())); }
    std::string_view mermaid() const noexcept { return detail::out(ocigraph_graph_mermaid(get())); }
};

/* Threads that clients may share. */
class runtime {
  public:
    explicit runtime(std::size_t workers = 0) {
        ocigraph_runtime *handle = nullptr;
        detail::check([&](ocigraph_error **failure) { return ocigraph_runtime_new(workers, &handle, failure); });
        handle_.reset(handle);
    }
    const ocigraph_runtime *get() const noexcept { return handle_.get(); }

  private:
    detail::owned<ocigraph_runtime, ocigraph_runtime_free> handle_;
};

/* A client for registries and layouts. */
class client {
  public:
    client() { open(nullptr, nullptr); }
    explicit client(const client_options &options) { open(nullptr, options.get()); }
    explicit client(const runtime &threads) { open(threads.get(), nullptr); }
    client(const runtime &threads, const client_options &options) { open(threads.get(), options.get()); }

    const ocigraph_client *get() const noexcept { return handle_.get(); }

    push_result push(std::string_view reference, const push_options &options = {},
                     const cancel_token &cancel = {}) const {
        return run<push_result, ocigraph_push_result>(ocigraph_client_push, options, cancel, detail::in(reference));
    }
    pull_result pull(std::string_view reference, const pull_options &options = {},
                     const cancel_token &cancel = {}) const {
        return run<pull_result, ocigraph_pull_result>(ocigraph_client_pull, options, cancel, detail::in(reference));
    }
    graph discover(std::string_view reference, const discover_options &options = {},
                   const cancel_token &cancel = {}) const {
        return run<graph, ocigraph_graph>(ocigraph_client_discover, options, cancel, detail::in(reference));
    }
    /* `delete` is a word of C++. */
    delete_report remove(std::string_view reference, const delete_options &options = {},
                         const cancel_token &cancel = {}) const {
        return run<delete_report, ocigraph_delete_report>(ocigraph_client_delete, options, cancel, detail::in(reference));
    }
    copy_report copy(std::string_view source, std::string_view destination, const copy_options &options = {},
                     const cancel_token &cancel = {}) const {
        return run<copy_report, ocigraph_copy_report>(ocigraph_client_copy, options, cancel, detail::in(source),
                                                      detail::in(destination));
    }
    verify_report verify(std::string_view reference, const verify_options &options = {},
                         const cancel_token &cancel = {}) const {
        return run<verify_report, ocigraph_verify_report>(ocigraph_client_verify, options, cancel, detail::in(reference));
    }
    descriptor resolve(std::string_view reference, const resolve_options &options = {},
                       const cancel_token &cancel = {}) const {
        return run<descriptor, ocigraph_descriptor>(ocigraph_client_resolve, options, cancel, detail::in(reference));
    }
    manifest fetch_manifest(std::string_view reference, const resolve_options &options = {},
                            const cancel_token &cancel = {}) const {
        return run<manifest, ocigraph_manifest>(ocigraph_client_fetch_manifest, options, cancel, detail::in(reference));
    }

    descriptor tag(std::string_view reference, const std::vector<std::string_view> &tags,
                   const cancel_token &cancel = {}) const {
        std::vector<ocigraph_str> views;
        for (std::string_view tag : tags) {
            views.push_back(detail::in(tag));
        }
        return plain<descriptor, ocigraph_descriptor>(ocigraph_client_tag, cancel, detail::in(reference), views.data(),
                                                      views.size());
    }
    void untag(std::string_view reference, const cancel_token &cancel = {}) const {
        detail::check([&](ocigraph_error **failure) {
            return ocigraph_client_untag(get(), detail::in(reference), cancel.get(), failure);
        });
    }
    std::vector<std::string> tags(std::string_view reference, const cancel_token &cancel = {}) const {
        return texts(ocigraph_client_tags, cancel, reference);
    }
    std::vector<std::string> repositories(std::string_view host, const cancel_token &cancel = {}) const {
        return texts(ocigraph_client_repositories, cancel, host);
    }
    manifest_list manifests(std::string_view reference, const cancel_token &cancel = {}) const {
        return plain<manifest_list, ocigraph_manifest_list>(ocigraph_client_manifests, cancel, detail::in(reference));
    }

    login_result login(std::string_view host, const credential &credential, const cancel_token &cancel = {}) const {
        return plain<login_result, ocigraph_login_result>(ocigraph_client_login, cancel, detail::in(host),
                                                          credential.get());
    }
    logout_result logout(std::string_view host, const cancel_token &cancel = {}) const {
        return plain<logout_result, ocigraph_logout_result>(ocigraph_client_logout, cancel, detail::in(host));
    }

    descriptor push_manifest(std::string_view reference, std::string_view content, std::string_view media_type = {},
                             const cancel_token &cancel = {}) const {
        return plain<descriptor, ocigraph_descriptor>(ocigraph_client_push_manifest, cancel, detail::in(reference),
                                                      detail::in(media_type), detail::in_bytes(content));
    }
    blob_result push_blob(std::string_view reference, std::string_view content, std::string_view media_type = {},
                          const cancel_token &cancel = {}) const {
        return plain<blob_result, ocigraph_blob_result>(ocigraph_client_push_blob, cancel, detail::in(reference),
                                                        detail::in(media_type), detail::in_bytes(content), nullptr);
    }
    blob_result push_blob(std::string_view reference, reader read, std::string_view media_type = {},
                          const cancel_token &cancel = {}) const {
        detail::callbacks callbacks;
        std::pair<detail::callbacks *, reader> pair{&callbacks, std::move(read)};
        try {
            return plain<blob_result, ocigraph_blob_result>(ocigraph_client_push_blob_from, cancel, detail::in(reference),
                                                            detail::in(media_type), &detail::callbacks::read,
                                                            static_cast<void *>(&pair), nullptr);
        } catch (const error &) {
            callbacks.thrown.rethrow();
            throw;
        }
    }
    /* Only when it has returned is what was written known to be what the digest says. */
    descriptor fetch_blob(std::string_view reference, const writer &write, const cancel_token &cancel = {}) const {
        std::pair<detail::caught, const writer *> state;
        state.second = &write;
        ocigraph_write_fn callback = [](void *user_data, const std::uint8_t *data, std::size_t length) {
            auto *told = static_cast<std::pair<detail::caught, const writer *> *>(user_data);
            return told->first.guard(std::int32_t{1}, [&] {
                (*told->second)({reinterpret_cast<const char *>(data), length});
                return std::int32_t{0};
            });
        };
        try {
            return plain<descriptor, ocigraph_descriptor>(ocigraph_client_fetch_blob, cancel, detail::in(reference),
                                                          callback, static_cast<void *>(&state), nullptr);
        } catch (const error &) {
            state.first.rethrow();
            throw;
        }
    }

  private:
    void open(const ocigraph_runtime *threads, const ocigraph_client_options *options) {
        ocigraph_client *handle = nullptr;
        detail::check([&](ocigraph_error **failure) {
            return ocigraph_client_new(threads, options, &handle, failure);
        });
        handle_.reset(handle);
    }

    template <typename Result, typename T, typename Call, typename... Arguments>
    Result plain(Call call, const cancel_token &cancel, Arguments... arguments) const {
        T *out = nullptr;
        detail::check([&](ocigraph_error **failure) { return call(get(), arguments..., cancel.get(), &out, failure); });
        return Result(out);
    }

    template <typename Result, typename T, typename Call, typename Options, typename... Arguments>
    Result run(Call call, const Options &options, const cancel_token &cancel, Arguments... arguments) const {
        try {
            return plain<Result, T>(call, cancel, arguments..., options.get());
        } catch (const error &) {
            options.rethrow();
            throw;
        }
    }

    template <typename Call>
    std::vector<std::string> texts(Call call, const cancel_token &cancel, std::string_view of) const {
        using list = detail::owned<ocigraph_text_list, ocigraph_text_list_free>;
        list found = plain<list, ocigraph_text_list>(call, cancel, detail::in(of));
        std::vector<std::string> all;
        for (std::size_t i = 0; i < ocigraph_text_list_count(found.get()); i++) {
            all.emplace_back(detail::out(ocigraph_text_list_get(found.get(), i)));
        }
        return all;
    }

    detail::owned<ocigraph_client, ocigraph_client_free> handle_;
};

/* The digest of bytes in memory, such as "sha256:e3b0...". */
inline std::string digest(std::string_view content, std::int32_t algorithm = OCIGRAPH_ALGORITHM_SHA256) {
    ocigraph_descriptor *described = nullptr;
    detail::check([&](ocigraph_error **failure) {
        return ocigraph_digest(algorithm, detail::in_bytes(content), &described, failure);
    });
    detail::owned<ocigraph_descriptor, ocigraph_descriptor_free> owned(described);
    return std::string(detail::out(ocigraph_descriptor_digest(described)));
}

} // namespace ocigraph

#endif /* OCIGRAPH_HPP */
