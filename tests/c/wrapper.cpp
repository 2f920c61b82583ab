/* The C++ wrapper: objects that own handles, exceptions, and std::function callbacks.
 *
 *   wrapper LOCATION SLOW GUARDED FOLDER      an empty repository or layout, a repository whose registry responds slowly, a
 *                                             registry that requires ada with the password "s3cret", and an output directory */

#include <ocigraph.hpp>
#include <ocigraph.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <future>
#include <iterator>
#include <thread>
#include <type_traits>
#include <unistd.h>

#define CHECK(condition)                                                                          \
    do {                                                                                          \
        if (!(condition)) {                                                                       \
            std::fprintf(stderr, "%s:%d: this should hold: %s\n", __FILE__, __LINE__, #condition); \
            std::exit(1);                                                                         \
        }                                                                                         \
    } while (0)

namespace {

struct mine {};

std::string folder;

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

void walk(const ocigraph::client &client, const std::string &location) {
    const std::string image = location + ":v1";
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
        CHECK(!event.digest.empty() && event.position <= event.size && event.blob != nullptr);
        CHECK((event.outcome != 0) == (event.kind == OCIGRAPH_EVENT_FINISHED));
        events++;
        return true;
    });
    ocigraph::push_result pushed = client.push(image, options);
    std::vector<ocigraph::pushed_blob> blobs = pushed.blobs();
    CHECK(events >= 4 && blobs.size() == 2 && blobs[0].outcome == OCIGRAPH_OUTCOME_UPLOADED);
    CHECK(blobs[1].descriptor.title() == "b.txt" && blobs[1].descriptor.size() == 4);
    CHECK(pushed.tags() == std::vector<std::string>{"v1"});
    CHECK(pushed.descriptor().annotation("of") == "the manifest" && !pushed.descriptor().annotation("none"));
    CHECK(pushed.descriptor().annotations().size() == 2);
    CHECK(pushed.reference() == location + "@" + std::string(pushed.descriptor().digest()));
    CHECK(ocigraph::digest(pushed.manifest()) == pushed.descriptor().digest());

    std::string sbom(client.push(location, ocigraph::push_options().artifact_type("sbom/example").subject(image))
                         .descriptor()
                         .digest());
    client.push(location, ocigraph::push_options().artifact_type("signature/example").subject(location + "@" + sbom));
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
    CHECK(graph.steps() == 2 && std::distance(graph.begin(), graph.end()) == 2);
    CHECK(std::count_if(graph.begin(), graph.end(), [](const ocigraph::node &n) { return n.depth == 2; }) == 1);
    ocigraph::graph moved = std::move(graph);
    CHECK(moved.size() == 2 && moved.subject().digest() == pushed.descriptor().digest());

    ocigraph::pull_result pulled =
        client.pull(image, ocigraph::pull_options().output(folder + "/out").unpack_limits(0, 1 << 20, 0));
    std::vector<ocigraph::pulled_artifact> artifacts = pulled.artifacts();
    CHECK(artifacts.size() == 1 && artifacts[0].reference == pushed.reference() && artifacts[0].skipped.empty());
    CHECK(artifacts[0].descriptor.digest() == pushed.descriptor().digest() && artifacts[0].files.size() == 2);
    const ocigraph::pulled_file &file = artifacts[0].files[0];
    CHECK(file.path == folder + "/out/a.txt" && file.outcome == OCIGRAPH_OUTCOME_WRITTEN && file.descriptor.size() == 13);
    const std::string a = folder + "/out/a.txt", b = folder + "/out/b.txt";
    std::vector<ocigraph::file_digest> digests = ocigraph::digest_files({a, b});
    CHECK(digests.size() == 2 && digests[0].digest == file.descriptor.digest() && digests[1].size == 4);
    CHECK(ocigraph::digest_file(b, OCIGRAPH_ALGORITHM_SHA512).digest().size() == 7 + 128);
    const std::string copied_to = "oci:" + folder + "/copied";
    ocigraph::copy_report copied =
        client.copy(image, copied_to + ":v1", ocigraph::copy_options().recursive(true));
    CHECK(copied.manifests() == 3 && copied.bytes() > 0 && copied.source() == pushed.reference());
    CHECK(copied.destination().substr(0, copied_to.size() + 1) == copied_to + "@" && copied.tags().size() == 1);
    CHECK(copied.blobs(OCIGRAPH_OUTCOME_UPLOADED) >= 3 && copied.descriptor().digest() == pushed.descriptor().digest());
    ocigraph::verify_report verified = client.verify(copied_to + ":v1");
    CHECK(verified.problems().empty() && verified.checked() >= 6 && verified.bytes() > 0);
    CHECK(std::remove((copied_to.substr(4) + "/blobs/sha256/" + std::string(file.descriptor.digest()).substr(7)).c_str()) == 0);
    std::vector<ocigraph::problem> problems = client.verify(copied_to + ":v1").problems();
    CHECK(problems.size() == 1 && problems[0].kind == OCIGRAPH_PROBLEM_MISSING && !problems[0].detail.empty());
    CHECK(problems[0].descriptor.digest() == file.descriptor.digest() && problems[0].path.size() == 1);

    ocigraph::reference named = ocigraph::reference(image).at(pushed.descriptor().digest());
    CHECK(named.text() == pushed.reference() && named.digest() == pushed.descriptor().digest() && named.tags().empty());
    CHECK(named.host().empty() == (image.substr(0, 4) == "oci:") && named.repository().empty() != named.path().empty());
    CHECK(named.location() == location && client.resolve(named.text()).digest() == pushed.descriptor().digest());
    CHECK(client.resolve(image).digest() == pushed.descriptor().digest());
    CHECK(client.tag(image, {"x", "y"}).size() > 0);
    CHECK(client.tags(location).size() == 3);
    client.untag(location + ":x,y");
    CHECK(client.manifests(location).json().front() == '[');
    std::vector<ocigraph::manifest_info> manifests = client.manifests(location).manifests();
    CHECK(manifests.size() == 3 && manifests[0].tags.size() == 1 && manifests[0].attributes == 0);
    CHECK(manifests[0].config_media_type == "application/x" && !manifests[0].created.empty());
    CHECK(manifests[1].subject == pushed.descriptor().digest());
    std::vector<ocigraph::tag_info> tags = client.tag_details(location).tags();
    CHECK(tags.size() == 1 && tags[0].name == "v1" && tags[0].digest == pushed.descriptor().digest());
    CHECK(tags[0].is_signed == OCIGRAPH_SIGNED_UNKNOWN && tags[0].attributes == 0);
    ocigraph::manifest manifest = client.fetch_manifest(image);
    CHECK(manifest.blobs().size() == 2 && manifest.config() && !manifest.subject() && !manifest.is_index());
    CHECK(client.push_manifest(location + ":again", manifest.bytes()).digest() == pushed.descriptor().digest());
    client.untag(location + ":again");

    std::string blob(client.push_blob(location, reader_of("a blob")).descriptor().digest());
    CHECK(client.push_blob(location, "a blob").outcome() == OCIGRAPH_OUTCOME_ALREADY_EXISTS);
    int on_progress = 0;
    ocigraph::blob_options counted;
    counted.on_progress([&](const ocigraph::event &) { return ++on_progress > 0; });
    CHECK(client.push_blob_file(location, b, "text/plain", counted).descriptor().media_type() == "text/plain");
    CHECK(on_progress >= 1);
    std::string fetched;
    client.fetch_blob(location + "@" + blob, [&](std::string_view piece) { fetched += piece; });
    CHECK(fetched == "a blob");

    client.tag(location + "@" + sbom, {"kept"});
    std::vector<ocigraph::retained_manifest> kept = client.remove(image, ocigraph::delete_options().dry_run(true)).kept();
    CHECK(kept.size() >= 1 && kept[0].descriptor && !kept[0].reason.empty());
    client.untag(location + ":kept");
    CHECK(client.remove(image, ocigraph::delete_options().dry_run(true)).deleted().size() == 3);
    ocigraph::delete_report report = client.remove(image);
    CHECK(report.deleted().size() == 3 && report.kept().empty() && report.failed().empty() && !report.dry_run());
    CHECK(report.deleted()[2].digest() == pushed.descriptor().digest());
}

