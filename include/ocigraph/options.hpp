/* Options: handles with setters that can be chained, and that throw what they refuse. Included through ocigraph.hpp. */

#ifndef OCIGRAPH_OPTIONS_HPP
#define OCIGRAPH_OPTIONS_HPP

#include <ocigraph/callbacks.hpp>

namespace ocigraph {

class client;

namespace detail {

/* Options as a handle with setters that can be chained. */
template <typename Self, typename T, auto New, auto Free>
class options {
  public:
    const T *get() const { return handle_.get(); }

  protected:
    friend class ocigraph::client;

    template <typename Set, typename... Arguments>
    Self &set(Set setter, Arguments... arguments) {
        check([&](ocigraph_error **failure) { return setter(handle_.get(), arguments..., failure); });
        return static_cast<Self &>(*this);
    }

    template <typename Set>
    Self &set_progress(Set setter, progress told) {
        detail::callbacks &all = callbacks();
        all.on_event = std::move(told);
        auto callback = all.on_event ? &detail::callbacks::told : nullptr;
        return set(setter, callback, static_cast<void *>(&all));
    }

    detail::callbacks &callbacks() {
        if (!callbacks_) {
            callbacks_ = std::make_shared<detail::callbacks>();
        }
        return *callbacks_;
    }

    handle<T, Free> handle_{New()};
    /* Nothing where no function was given. */
    std::shared_ptr<detail::callbacks> callbacks_;
};

} // namespace detail

/* What to push, and how. */
class push_options
    : public detail::options<push_options, ocigraph_push_options, ocigraph_push_options_new, ocigraph_push_options_free> {
  public:
    push_options &add_path(std::string_view path, std::string_view media_type = {}, std::string_view title = {}) {
        return set(ocigraph_push_options_add_path, detail::in(path), detail::in(media_type), detail::in(title));
    }
    /* Content comes before its media type here, which may be left out; in C it is the other way round. */
    push_options &add_bytes(std::string_view title, std::string_view content, std::string_view media_type = {}) {
        return set(ocigraph_push_options_add_bytes, detail::in(title), detail::in(media_type), detail::in_bytes(content));
    }
    /* Content that `read` gives, once: a push that called it is the last of these options. The reader comes before the media
     * type, as in `add_bytes`. */
    push_options &add_reader(std::string_view title, reader read, std::string_view media_type = {}) {
        detail::callbacks &all = callbacks();
        auto source = std::make_unique<detail::callbacks::source>();
        source->thrown = &all.thrown;
        source->read = std::move(read);
        void *user_data = source.get();
        all.sources.push_back(std::move(source));
        try {
            return set(ocigraph_push_options_add_reader, detail::in(title), detail::in(media_type),
                       &detail::callbacks::read, user_data);
        } catch (...) {
            all.sources.pop_back();
            throw;
        }
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
    /* How much a packed directory may unpack to; 0 is the default of each. */
    pull_options &unpack_limits(std::uint64_t entries, std::uint64_t bytes, std::uint64_t ratio) {
        return set(ocigraph_pull_options_set_unpack_limits, entries, bytes, ratio);
    }
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

/* How to move a blob. */
class blob_options
    : public detail::options<blob_options, ocigraph_blob_options, ocigraph_blob_options_new, ocigraph_blob_options_free> {
  public:
    blob_options &on_progress(progress told) {
        return set_progress(ocigraph_blob_options_set_progress, std::move(told));
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

} // namespace ocigraph

#endif /* OCIGRAPH_OPTIONS_HPP */
