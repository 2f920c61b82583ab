/* Options of the operations. Setters can be chained and throw ocigraph::error for invalid values. Their names, defaults and
 * errors are those of the setters in ocigraph.h. Included by ocigraph.hpp. */

#ifndef OCIGRAPH_OPTIONS_HPP
#define OCIGRAPH_OPTIONS_HPP

#include <ocigraph/callbacks.hpp>

namespace ocigraph {

class client;

namespace detail {

/* The base of all options: a handle with setters that can be chained. */
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
    Self &set_progress(Set setter, progress callback) {
        detail::callbacks &all = callbacks();
        all.on_event = std::move(callback);
        auto function = all.on_event ? &detail::callbacks::deliver : nullptr;
        return set(setter, function, static_cast<void *>(&all));
    }

    detail::callbacks &callbacks() {
        if (!callbacks_) {
            callbacks_ = std::make_shared<detail::callbacks>();
        }
        return *callbacks_;
    }

    handle<T, Free> handle_{New()};
    /* NULL without callbacks. */
    std::shared_ptr<detail::callbacks> callbacks_;
};

} // namespace detail

/* Options of client::push: the files, and the properties of the manifest. */
class push_options
    : public detail::options<push_options, ocigraph_push_options, ocigraph_push_options_new, ocigraph_push_options_free> {
  public:
    /* Adds a file or a directory, which is packed as a gzip-compressed tar archive. */
    push_options &add_path(std::string_view path, std::string_view media_type = {}, std::string_view title = {}) {
        return set(ocigraph_push_options_add_path, detail::in(path), detail::in(media_type), detail::in(title));
    }
    /* Adds content from memory. Content precedes the media type, unlike in C. */
    push_options &add_bytes(std::string_view title, std::string_view content, std::string_view media_type = {}) {
        return set(ocigraph_push_options_add_bytes, detail::in(title), detail::in(media_type), detail::in_bytes(content));
    }
    /* Adds the content of a reader. A reader provides its content once: the options cannot be used for another push after a
     * push has called it. The reader precedes the media type, unlike in C. */
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
    /* Adds an annotation to the file that was added last. */
    push_options &file_annotation(std::string_view key, std::string_view value) {
        return set(ocigraph_push_options_add_file_annotation, detail::in(key), detail::in(value));
    }
    /* Sets the artifact type, such as "application/vnd.example.sbom". */
    push_options &artifact_type(std::string_view type) {
        return set(ocigraph_push_options_set_artifact_type, detail::in(type));
    }
    /* Sets the subject: a reference with a tag or digest in the repository or layout being pushed to. */
    push_options &subject(std::string_view reference) {
        return set(ocigraph_push_options_set_subject, detail::in(reference));
    }
    /* Adds an annotation to the manifest. */
    push_options &annotation(std::string_view key, std::string_view value) {
        return set(ocigraph_push_options_add_annotation, detail::in(key), detail::in(value));
    }
    /* Sets the config blob from memory. Default: the empty config {}. */
    push_options &config(std::string_view content, std::string_view media_type) {
        return set(ocigraph_push_options_set_config, detail::in_bytes(content), detail::in(media_type));
    }
    /* Sets the config blob from a file. */
    push_options &config_path(std::string_view path, std::string_view media_type = {}) {
        return set(ocigraph_push_options_set_config_path, detail::in(path), detail::in(media_type));
    }
    /* Sets the format of the manifest: OCIGRAPH_FORMAT_*. */
    push_options &format(std::int32_t format) { return set(ocigraph_push_options_set_format, format); }
    /* Permits titles that are absolute or contain "..". Default: false. */
    push_options &allow_path_traversal(bool on) { return set(ocigraph_push_options_set_allow_path_traversal, on); }
    /* Sets the time in packed directories and of the manifest, in seconds since 1970. */
    push_options &source_date_epoch(std::uint64_t seconds) {
        return set(ocigraph_push_options_set_source_date_epoch, seconds);
    }
    /* Sets the maximum number of concurrent requests. Default: 128. */
    push_options &concurrency(std::size_t requests) { return set(ocigraph_push_options_set_concurrency, requests); }
    /* Sets the function that receives progress events. */
    push_options &on_progress(progress callback) {
        return set_progress(ocigraph_push_options_set_progress, std::move(callback));
    }
};

/* Options of client::pull. */
class pull_options
    : public detail::options<pull_options, ocigraph_pull_options, ocigraph_pull_options_new, ocigraph_pull_options_free> {
  public:
    /* Sets the output directory. Default: the current directory. */
    pull_options &output(std::string_view folder) { return set(ocigraph_pull_options_set_output, detail::in(folder)); }
    /* Pulls the referrers with this artifact type instead of the artifact itself. */
    pull_options &artifact_type(std::string_view type) {
        return set(ocigraph_pull_options_set_artifact_type, detail::in(type));
    }
    /* Pulls the image for this platform, such as "linux/arm64", from an index. */
    pull_options &platform(std::string_view platform) {
        return set(ocigraph_pull_options_set_platform, detail::in(platform));
    }
    /* Also pulls the subject of the artifact, the subject of that, and so on. Default: false. */
    pull_options &include_subject(bool on) { return set(ocigraph_pull_options_set_include_subject, on); }
    /* Keeps files that already exist. Default: false. */
    pull_options &keep_old_files(bool on) { return set(ocigraph_pull_options_set_keep_old_files, on); }
    /* Sets the limits for unpacking a directory: number of entries, total bytes, and unpacked bytes for each byte of the
     * archive. 0 selects the default of each: 1,000,000, 64 GiB and 1,000. */
    pull_options &unpack_limits(std::uint64_t entries, std::uint64_t bytes, std::uint64_t ratio) {
        return set(ocigraph_pull_options_set_unpack_limits, entries, bytes, ratio);
    }
    /* Permits titles that lead outside the output directory. Use it for trusted registries only. Default: false. */
    pull_options &allow_path_traversal(bool on) { return set(ocigraph_pull_options_set_allow_path_traversal, on); }
    /* Sets the maximum number of concurrent requests. Default: 128. */
    pull_options &concurrency(std::size_t requests) { return set(ocigraph_pull_options_set_concurrency, requests); }
    /* Sets the function that receives progress events. */
    pull_options &on_progress(progress callback) {
        return set_progress(ocigraph_pull_options_set_progress, std::move(callback));
    }
};