void failures(const ocigraph::client &client, const std::string &location) {
    CHECK(failure_of([&] { client.discover("alpine"); }) == OCIGRAPH_INVALID_REFERENCE);
    CHECK(failure_of([&] { ocigraph::push_options().format(99); }) == OCIGRAPH_INVALID_ARGUMENT);
    CHECK(failure_of([&] { ocigraph::digest_file("no/such/file"); }) == OCIGRAPH_NOT_FOUND);
    try {
        client.discover(location + ":none");
        CHECK(false);
    } catch (const ocigraph::error &failure) {
        ocigraph::error copy = failure;
        CHECK(copy.code() == "NOT_FOUND" && copy.operation() == "discover" && copy.reference() == location + ":none");
        CHECK(!copy.retry_after() && copy.registry_errors().size() == (copy.http_status() == 404 ? 1 : 0));
        CHECK(copy.registry_errors().empty() || copy.registry_errors()[0].code == "MANIFEST_UNKNOWN");
    }
    /* An exception of a callback is rethrown by the operation. */
    ocigraph::push_options options;
    options.add_bytes("a", "content").on_progress([](const ocigraph::event &) -> bool { throw mine{}; });
    CHECK(throws_mine([&] { client.push(location + ":t", options); }));
    options.on_progress([](const ocigraph::event &) { return false; });
    CHECK(failure_of([&] { client.push(location + ":t", options); }) == OCIGRAPH_CANCELLED);
    ocigraph::reader broken = [](std::uint8_t *, std::size_t) -> std::size_t { throw mine{}; };
    CHECK(throws_mine([&] { client.push_blob(location, broken); }));
    CHECK(throws_mine([&] { client.push(location + ":t", ocigraph::push_options().add_reader("r", broken)); }));
    std::string blob(client.push_blob(location, "a blob").descriptor().digest());
    CHECK(throws_mine([&] { client.fetch_blob(location + "@" + blob, [](std::string_view) { throw mine{}; }); }));
    ocigraph::blob_options on_progress;
    on_progress.on_progress([](const ocigraph::event &) -> bool { throw mine{}; });
    CHECK(throws_mine([&] { client.fetch_blob(location + "@" + blob, [](std::string_view) {}, on_progress); }));
}

