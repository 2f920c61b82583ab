/* The client, which has one method for each operation. Included by ocigraph.hpp. */

#ifndef OCIGRAPH_CLIENT_HPP
#define OCIGRAPH_CLIENT_HPP

#include <ocigraph/credential.hpp>
#include <ocigraph/graph.hpp>

#include <type_traits>
#include <variant>

namespace ocigraph {

/* The threads that execute operations. Clients can share a runtime. */
class runtime {
  public:
    /* Starts `workers` threads, at most 1024. 0 starts one for each processor. */
    explicit runtime(std::size_t workers = 0) {
        ocigraph_runtime *handle = nullptr;
        detail::check([&](ocigraph_error **failure) { return ocigraph_runtime_new(workers, &handle, failure); });
        handle_.reset(handle);
    }
    const ocigraph_runtime *get() const { return handle_.get(); }

  private:
    detail::handle<ocigraph_runtime, ocigraph_runtime_free> handle_;
};

/* The end of an operation: its result or its exception. */
template <typename Result>
class completion {
  public:
    completion(Result result) : ended_(std::move(result)) {}
    completion(std::exception_ptr thrown) : ended_(std::move(thrown)) {}

    /* True if the operation succeeded. */
    explicit operator bool() const noexcept { return std::holds_alternative<Result>(ended_); }
    /* Returns the result, or throws the exception of the operation. */
    const Result &get() const {
        if (const std::exception_ptr *thrown = std::get_if<std::exception_ptr>(&ended_)) {
            std::rethrow_exception(*thrown);
        }
        return std::get<Result>(ended_);
    }
    /* Returns the exception, for example for a std::promise, or NULL if the operation succeeded. */
    std::exception_ptr exception() const noexcept {
        const std::exception_ptr *thrown = std::get_if<std::exception_ptr>(&ended_);
        return thrown == nullptr ? nullptr : *thrown;
    }

  private:
    std::variant<Result, std::exception_ptr> ended_;
};

/* Receives the end of an operation. It is called once, on a thread of the library. It may block and must not throw. An
 * empty function is rejected with std::logic_error. */
template <typename Result>
using completed = std::function<void(const completion<Result> &)>;

/* A client for registries and image layouts. Create one client and share it between threads.
 *
 * Methods block until the operation is over. Methods named ..._start return immediately and call a function when the
 * operation is over, also if it is cancelled or the client is destroyed. Their options and tokens may be destroyed
 * earlier. Each method calls the function of ocigraph.h with the same name, whose comment documents parameters and errors;
 * `remove` calls ocigraph_client_delete. */
class client {
  public:
    /* Creates a client, by default with its own threads and default options. */
    client() { open(nullptr, nullptr); }
    explicit client(const client_options &options) : credential_source_(options.credential_source_) {
        open(nullptr, options.get());
    }
    explicit client(const runtime &threads) { open(threads.get(), nullptr); }
    client(const runtime &threads, const client_options &options) : credential_source_(options.credential_source_) {
        open(threads.get(), options.get());
    }

    const ocigraph_client *get() const { return handle_.get(); }

