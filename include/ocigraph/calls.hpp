/* How operations are called, and what their callback form needs. Included by ocigraph.hpp. */

#ifndef OCIGRAPH_CALLS_HPP
#define OCIGRAPH_CALLS_HPP

#include <ocigraph/credential.hpp>
#include <ocigraph/result.hpp>

#include <type_traits>
#include <variant>

namespace ocigraph {

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

/* The end of an operation without a result. */
template <>
class completion<void> {
  public:
    completion(std::exception_ptr thrown) : thrown_(std::move(thrown)) {}

    /* True if the operation succeeded. */
    explicit operator bool() const noexcept { return thrown_ == nullptr; }
    /* Throws the exception of the operation, if it failed. */
    void get() const {
        if (thrown_ != nullptr) {
            std::rethrow_exception(thrown_);
        }
    }
    /* Returns the exception, or NULL if the operation succeeded. */
    std::exception_ptr exception() const noexcept { return thrown_; }

  private:
    std::exception_ptr thrown_;
};

/* Receives the end of an operation. It is called once, on a thread of the library. It may block and must not throw. An
 * empty function is rejected with std::logic_error. */
template <typename Result>
using completed = std::function<void(const completion<Result> &)>;

namespace detail {

inline std::vector<ocigraph_str> in_all(const std::vector<std::string_view> &texts) {
    std::vector<ocigraph_str> views;
    for (std::string_view text : texts) {
        views.push_back(in(text));
    }
    return views;
}

/* A client, with the calls that its operations make. */
class calls {
  public:
    const ocigraph_client *get() const { return handle_.get(); }

  protected:
    calls() = default;
    explicit calls(const client_options &options) : credential_source_(options.credential_source_) {}

    void open(const ocigraph_runtime *threads, const ocigraph_client_options *options) {
        ocigraph_client *handle = nullptr;
        check([&](ocigraph_error **failure) {
            return ocigraph_client_new(threads, options, &handle, failure);
        });
        handle_.reset(handle);
    }

    /* Calls C and throws its error, or the exception of the credential source if that made the call fail. */
    template <typename Call>
    void calling(Call call) const {
        try {
            check(call);
        } catch (const error &failure) {
            if (std::exception_ptr thrown = credential_source_ ? credential_source_->thrown(failure) : nullptr) {
                std::rethrow_exception(thrown);
            }
            throw;
        }
    }

    /* Rethrows the exception of a callback instead of the error that it caused. */
    template <typename Work>
    static std::invoke_result_t<Work> guarded(caught &thrown, Work work) {
        try {
            return work();
        } catch (const error &) {
            thrown.rethrow();
            throw;
        }
    }

    template <typename Options>
    static std::shared_ptr<callbacks> callbacks_of(const Options &options) {
        return options.callbacks_;
    }

    /* Calls C, and throws the exception of a callback instead of the error that it caused. */
    template <typename Result, typename T, typename Call, typename... Arguments>
    Result run(Call call, std::shared_ptr<callbacks> callbacks, const cancel_token &cancel,
               Arguments... arguments) const {
        T *out = nullptr;
        guard(std::move(callbacks), [&](ocigraph_error **failure) {
            return call(get(), arguments..., cancel.get(), &out, failure);
        });
        return made<Result>(out);
    }

    template <typename Call, typename... Arguments>
    void run_without_result(Call call, std::shared_ptr<callbacks> callbacks, const cancel_token &cancel,
                            Arguments... arguments) const {
        guard(std::move(callbacks), [&](ocigraph_error **failure) {
            return call(get(), arguments..., cancel.get(), failure);
        });
    }

    template <typename Result, typename T, typename Start, typename... Arguments>
    void start(Start call, std::shared_ptr<callbacks> callbacks, completed<Result> done, const cancel_token &cancel,
               Arguments... arguments) const {
        auto state = prepared(std::move(callbacks), std::move(done));
        auto complete = [](void *user_data, ocigraph_status status, T *result, ocigraph_error *failure) noexcept {
            std::unique_ptr<started<Result>> self(static_cast<started<Result> *>(user_data));
            self->end(status == OCIGRAPH_OK ? completion<Result>(made<Result>(result)) : self->failed(failure));
        };
        calling([&](ocigraph_error **failure) {
            return call(get(), arguments..., cancel.get(), +complete, static_cast<void *>(state.get()), failure);
        });
        /* The callback owns the state, and may have freed it already. */
        static_cast<void>(state.release());
    }

    template <typename Start, typename... Arguments>
    void start_without_result(Start call, std::shared_ptr<callbacks> callbacks, completed<void> done,
                              const cancel_token &cancel, Arguments... arguments) const {
        auto state = prepared(std::move(callbacks), std::move(done));
        auto complete = [](void *user_data, ocigraph_status status, ocigraph_error *failure) noexcept {
            std::unique_ptr<started<void>> self(static_cast<started<void> *>(user_data));
            self->end(status == OCIGRAPH_OK ? completion<void>(nullptr) : self->failed(failure));
        };
        calling([&](ocigraph_error **failure) {
            return call(get(), arguments..., cancel.get(), +complete, static_cast<void *>(state.get()), failure);
        });
        static_cast<void>(state.release());
    }

    /* Opens the rows of an operation. */
    template <typename Rows, typename Call, typename... Arguments>
    Rows read(Call call, cancel_token cancel, Arguments... arguments) const {
        typename Rows::c_handle *out = nullptr;
        calling([&](ocigraph_error **failure) { return call(get(), arguments..., &out, failure); });
        return Rows(out, std::move(cancel), credential_source_);
    }

  private:
    template <typename Call>
    void guard(std::shared_ptr<callbacks> callbacks, Call call) const {
        use used(std::move(callbacks));
        try {
            calling(call);
        } catch (const error &) {
            if (std::exception_ptr thrown = used.thrown()) {
                std::rethrow_exception(thrown);
            }
            throw;
        }
    }

    /* Takes ownership of a C result. */
    template <typename Result, typename T>
    static Result made(T *raw) {
        if constexpr (std::is_same_v<T, ocigraph_text_list>) {
            std::unique_ptr<T, freer<ocigraph_text_list_free>> found(raw);
            return list<std::string>(ocigraph_text_list_count(raw), [&](std::size_t i) {
                return copied(ocigraph_text_list_get(raw, i));
            });
        } else {
            return Result(raw);
        }
    }

    /* The state of an operation of the callback form, until it is over. */
    template <typename Result>
    struct started {
        use used;
        std::shared_ptr<credential_callback> source;
        completed<Result> done;

        completion<Result> failed(ocigraph_error *failure) {
            error exception(failure);
            std::exception_ptr thrown = used.thrown();
            if (!thrown && source) {
                thrown = source->thrown(exception);
            }
            return thrown ? thrown : std::make_exception_ptr(exception);
        }

        void end(const completion<Result> &ended) {
            /* The completion function may start another operation with the same options. */
            used.done();
            done(ended);
        }
    };

    template <typename Result>
    std::unique_ptr<started<Result>> prepared(std::shared_ptr<callbacks> callbacks, completed<Result> done) const {
        if (!done) {
            throw std::logic_error("ocigraph: the completion function is empty");
        }
        return std::make_unique<started<Result>>(
            started<Result>{use(std::move(callbacks)), credential_source_, std::move(done)});
    }

    /* Declared before the handle, so that it is destroyed after the client. */
    std::shared_ptr<credential_callback> credential_source_;
    handle<ocigraph_client, ocigraph_client_free> handle_;
};

} // namespace detail

} // namespace ocigraph

#endif /* OCIGRAPH_CALLS_HPP */