void cancelled(const ocigraph::client &client, const std::string &slow) {
    ocigraph::cancel_token cancel;
    std::thread thread([&] { cancel.cancel(); });
    CHECK(failure_of([&] { client.discover(slow + ":v1", {}, cancel); }) == OCIGRAPH_CANCELLED);
    thread.join();
    CHECK(cancel.is_cancelled());
}

/* Parts of a result keep it alive. */
void nothing_dangles(const ocigraph::client &client, const std::string &location) {
    std::string digest = client.push(location + ":d", ocigraph::push_options().add_bytes("a", "content")).descriptor().digest();
    ocigraph::descriptor first = client.fetch_manifest(location + ":d").blobs().at(0);
    CHECK(first.title() == "a" && first.size() == 7);
    ocigraph::descriptor resolved = client.resolve(location + ":d");
    ocigraph::descriptor moved = std::move(resolved);
    CHECK(moved.digest() == digest && resolved.digest() == digest);
    static_assert(std::is_same_v<decltype(client.discover("").tree()), std::string>);
    static_assert(std::is_same_v<decltype(client.resolve("").digest()), std::string>);
    static_assert(std::is_same_v<decltype(moved.digest()), std::string_view>);
    client.push(location, ocigraph::push_options().artifact_type("x/y").subject(location + ":d"));
    ocigraph::graph::iterator step = client.discover(location + ":d").begin();
    CHECK((*step).subject.digest() == digest && (*step++).descriptor.artifact_type() == "x/y");
    client.remove(location + ":d");
}

template <typename Work>
bool is_a_mistake(Work work) {
    try {
        work();
    } catch (const std::logic_error &) {
        return true;
    }
    return false;
}

