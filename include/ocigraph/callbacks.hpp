/* Callbacks of operations. An exception of a callback ends the operation, which rethrows it. Included by ocigraph.hpp. */

#ifndef OCIGRAPH_CALLBACKS_HPP
#define OCIGRAPH_CALLBACKS_HPP

#include <ocigraph/handle.hpp>

#include <algorithm>
#include <atomic>
#include <exception>
#include <functional>
#include <mutex>

namespace ocigraph {

/* A progress event of one blob. Its text is valid until the callback returns. */
struct event {
    std::int32_t kind;        /* OCIGRAPH_EVENT_*; ignore unknown kinds */
    ocigraph_outcome outcome; /* OCIGRAPH_OUTCOME_* if kind is OCIGRAPH_EVENT_FINISHED, otherwise 0 */
    std::string_view digest, title;
    std::uint64_t position, size; /* bytes transferred so far, and the size of the blob in bytes */
    const ocigraph_descriptor *blob;
};

/* Receives each progress event. Return true to continue, or false to end the operation with OCIGRAPH_CANCELLED. */
using progress = std::function<bool(const event &)>;
/* Reads up to the given number of bytes into the buffer. Returns the number of bytes read, or 0 at the end. */
using reader = std::function<std::size_t(std::uint8_t *, std::size_t)>;
/* Receives the next bytes of the content. */
using writer = std::function<void(std::string_view)>;

namespace detail {

/* The exception of a callback, until its operation has returned. */
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

/* The callbacks of options, at a stable address for C. */
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

    /* True if a reader was called, so that its content is consumed. */
    bool spent() const {
        return std::any_of(sources.begin(), sources.end(), [](const auto &one) { return one->spent; });
    }

    static std::int32_t deliver(void *user_data, const ocigraph_event *source_event) noexcept {
        auto *self = static_cast<callbacks *>(user_data);
        return self->thrown.guard(std::int32_t{1}, [&] {
            const event converted{source_event->kind,
                                  source_event->outcome,
                                  out(ocigraph_descriptor_digest(source_event->blob)),
                                  out(ocigraph_descriptor_title(source_event->blob)),
                                  source_event->position,
                                  ocigraph_descriptor_size(source_event->blob),
                                  source_event->blob};
            return self->on_event(converted) ? std::int32_t{0} : std::int32_t{1};
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

/* Reserves the callbacks of options for one operation, so that exceptions and content belong to that operation only. */
class use {
  public:
    explicit use(std::shared_ptr<callbacks> used) : used_(std::move(used)) {
        if (!used_) {
            return;
        }
        if (used_->in_use.exchange(true)) {
            used_.reset();
            throw std::logic_error("ocigraph: options with callbacks serve one operation at a time");
        }
        if (used_->spent()) {
            done();
            throw std::logic_error("ocigraph: the content of a reader is consumed; create new options for another push");
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
