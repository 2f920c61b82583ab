/* Functions that an operation calls, and what they throw: that ends the operation, and goes on where the operation was
 * called. Included through ocigraph.hpp. */

#ifndef OCIGRAPH_CALLBACKS_HPP
#define OCIGRAPH_CALLBACKS_HPP

#include <ocigraph/handle.hpp>

#include <algorithm>
#include <atomic>
#include <exception>
#include <functional>
#include <mutex>

namespace ocigraph {

/* One thing that happened to a blob. Text lives until the function that is told has returned. */
struct event {
    std::int32_t kind;        /* OCIGRAPH_EVENT_*; pass over one you do not know */
    ocigraph_outcome outcome; /* OCIGRAPH_OUTCOME_* where the event is the last, else 0 */
    std::string_view digest, title;
    std::uint64_t position, size; /* bytes moved so far, of how many */
    const ocigraph_descriptor *blob;
};

/* Is told of each event; false ends the operation with OCIGRAPH_CANCELLED. */
using progress = std::function<bool(const event &)>;
/* Puts up to so many bytes where it is told, and returns how many; 0 at the end. */
using reader = std::function<std::size_t(std::uint8_t *, std::size_t)>;
/* Takes the next bytes. */
using writer = std::function<void(std::string_view)>;

namespace detail {

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

    std::exception_ptr take() {
        std::lock_guard<std::mutex> lock(mutex_);
        return std::exchange(exception_, nullptr);
    }

    void rethrow() {
        if (std::exception_ptr exception = take()) {
            std::rethrow_exception(exception);
        }
    }

  private:
    std::mutex mutex_;
    std::exception_ptr exception_;
};

/* The functions of options, where C finds them. */
struct callbacks {
    struct source {
        caught *thrown;
        reader read;
        bool spent = false;
    };

    caught thrown;
    progress on_event;
    std::vector<std::unique_ptr<source>> sources;
    std::atomic<bool> in_use{false};

    /* Whether one of the readers was called, so that what it gave is gone. */
    bool spent() const {
        return std::any_of(sources.begin(), sources.end(), [](const auto &one) { return one->spent; });
    }

    static std::int32_t told(void *user_data, const ocigraph_event *happened) noexcept {
        auto *self = static_cast<callbacks *>(user_data);
        return self->thrown.guard(std::int32_t{1}, [&] {
            const event as_told{happened->kind,
                                happened->outcome,
                                out(ocigraph_descriptor_digest(happened->blob)),
                                out(ocigraph_descriptor_title(happened->blob)),
                                happened->position,
                                ocigraph_descriptor_size(happened->blob),
                                happened->blob};
            return self->on_event(as_told) ? std::int32_t{0} : std::int32_t{1};
        });
    }

    static std::int64_t read(void *user_data, std::uint8_t *buffer, std::size_t capacity) noexcept {
        auto *self = static_cast<source *>(user_data);
        self->spent = true;
        return self->thrown->guard(std::int64_t{-1}, [&] {
            return static_cast<std::int64_t>(self->read(buffer, capacity));
        });
    }
};

/* The use of options by one operation. What is called belongs to that operation alone, so that no exception goes on in
 * another, and no content is split between two. */
class use {
  public:
    explicit use(std::shared_ptr<callbacks> used) : used_(std::move(used)) {
        if (!used_) {
            return;
        }
        if (used_->in_use.exchange(true)) {
            used_.reset();
            throw std::logic_error("ocigraph: options that call back serve one operation at a time");
        }
        if (used_->spent()) {
            done();
            throw std::logic_error("ocigraph: a reader gives its content once; make options anew for another push");
        }
        used_->thrown.take();
    }
    use(use &&) noexcept = default;
    use(const use &) = delete;
    use &operator=(const use &) = delete;
    use &operator=(use &&) = delete;
    ~use() { done(); }

    void done() noexcept {
        if (used_) {
            used_->in_use = false;
            used_.reset();
        }
    }
    std::exception_ptr thrown() { return used_ ? used_->thrown.take() : nullptr; }

  private:
    std::shared_ptr<callbacks> used_;
};

} // namespace detail

} // namespace ocigraph

#endif /* OCIGRAPH_CALLBACKS_HPP */
