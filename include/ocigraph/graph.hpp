/* Graphs of what is attached to a subject. Included by ocigraph.hpp. */

#ifndef OCIGRAPH_GRAPH_HPP
#define OCIGRAPH_GRAPH_HPP

#include <ocigraph/options.hpp>
#include <ocigraph/result.hpp>

#include <iterator>

namespace ocigraph {

/* One step of a walk through a graph: a manifest that is attached to another, with its position. Label, kinds and
 * predicate types are what the producer of the manifest says, not a verified fact. */
struct node {
    ocigraph::descriptor descriptor;
    ocigraph::descriptor subject; /* the manifest that it is attached to */
    std::size_t depth;            /* 1 for what is directly attached to the graph's subject */
    bool first;                   /* false if the manifest was reached before; what is attached to it is not repeated */
    std::int32_t kind;            /* how it is attached: OCIGRAPH_EDGE_KIND_* */
    std::string tag;              /* the tag that attaches it; empty unless the kind is OCIGRAPH_EDGE_KIND_TAG */
    /* A phrase for people, such as "signature (cosign bundle)", or std::nullopt if the manifest follows no convention
     * that is known. It can change between versions. */
    std::optional<std::string> label;
    /* Kinds of content: "signature", "attestation", "provenance", "sbom", "scan-result", "vex" or "chart". */
    std::vector<std::string> kinds;
    std::vector<std::string> predicate_types; /* the predicate types of its in-toto statements, sorted */
};

/* A part of a list of referrers that could not be read. */
struct graph_problem {
    std::string subject; /* the digest of the manifest whose list has the problem; empty for all lists */
    std::string message;
};

/* A subject and what is attached to it, directly or through others: referrers, the manifests of tags that cosign
 * derives from a digest, attestations of BuildKit, and the children of an index. It is a range of nodes, depth first. */
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
        node operator*() const {
            const ocigraph_graph *from = graph_.get();
            ocigraph_str label = ocigraph_graph_label(from, step_);
            auto kind = [&](std::size_t i) { return detail::copied(ocigraph_graph_attachment_kind(from, step_, i)); };
            auto type = [&](std::size_t i) { return detail::copied(ocigraph_graph_predicate_type(from, step_, i)); };
            return {{graph_, ocigraph_graph_descriptor(from, step_)},
                    {graph_, ocigraph_graph_refers_to(from, step_)},
                    ocigraph_graph_depth(from, step_),
                    ocigraph_graph_is_first(from, step_),
                    ocigraph_graph_kind(from, step_),
                    detail::copied(ocigraph_graph_tag(from, step_)),
                    label.data == nullptr ? std::nullopt : std::optional<std::string>(detail::out(label)),
                    detail::list<std::string>(ocigraph_graph_attachment_kind_count(from, step_), kind),
                    detail::list<std::string>(ocigraph_graph_predicate_type_count(from, step_), type)};
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
    /* Returns the number of nodes of a walk. */
    std::size_t steps() const noexcept { return ocigraph_graph_step_count(get()); }
    /* Returns the number of manifests that are attached. Each manifest counts once. */
    std::size_t size() const noexcept { return ocigraph_graph_count(get()); }
    /* Returns the manifest that was discovered. */
    ocigraph::descriptor subject() const noexcept { return part(ocigraph_graph_subject(get())); }

    /* Returns the direct referrers of the manifest with this digest, without what is attached in another way. */
    std::vector<ocigraph::descriptor> referrers(std::string_view digest) const {
        ocigraph_str of = detail::in(digest);
        auto one = [&](const ocigraph_graph *from, std::size_t i) { return ocigraph_graph_referrer(from, of, i); };
        return parts(ocigraph_graph_referrer_count(get(), of), one);
    }

    /* Returns the problems. They exist only if the option allow_incomplete is set. */
    std::vector<graph_problem> problems() const {
        return detail::list<graph_problem>(ocigraph_graph_problem_count(get()), [&](std::size_t i) {
            return graph_problem{detail::copied(ocigraph_graph_problem_subject(get(), i)),
                                 detail::copied(ocigraph_graph_problem(get(), i))};
        });
    }

    /* Returns the part of the graph that matches the artifact type, predicate type and annotations of the options. */
    graph filter(const discover_options &options) const {
        ocigraph_graph *filtered = nullptr;
        detail::check([&](ocigraph_error **failure) {
            return ocigraph_graph_filter(get(), options.get(), &filtered, failure);
        });
        return graph(filtered);
    }

    /* Returns the graph as a tree in the format of ORAS, with the label of each manifest. */
    std::string_view tree() const & noexcept { return detail::out(ocigraph_graph_tree(get())); }
    std::string tree() && { return std::string(std::as_const(*this).tree()); }
    /* Returns the graph in the DOT language of Graphviz. */
    std::string_view dot() const & noexcept { return detail::out(ocigraph_graph_dot(get())); }
    std::string dot() && { return std::string(std::as_const(*this).dot()); }
    /* Returns the graph as a Mermaid flowchart. */
    std::string_view mermaid() const & noexcept { return detail::out(ocigraph_graph_mermaid(get())); }
    std::string mermaid() && { return std::string(std::as_const(*this).mermaid()); }
};

} // namespace ocigraph

#endif /* OCIGRAPH_GRAPH_HPP */