/* NULL options are the defaults in C, so a moved-from object must throw instead. */
void what_was_moved_from_is_not_used(const ocigraph::client &client, const std::string &location) {
    client.push(location + ":m");
    ocigraph::delete_options plan;
    plan.dry_run(true);
    ocigraph::delete_options moved = std::move(plan);
    CHECK(is_a_mistake([&] { client.remove(location + ":m", plan); }));
    CHECK(is_a_mistake([&] { plan.force(true); }));
    CHECK(client.remove(location + ":m", moved).dry_run());
    ocigraph::credential ada = ocigraph::credential::password("ada", "s3cret");
    ocigraph::credential given = std::move(ada);
    CHECK(is_a_mistake([&] { ada.get(); }) && is_a_mistake([&] { ada.release(); }) && given.get() != nullptr);
    ocigraph::cancel_token token;
    ocigraph::cancel_token other = std::move(token);
    CHECK(is_a_mistake([&] { client.discover(location + ":m", {}, token); }));
    CHECK(client.tags(location) == std::vector<std::string>{"m"});
    client.remove(location + ":m");
}

/* A result that was moved from is not empty, since an empty result would look valid. */
void results_are_whole_after_a_move(const ocigraph::client &client, const std::string &location) {
    client.push(location + ":w");
    client.push(location, ocigraph::push_options().artifact_type("x/y").subject(location + ":w"));
    ocigraph::graph graph = client.discover(location + ":w"), taken = std::move(graph);
    CHECK(graph.size() == 1 && taken.size() == 1 && std::distance(graph.begin(), graph.end()) == 1);
    ocigraph::manifest manifest = client.fetch_manifest(location + ":w"), same = std::move(manifest);
    CHECK(!manifest.bytes().empty() && manifest.bytes() == same.bytes());
    ocigraph::reference reference(location + ":w"), named = std::move(reference);
    CHECK(reference.text() == location + ":w" && named.text() == reference.text());
    ocigraph::delete_report report = client.remove(location + ":w"), kept = std::move(report);
    CHECK(report.deleted().size() == 2 && kept.deleted().size() == 2);
    try {
        client.discover(location + ":none");
        CHECK(false);
    } catch (ocigraph::error &failure) {
        ocigraph::error other = std::move(failure);
        CHECK(failure.status() == OCIGRAPH_NOT_FOUND && other.status() == OCIGRAPH_NOT_FOUND);
    }
}

/* Options with callbacks serve one operation at a time, because exceptions and content belong to one operation. */
void options_with_functions_serve_one_operation(const ocigraph::client &client, const std::string &location) {
    ocigraph::push_options options;
    options.add_bytes("a", "content");
    bool refused = false;
    options.on_progress([&](const ocigraph::event &) {
        if (!refused) {
            refused = is_a_mistake([&] { client.push(location + ":second", options); });
        }
        return true;
    });
    client.push(location + ":first", options);
    client.push(location + ":first", options);
    CHECK(refused && client.tags(location) == std::vector<std::string>{"first"});
    ocigraph::push_options streamed;
    streamed.add_reader("r", reader_of("read once"));
    client.push(location + ":first", streamed);
    CHECK(is_a_mistake([&] { client.push(location + ":again", streamed); }));
    /* A reader that was not called can be used again, and a rejected reader is removed. */
    ocigraph::push_options unread;
    int called = 0;
    CHECK(failure_of([&] {
              unread.add_reader("\xff", [&](std::uint8_t *, std::size_t) { return std::size_t(++called * 0); });
          }) == OCIGRAPH_INVALID_ARGUMENT);
    unread.add_reader("r", reader_of("read once"));
    CHECK(failure_of([&] { client.push("alpine", unread); }) == OCIGRAPH_INVALID_REFERENCE);
    ocigraph::push_result read = client.push(location + ":first", unread);
    CHECK(called == 0 && read.blobs().size() == 1 && read.blobs()[0].descriptor.size() == 9);
    CHECK(is_a_mistake([&] { client.push(location + ":first", unread); }));
    /* Options without callbacks can be shared between threads. */
    ocigraph::push_options shared;
    shared.add_bytes("a", "shared");
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; i++) {
        threads.emplace_back([&] { client.push(location + ":first", shared); });
    }
    for (std::thread &thread : threads) {
        thread.join();
    }
    client.remove(location + ":first", ocigraph::delete_options().force(true));
    for (const ocigraph::manifest_info &left : client.manifests(location).manifests()) {
        std::string named = location + "@" + std::string(left.descriptor.digest());
        CHECK(client.remove_manifest(named).digest() == left.descriptor.digest());
    }
}