    /* Pushes files, directories and bytes as one artifact and tags it. */
    push_result push(std::string_view reference, const push_options &options = {}, const cancel_token &cancel = {}) const {
        return run<push_result, ocigraph_push_result>(ocigraph_client_push, options, cancel, detail::in(reference));
    }
    void push_start(std::string_view reference, const push_options &options, completed<push_result> done,
                    const cancel_token &cancel = {}) const {
        start<ocigraph_push_result>(ocigraph_client_push_start, options, std::move(done), cancel, detail::in(reference));
    }
    /* Pulls the files of an artifact into a directory. */
    pull_result pull(std::string_view reference, const pull_options &options = {}, const cancel_token &cancel = {}) const {
        return run<pull_result, ocigraph_pull_result>(ocigraph_client_pull, options, cancel, detail::in(reference));
    }
    void pull_start(std::string_view reference, const pull_options &options, completed<pull_result> done,
                    const cancel_token &cancel = {}) const {
        start<ocigraph_pull_result>(ocigraph_client_pull_start, options, std::move(done), cancel, detail::in(reference));
    }
    /* Discovers the graph of all direct and indirect referrers of a manifest. */
    graph discover(std::string_view reference, const discover_options &options = {},
                   const cancel_token &cancel = {}) const {
        return run<graph, ocigraph_graph>(ocigraph_client_discover, options, cancel, detail::in(reference));
    }
    void discover_start(std::string_view reference, const discover_options &options, completed<graph> done,
                        const cancel_token &cancel = {}) const {
        start<ocigraph_graph>(ocigraph_client_discover_start, options, std::move(done), cancel, detail::in(reference));
    }
    /* Deletes a manifest and all its referrers, referrers first. It is not named `delete`, which is a keyword of C++. */
    delete_report remove(std::string_view reference, const delete_options &options = {},
                         const cancel_token &cancel = {}) const {
        return run<delete_report, ocigraph_delete_report>(ocigraph_client_delete, options, cancel, detail::in(reference));
    }
    void remove_start(std::string_view reference, const delete_options &options, completed<delete_report> done,
                      const cancel_token &cancel = {}) const {
        start<ocigraph_delete_report>(ocigraph_client_delete_start, options, std::move(done), cancel,
                                      detail::in(reference));
    }
    /* Copies an artifact, or its complete graph, and tags it at the destination. */
    copy_report copy(std::string_view source, std::string_view destination, const copy_options &options = {},
                     const cancel_token &cancel = {}) const {
        return run<copy_report, ocigraph_copy_report>(ocigraph_client_copy, options, cancel, detail::in(source),
                                                      detail::in(destination));
    }
    void copy_start(std::string_view source, std::string_view destination, const copy_options &options,
                    completed<copy_report> done, const cancel_token &cancel = {}) const {
        start<ocigraph_copy_report>(ocigraph_client_copy_start, options, std::move(done), cancel, detail::in(source),
                                    detail::in(destination));
    }
    /* Verifies the size and digest of every manifest and blob in a graph. Problems are in the report. */
    verify_report verify(std::string_view reference, const verify_options &options = {},
                         const cancel_token &cancel = {}) const {
        return run<verify_report, ocigraph_verify_report>(ocigraph_client_verify, options, cancel, detail::in(reference));
    }
    /* Resolves a reference to the descriptor of its manifest. */
    descriptor resolve(std::string_view reference, const resolve_options &options = {},
                       const cancel_token &cancel = {}) const {
        return run<descriptor, ocigraph_descriptor>(ocigraph_client_resolve, options, cancel, detail::in(reference));
    }
    /* Fetches a manifest as stored and verifies its digest. */
    manifest fetch_manifest(std::string_view reference, const resolve_options &options = {},
                            const cancel_token &cancel = {}) const {
        return run<manifest, ocigraph_manifest>(ocigraph_client_fetch_manifest, options, cancel, detail::in(reference));
    }

    /* Adds tags to the manifest that the reference names. */
    descriptor tag(std::string_view reference, const std::vector<std::string_view> &tags,
                   const cancel_token &cancel = {}) const {
        std::vector<ocigraph_str> views;
        for (std::string_view tag : tags) {
            views.push_back(detail::in(tag));
        }
        return plain<descriptor, ocigraph_descriptor>(ocigraph_client_tag, cancel, detail::in(reference), views.data(),
                                                      views.size());
    }
    /* Removes the tags of the reference and keeps the manifest. */
    void untag(std::string_view reference, const cancel_token &cancel = {}) const {
        calling([&](ocigraph_error **failure) {
            return ocigraph_client_untag(get(), detail::in(reference), cancel.get(), failure);
        });
    }
    /* Lists the tags of a repository or layout in the order of the registry. */
    std::vector<std::string> tags(std::string_view reference, const cancel_token &cancel = {}) const {
        return texts(ocigraph_client_tags, cancel, reference);
    }
    /* Lists the tags with their digests and the metadata that the registry reports. */
    tag_list tag_details(std::string_view reference, const cancel_token &cancel = {}) const {
        return plain<tag_list, ocigraph_tag_list>(ocigraph_client_tag_details, cancel, detail::in(reference));
    }
    /* Lists the repositories of a registry. */
    std::vector<std::string> repositories(std::string_view host, const cancel_token &cancel = {}) const {
        return texts(ocigraph_client_repositories, cancel, host);
    }
    /* Lists the tagged and untagged manifests of a repository or layout with their metadata. */
    manifest_list manifests(std::string_view reference, const cancel_token &cancel = {}) const {
        return plain<manifest_list, ocigraph_manifest_list>(ocigraph_client_manifests, cancel, detail::in(reference));
    }

