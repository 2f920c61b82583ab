/* Executes steps of scenarios with the C++ wrapper. tests/scenarios/README.md describes the protocol,
 * scenario_options.hpp lists the options. */

#include "json.h"

#include <functional>
#include <iostream>
#include <map>
#include <ocigraph.hpp>
#include <unistd.h>

namespace {

/* The wrapper has no such operation or argument. */
struct unsupported : std::runtime_error {
    using std::runtime_error::runtime_error;
};

std::string_view text(const json *value) {
    ocigraph_str found = json_text(value);
    return {found.data, found.length};
}

std::string quoted(std::string_view text) {
    output quoted{};
    output_string(&quoted, {text.data(), text.length()});
    std::string copy(quoted.data, quoted.length);
    std::free(quoted.data);
    return copy;
}

/* Removes the line breaks of JSON. */
std::string one_line(std::string_view text) {
    std::string line;
    for (char c : text) {
        if (c != '\n') {
            line += c;
        }
    }
    return line;
}

/* Calls `work` with each member of an object or entry of a list. */
template <typename Work>
void each(const json *value, Work work) {
    for (const json *part = value == nullptr ? nullptr : value->first; part != nullptr; part = part->next) {
        work(part);
    }
}

/* The events of the operation, as entries of a list. */
std::string events;

bool record(const ocigraph::event &event) {
    static const char *kinds[] = {"", "started", "moved", "finished"};
    static const char *outcomes[] = {"", "uploaded", "existed", "mounted", "written", "unchanged", "kept", "checked"};
    events += events.empty() ? "" : ",";
    events += "{\"kind\":" + quoted(kinds[event.kind]) + ",\"outcome\":" + quoted(outcomes[event.outcome]);
    events += ",\"digest\":" + quoted(event.digest);
    events += event.title.empty() ? "" : ",\"title\":" + quoted(event.title);
    events += ",\"size\":" + std::to_string(event.size) + ",\"position\":" + std::to_string(event.position) + "}";
    return true;
}

void check_parts(const json *value, std::initializer_list<std::string_view> known) {
    each(value, [&](const json *part) {
        bool found = false;
        for (std::string_view name : known) {
            found = found || name == part->name;
        }
        if (!found) {
            throw unsupported(std::string("no part ") + part->name);
        }
    });
}

template <typename Options>
void add_files(Options &options, const json *files) {
    each(files, [&](const json *file) {
        if (file->kind == '"') {
            options.add_path(text(file));
            return;
        }
        check_parts(file, {"path", "content", "title", "media_type", "annotations"});
        std::string_view title = text(json_get(file, "title")), type = text(json_get(file, "media_type"));
        if (const json *content = json_get(file, "content")) {
            options.add_bytes(title, text(content), type);
        } else {
            options.add_path(text(json_get(file, "path")), type, title);
        }
        each(json_get(file, "annotations"), [&](const json *pair) { options.file_annotation(pair->name, text(pair)); });
    });
}

template <typename Options>
void set_config(Options &options, const json *given) {
    if (given->kind == '"') {
        options.config_path(text(given));
        return;
    }
    check_parts(given, {"path", "content", "media_type"});
    std::string_view type = text(json_get(given, "media_type"));
    if (const json *content = json_get(given, "content")) {
        options.config(text(content), type);
    } else {
        options.config_path(text(json_get(given, "path")), type);
    }
}

/* Returns the number of a name: the first has the number `first`. */
std::int32_t number_of(const json *given, std::int32_t first, std::initializer_list<std::string_view> names) {
    for (std::string_view name : names) {
        if (name == text(given)) {
            return first;
        }
        first++;
    }
    throw unsupported("unknown name " + std::string(text(given)));
}

std::int32_t format(const json *given) {
    return number_of(given, OCIGRAPH_FORMAT_AUTO, {"auto", "oci-1.1", "oci-1.0", "oci-artifact", "oras-artifact"});
}

std::int32_t edge_kind(const json *given) {
    return number_of(given, OCIGRAPH_EDGE_KIND_REFERRER, {"referrer", "child", "tag", "attestation"});
}

std::int32_t attachment_form(const json *given) {
    return number_of(given, OCIGRAPH_ATTACHMENT_FORM_REFERRERS, {"referrers", "tags"});
}

std::int32_t referrers_mode(const json *given) {
    return number_of(given, OCIGRAPH_REFERRERS_MODE_AUTO, {"auto", "api", "tag"});
}

void set_unpack_limits(ocigraph::pull_options &options, const json *given) {
    check_parts(given, {"entries", "bytes", "ratio"});
    auto limit = [&](const char *name) {
        const json *value = json_get(given, name);
        return value == nullptr ? std::uint64_t{0} : json_integer(value);
    };
    options.unpack_limits(limit("entries"), limit("bytes"), limit("ratio"));
}

ocigraph::credential credential(const json *given) {
    check_parts(given, {"username", "password", "identity_token", "registry_token"});
    if (const json *token = json_get(given, "identity_token")) {
        return ocigraph::credential::identity_token(text(token));
    }
    if (const json *token = json_get(given, "registry_token")) {
        return ocigraph::credential::registry_token(text(token));
    }
    return ocigraph::credential::password(text(json_get(given, "username")), text(json_get(given, "password")));
}

void set_credentials(ocigraph::client_options &options, const json *given) {
    if (const json *callback = json_get(given, "callback")) {
        check_parts(given, {"callback"});
        options.use([callback](std::string_view, std::string_view) { return std::optional(credential(callback)); });
    } else if (given->kind != '"') {
        options.use(credential(given));
    } else if (text(given) == "anonymous") {
        options.anonymous();
    } else if (text(given) != "stored") {
        throw unsupported("no such credentials");
    }
}

void set_limits(ocigraph::client_options &options, const json *given) {
    static const struct {
        std::string_view name;
        /* The number of units of the limit in one of the scenario. */
        double units;
        std::int32_t number;
    } limits[] = {
#define SECONDS 1000
#define NUMBER 1
#define OPTION(operation, handle, option, KIND, method)
#define LIMIT(name, KIND, number) {#name, KIND, OCIGRAPH_LIMIT_##number},
#include "scenario_options.hpp"
#undef OPTION
#undef LIMIT
    };
    each(given, [&](const json *limit) {
        for (const auto &known : limits) {
            if (known.name == limit->name) {
                options.limit(known.number, static_cast<std::uint64_t>(json_number(limit) * known.units));
                return;
            }
        }
        throw unsupported(std::string("no limit ") + limit->name);
    });
}

void fill_client(ocigraph::client_options &options, const json *given);

/* The client that an option of the step holds. */
std::optional<ocigraph::client> other;

const ocigraph::client &other_client(const json *given) {
    ocigraph::client_options options;
    fill_client(options, given);
    return other.emplace(options);
}

/* Sets an option from `given`, a member of the object `all`. */
using setter = std::function<void(void *options, const json *given, const json *all)>;

#define TEXT(method) to.method(text(given))
#define BOOL(method) to.method(json_true(given))
#define INTEGER(method) to.method(json_integer(given))
#define FORMAT(method) to.method(format(given))
#define EDGE_KIND(method) to.method(edge_kind(given))
#define ATTACHMENT_FORM(method) to.method(attachment_form(given))
#define REFERRERS_MODE(method) to.method(referrers_mode(given))
#define TEXTS(method) each(given, [&](const json *entry) { to.method(text(entry)); })
#define PAIRS(method) each(given, [&](const json *pair) { to.method(pair->name, text(pair)); })
#define TEXTS(method) each(given, [&](const json *entry) { to.method(text(entry)); })
#define PROGRESS(method) json_true(given) ? (void)to.method(record) : (void)0
/* One method sets both files, so each option sets both. */
#define CERTIFICATE(method) to.method(text(json_get(all, "cert_file")), text(json_get(all, "key_file")))
#define FILES(method) add_files(to, given)
#define CONFIG(method) set_config(to, given)
#define UNPACK_LIMITS(method) set_unpack_limits(to, given)
#define CREDENTIALS(method) set_credentials(to, given)
#define LIMITS(method) set_limits(to, given)
#define CLIENT(method) to.method(other_client(given))

const std::map<std::string, setter> setters = {
#define OPTION(operation, handle, option, KIND, method)                                                                \
    {#operation "." #option, [](void *options, [[maybe_unused]] const json *given, [[maybe_unused]] const json *all) { \
         auto &to = *static_cast<ocigraph::handle##_options *>(options);                                               \
         KIND(method);                                                                                                 \
     }},
#define LIMIT(name, KIND, number)
#include "scenario_options.hpp"
#undef OPTION
#undef LIMIT
};