/* A referrer that cannot be read makes the graph incomplete. */
void incomplete(const ocigraph::client &client) {
    const std::string store = folder + "/incomplete", image = "oci:" + store + ":v1";
    client.push(image, ocigraph::push_options().add_bytes("a", "image"));
    auto pushed = client.push("oci:" + store, ocigraph::push_options().add_bytes("b", "referrer").subject(image));
    const std::string digest(pushed.descriptor().digest());
    CHECK(client.discover(image).problems().empty());
    std::ofstream(store + "/blobs/sha256/" + digest.substr(7)) << "no manifest";
    CHECK(failure_of([&] { client.discover(image); }) == OCIGRAPH_INCOMPLETE);
    const ocigraph::graph graph = client.discover(image, ocigraph::discover_options().allow_incomplete(true));
    CHECK(graph.problems().size() == 1);
    CHECK(!graph.problems()[0].message.empty());
}

template <typename Result>
ocigraph::completed<Result> into(std::promise<Result> &promise) {
    return [&promise](const ocigraph::completion<Result> &ended) {
        if (!ended) {
            promise.set_exception(ended.exception());
        } else if constexpr (std::is_void_v<Result>) {
            promise.set_value();
        } else {
            promise.set_value(ended.get());
        }
    };
}

template <typename Result, typename Start>
Result completed(Start start) {
    std::promise<Result> promise;
    start(into(promise));
    return promise.get_future().get();
}

void completions(const ocigraph::client &client, const std::string &location, const std::string &slow) {
    using namespace ocigraph;
    push_result pushed = ::completed<push_result>([&](auto done) {
        /* The options are destroyed before the operation is over. */
        push_options options;
        options.add_reader("r", reader_of("read later")).on_progress([](const event &) { return true; });
        client.push_start(location + ":s", options, done);
    });
    CHECK(pushed.blobs()[0].descriptor.size() == 10);
    CHECK(::completed<graph>([&](auto done) { client.discover_start(location + ":s", {}, done); }).size() == 0);
    auto pulled = ::completed<pull_result>([&](auto done) {
        client.pull_start(location + ":s", pull_options().output(folder + "/started"), done);
    });
    CHECK(pulled.artifacts()[0].files[0].path == folder + "/started/r");
    auto copied = ::completed<copy_report>([&](auto done) {
        client.copy_start(location + ":s", "oci:" + folder + "/started-store:s", {}, done);
    });
    CHECK(copied.manifests() == 1);
    push_options broken;
    broken.add_bytes("a", "content").on_progress([](const event &) -> bool { throw mine{}; });
    CHECK(throws_mine([&] {
        /* Without a tag: a push may be over before its callback throws. */
        ::completed<push_result>([&](auto done) { client.push_start(location, broken, done); });
    }));
    cancel_token cancel;
    cancel.cancel();
    CHECK(failure_of([&] {
              ::completed<graph>([&](auto done) { client.discover_start(slow + ":v1", {}, done, cancel); });
          }) == OCIGRAPH_CANCELLED);
    /* A call that fails throws and does not call its completion function. */
    bool completed = false;
    CHECK(failure_of([&] {
              client.discover_start("alpine", {}, [&](const completion<graph> &) { completed = true; });
          }) == OCIGRAPH_INVALID_REFERENCE);
    CHECK(!completed);
    CHECK(is_a_mistake([&] { client.discover_start(location + ":s", {}, nullptr); }));
    auto verified = ::completed<verify_report>([&](auto done) { client.verify_start(location + ":s", {}, done); });
    CHECK(verified.problems().empty());
    auto tagged = ::completed<descriptor>([&](auto done) { client.tag_start(location + ":s", {"t", "u"}, done); });
    CHECK(tagged.digest() == pushed.descriptor().digest());
    using texts = std::vector<std::string>;
    CHECK(::completed<texts>([&](auto done) { client.tags_start(location, done); }) == texts({"s", "t", "u"}));
    /* An operation without a result. */
    auto untag = [&] { ::completed<void>([&](auto done) { client.untag_start(location + ":t,u", {}, done); }); };
    untag();
    CHECK(failure_of(untag) == OCIGRAPH_NOT_FOUND);
    CHECK(failure_of([&] { client.untag_start("alpine", {}, [](const completion<void> &) {}); }) ==
          OCIGRAPH_INVALID_REFERENCE);
    CHECK(::completed<delete_report>([&](auto done) { client.remove_start(location + ":s", {}, done); }).deleted().size() == 1);
}