/* Options of client::discover and graph::filter. */
class discover_options : public detail::options<discover_options, ocigraph_discover_options, ocigraph_discover_options_new,
                                                ocigraph_discover_options_free> {
  public:
    /* Includes only referrers with this artifact type, the manifests on the path to them, and their own referrers. */
    discover_options &artifact_type(std::string_view type) {
        return set(ocigraph_discover_options_set_artifact_type, detail::in(type));
    }
    /* Includes only referrers with this annotation, in the same way. */
    discover_options &annotation(std::string_view key, std::string_view value) {
        return set(ocigraph_discover_options_add_annotation, detail::in(key), detail::in(value));
    }
    /* Starts at the image for this platform, such as "linux/arm64", of an index. */
    discover_options &platform(std::string_view platform) {
        return set(ocigraph_discover_options_set_platform, detail::in(platform));
    }
    /* Sets the maximum number of levels of referrers. Default: unlimited. */
    discover_options &depth(std::size_t levels) { return set(ocigraph_discover_options_set_depth, levels); }
    /* Sets the maximum number of concurrent requests. Default: 128. */
    discover_options &concurrency(std::size_t requests) {
        return set(ocigraph_discover_options_set_concurrency, requests);
    }
};

/* Options of client::remove. */
class delete_options : public detail::options<delete_options, ocigraph_delete_options, ocigraph_delete_options_new,
                                              ocigraph_delete_options_free> {
  public:
    /* Reports what would be deleted and deletes nothing. Default: false. */
    delete_options &dry_run(bool on) { return set(ocigraph_delete_options_set_dry_run, on); }
    /* Also deletes manifests that have other tags or are listed by another index. Default: false. */
    delete_options &force(bool on) { return set(ocigraph_delete_options_set_force, on); }
    /* Sets the maximum number of concurrent requests. Default: 128. */
    delete_options &concurrency(std::size_t requests) { return set(ocigraph_delete_options_set_concurrency, requests); }
};

/* Options of client::copy. */
class copy_options
    : public detail::options<copy_options, ocigraph_copy_options, ocigraph_copy_options_new, ocigraph_copy_options_free> {
  public:
    /* Also copies all direct and indirect referrers. Default: false. */
    copy_options &recursive(bool on) { return set(ocigraph_copy_options_set_recursive, on); }
    /* Copies only the image for this platform, such as "linux/arm64", of an index. */
    copy_options &platform(std::string_view platform) {
        return set(ocigraph_copy_options_set_platform, detail::in(platform));
    }
    /* Also copies foreign (non-distributable) layers. Default: false. */
    copy_options &foreign(bool on) { return set(ocigraph_copy_options_set_foreign, on); }
    /* Sets the maximum number of concurrent requests. Default: 128. */
    copy_options &concurrency(std::size_t requests) { return set(ocigraph_copy_options_set_concurrency, requests); }
    /* Sets the function that receives progress events. */
    copy_options &on_progress(progress callback) {
        return set_progress(ocigraph_copy_options_set_progress, std::move(callback));
    }
};

/* Options of client::verify. */
class verify_options : public detail::options<verify_options, ocigraph_verify_options, ocigraph_verify_options_new,
                                              ocigraph_verify_options_free> {
  public:
    /* Verifies the image for this platform, such as "linux/arm64", of an index. */
    verify_options &platform(std::string_view platform) {
        return set(ocigraph_verify_options_set_platform, detail::in(platform));
    }
    /* Sets the maximum number of concurrent requests. Default: 128. */
    verify_options &concurrency(std::size_t requests) { return set(ocigraph_verify_options_set_concurrency, requests); }
    /* Sets the function that receives progress events. */
    verify_options &on_progress(progress callback) {
        return set_progress(ocigraph_verify_options_set_progress, std::move(callback));
    }
};

/* Options of client::fetch_blob and client::push_blob. */
class blob_options
    : public detail::options<blob_options, ocigraph_blob_options, ocigraph_blob_options_new, ocigraph_blob_options_free> {
  public:
    /* Sets the function that receives progress events. */
    blob_options &on_progress(progress callback) {
        return set_progress(ocigraph_blob_options_set_progress, std::move(callback));
    }
};

/* Options of client::resolve and client::fetch_manifest. */
class resolve_options : public detail::options<resolve_options, ocigraph_resolve_options, ocigraph_resolve_options_new,
                                               ocigraph_resolve_options_free> {
  public:
    /* Resolves to the image for this platform, such as "linux/arm64", of an index. */
    resolve_options &platform(std::string_view platform) {
        return set(ocigraph_resolve_options_set_platform, detail::in(platform));
    }
};

} // namespace ocigraph

#endif /* OCIGRAPH_OPTIONS_HPP */