/* A step takes its arguments one by one. Those that are left are options. */
struct step {
    std::string operation;
    json *arguments;

    const json *take(const char *name) const {
        json *value = json_get(arguments, name);
        if (value != nullptr) {
            value->taken = true;
        }
        return value;
    }
    std::string_view take_text(const char *name) const { return text(take(name)); }
    std::vector<std::string_view> take_texts(const char *name) const {
        std::vector<std::string_view> all;
        each(take(name), [&](const json *entry) { all.push_back(text(entry)); });
        return all;
    }
    void end() const {
        each(arguments, [](const json *argument) {
            if (!argument->taken) {
                throw unsupported(std::string("no argument ") + argument->name);
            }
        });
    }
    template <typename Options>
    Options options() const {
        Options options;
        fill(operation, arguments, &options);
        return options;
    }
    static void fill(const std::string &operation, const json *all, void *options) {
        each(all, [&](const json *given) {
            if (given->taken) {
                return;
            }
            auto found = setters.find(operation + "." + given->name);
            if (found == setters.end()) {
                throw unsupported(std::string("no option ") + given->name);
            }
            found->second(options, given, all);
        });
    }
};

void fill_client(ocigraph::client_options &options, const json *given) { step::fill("client", given, &options); }

std::string member(const char *name, std::string_view value) { return "{" + quoted(name) + ":" + one_line(value) + "}"; }