    /* Verifies a credential with a registry and stores it for other tools. */
    login_result login(std::string_view host, const credential &credential, const cancel_token &cancel = {}) const {
        return plain<login_result, ocigraph_login_result>(ocigraph_client_login, cancel, detail::in(host),
                                                          credential.get());
    }
    /* Removes the stored credentials of a registry. */
    logout_result logout(std::string_view host, const cancel_token &cancel = {}) const {
        return plain<logout_result, ocigraph_logout_result>(ocigraph_client_logout, cancel, detail::in(host));
    }

    /* Pushes the bytes of a manifest unchanged. Content precedes the media type, unlike in C. */
    descriptor push_manifest(std::string_view reference, std::string_view content, std::string_view media_type = {},
                             const cancel_token &cancel = {}) const {
        return plain<descriptor, ocigraph_descriptor>(ocigraph_client_push_manifest, cancel, detail::in(reference),
                                                      detail::in(media_type), detail::in_bytes(content));
    }
    /* Deletes a manifest and the tags of the reference. Unlike `remove`, it does not delete referrers. */
    descriptor remove_manifest(std::string_view reference, const cancel_token &cancel = {}) const {
        return plain<descriptor, ocigraph_descriptor>(ocigraph_client_delete_manifest, cancel, detail::in(reference));
    }
    /* Pushes bytes as a blob. Content precedes the media type, unlike in C. */
    blob_result push_blob(std::string_view reference, std::string_view content, std::string_view media_type = {},
                          const blob_options &options = {}, const cancel_token &cancel = {}) const {
        return run<blob_result, ocigraph_blob_result>(ocigraph_client_push_blob, options, cancel, detail::in(reference),
                                                      detail::in(media_type), detail::in_bytes(content));
    }
    /* Pushes the content of a reader as a blob. */
    blob_result push_blob(std::string_view reference, reader read, std::string_view media_type = {},
                          const blob_options &options = {}, const cancel_token &cancel = {}) const {
        detail::caught thrown;
        detail::callbacks::source source{&thrown, std::move(read), false};
        return guarded(thrown, [&] {
            return run<blob_result, ocigraph_blob_result>(ocigraph_client_push_blob_from, options, cancel,
                                                          detail::in(reference), detail::in(media_type),
                                                          &detail::callbacks::read, static_cast<void *>(&source));
        });
    }
    /* Pushes a file as a blob. The file is read in place and must not change during the call. */
    blob_result push_blob_file(std::string_view reference, std::string_view path, std::string_view media_type = {},
                               const blob_options &options = {}, const cancel_token &cancel = {}) const {
        return run<blob_result, ocigraph_blob_result>(ocigraph_client_push_blob_file, options, cancel,
                                                      detail::in(reference), detail::in(media_type), detail::in(path));
    }
    /* Fetches a blob and passes its content to `write`. The content is verified only after this method has returned. */
    descriptor fetch_blob(std::string_view reference, const writer &write, const blob_options &options = {},
                          const cancel_token &cancel = {}) const {
        struct sink {
            detail::caught thrown;
            const writer *write;
        };
        sink to;
        to.write = &write;
        ocigraph_write_fn callback = [](void *user_data, const std::uint8_t *data, std::size_t length) noexcept {
            auto *self_sink = static_cast<sink *>(user_data);
            return self_sink->thrown.guard(std::int32_t{1}, [&] {
                (*self_sink->write)({reinterpret_cast<const char *>(data), length});
                return std::int32_t{0};
            });
        };
        return guarded(to.thrown, [&] {
            return run<descriptor, ocigraph_descriptor>(ocigraph_client_fetch_blob, options, cancel,
                                                        detail::in(reference), callback, static_cast<void *>(&to));
        });
    }

