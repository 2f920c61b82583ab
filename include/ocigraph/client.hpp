/* The client, whose methods are the operations. Included through ocigraph.hpp. */

#ifndef OCIGRAPH_CLIENT_HPP
#define OCIGRAPH_CLIENT_HPP

#include <ocigraph/credential.hpp>
#include <ocigraph/graph.hpp>

#include <type_traits>
#include <variant>

namespace ocigraph {

/* Threads that clients may share. */
class runtime {
  public:
    /* 0 workers is one for each processor. */
    explicit runtime(std::size_t workers = 0) {
        ocigraph_runtime *handle = nullptr;
        detail::check([&](ocigraph_error **failure) { return ocigraph_runtime_new(workers, &handle, failure); });
        handle_.reset(handle);
    }
    const ocigraph_runtime *get() const { return handle_.get(); }

  private:
    detail::handle<ocigraph_runtime, ocigraph_runtime_free> handle_;
};

/* How an operation ended: with a result, or with what was thrown. */
template <typename Result>
class completion {
  public:
    completion(Result result) : ended_(std::move(result)) {}
    completion(std::exception_ptr thrown) : ended_(std::move(thrown)) {}

    /* Whether there is a result. */
    explicit operator bool() const noexcept { return std::holds_alternative<Result>(ended_); }
    /* The result; throws where there is none. */
    const Result &get() const {
        if (const std::exception_ptr *thrown = std::get_if<std::exception_ptr>(&ended_)) {
            std::rethrow_exception(*thrown);
        }
        return std::get<Result>(ended_);
    }
    /* What was thrown, such as for a std::promise; nothing where there is a result. */
    std::exception_ptr exception() const noexcept {
        const std::exception_ptr *thrown = std::get_if<std::exception_ptr>(&ended_);
        return thrown == nullptr ? nullptr : *thrown;
    }

  private:
    std::variant<Result, std::exception_ptr> ended_;
};

/* Is told how an operation ended, once, on a thread of the library; may block, and must not throw. One that is empty is
 * refused with std::logic_error. */
template <typename Result>
using completed = std::function<void(const completion<Result> &)>;

/* A client for registries and layouts.
 *
 * Methods block, or return at once and call a function when the operation is over, also when it is cancelled or the client
 * ends: those named ..._start. Options and tokens may end before that. */
class client {
  public:
    client() { open(nullptr, nullptr); }
    explicit client(const client_options &options) : asked_(options.asked_) { open(nullptr, options.get()); }
    explicit client(const runtime &threads) { open(threads.get(), nullptr); }
    client(const runtime &threads, const client_options &options) : asked_(options.asked_) {
        open(threads.get(), options.get());
    }

    const ocigraph_client *get() const { return handle_.get(); }

