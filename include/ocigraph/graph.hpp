/* A graph of referrers. Included through ocigraph.hpp. */

#ifndef OCIGRAPH_GRAPH_HPP
#define OCIGRAPH_GRAPH_HPP

#include <ocigraph/options.hpp>
#include <ocigraph/results.hpp>

#include <iterator>

namespace ocigraph {

/* One step of a walk through a graph. */
struct node {
    ocigraph::descriptor descriptor;
    ocigraph::descriptor subject; /* what it refers to */
    std::size_t depth;            /* 1 for what refers to the subject of the graph itself */
    bool first;                   /* a manifest that is reached again is a step again, with nothing beneath it */
};

/* A subject and everything that refers to it; a range of nodes, depth first. */
class graph : public result<ocigraph_graph, ocigraph_graph_free, ocigraph_graph_json> {
  public:
    using result::result;

    class iterator {
      public:
        using iterator_category = std::input_iterator_tag;
        using value_type = node;
        using difference_type = std::ptrdiff_t;
        using pointer = const node *;
        using reference = node;

        iterator() = default;
        node operator*() const noexcept {
            const ocigraph_graph *from = graph_.get();
            return {{graph_, ocigraph_graph_descriptor(from, step_)},
                    {graph_, ocigraph_graph_refers_to(from, step_)},
                    ocigraph_graph_depth(from, step_),
                    ocigraph_graph_is_first(from, step_)};
        }
        iterator &operator++() noexcept {
            ++step_;
            return *this;
        }
        iterator operator++(int) noexcept {
            iterator before = *this;
            ++step_;
            return before;
        }
        bool operator==(const iterator &other) const noexcept { return step_ == other.step_; }
        bool operator!=(const iterator &other) const noexcept { return step_ != other.step_; }

      private:
        friend class graph;
        iterator(std::shared_ptr<const ocigraph_graph> graph, std::size_t step) noexcept
            : graph_(std::move(graph)), step_(step) {}

        std::shared_ptr<const ocigraph_graph> graph_;
        std::size_t step_ = 0;
    };

    iterator begin() const noexcept { return {handle_, 0}; }
    iterator end() const noexcept { return {handle_, steps()}; }
    /* How many steps a walk has. */
    std::size_t steps() const noexcept { return ocigraph_graph_step_count(get()); }
    /* How many referrers there are, each counted once. */
    std::size_t size() const noexcept { return ocigraph_graph_count(get()); }
    ocigraph::descriptor subject() const noexcept { return part(ocigraph_graph_subject(get())); }

    /* What refers directly to the manifest of this digest. */
    std::vector<ocigraph::descriptor> referrers(std::string_view digest) const {
        ocigraph_str of = detail::in(digest);
        auto one = [&](const ocigraph_graph *from, std::size_t i) { return ocigraph_graph_referrer(from, of, i); };
        return parts(ocigraph_graph_referrer_count(get(), of), one);
    }

    graph filter(const discover_options &options) const {
        ocigraph_graph *filtered = nullptr;
        detail::check([&](ocigraph_error **failure) {
            return ocigraph_graph_filter(get(), options.get(), &filtered, failure);
        });
        return graph(filtered);
    }

    /* As ORAS prints it. */
    std::string_view tree() const & noexcept { return detail::out(ocigraph_graph_tree(get())); }
    std::string tree() && { return std::string(std::as_const(*this).tree()); }
    /* In the language of Graphviz. */
    std::string_view dot() const & noexcept { return detail::out(ocigraph_graph_dot(get())); }
    std::string dot() && { return std::string(std::as_const(*this).dot()); }
    /* In the language of Mermaid. */
    std::string_view mermaid() const & noexcept { return detail::out(ocigraph_graph_mermaid(get())); }
    std::string mermaid() && { return std::string(std::as_const(*this).mermaid()); }
};

} // namespace ocigraph

#endif /* OCIGRAPH_GRAPH_HPP */