void provide_credential(const std::string &host) {
    using ocigraph::client_options, ocigraph::credential;
    std::string wanted;
    ocigraph::credential_source gives = [&](std::string_view registry, std::string_view repository) {
        wanted = std::string(registry) + "/" + std::string(repository);
        return std::make_optional(credential::password("ada", "s3cret"));
    };
    auto tags = [&](ocigraph::credential_source source) {
        ocigraph::client(client_options().use(std::move(source))).tags(host + "/app");
    };
    CHECK(failure_of([&] { tags(gives); }) == OCIGRAPH_NOT_FOUND && wanted == host + "/app");
    CHECK(failure_of([&] { tags([](auto, auto) { return std::nullopt; }); }) == OCIGRAPH_UNAUTHORIZED);
    CHECK(throws_mine([&] { tags([](auto, auto) -> std::optional<credential> { throw mine{}; }); }));
    ocigraph::client client(client_options().use([](auto, auto) -> std::optional<credential> { throw mine{}; }));
    CHECK(throws_mine([&] {
        completed<ocigraph::graph>([&](auto done) { client.discover_start(host + "/app:v1", {}, done); });
    }));
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
    stored.auth_file(folder + "/auth.json").use_proxy(false).insecure(false);
    ocigraph::client client(stored);
    ocigraph::login_result in = client.login(host, credential::password("ada", "s3cret"));
    CHECK(in.stored_in().find(folder + "/auth.json") != std::string_view::npos);
    CHECK(in.plain_text() && in.verified() && !in.overridden());
    CHECK(tags(stored) == OCIGRAPH_NOT_FOUND);
    ocigraph::logout_result out = client.logout(host);
    CHECK(out.removed_from().size() == 1 && !out.remains());
    CHECK(tags(stored) == OCIGRAPH_UNAUTHORIZED);
}

/* The callbacks block until another client on the same single-threaded runtime has made three calls. */
void functions_may_wait_for_another_client(const std::string &location) {
    ocigraph::runtime thread(1);
    ocigraph::client client(thread, {}), other(thread, {});
    std::string image = location + ":waited";
    client.push(image, ocigraph::push_options().add_bytes("a", "a blob"));
    int waited = 0;
    auto wait = [&] {
        for (int i = 0; i < 3; i++) {
            std::thread([&] { CHECK(!other.tags(location).empty()); }).join();
        }
        waited++;
    };
    auto on_progress = [&](const ocigraph::event &) {
        wait();
        return true;
    };
    std::string content, named = location + "@" + ocigraph::digest("a blob");
    client.fetch_blob(named, [&](std::string_view piece) { wait(), content += piece; }, ocigraph::blob_options().on_progress(on_progress));
    CHECK(content == "a blob" && waited >= 3);
    int before = waited;
    client.pull(image, ocigraph::pull_options().output(folder + "/waited").on_progress(on_progress));
    client.push(image, ocigraph::push_options().add_bytes("a", "another").on_progress(on_progress));
    client.push_blob(location, [&](std::uint8_t *, std::size_t) { return wait(), std::size_t{0}; });
    CHECK(waited >= before + 5);
}

} // namespace

void two_clients(const std::string &location) {
    ocigraph::client client;
    client.push(location + ":two", ocigraph::push_options().add_bytes("a.txt", "content"));
    const std::string layout = "oci:" + folder + "/two-clients:v1";
    ocigraph::copy_options options;
    {
        ocigraph::client second(ocigraph::client_options().header("x-second", "1"));
        options.destination_client(second);
    }
    CHECK(client.copy(location + ":two", layout, options).manifests() == 1);
    ocigraph::client moved(std::move(client));
    try {
        options.destination_client(client);
        CHECK(false);
    } catch (const std::logic_error &) {
    }
}

