/* Compares all accessors of graphs in C and C++, with manifests that are reached twice and with deep graphs.
 *
 *   graph LOCATION FOLDER LENGTH      an empty repository without the referrers API, the directory for a layout, and the
 *                                     length of a chain of referrers in it. Another layout is beside FOLDER. */

#include <ocigraph.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sys/stat.h>
#include <unistd.h>

#define CHECK(condition)                                                                          \
    do {                                                                                          \
        if (!(condition)) {                                                                       \
            std::fprintf(stderr, "%s:%d: this should hold: %s\n", __FILE__, __LINE__, #condition); \
            std::exit(1);                                                                         \
        }                                                                                         \
    } while (0)

namespace {

const std::string INDEX = "application/vnd.oci.image.index.v1+json";

struct entry {
    std::string digest, type;
    std::size_t size;

    std::string json() const {
        return "{\"mediaType\":\"" + INDEX + "\",\"digest\":\"" + digest + "\",\"size\":" + std::to_string(size) +
               (type.empty() ? "" : ",\"artifactType\":\"" + type + "\"") + "}";
    }
};

/* Pushes a manifest that lists others. A name gives it an artifact type; it can have a subject. */
std::string manifest(const std::string &name, const entry *subject, const std::vector<entry> &listed = {}) {
    std::string all;
    for (const entry &one : listed) {
        all += (all.empty() ? "" : ",") + one.json();
    }
    std::string named = name.empty() ? "" : ",\"artifactType\":\"" + name + "/example\"";
    return "{\"schemaVersion\":2,\"mediaType\":\"" + INDEX + "\"" + named + ",\"manifests\":[" + all + "]" +
           (subject == nullptr ? "" : ",\"subject\":" + subject->json()) + "}";
}

struct drawn {
    std::map<std::string, std::string> names;

    std::string step(std::size_t depth, std::string_view digest, std::string_view subject, bool first) const {
        return std::to_string(depth) + " " + names.at(std::string(digest)) + " of " + names.at(std::string(subject)) +
               (first ? "" : " again");
    }
};

std::size_t times(std::string_view text, std::string_view part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + part.size())) {
        found++;
    }
    return found;
}

ocigraph_str view(std::string_view text) { return {text.data(), text.size()}; }

std::string_view text(ocigraph_str view) { return {view.data, view.length}; }

void what_is_reached_twice(const std::string &location) {
    ocigraph::client client;
    drawn all;
    auto push = [&](const std::string &name, const entry *subject) {
        std::string content = manifest(name, subject);
        std::string digest(client.push_manifest(location + ":" + name, content).digest());
        all.names[digest] = name;
        return entry{digest, name + "/example", content.size()};
    };
    auto list = [&](const entry &subject, const std::vector<entry> &listed) {
        std::string tag = subject.digest;
        std::replace(tag.begin(), tag.end(), ':', '-');
        client.push_manifest(location + ":" + tag, manifest("", nullptr, listed));
    };
    entry root = push("root", nullptr), a = push("a", &root), x = push("x", &root), z = push("z", &root);
    entry b = push("b", &a), y = push("y", &x);
    list(root, {a, x, z});
    list(a, {x, b});
    list(x, {y});
    list(y, {a});
    ocigraph::graph graph = client.discover(location + ":root");
    const ocigraph_graph *of_c = graph.get();
    const std::vector<std::string> due = {"1 a of root", "2 x of a",          "3 y of x",   "4 a of y again",
                                          "2 b of a",    "1 x of root again", "1 z of root"};
    std::vector<std::string> walked, stepped, edges, provide_credential;
    for (const ocigraph::node &node : graph) {
        walked.push_back(all.step(node.depth, node.descriptor.digest(), node.subject.digest(), node.first));
        edges.push_back(all.step(0, node.descriptor.digest(), node.subject.digest(), true));
    }
    for (std::size_t i = 0; i < ocigraph_graph_step_count(of_c); i++) {
        stepped.push_back(all.step(ocigraph_graph_depth(of_c, i),
                                   text(ocigraph_descriptor_digest(ocigraph_graph_descriptor(of_c, i))),
                                   text(ocigraph_descriptor_digest(ocigraph_graph_refers_to(of_c, i))),
                                   ocigraph_graph_is_first(of_c, i)));
    }
    CHECK(walked == due && stepped == due);
    CHECK(graph.steps() == due.size() && graph.size() == 5 && ocigraph_graph_count(of_c) == 5);
    for (const auto &[digest, name] : all.names) {
        std::vector<ocigraph::descriptor> referrers = graph.referrers(digest);
        CHECK(ocigraph_graph_referrer_count(of_c, view(digest)) == referrers.size());
        for (std::size_t i = 0; i < referrers.size(); i++) {
            provide_credential.push_back(all.step(0, referrers[i].digest(), digest, true));
            ocigraph_str same = ocigraph_descriptor_digest(ocigraph_graph_referrer(of_c, view(digest), i));
            CHECK(text(same) == referrers[i].digest());
        }
        CHECK(name == "root" || times(graph.tree(), digest) == (name == "a" || name == "x" ? 2 : 1));
        CHECK(name == "root" || times(graph.json(), "@" + digest) == (name == "a" || name == "x" ? 2 : 1));
        CHECK(times(graph.dot(), digest.substr(0, 19)) == 1 && times(graph.mermaid(), digest.substr(0, 19)) == 1);
    }
    std::sort(edges.begin(), edges.end());
    std::sort(provide_credential.begin(), provide_credential.end());
    CHECK(edges == provide_credential);
    CHECK(times(graph.dot(), " -> ") == due.size() && times(graph.mermaid(), " --> ") == due.size());
    ocigraph::graph part = graph.filter(ocigraph::discover_options().artifact_type("b/example"));
    CHECK(part.steps() == 6 && part.size() == 4);
    CHECK(client.discover(location + ":root", ocigraph::discover_options().depth(0)).steps() == 0);
    CHECK(client.discover(location + ":root", ocigraph::discover_options().depth(SIZE_MAX)).steps() == due.size());
}