std::string names(const char *name, const std::vector<std::string> &all) {
    std::string list;
    for (const std::string &entry : all) {
        list += (list.empty() ? "" : ",") + quoted(entry);
    }
    return member(name, "[" + list + "]");
}

/* The root of the JSON of a graph is the subject. Its last member is the list of its referrers. */
std::string tree(const ocigraph::graph &graph) {
    std::string root = one_line(graph.json());
    return "{\"subject\":" + root + "," + root.substr(root.find("\"referrers\""));
}

ocigraph::blob_result push_blob(const ocigraph::client &client, const step &s) {
    std::string_view reference = s.take_text("reference"), type = s.take_text("media_type");
    const json *content = s.take("content");
    auto options = s.options<ocigraph::blob_options>();
    if (content->kind == '"') {
        return client.push_blob(reference, text(content), type, options);
    }
    check_parts(content, {"path"});
    return client.push_blob_file(reference, text(json_get(content, "path")), type, options);
}

std::string digests(const std::vector<std::string_view> &paths) {
    std::string list;
    std::size_t i = 0;
    for (const ocigraph::file_digest &found : ocigraph::digest_files(paths)) {
        list += list.empty() ? "" : ",";
        list += "{\"path\":" + quoted(paths[i++]) + ",\"digest\":" + quoted(found.digest);
        list += ",\"size\":" + std::to_string(found.size) + "}";
    }
    return "[" + list + "]";
}

/* Reads rows to their end. */
template <typename Rows>
std::string all_rows(Rows rows) {
    std::string list;
    while (auto batch = rows.next_batch()) {
        std::string json = one_line(batch->json());
        list += (list.empty() ? "" : ",") + json.substr(1, json.size() - 2);
    }
    return "{\"rows\":[" + list + "],\"summary\":" + one_line(rows.summary().json()) + "}";
}

