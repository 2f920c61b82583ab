/* The client, which has one method for each operation. Included by ocigraph.hpp. */

#ifndef OCIGRAPH_CLIENT_HPP
#define OCIGRAPH_CLIENT_HPP

#include <ocigraph/operations.hpp>

namespace ocigraph {

class sweep_rows;

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

    /* Returns the rows of sweep_begin(), which says what they are, as a range. Requests are made only while a row is
     * waited for. The client and the token must exist until the range is closed. */
    sweep_rows sweep(const std::vector<std::string_view> &targets, const sweep_options &options,
                     const cancel_token &cancel) const;
    sweep_rows sweep(const std::vector<std::string_view> &targets, const sweep_options &options = {}) const;

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

/* The rows of client::sweep(): a range that is read once, in one loop.
 *
 *     for (const ocigraph::sweep_row &row : client.sweep({"registry.example.com/team/{a,b}"})) {
 *         std::cout << row.repository << ':' << row.tag << ' ' << row.label << '\n';
 *     }
 *
 * The rows that were read count as finished with when the next one is asked for, for a checkpoint. The destructor ends a
 * sweep that was not read to its end. */
class sweep_rows {
  public:
    class iterator {
      public:
        using iterator_category = std::input_iterator_tag;
        using value_type = sweep_row;
        using difference_type = std::ptrdiff_t;
        using pointer = const sweep_row *;
        using reference = const sweep_row &;

        iterator() = default;
        reference operator*() const { return rows_->current_[rows_->index_]; }
        pointer operator->() const { return &**this; }
        iterator &operator++() {
            rows_ = rows_->advance() ? rows_ : nullptr;
            return *this;
        }
        void operator++(int) { ++*this; }
        friend bool operator==(const iterator &a, const iterator &b) { return a.rows_ == b.rows_; }
        friend bool operator!=(const iterator &a, const iterator &b) { return !(a == b); }

      private:
        friend class sweep_rows;
        explicit iterator(sweep_rows *rows) : rows_(rows) {}
        sweep_rows *rows_ = nullptr;
    };

    sweep_rows(sweep_rows &&other) noexcept
        : client_(other.client_), cancel_(other.cancel_), page_(std::move(other.page_)),
          cursor_(std::move(other.cursor_)), current_(std::move(other.current_)), index_(other.index_),
          is_over_(std::exchange(other.is_over_, true)), summary_(std::move(other.summary_)) {}
    sweep_rows &operator=(sweep_rows &&) = delete;
    ~sweep_rows() {
        try {
            close();
        } catch (const std::exception &) {
            // The client is gone, or the sweep has failed: nothing is held any more.
        }
    }

    /* Returns an iterator to the next row that was not read. */
    iterator begin() {
        bool has_row = index_ < current_.size() || advance();
        return has_row ? iterator(this) : iterator();
    }
    iterator end() const noexcept { return iterator(); }

    /* Returns the rows that are found together, or nothing after the last: fewer steps than row by row. */
    std::optional<sweep_page> next_page() {
        std::optional<sweep_page> page;
        if (is_over_) {
            return page;
        }
        if (page_) {
            page = std::move(page_);
            page_.reset();
        } else {
            is_over_ = true; // A call that fails ends the sweep.
            page = client_->sweep_next(cursor_, *cancel_);
            is_over_ = false;
        }
        if (page->rows().empty()) {
            close();
            page.reset();
        }
        return page;
    }

    /* Ends the sweep, and returns its totals. Rows that were not read are lost. */
    const std::optional<sweep_summary> &close() {
        if (!std::exchange(is_over_, true)) {
            summary_ = client_->sweep_end(cursor_);
        }
        return summary_;
    }

  private:
    friend class client;
    sweep_rows(const client &of, sweep_page page, const cancel_token &cancel)
        : client_(&of), cancel_(&cancel), page_(std::move(page)), cursor_(page_->cursor()) {}

    bool advance() {
        if (++index_ < current_.size()) {
            return true;
        }
        std::optional<sweep_page> page = next_page();
        current_ = page ? page->rows() : std::vector<sweep_row>();
        index_ = 0;
        return !current_.empty();
    }

    const client *client_;
    const cancel_token *cancel_;
    std::optional<sweep_page> page_;
    std::string cursor_;
    std::vector<sweep_row> current_;
    std::size_t index_ = 0;
    bool is_over_ = false;
    std::optional<sweep_summary> summary_;
};

inline sweep_rows client::sweep(const std::vector<std::string_view> &targets, const sweep_options &options) const {
    static const cancel_token never;
    return sweep(targets, options, never);
}

inline sweep_rows client::sweep(const std::vector<std::string_view> &targets, const sweep_options &options,
                                const cancel_token &cancel) const {
    return sweep_rows(*this, sweep_begin(targets, options, cancel), cancel);
}

} // namespace ocigraph

#endif /* OCIGRAPH_CLIENT_HPP */