void write(const std::string &path, const std::string &content) {
    std::ofstream file(path, std::ios::binary);
    file << content;
    CHECK(file.good());
}

void what_is_deep(const std::string &folder, std::size_t length) {
    CHECK(mkdir(folder.c_str(), 0755) == 0 && mkdir((folder + "/blobs").c_str(), 0755) == 0);
    CHECK(mkdir((folder + "/blobs/sha256").c_str(), 0755) == 0);
    std::vector<entry> links;
    for (std::size_t i = 0; i <= length; i++) {
        std::string content = manifest("link" + std::to_string(i), links.empty() ? nullptr : &links.back());
        std::string digest = ocigraph::digest(content);
        write(folder + "/blobs/sha256/" + digest.substr(7), content);
        links.push_back({digest, "", content.size()});
    }
    write(folder + "/index.json", manifest("", nullptr, links));
    write(folder + "/oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}");
    ocigraph::graph graph = ocigraph::client().discover("oci:" + folder + "@" + links[0].digest);
    CHECK(graph.size() == length && graph.steps() == length);
    std::size_t last = 0;
    for (const ocigraph::node &node : graph) {
        CHECK(node.depth == last + 1);
        last = node.depth;
    }
    CHECK(last == length);
    std::string deepest = "link" + std::to_string(length) + "/example";
    ocigraph::graph copy = graph, part = graph.filter(ocigraph::discover_options().artifact_type(deepest));
    CHECK(part.size() == length && copy.get() == graph.get());
    CHECK(times(graph.json(), "\"referrers\"") == length + 1);
    CHECK(graph.referrers(links[length - 1].digest).size() == 1);
}

/* An index with an image, its attestation by BuildKit, a signature under a tag as cosign writes it, and a referrer that
 * is a sigstore bundle. */