    push_result push(std::string_view reference, const push_options &options = {}, const cancel_token &cancel = {}) const {
        return run<push_result, ocigraph_push_result>(ocigraph_client_push, options, cancel, detail::in(reference));
    }
    void push_start(std::string_view reference, const push_options &options, completed<push_result> done,
                    const cancel_token &cancel = {}) const {
        start<ocigraph_push_result>(ocigraph_client_push_start, options, std::move(done), cancel, detail::in(reference));
    }
    pull_result pull(std::string_view reference, const pull_options &options = {}, const cancel_token &cancel = {}) const {
        return run<pull_result, ocigraph_pull_result>(ocigraph_client_pull, options, cancel, detail::in(reference));
    }
    void pull_start(std::string_view reference, const pull_options &options, completed<pull_result> done,
                    const cancel_token &cancel = {}) const {
        start<ocigraph_pull_result>(ocigraph_client_pull_start, options, std::move(done), cancel, detail::in(reference));
    }
    graph discover(std::string_view reference, const discover_options &options = {},
                   const cancel_token &cancel = {}) const {
        return run<graph, ocigraph_graph>(ocigraph_client_discover, options, cancel, detail::in(reference));
    }
    void discover_start(std::string_view reference, const discover_options &options, completed<graph> done,
                        const cancel_token &cancel = {}) const {
        start<ocigraph_graph>(ocigraph_client_discover_start, options, std::move(done), cancel, detail::in(reference));
    }
    /* `delete` is a word of C++. */
    delete_report remove(std::string_view reference, const delete_options &options = {},
                         const cancel_token &cancel = {}) const {
        return run<delete_report, ocigraph_delete_report>(ocigraph_client_delete, options, cancel, detail::in(reference));
    }
    void remove_start(std::string_view reference, const delete_options &options, completed<delete_report> done,
                      const cancel_token &cancel = {}) const {
        start<ocigraph_delete_report>(ocigraph_client_delete_start, options, std::move(done), cancel,
                                      detail::in(reference));
    }
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
        calling([&](ocigraph_error **failure) {
            return ocigraph_client_untag(get(), detail::in(reference), cancel.get(), failure);
        });
    }
    std::vector<std::string> tags(std::string_view reference, const cancel_token &cancel = {}) const {
        return texts(ocigraph_client_tags, cancel, reference);
    }
    /* All tags, with what each names and what the registry tells of it. */
    tag_list tag_details(std::string_view reference, const cancel_token &cancel = {}) const {
        return plain<tag_list, ocigraph_tag_list>(ocigraph_client_tag_details, cancel, detail::in(reference));
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

    /* Content comes before its media type here, which may be left out; in C it is the other way round. */
    descriptor push_manifest(std::string_view reference, std::string_view content, std::string_view media_type = {},
                             const cancel_token &cancel = {}) const {
        return plain<descriptor, ocigraph_descriptor>(ocigraph_client_push_manifest, cancel, detail::in(reference),
                                                      detail::in(media_type), detail::in_bytes(content));
    }
    /* That one and the reference's tags alone: what refers to it stays, unlike with `remove`. */
    descriptor remove_manifest(std::string_view reference, const cancel_token &cancel = {}) const {
        return plain<descriptor, ocigraph_descriptor>(ocigraph_client_delete_manifest, cancel, detail::in(reference));
    }
    /* Content before its media type, as for `push_manifest`. */
    blob_result push_blob(std::string_view reference, std::string_view content, std::string_view media_type = {},
                          const blob_options &options = {}, const cancel_token &cancel = {}) const {
        return run<blob_result, ocigraph_blob_result>(ocigraph_client_push_blob, options, cancel, detail::in(reference),
                                                      detail::in(media_type), detail::in_bytes(content));
    }
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
    /* A file, which is read where it lies, and must not change meanwhile. */
    blob_result push_blob_file(std::string_view reference, std::string_view path, std::string_view media_type = {},
                               const blob_options &options = {}, const cancel_token &cancel = {}) const {
        return run<blob_result, ocigraph_blob_result>(ocigraph_client_push_blob_file, options, cancel,
                                                      detail::in(reference), detail::in(media_type), detail::in(path));
    }
    /* Only when it has returned is what was written known to be what the digest says. */
    descriptor fetch_blob(std::string_view reference, const writer &write, const blob_options &options = {},
                          const cancel_token &cancel = {}) const {
        struct sink {
            detail::caught thrown;
            const writer *write;
        };
        sink to;
        to.write = &write;
        ocigraph_write_fn callback = [](void *user_data, const std::uint8_t *data, std::size_t length) noexcept {
            auto *told = static_cast<sink *>(user_data);
            return told->thrown.guard(std::int32_t{1}, [&] {
                (*told->write)({reinterpret_cast<const char *>(data), length});
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

    /* Calls C, and throws what failed: what the credential source threw, where it was that. */
    template <typename Call>
    void calling(Call call) const {
        try {
            detail::check(call);
        } catch (const error &failure) {
            if (std::exception_ptr thrown = asked_ ? asked_->thrown(failure) : nullptr) {
                std::rethrow_exception(thrown);
            }
            throw;
        }
    }

    /* What a callback threw goes before the error that came of it. */
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

    /* An operation of the callback form, until it is over. */
    template <typename Result>
    struct started {
        detail::use used;
        std::shared_ptr<detail::asked> asked;
        completed<Result> done;

        completion<Result> failed(ocigraph_error *failure) {
            error as_thrown(failure);
            std::exception_ptr thrown = used.thrown();
            if (!thrown && asked) {
                thrown = asked->thrown(as_thrown);
            }
            return thrown ? thrown : std::make_exception_ptr(as_thrown);
        }
    };

    template <typename T, typename Start, typename Options, typename Result, typename... Arguments>
    void start(Start call, const Options &options, completed<Result> done, const cancel_token &cancel,
               Arguments... arguments) const {
        if (!done) {
            throw std::logic_error("ocigraph: there is no function that could be told how the operation ended");
        }
        auto state = std::make_unique<started<Result>>(
            started<Result>{detail::use(options.callbacks_), asked_, std::move(done)});
        auto told = [](void *user_data, ocigraph_status status, T *result, ocigraph_error *failure) noexcept {
            std::unique_ptr<started<Result>> self(static_cast<started<Result> *>(user_data));
            completion<Result> ended =
                status == OCIGRAPH_OK ? completion<Result>(Result(result)) : self->failed(failure);
            /* The next operation may use the options. */
            self->used.done();
            self->done(ended);
        };
        calling([&](ocigraph_error **failure) {
            return call(get(), arguments..., options.get(), cancel.get(), +told, static_cast<void *>(state.get()),
                        failure);
        });
        /* It is the callback's now, and may have ended already. */
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

    /* Before the handle: it must be there for as long as that is. */
    std::shared_ptr<detail::asked> asked_;
    detail::handle<ocigraph_client, ocigraph_client_free> handle_;
};

} // namespace ocigraph

#endif /* OCIGRAPH_CLIENT_HPP */
