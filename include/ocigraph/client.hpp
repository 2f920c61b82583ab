/* The client, which has one method for each operation. Included by ocigraph.hpp. */

#ifndef OCIGRAPH_CLIENT_HPP
#define OCIGRAPH_CLIENT_HPP

#include <ocigraph/operations.hpp>

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

/* A client for registries and image layouts. Create one client and share it between threads.
 *
 * Methods block until the operation is over. Methods named ..._start return immediately and call a function when the
 * operation is over, also if it is cancelled or the client is destroyed. Their options and tokens may be destroyed
 * earlier. Each method calls the function of ocigraph.h with the same name, whose comment documents parameters and errors;
 * `remove` calls ocigraph_client_delete. The methods that do not stream a blob are in ocigraph/operations.hpp. */
class client : public detail::operations {
  public:
    /* Creates a client, by default with its own threads and default options. */
    client() { open(nullptr, nullptr); }
    explicit client(const client_options &options) : operations(options) { open(nullptr, options.get()); }
    explicit client(const runtime &threads) { open(threads.get(), nullptr); }
    client(const runtime &threads, const client_options &options) : operations(options) {
        open(threads.get(), options.get());
    }

    /* Pushes bytes as a blob. Content precedes the media type, unlike in C. */
    blob_result push_blob(std::string_view reference, std::string_view content, std::string_view media_type = {},
                          const blob_options &options = {}, const cancel_token &cancel = {}) const {
        return run<blob_result, ocigraph_blob_result>(ocigraph_client_push_blob, callbacks_of(options), cancel,
                                                      detail::in(reference), detail::in(media_type),
                                                      detail::in_bytes(content), options.get());
    }
    /* Pushes the content of a reader as a blob. */
    blob_result push_blob(std::string_view reference, reader read, std::string_view media_type = {},
                          const blob_options &options = {}, const cancel_token &cancel = {}) const {
        detail::caught thrown;
        detail::callbacks::source source{&thrown, std::move(read), false};
        return guarded(thrown, [&] {
            return run<blob_result, ocigraph_blob_result>(
                ocigraph_client_push_blob_from, callbacks_of(options), cancel, detail::in(reference),
                detail::in(media_type), &detail::callbacks::read, static_cast<void *>(&source), options.get());
        });
    }
    /* Pushes a file as a blob. The file is read in place and must not change during the call. */
    blob_result push_blob_file(std::string_view reference, std::string_view path, std::string_view media_type = {},
                               const blob_options &options = {}, const cancel_token &cancel = {}) const {
        return run<blob_result, ocigraph_blob_result>(ocigraph_client_push_blob_file, callbacks_of(options), cancel,
                                                      detail::in(reference), detail::in(media_type),
                                                      detail::in(path), options.get());
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
            return run<descriptor, ocigraph_descriptor>(ocigraph_client_fetch_blob, callbacks_of(options), cancel,
                                                        detail::in(reference), callback, static_cast<void *>(&to),
                                                        options.get());
        });
    }
};

} // namespace ocigraph

#endif /* OCIGRAPH_CLIENT_HPP */