void what_is_attached_in_every_way(const std::string &location) {
    const std::string predicate = "https://slsa.dev/provenance/v1", spdx = "https://spdx.dev/Document";
    ocigraph::client client;
    auto pushed = [&](const std::string &reference, const ocigraph::push_options &options) {
        ocigraph::descriptor of = client.push(reference, options).descriptor();
        std::string digest(of.digest()), json = entry{digest, "", of.size()}.json();
        json.replace(json.find(INDEX), INDEX.size(), of.media_type());
        json.pop_back(); /* More members follow. */
        return std::pair(digest, json);
    };
    auto [image, image_entry] = pushed(location, ocigraph::push_options().add_bytes("a", "an image", "text/plain"));
    ocigraph::push_options statement;
    statement.add_bytes("b", "{}", "application/vnd.in-toto+json").file_annotation("in-toto.io/predicate-type", spdx);
    auto [attestation, attestation_entry] = pushed(location, statement);
    std::string content = "{\"schemaVersion\":2,\"mediaType\":\"" + INDEX + "\",\"manifests\":[" + image_entry +
                          ",\"platform\":{\"os\":\"linux\",\"architecture\":\"arm64\"}}," + attestation_entry +
                          ",\"platform\":{\"os\":\"unknown\",\"architecture\":\"unknown\"},\"annotations\":{"
                          "\"vnd.docker.reference.type\":\"attestation-manifest\",\"vnd.docker.reference.digest\":\"" +
                          image + "\"}}]}";
    std::string root(client.push_manifest(location + ":v1", content).digest());
    std::string tag = "sha256-" + root.substr(7) + ".sig";
    ocigraph::push_options signed_by_tag;
    signed_by_tag.add_bytes("c", "{}", "application/vnd.dev.cosign.simplesigning.v1+json");
    std::string signature = pushed(location + ":" + tag, signed_by_tag).first;
    std::string type = "application/vnd.dev.sigstore.bundle.v0.3+json";
    ocigraph::push_options bundle;
    bundle.add_bytes("d", "{}", type).artifact_type(type).subject(location + ":v1");
    bundle.annotation("dev.sigstore.bundle.content", "dsse-envelope");
    bundle.annotation("dev.sigstore.bundle.predicateType", predicate);
    std::string referrer = pushed(location, bundle).first;

    using texts = std::vector<std::string>;
    struct due {
        std::string digest, subject;
        std::size_t depth;
        std::int32_t kind;
        std::string tag;
        std::optional<std::string> label;
        texts kinds, predicate_types;
    };
    const std::vector<due> all = {
        {referrer, root, 1, OCIGRAPH_EDGE_KIND_REFERRER, "", "attestation: " + predicate, {"attestation", "provenance"},
         {predicate}},
        {signature, root, 1, OCIGRAPH_EDGE_KIND_TAG, tag, "signature (cosign tag)", {"signature"}, {}},
        {image, root, 1, OCIGRAPH_EDGE_KIND_CHILD, "", std::nullopt, {}, {}},
        {attestation, image, 2, OCIGRAPH_EDGE_KIND_ATTESTATION, "", "SBoM (BuildKit) for linux/arm64",
         {"attestation", "sbom"}, {spdx}},
    };
    ocigraph::graph graph = client.discover(location + ":v1");
    const ocigraph_graph *of_c = graph.get();
    std::size_t step = 0;
    for (const ocigraph::node &node : graph) {
        CHECK(step < all.size());
        const due &expected = all[step];
        CHECK(node.descriptor.digest() == expected.digest && node.subject.digest() == expected.subject);
        CHECK(node.depth == expected.depth && node.first);
        CHECK(node.kind == expected.kind && ocigraph_graph_kind(of_c, step) == expected.kind);
        CHECK(node.tag == expected.tag && text(ocigraph_graph_tag(of_c, step)) == expected.tag);
        CHECK(node.label == expected.label);
        CHECK((ocigraph_graph_label(of_c, step).data != nullptr) == node.label.has_value());
        CHECK(node.kinds == expected.kinds && node.predicate_types == expected.predicate_types);
        CHECK(ocigraph_graph_attachment_kind(of_c, step, node.kinds.size()).data == nullptr);
        CHECK(ocigraph_graph_predicate_type(of_c, step, node.predicate_types.size()).data == nullptr);
        CHECK(!node.label || times(graph.tree(), *node.label) == 1);
        step++;
    }
    CHECK(step == all.size() && graph.size() == all.size());
    CHECK(ocigraph_graph_kind(of_c, step) == 0 && ocigraph_graph_label(of_c, step).data == nullptr);
    CHECK(ocigraph_graph_attachment_kind_count(of_c, step) == 0);
    CHECK(ocigraph_graph_predicate_type_count(of_c, step) == 0);
    CHECK(graph.referrers(root).size() == 1 && graph.referrers(root)[0].digest() == referrer);
    CHECK(graph.referrers(image).empty());
    CHECK(graph.filter(ocigraph::discover_options().predicate_type(predicate)).size() == 1);
    /* The image is on the path to its attestation. */
    ocigraph::graph below = graph.filter(ocigraph::discover_options().predicate_type(spdx));
    CHECK(below.size() == 2 && (*++below.begin()).label == all[3].label);
    CHECK(graph.filter(ocigraph::discover_options().predicate_type("https://example.com/other")).size() == 0);
    ocigraph::discover_options only;
    CHECK(client.discover(location + ":v1", only.only(OCIGRAPH_EDGE_KIND_REFERRER)).size() == 1);
}

} // namespace

int main(int argc, char **argv) {
    CHECK(argc == 4);
    /* Ends a program that hangs. */
    alarm(600);
    what_is_reached_twice(argv[1]);
    what_is_attached_in_every_way("oci:" + std::string(argv[2]) + "-attached");
    what_is_deep(argv[2], std::strtoul(argv[3], nullptr, 10));
    return 0;
}
