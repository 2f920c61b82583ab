/* Compares all accessors of graphs in C and C++, with manifests that are reached twice and with deep graphs.
 *
 *   graph LOCATION FOLDER LENGTH      an empty repository without the referrers API, the directory for a layout, and the
 *                                     length of a chain of referrers in it */

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

} // namespace

int main(int argc, char **argv) {
    CHECK(argc == 4);
    /* Ends a program that hangs. */
    alarm(600);
    what_is_reached_twice(argv[1]);
    what_is_deep(argv[2], std::strtoul(argv[3], nullptr, 10));
    return 0;
}
