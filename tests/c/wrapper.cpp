/* The C++ wrapper: values that own their handles, exceptions, and functions as callbacks.
 *
 *   wrapper PLACE SLOW GUARDED      an empty repository or layout, a repository whose registry takes long to answer, and a
 *                                   registry that takes ada with the password "s3cret" alone */

#include <ocigraph.hpp>
#include <ocigraph.hpp>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>

#define CHECK(condition)                                                                          \
    do {                                                                                          \
        if (!(condition)) {                                                                       \
            std::fprintf(stderr, "%s:%d: this should hold: %s\n", __FILE__, __LINE__, #condition); \
            std::exit(1);                                                                         \
        }                                                                                         \
    } while (0)

namespace {

struct mine {};

template <typename Work>
ocigraph_status failure_of(Work work) {
    try {
        work();
    } catch (const ocigraph::error &failure) {
        CHECK(std::strlen(failure.what()) > 0);
        return failure.status();
    }
    return OCIGRAPH_OK;
}

template <typename Work>
bool throws_mine(Work work) {
    try {
        work();
    } catch (const mine &) {
        return true;
    }
    return false;
}

ocigraph::reader reader_of(std::string text) {
    return [text, position = std::size_t{0}](std::uint8_t *buffer, std::size_t capacity) mutable {
        std::size_t count = std::min(capacity, text.size() - position);
        std::memcpy(buffer, text.data() + position, count);
        position += count;
        return count;
    };
}

void walk(const ocigraph::client &client, const std::string &place) {
    const std::string image = place + ":v1";
    ocigraph::push_options options;
    options.add_bytes("a.txt", "content of a\n", "text/markdown")
        .file_annotation("of", "the file")
        .add_reader("b.txt", reader_of("read"))
        .artifact_type("app/example")
        .annotation("of", "the manifest")
        .config("{}", "application/x")
        .format(OCIGRAPH_FORMAT_OCI_1_1)
        .source_date_epoch(1700000000)
        .concurrency(2);
    int events = 0;
    options.on_progress([&](const ocigraph::event &event) {
        CHECK(!event.blob.digest().empty());
        events++;
        return true;
    });
    ocigraph::push_result pushed = client.push(image, options);
    CHECK(events >= 4 && pushed.blobs() == 2 && pushed.outcome(0) == OCIGRAPH_OUTCOME_UPLOADED);
    CHECK(pushed.blob(1).title() == "b.txt" && pushed.blob(1).size() == 4);
    CHECK(pushed.descriptor().annotation("of") == "the manifest" && !pushed.descriptor().annotation("none"));
    CHECK(pushed.descriptor().annotations().size() == 2);
    CHECK(pushed.reference() == place + "@" + std::string(pushed.descriptor().digest()));
    CHECK(ocigraph::digest(pushed.manifest()) == pushed.descriptor().digest());

    std::string sbom(client.push(place, ocigraph::push_options().artifact_type("sbom/example").subject(image))
                         .descriptor()
                         .digest());
    client.push(place, ocigraph::push_options().artifact_type("signature/example").subject(place + "@" + sbom));
    ocigraph::graph graph = client.discover(image);
    std::string types;
    for (ocigraph::node node : graph) {
        types += std::string(node.depth, '-') + std::string(node.descriptor.artifact_type());
        CHECK(node.first && (node.depth == 2) == (node.subject.digest() == sbom));
    }
    CHECK(types == "-sbom/example--signature/example");
    CHECK(graph.referrers(sbom).size() == 1 && graph.referrers("nothing").empty());
    CHECK(graph.tree().find(sbom) != std::string_view::npos && graph.json().front() == '{');
    CHECK(graph.filter(ocigraph::discover_options().artifact_type("no/such")).size() == 0);
    ocigraph::graph moved = std::move(graph);
    CHECK(moved.size() == 2 && moved.subject().digest() == pushed.descriptor().digest());

    ocigraph::pull_result pulled = client.pull(image, ocigraph::pull_options().output("out-cpp"));
    CHECK(pulled.artifacts() == 1 && pulled.files() == 2 && pulled.path(0) == "out-cpp/a.txt");
    CHECK(client.copy(image, "oci:copied-cpp:v1", ocigraph::copy_options().recursive(true)).manifests() == 3);
    ocigraph::verify_report verified = client.verify("oci:copied-cpp:v1");
    CHECK(verified.problems() == 0 && verified.checked() >= 6);

    CHECK(client.resolve(image).digest() == pushed.descriptor().digest());
    CHECK(client.tag(image, {"x", "y"}).size() > 0);
    CHECK(client.tags(place).size() == 3);
    client.untag(place + ":x,y");
    CHECK(client.manifests(place).json().front() == '[');
    ocigraph::manifest manifest = client.fetch_manifest(image);
    CHECK(manifest.blobs().size() == 2 && manifest.config() && !manifest.subject() && !manifest.is_index());
    CHECK(client.push_manifest(place + ":again", manifest.bytes()).digest() == pushed.descriptor().digest());
    client.untag(place + ":again");

    std::string blob(client.push_blob(place, reader_of("a blob")).descriptor().digest());
    CHECK(client.push_blob(place, "a blob").outcome() == OCIGRAPH_OUTCOME_EXISTED);
    std::string fetched;
    client.fetch_blob(place + "@" + blob, [&](std::string_view piece) { fetched += piece; });
    CHECK(fetched == "a blob");

    CHECK(client.remove(image, ocigraph::delete_options().dry_run(true)).deleted() == 3);
    ocigraph::delete_report report = client.remove(image);
    CHECK(report.deleted() == 3 && report.kept() == 0 && report.failed() == 0);
}

void failures(const ocigraph::client &client, const std::string &place) {
    CHECK(failure_of([&] { client.discover("alpine"); }) == OCIGRAPH_INVALID_REFERENCE);
    CHECK(failure_of([&] { ocigraph::push_options().format(99); }) == OCIGRAPH_INVALID_ARGUMENT);
    try {
        client.discover(place + ":none");
        CHECK(false);
    } catch (const ocigraph::error &failure) {
        ocigraph::error copy = failure;
        CHECK(copy.code() == "NOT_FOUND" && copy.operation() == "discover" && copy.reference() == place + ":none");
    }
    /* What a callback throws goes on where the operation was called. */
    ocigraph::push_options options;
    options.add_bytes("a", "content").on_progress([](const ocigraph::event &) -> bool { throw mine{}; });
    CHECK(throws_mine([&] { client.push(place + ":t", options); }));
    options.on_progress([](const ocigraph::event &) { return false; });
    CHECK(failure_of([&] { client.push(place + ":t", options); }) == OCIGRAPH_CANCELLED);
    ocigraph::reader broken = [](std::uint8_t *, std::size_t) -> std::size_t { throw mine{}; };
    CHECK(throws_mine([&] { client.push_blob(place, broken); }));
    CHECK(throws_mine([&] { client.push(place + ":t", ocigraph::push_options().add_reader("r", broken)); }));
    std::string blob(client.push_blob(place, "a blob").descriptor().digest());
    CHECK(throws_mine([&] { client.fetch_blob(place + "@" + blob, [](std::string_view) { throw mine{}; }); }));
}

void cancelled(const ocigraph::client &client, const std::string &slow) {
    ocigraph::cancel_token cancel;
    std::thread thread([&] { cancel.cancel(); });
    CHECK(failure_of([&] { client.discover(slow + ":v1", {}, cancel); }) == OCIGRAPH_CANCELLED);
    thread.join();
    CHECK(cancel.is_cancelled());
}

void signed_in(const std::string &host) {
    using ocigraph::client_options, ocigraph::credential;
    auto tags = [&](const client_options &options) {
        return failure_of([&] { ocigraph::client(options).tags(host + "/app"); });
    };
    CHECK(tags(client_options().anonymous()) == OCIGRAPH_UNAUTHORIZED);
    CHECK(tags(client_options().use(credential::registry_token("t"))) == OCIGRAPH_UNAUTHORIZED);
    CHECK(tags(client_options().use(credential::password("ada", "s3cret"))) == OCIGRAPH_NOT_FOUND);
    client_options stored;
    stored.registry_config("auth-cpp.json").use_proxy(false).insecure(false);
    ocigraph::client client(stored);
    CHECK(client.login(host, credential::password("ada", "s3cret")).json().find("auth-cpp.json") != std::string_view::npos);
    CHECK(tags(stored) == OCIGRAPH_NOT_FOUND);
    CHECK(!client.logout(host).json().empty());
    CHECK(tags(stored) == OCIGRAPH_UNAUTHORIZED);
}

} // namespace

int main(int argc, char **argv) {
    CHECK(argc == 4);
    ocigraph::runtime threads(2);
    ocigraph::client client(threads, ocigraph::client_options().user_agent("wrapper/1").header("x-a", "b"));
    walk(client, argv[1]);
    failures(client, argv[1]);
    cancelled(client, argv[2]);
    signed_in(argv[3]);
    return 0;
}