void rows_are_a_range(const ocigraph::client &client, const std::string &location) {
    const std::string image = location + ":rows";
    client.push(image, ocigraph::push_options().add_bytes("a.txt", "rows"));
    for (const char *type : {"a/x", "a/y"}) {
        client.push(location, ocigraph::push_options().artifact_type(type).subject(image));
    }
    std::size_t edges = 0;
    ocigraph::discover_each_rows rows = client.discover_each(image);
    for (const ocigraph::discovered_row &row : rows) {
        CHECK(row.edge == OCIGRAPH_EDGE_KIND_REFERRER && row.depth == 1 && row.descriptor);
        CHECK(row.parent == rows.summary().subject()->digest());
        edges++;
    }
    CHECK(edges == 2 && rows.summary().edges() == 2 && rows.begin() == rows.end() && !rows.next_batch());
    /* A loop that ends early, and rows that are moved. */
    ocigraph::sweep_rows swept = client.sweep({image});
    CHECK(swept.begin()->depth == 1);
    ocigraph::sweep_rows moved = std::move(swept);
    CHECK(moved.begin()->depth == 1 && std::distance(moved.begin(), moved.end()) == 3);
    /* The token cancels the next batch, and an error of the operation is thrown. */
    ocigraph::cancel_token cancel;
    ocigraph::discover_each_rows stopped = client.discover_each(image, {}, std::move(cancel));
    ocigraph::discover_each_rows missing = client.discover_each(location + ":no-such-tag");
    try {
        missing.begin();
        CHECK(false);
    } catch (const ocigraph::error &failure) {
        CHECK(failure.status() == OCIGRAPH_NOT_FOUND && failure.operation() == "discover");
    }
    CHECK(missing.begin() == missing.end());
    /* The callback form. */
    for (bool last : {false, true}) {
        std::promise<std::size_t> found;
        stopped.next_batch_start([&](const ocigraph::completion<std::optional<ocigraph::discovered_row_list>> &ended) {
            found.set_value(ended.get() ? ended.get()->rows().size() : 0);
        });
        CHECK(found.get_future().get() == (last ? 0 : 2));
    }
}

void serves(const ocigraph::client &client) {
    ocigraph::serve_options options;
    options.listen("127.0.0.1:0").read_only(true).behave_as({}).htpasswd({}).certificate({}, {});
    ocigraph::served_registry registry({"app=oci:" + folder + "/served"}), moved = std::move(registry);
    client.push(moved.host() + "/app:v1", ocigraph::push_options().artifact_type("app/example"));
    ocigraph::served_registry read_only({"app=oci:" + folder + "/served"}, options);
    CHECK(client.tags(read_only.host() + "/app").size() == 1 && read_only.host() != moved.host());
    CHECK(failure_of([&] { client.push(read_only.host() + "/app:v2"); }) == OCIGRAPH_UNSUPPORTED);
    CHECK(failure_of([] { ocigraph::served_registry({}); }) == OCIGRAPH_INVALID_ARGUMENT);
    CHECK(failure_of([] { ocigraph::serve_options().certificate("cert.pem", {}); }) == OCIGRAPH_INVALID_ARGUMENT);
}

int main(int argc, char **argv) {
    CHECK(argc == 5 && ocigraph::fits() && ocigraph::version().substr(0, 2) == "0.");
    folder = argv[4];
    /* Ends a program that hangs. */
    alarm(600);
    ocigraph::runtime threads(2);
    ocigraph::client client(threads, ocigraph::client_options().user_agent("wrapper/1").header("x-a", "b").limit(OCIGRAPH_LIMIT_MAX_ATTEMPTS, 2));
    walk(client, argv[1]);
    failures(client, argv[1]);
    cancelled(client, argv[2]);
    const std::string other = argv[1] + std::string("-other");
    nothing_dangles(client, other);
    what_was_moved_from_is_not_used(client, other);
    results_are_whole_after_a_move(client, other);
    options_with_functions_serve_one_operation(client, other);
    incomplete(client);
    completions(client, other, argv[2]);
    signed_in(argv[3]);
    provide_credential(argv[3]);
    functions_may_wait_for_another_client(other);
    two_clients(other);
    rows_are_a_range(client, other);
    serves(client);
    return 0;
}