/* Returns the result of an operation in the common format. */
using operation = std::function<std::string(const ocigraph::client &client, const step &s)>;

/* An operation on a reference with options, whose result has JSON. */
template <typename Options, typename Call>
operation with_options(Call call) {
    return [call](const ocigraph::client &client, const step &s) {
        std::string_view reference = s.take_text("reference");
        return one_line(call(client, reference, s.options<Options>()).json());
    };
}

/* An operation whose argument `name` is all that it takes. */
template <typename Call>
operation with_one(const char *name, Call call) {
    return [name, call](const ocigraph::client &client, const step &s) {
        std::string_view argument = s.take_text(name);
        s.end();
        return call(client, argument);
    };
}

using view = std::string_view;
using ocigraph::client;

const std::map<std::string, operation> operations = {
    {"push", with_options<ocigraph::push_options>([](auto &c, view r, auto o) { return c.push(r, o); })},
    {"attach", with_options<ocigraph::attach_options>([](auto &c, view r, auto o) { return c.attach(r, o); })},
    {"pull", with_options<ocigraph::pull_options>([](auto &c, view r, auto o) { return c.pull(r, o); })},
    {"discover",
     [](const client &c, const step &s) {
         view reference = s.take_text("reference");
         return tree(c.discover(reference, s.options<ocigraph::discover_options>()));
     }},
    {"discover_each",
     [](const client &c, const step &s) {
         view reference = s.take_text("reference");
         return all_rows(c.discover_each(reference, s.options<ocigraph::discover_options>()));
     }},
    {"sweep",
     [](const client &c, const step &s) {
         std::vector<view> targets = s.take_texts("targets");
         return all_rows(c.sweep(targets, s.options<ocigraph::sweep_options>()));
     }},
    {"sync",
     [](const client &c, const step &s) {
         std::vector<view> sources = s.take_texts("sources");
         view destination = s.take_text("destination");
         return all_rows(c.sync(sources, destination, s.options<ocigraph::sync_options>()));
     }},
    {"prune",
     [](const client &c, const step &s) {
         std::vector<view> references = s.take_texts("references");
         return one_line(c.prune(references, s.options<ocigraph::prune_options>()).json());
     }},
    {"delete", with_options<ocigraph::delete_options>([](auto &c, view r, auto o) { return c.remove(r, o); })},
    {"copy",
     [](const client &c, const step &s) {
         view source = s.take_text("source"), destination = s.take_text("destination");
         return one_line(c.copy(source, destination, s.options<ocigraph::copy_options>()).json());
     }},
    {"backup",
     [](const client &c, const step &s) {
         std::vector<view> references = s.take_texts("references");
         view output = s.take_text("output");
         return one_line(c.backup(references, output, s.options<ocigraph::backup_options>()).json());
     }},
    {"restore",
     [](const client &c, const step &s) {
         std::vector<view> inputs = s.take_texts("inputs");
         view destination = s.take_text("destination");
         return one_line(c.restore(inputs, destination, s.options<ocigraph::restore_options>()).json());
     }},
    {"migrate", with_options<ocigraph::migrate_options>([](auto &c, view r, auto o) { return c.migrate(r, o); })},
    {"verify", with_options<ocigraph::verify_options>([](auto &c, view r, auto o) { return c.verify(r, o); })},
    {"check",
     [](const client &c, const step &s) {
         view reference = s.take_text("reference");
         std::vector<view> requirements = s.take_texts("requirements");
         return one_line(c.check(reference, requirements, s.options<ocigraph::check_options>()).json());
     }},
    {"resolve",
     [](const client &c, const step &s) {
         view reference = s.take_text("reference");
         return member("descriptor", c.resolve(reference, s.options<ocigraph::resolve_options>()).json());
     }},
    {"tag",
     [](const client &c, const step &s) {
         view reference = s.take_text("reference");
         std::vector<view> tags = s.take_texts("tags");
         s.end();
         return member("descriptor", c.tag(reference, tags).json());
     }},
    {"untag",
     [](const client &c, const step &s) {
         view reference = s.take_text("reference");
         return c.untag(reference, s.options<ocigraph::untag_options>()), std::string("{}");
     }},
    {"tags", with_one("reference", [](auto &c, view r) { return names("tags", c.tags(r)); })},
    {"tag_details", with_one("reference", [](auto &c, view r) { return one_line(c.tag_details(r).json()); })},
    {"manifests", with_one("reference", [](auto &c, view r) { return one_line(c.manifests(r).json()); })},
    {"repositories", with_one("host", [](auto &c, view h) { return names("repositories", c.repositories(h)); })},
    {"login",
     [](const client &c, const step &s) {
         view host = s.take_text("host");
         ocigraph::credential given = credential(s.take("credential"));
         s.end();
         return one_line(c.login(host, given).json());
     }},
    {"logout", with_one("host", [](auto &c, view h) { return one_line(c.logout(h).json()); })},
    {"fetch_manifest",
     [](const client &c, const step &s) {
         view reference = s.take_text("reference");
         return member("content", quoted(c.fetch_manifest(reference, s.options<ocigraph::resolve_options>()).bytes()));
     }},
    {"push_manifest",
     [](const client &c, const step &s) {
         view reference = s.take_text("reference"), manifest = s.take_text("content"), type = s.take_text("media_type");
         s.end();
         return member("descriptor", c.push_manifest(reference, manifest, type).json());
     }},
    {"delete_manifest",
     with_one("reference", [](auto &c, view r) { return member("descriptor", c.remove_manifest(r).json()); })},
    {"index_create",
     [](const client &c, const step &s) {
         view reference = s.take_text("reference");
         std::vector<view> manifests = s.take_texts("manifests");
         return one_line(c.index_create(reference, manifests, s.options<ocigraph::index_create_options>()).json());
     }},
    {"index_update",
     with_options<ocigraph::index_update_options>([](auto &c, view r, auto o) { return c.index_update(r, o); })},
    {"fetch_blob",
     [](const client &c, const step &s) {
         std::string content;
         view reference = s.take_text("reference");
         c.fetch_blob(reference, [&](view part) { content += part; }, s.options<ocigraph::blob_options>());
         return member("content", quoted(content));
     }},
    {"push_blob", [](const client &c, const step &s) { return one_line(push_blob(c, s).json()); }},
    {"delete_blob",
     [](const client &c, const step &s) {
         view reference = s.take_text("reference");
         return c.remove_blob(reference, s.options<ocigraph::blob_delete_options>()), std::string("{}");
     }},
    {"digest_files",
     [](const client &, const step &s) {
         std::vector<view> files = s.take_texts("files");
         s.end();
         return digests(files);
     }},
};

std::string answer(json *request) {
    events.clear();
    other.reset();
    try {
        step s{std::string(text(json_get(request, "operation"))), json_get(request, "arguments")};
        auto found = operations.find(s.operation);
        if (found == operations.end()) {
            throw unsupported("no operation " + s.operation);
        }
        ocigraph::client_options options;
        step::fill("client", json_get(request, "client"), &options);
        std::string result = found->second(ocigraph::client(options), s);
        return "\"result\":" + result + (events.empty() ? "" : ",\"events\":[" + events + "]");
    } catch (const unsupported &missing) {
        return "\"unsupported\":" + quoted(missing.what());
    } catch (const ocigraph::error &error) {
        std::string code(error.code());
        return "\"error\":{\"code\":" + quoted(code) + ",\"message\":" + quoted(error.what()) + "}";
    }
}

} // namespace

int main() {
    std::string line;
    while (std::getline(std::cin, line)) {
        const char *at = line.c_str();
        json *request = json_read(&at);
        CHECK(chdir(json_get(request, "directory")->text) == 0);
        std::cout << "{\"id\":" << json_get(request, "id")->text << "," << answer(request) << "}" << std::endl;
        json_free(request);
    }
}
