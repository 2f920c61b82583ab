/* Rows of any number, which are read while the operation works. Included by ocigraph.hpp. */

#ifndef OCIGRAPH_ROWS_HPP
#define OCIGRAPH_ROWS_HPP

#include <ocigraph/calls.hpp>

#include <iterator>

namespace ocigraph {

/* The rows of an operation: a range that is read once, in one loop.
 *
 *     for (const ocigraph::sweep_row &row : client.sweep({"registry.example.com/team/app"})) {
 *         std::cout << row.repository << ':' << row.tag << ' ' << row.label << '\n';
 *     }
 *
 * The operation works only while the range waits for rows, and memory holds one batch of them. It ends with the range. A
 * client with its own threads must exist while rows are read. Rows can be moved, but not while a loop reads them. */
template <typename Row, typename Batch, typename CBatch, typename Summary, typename CSummary, typename CRows, auto Next,
          auto NextStart, auto Totals, auto Free>
class rows {
  public:
    using c_handle = CRows;

    class iterator {
      public:
        using iterator_category = std::input_iterator_tag;
        using value_type = Row;
        using difference_type = std::ptrdiff_t;
        using pointer = const Row *;
        using reference = const Row &;

        iterator() = default;
        reference operator*() const { return of_->current_[of_->index_]; }
        pointer operator->() const { return &**this; }
        iterator &operator++() {
            of_ = of_->advance() ? of_ : nullptr;
            return *this;
        }
        void operator++(int) { ++*this; }
        friend bool operator==(const iterator &a, const iterator &b) noexcept { return a.of_ == b.of_; }
        friend bool operator!=(const iterator &a, const iterator &b) noexcept { return !(a == b); }

      private:
        friend class rows;
        explicit iterator(rows *of) : of_(of) {}
        rows *of_ = nullptr;
    };

    /* Takes ownership of C rows. */
    rows(CRows *raw, cancel_token cancel, std::shared_ptr<detail::credential_callback> callback)
        : credential_source_(std::move(callback)), cancel_(std::move(cancel)), handle_(raw) {}

    /* Returns an iterator to the next row that was not read. Waits for it. */
    iterator begin() { return index_ < current_.size() || advance() ? iterator(this) : iterator(); }
    iterator end() const noexcept { return iterator(); }

    /* Waits for the next rows, at least one, and returns them, or nothing after the last one. Rows that the loop has not
     * reached are lost. They count as finished with when the next ones are asked for. */
    std::optional<Batch> next_batch() {
        CBatch *out = nullptr;
        try {
            detail::check(
                [&](ocigraph_error **failure) { return Next(handle_.get(), cancel_.get(), &out, failure); });
        } catch (const error &failure) {
            if (std::exception_ptr thrown = credential_source_ ? credential_source_->thrown(failure) : nullptr) {
                std::rethrow_exception(thrown);
            }
            throw;
        }
        return out == nullptr ? std::nullopt : std::optional<Batch>(Batch(out));
    }

    /* Starts what next_batch() does and returns immediately. The rows may be destroyed earlier, which ends them. */
    void next_batch_start(completed<std::optional<Batch>> done) const {
        struct started {
            std::shared_ptr<detail::credential_callback> source;
            completed<std::optional<Batch>> done;
        };
        if (!done) {
            throw std::logic_error("ocigraph: the completion function is empty");
        }
        auto state = std::make_unique<started>(started{credential_source_, std::move(done)});
        auto complete = [](void *user_data, ocigraph_status status, CBatch *result, ocigraph_error *failure) noexcept {
            std::unique_ptr<started> self(static_cast<started *>(user_data));
            using end = completion<std::optional<Batch>>;
            if (status == OCIGRAPH_OK) {
                self->done(end(result == nullptr ? std::nullopt : std::optional<Batch>(Batch(result))));
                return;
            }
            error exception(failure);
            std::exception_ptr thrown = self->source ? self->source->thrown(exception) : nullptr;
            self->done(end(thrown ? thrown : std::make_exception_ptr(exception)));
        };
        detail::check([&](ocigraph_error **failure) {
            return NextStart(handle_.get(), cancel_.get(), +complete, static_cast<void *>(state.get()), failure);
        });
        /* The callback owns the state, and may have freed it already. */
        static_cast<void>(state.release());
    }

    /* Returns the totals of the rows of all batches so far. */
    Summary summary() const {
        CSummary *out = nullptr;
        detail::check([&](ocigraph_error **failure) { return Totals(handle_.get(), &out, failure); });
        return Summary(out);
    }

    const CRows *get() const { return handle_.get(); }

  private:
    bool advance() {
        if (index_ + 1 < current_.size()) {
            index_++;
            return true;
        }
        /* Freed before the next batch comes. */
        current_.clear();
        index_ = 0;
        if (std::optional<Batch> batch = next_batch()) {
            current_ = batch->rows();
        }
        return !current_.empty();
    }

    /* Declared before the handle, so that it is destroyed after the rows. */
    std::shared_ptr<detail::credential_callback> credential_source_;
    cancel_token cancel_;
    std::vector<Row> current_;
    std::size_t index_ = 0;
    detail::handle<CRows, Free> handle_;
};

} // namespace ocigraph

#endif /* OCIGRAPH_ROWS_HPP */