  private:
    void open(const ocigraph_runtime *threads, const ocigraph_client_options *options) {
        ocigraph_client *handle = nullptr;
        detail::check([&](ocigraph_error **failure) {
            return ocigraph_client_new(threads, options, &handle, failure);
        });
        handle_.reset(handle);
    }

    /* Calls C and throws its error, or the exception of the credential source if that made the call fail. */
    template <typename Call>
    void calling(Call call) const {
        try {
            detail::check(call);
        } catch (const error &failure) {
            if (std::exception_ptr thrown = credential_source_ ? credential_source_->thrown(failure) : nullptr) {
                std::rethrow_exception(thrown);
            }
            throw;
        }
    }

    /* Rethrows the exception of a callback instead of the error that it caused. */
    template <typename Work>
    static std::invoke_result_t<Work> guarded(detail::caught &thrown, Work work) {
        try {
            return work();
        } catch (const error &) {
            thrown.rethrow();
            throw;
        }
    }

    template <typename Result, typename T, typename Call, typename... Arguments>
    Result plain(Call call, const cancel_token &cancel, Arguments... arguments) const {
        T *out = nullptr;
        calling([&](ocigraph_error **failure) { return call(get(), arguments..., cancel.get(), &out, failure); });
        return Result(out);
    }

    template <typename Result, typename T, typename Call, typename Options, typename... Arguments>
    Result run(Call call, const Options &options, const cancel_token &cancel, Arguments... arguments) const {
        detail::use used(options.callbacks_);
        try {
            return plain<Result, T>(call, cancel, arguments..., options.get());
        } catch (const error &) {
            if (std::exception_ptr thrown = used.thrown()) {
                std::rethrow_exception(thrown);
            }
            throw;
        }
    }

    /* The state of an operation of the callback form, until it is over. */
    template <typename Result>
    struct started {
        detail::use used;
        std::shared_ptr<detail::credential_callback> source;
        completed<Result> done;

        completion<Result> failed(ocigraph_error *failure) {
            error exception(failure);
            std::exception_ptr thrown = used.thrown();
            if (!thrown && source) {
                thrown = source->thrown(exception);
            }
            return thrown ? thrown : std::make_exception_ptr(exception);
        }
    };

    template <typename T, typename Start, typename Options, typename Result, typename... Arguments>
    void start(Start call, const Options &options, completed<Result> done, const cancel_token &cancel,
               Arguments... arguments) const {
        if (!done) {
            throw std::logic_error("ocigraph: the completion function is empty");
        }
        auto state = std::make_unique<started<Result>>(
            started<Result>{detail::use(options.callbacks_), credential_source_, std::move(done)});
        auto complete = [](void *user_data, ocigraph_status status, T *result, ocigraph_error *failure) noexcept {
            std::unique_ptr<started<Result>> self(static_cast<started<Result> *>(user_data));
            completion<Result> ended =
                status == OCIGRAPH_OK ? completion<Result>(Result(result)) : self->failed(failure);
            /* The completion function may start another operation with the same options. */
            self->used.done();
            self->done(ended);
        };
        calling([&](ocigraph_error **failure) {
            return call(get(), arguments..., options.get(), cancel.get(), +complete, static_cast<void *>(state.get()),
                        failure);
        });
        /* The callback owns the state, and may have freed it already. */
        static_cast<void>(state.release());
    }

    template <typename Call>
    std::vector<std::string> texts(Call call, const cancel_token &cancel, std::string_view of) const {
        using list = std::unique_ptr<ocigraph_text_list, detail::freer<ocigraph_text_list_free>>;
        list found = plain<list, ocigraph_text_list>(call, cancel, detail::in(of));
        return detail::list<std::string>(ocigraph_text_list_count(found.get()), [&](std::size_t i) {
            return detail::copied(ocigraph_text_list_get(found.get(), i));
        });
    }

    /* Declared before the handle, so that it is destroyed after the client. */
    std::shared_ptr<detail::credential_callback> credential_source_;
    detail::handle<ocigraph_client, ocigraph_client_free> handle_;
};

} // namespace ocigraph

#endif /* OCIGRAPH_CLIENT_HPP */
