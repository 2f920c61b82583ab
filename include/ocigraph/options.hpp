/* Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`. */

/* Options of a client and of the operations. Setters can be chained and throw ocigraph::error for invalid values.
 * Their errors are those of the setters in ocigraph.h. Included by ocigraph.hpp. */

#ifndef OCIGRAPH_OPTIONS_HPP
#define OCIGRAPH_OPTIONS_HPP

#include <ocigraph/setters.hpp>

namespace ocigraph {

namespace detail {

class operations;

} // namespace detail

namespace detail {

/* The options of a client that are the same for every kind of credential. `Self` is client_options. */
template <typename Self>
class client_settings
    : public options<Self, ocigraph_client_options, ocigraph_client_options_new, ocigraph_client_options_free> {
  public:
    /* Sets a credential file in docker's format, in place of all others: neither docker's and podman's own files nor
     * environment variables such as `DOCKER_AUTH_CONFIG` are read. A file that does not exist has no credentials.
     * `login` writes to it. Default: not set, and `login` writes to docker's `config.json`. */
    Self &auth_file(std::string_view auth_file) {
        return this->set(ocigraph_client_options_set_auth_file, detail::in(auth_file));
    }
    /* Selects plain HTTP (true) or TLS (false) for every registry. Default: plain HTTP for loopback addresses and
     * TLS for all other hosts. */
    Self &plain_http(bool plain_http) { return this->set(ocigraph_client_options_set_plain_http, plain_http); }
    /* Sets a PEM file of certificates to trust in addition to those of the system. Default: not set. */
    Self &ca_file(std::string_view ca_file) {
        return this->set(ocigraph_client_options_set_ca_file, detail::in(ca_file));
    }
    /* If true, accepts any server certificate. Anyone on the network path can then read and change the traffic.
     * Default: false. */
    Self &insecure(bool insecure) { return this->set(ocigraph_client_options_set_insecure, insecure); }
    /* If true, uses the proxies in `HTTPS_PROXY`, `HTTP_PROXY` and `ALL_PROXY`, except for hosts in `NO_PROXY` and
     * for loopback addresses. A malformed address of a proxy is an error. An entry of `NO_PROXY` that is not
     * understood is ignored with a warning. Default: true. */
    Self &use_proxy(bool use_proxy) { return this->set(ocigraph_client_options_set_use_proxy, use_proxy); }
    /* Adds an address. Addresses to connect to in place of those that a host name has, each as
     * `HOST:PORT:ADDRESS[:PORT]`, such as `registry.example.com:443:203.0.113.7:8443`. An address is used for each
     * connection to its host and port, also after a redirect and to a token server; certificates, headers and
     * credentials are those of the name. Such a connection uses no proxy. An IPv6 address before a port must be in
     * brackets. Of several addresses for one host and port, the last one is used. Default: none. */
    Self &resolve(std::string_view resolve) {
        return this->set(ocigraph_client_options_add_resolve, detail::in(resolve));
    }
    /* Sets the way in which referrers are listed, also those that are pushed or deleted. Image layouts ignore it.
     * Default: OCIGRAPH_REFERRERS_MODE_AUTO. */
    Self &referrers_mode(std::int32_t referrers_mode) {
        return this->set(ocigraph_client_options_set_referrers_mode, referrers_mode);
    }
    /* Adds a header. Additional header fields, as names and values. They are sent only to the origin of the
     * registry. Default: none. */
    Self &header(std::string_view name, std::string_view value) {
        return this->set(ocigraph_client_options_add_header, detail::in(name), detail::in(value));
    }
    /* Sets the `User-Agent` header (RFC 9110, section 10.1.5,
     * https://www.rfc-editor.org/rfc/rfc9110#section-10.1.5). Default: `ocigraph/` and the version of ocigraph. */
    Self &user_agent(std::string_view user_agent) {
        return this->set(ocigraph_client_options_set_user_agent, detail::in(user_agent));
    }
    /* Sets a timeout or a maximum: OCIGRAPH_LIMIT_*. A value of 0 restores the default. */
    Self &limit(std::int32_t limit, std::uint64_t value) {
        return this->set(ocigraph_client_options_set_limit, limit, value);
    }
};

} // namespace detail

/* Options of client::push. */
class push_options
    : public detail::options<push_options, ocigraph_push_options, ocigraph_push_options_new, ocigraph_push_options_free> {
  public:
    /* Adds a file or a directory, which is packed as a gzip-compressed tar archive. */
    push_options &add_path(std::string_view path, std::string_view media_type = {}, std::string_view title = {}) {
        return set(ocigraph_push_options_add_path, detail::in(path), detail::in(media_type), detail::in(title));
    }
    /* Adds content from memory. Content precedes the media type, unlike in C. */
    push_options &add_bytes(std::string_view title, std::string_view content, std::string_view media_type = {}) {
        return set(ocigraph_push_options_add_bytes, detail::in(title), detail::in(media_type), detail::in_bytes(content));
    }
    /* Adds the content of a reader. A reader provides its content once: the options cannot be used for another
     * operation after one has called it. The reader precedes the media type, unlike in C. */
    push_options &add_reader(std::string_view title, reader read, std::string_view media_type = {}) {
        return set_reader(ocigraph_push_options_add_reader, title, std::move(read), media_type);
    }
    /* Adds an annotation to the file that was added last. */
    push_options &file_annotation(std::string_view key, std::string_view value) {
        return set(ocigraph_push_options_add_file_annotation, detail::in(key), detail::in(value));
    }
    /* Sets the artifact type, for example `application/vnd.example.sbom`: see image-spec v1.1.1, "Guidelines for
     * Artifact Usage"
     * (https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md#guidelines-for-artifact-usage). Default:
     * none. */
    push_options &artifact_type(std::string_view artifact_type) {
        return set(ocigraph_push_options_set_artifact_type, detail::in(artifact_type));
    }
    /* Sets the subject: a reference with a tag or digest to a manifest in the repository that is pushed to. The
     * artifact becomes a referrer of it. NOT_FOUND if the manifest does not exist, INVALID_ARGUMENT if it is in
     * another repository. Default: none. */
    push_options &subject(std::string_view subject) {
        return set(ocigraph_push_options_set_subject, detail::in(subject));
    }
    /* Adds an annotation. The annotations of the manifest. Default: none. */
    push_options &annotation(std::string_view key, std::string_view value) {
        return set(ocigraph_push_options_add_annotation, detail::in(key), detail::in(value));
    }
    /* Sets the config blob. Its media type is `application/vnd.unknown.config.v1+json` unless it is given; without
     * an artifact type, it is the type of the artifact. Its annotations are those of the config's descriptor.
     * Default: the empty JSON object, as image-spec recommends for artifacts. */
    push_options &config(std::string_view content, std::string_view media_type) {
        return set(ocigraph_push_options_set_config, detail::in_bytes(content), detail::in(media_type));
    }
    /* Sets the config blob. Its media type is `application/vnd.unknown.config.v1+json` unless it is given; without
     * an artifact type, it is the type of the artifact. Its annotations are those of the config's descriptor.
     * Default: the empty JSON object, as image-spec recommends for artifacts. The content is that of a file. */
    push_options &config_path(std::string_view path, std::string_view media_type = {}) {
        return set(ocigraph_push_options_set_config_path, detail::in(path), detail::in(media_type));
    }
    /* Sets the platform that the artifact is for. It becomes a config of the media type
     * `application/vnd.oci.image.config.v1+json`, by which the artifact can be selected in an index. With a config
     * of its own it fails with INVALID_ARGUMENT. Default: none. */
    push_options &artifact_platform(std::string_view artifact_platform) {
        return set(ocigraph_push_options_set_artifact_platform, detail::in(artifact_platform));
    }
    /* Sets the format of the manifest. Default: OCIGRAPH_FORMAT_AUTO. */
    push_options &format(std::int32_t format) { return set(ocigraph_push_options_set_format, format); }
    /* If true, permits absolute titles and titles with `..`. Default: false; such a title then fails with
     * UNSAFE_PATH. */
    push_options &allow_path_traversal(bool allow_path_traversal) {
        return set(ocigraph_push_options_set_allow_path_traversal, allow_path_traversal);
    }
    /* Sets the time, in seconds since 1970-01-01 UTC, for the entries of packed directories and for the annotation
     * `org.opencontainers.image.created`; like the variable SOURCE_DATE_EPOCH
     * (https://reproducible-builds.org/specs/source-date-epoch/). Default: none; entries then get the time 0, and
     * the manifest has no such annotation. */
    push_options &source_date_epoch(std::uint64_t source_date_epoch) {
        return set(ocigraph_push_options_set_source_date_epoch, source_date_epoch);
    }
    /* Sets the maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count as 512. Fewer
     * are used while a registry limits the rate of requests, or if the process can open few files. */
    push_options &concurrency(std::size_t concurrency) {
        return set(ocigraph_push_options_set_concurrency, concurrency);
    }
    /* Sets the function that receives progress events. */
    push_options &on_progress(progress callback) {
        return set_progress(ocigraph_push_options_set_progress, std::move(callback));
    }
};

/* Options of client::attach. */
class attach_options
    : public detail::options<attach_options, ocigraph_attach_options, ocigraph_attach_options_new, ocigraph_attach_options_free> {
  public:
    /* Adds a file or a directory, which is packed as a gzip-compressed tar archive. */
    attach_options &add_path(std::string_view path, std::string_view media_type = {}, std::string_view title = {}) {
        return set(ocigraph_attach_options_add_path, detail::in(path), detail::in(media_type), detail::in(title));
    }
    /* Adds content from memory. Content precedes the media type, unlike in C. */
    attach_options &add_bytes(std::string_view title, std::string_view content, std::string_view media_type = {}) {
        return set(ocigraph_attach_options_add_bytes, detail::in(title), detail::in(media_type), detail::in_bytes(content));
    }
    /* Adds the content of a reader. A reader provides its content once: the options cannot be used for another
     * operation after one has called it. The reader precedes the media type, unlike in C. */
    attach_options &add_reader(std::string_view title, reader read, std::string_view media_type = {}) {
        return set_reader(ocigraph_attach_options_add_reader, title, std::move(read), media_type);
    }
    /* Adds an annotation to the file that was added last. */
    attach_options &file_annotation(std::string_view key, std::string_view value) {
        return set(ocigraph_attach_options_add_file_annotation, detail::in(key), detail::in(value));
    }
    /* Sets the artifact type, for example `application/vnd.example.sbom`: see image-spec v1.1.1, "Guidelines for
     * Artifact Usage"
     * (https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md#guidelines-for-artifact-usage). Default:
     * none; it is required unless `config` is set. */
    attach_options &artifact_type(std::string_view artifact_type) {
        return set(ocigraph_attach_options_set_artifact_type, detail::in(artifact_type));
    }
    /* Attaches to the image for this platform if the reference names an index. NOT_FOUND if the index has no such
     * image. Default: attaches to the manifest that the reference names. */
    attach_options &platform(std::string_view platform) {
        return set(ocigraph_attach_options_set_platform, detail::in(platform));
    }
    /* Adds an annotation. The annotations of the manifest. Default: none. */
    attach_options &annotation(std::string_view key, std::string_view value) {
        return set(ocigraph_attach_options_add_annotation, detail::in(key), detail::in(value));
    }
    /* Sets the config blob. Its media type is `application/vnd.unknown.config.v1+json` unless it is given; without
     * an artifact type, it is the type of the artifact. Its annotations are those of the config's descriptor.
     * Default: the empty JSON object, as image-spec recommends for artifacts. */
    attach_options &config(std::string_view content, std::string_view media_type) {
        return set(ocigraph_attach_options_set_config, detail::in_bytes(content), detail::in(media_type));
    }
    /* Sets the config blob. Its media type is `application/vnd.unknown.config.v1+json` unless it is given; without
     * an artifact type, it is the type of the artifact. Its annotations are those of the config's descriptor.
     * Default: the empty JSON object, as image-spec recommends for artifacts. The content is that of a file. */
    attach_options &config_path(std::string_view path, std::string_view media_type = {}) {
        return set(ocigraph_attach_options_set_config_path, detail::in(path), detail::in(media_type));
    }
    /* Sets the format of the manifest. Default: OCIGRAPH_FORMAT_AUTO. */
    attach_options &format(std::int32_t format) { return set(ocigraph_attach_options_set_format, format); }
    /* If true, permits an artifact without files and annotations. Default: false; an attach without both then fails
     * with INVALID_ARGUMENT. */
    attach_options &allow_empty(bool allow_empty) { return set(ocigraph_attach_options_set_allow_empty, allow_empty); }
    /* If true, permits absolute titles and titles with `..`. Default: false; such a title then fails with
     * UNSAFE_PATH. */
    attach_options &allow_path_traversal(bool allow_path_traversal) {
        return set(ocigraph_attach_options_set_allow_path_traversal, allow_path_traversal);
    }
    /* Sets the time, in seconds since 1970-01-01 UTC, for the entries of packed directories and for the annotation
     * `org.opencontainers.image.created`; like the variable SOURCE_DATE_EPOCH
     * (https://reproducible-builds.org/specs/source-date-epoch/). Default: none; entries then get the time 0, and
     * the manifest has no such annotation. */
    attach_options &source_date_epoch(std::uint64_t source_date_epoch) {
        return set(ocigraph_attach_options_set_source_date_epoch, source_date_epoch);
    }
    /* Sets the maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count as 512. Fewer
     * are used while a registry limits the rate of requests, or if the process can open few files. */
    attach_options &concurrency(std::size_t concurrency) {
        return set(ocigraph_attach_options_set_concurrency, concurrency);
    }
    /* Sets the function that receives progress events. */
    attach_options &on_progress(progress callback) {
        return set_progress(ocigraph_attach_options_set_progress, std::move(callback));
    }
};

/* Options of client::pull. */
class pull_options
    : public detail::options<pull_options, ocigraph_pull_options, ocigraph_pull_options_new, ocigraph_pull_options_free> {
  public:
    /* Sets the directory to write to. It is created if necessary. Default, also for an empty path: the current
     * directory. */
    pull_options &output(std::string_view output) { return set(ocigraph_pull_options_set_output, detail::in(output)); }
    /* Pulls the referrers of this artifact type instead of the artifact itself. NOT_FOUND if the artifact has no
     * such referrer. Default: the artifact that the reference names. */
    pull_options &artifact_type(std::string_view artifact_type) {
        return set(ocigraph_pull_options_set_artifact_type, detail::in(artifact_type));
    }
    /* Selects the image for this platform if the reference names an index. NOT_FOUND if the index has no such image.
     * Default: none; an index then fails with INVALID_ARGUMENT, because it has no files. */
    pull_options &platform(std::string_view platform) {
        return set(ocigraph_pull_options_set_platform, detail::in(platform));
    }
    /* If true, also pulls the subject of each artifact, the subject of that subject, and so on. Default: false. */
    pull_options &include_subject(bool include_subject) {
        return set(ocigraph_pull_options_set_include_subject, include_subject);
    }
    /* If true, also writes the blobs without a title, such as the layers of an image, a Helm chart or a Wasm module.
     * The file has the path in the annotation `org.cncf.model.filepath`, to which the rules for titles apply;
     * without one, or if the blob is an archive, the name is made from the digest: `sha256-` and 64 hexadecimal
     * digits. The config and foreign layers are not written. Default: false, which lists the blobs without a title
     * as skipped. */
    pull_options &all(bool all) { return set(ocigraph_pull_options_set_all, all); }
    /* Also writes the config of the artifact to this file; those of its subjects are not written. A relative path is
     * below the output directory. Several artifacts with different configs fail with CONFLICT. An artifact without a
     * config has no such file. Default: none; a config is then written only if it has a title. */
    pull_options &config_file(std::string_view config_file) {
        return set(ocigraph_pull_options_set_config_file, detail::in(config_file));
    }
    /* Writes the config to the file only if it has this media type. It requires `config_file`. Default: any media
     * type. */
    pull_options &config_media_type(std::string_view config_media_type) {
        return set(ocigraph_pull_options_set_config_media_type, detail::in(config_media_type));
    }
    /* If true, does not overwrite existing files. Default: false. */
    pull_options &keep_old_files(bool keep_old_files) {
        return set(ocigraph_pull_options_set_keep_old_files, keep_old_files);
    }
    /* If true, writes to absolute titles and to titles with `..`, also outside the output directory. Default: false;
     * such a title then fails with UNSAFE_PATH. */
    pull_options &allow_path_traversal(bool allow_path_traversal) {
        return set(ocigraph_pull_options_set_allow_path_traversal, allow_path_traversal);
    }
    /* Sets the limits for unpacked directories. An archive that exceeds one fails with TOO_LARGE. `entries`: maximum
     * number of files, directories and links. Default: 1,000,000. `bytes`: maximum size of the uncompressed archive
     * in bytes. Default: 64 GiB. `ratio`: maximum ratio of the uncompressed to the compressed size. Applies once
     * more than 64 MiB are unpacked. Default: 1,000. 0 selects the default of each. */
    pull_options &unpack_limits(std::uint64_t entries, std::uint64_t bytes, std::uint64_t ratio) {
        return set(ocigraph_pull_options_set_unpack_limits, entries, bytes, ratio);
    }
    /* Sets the maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count as 512. Fewer
     * are used while a registry limits the rate of requests, or if the process can open few files. */
    pull_options &concurrency(std::size_t concurrency) {
        return set(ocigraph_pull_options_set_concurrency, concurrency);
    }
    /* Sets the function that receives progress events. */
    pull_options &on_progress(progress callback) {
        return set_progress(ocigraph_pull_options_set_progress, std::move(callback));
    }
};

/* Options of client::discover and client::discover_each and graph::filter. */
class discover_options
    : public detail::options<discover_options, ocigraph_discover_options, ocigraph_discover_options_new, ocigraph_discover_options_free> {
  public:
    /* Keeps only what has this artifact type, the paths from the subject to it, and what is attached to it directly
     * or indirectly. Default: everything. */
    discover_options &artifact_type(std::string_view artifact_type) {
        return set(ocigraph_discover_options_set_artifact_type, detail::in(artifact_type));
    }
    /* Adds an annotation. Keeps only what has all these annotations with these values, in the same way as
     * `artifact_type`. Default: everything. */
    discover_options &annotation(std::string_view key, std::string_view value) {
        return set(ocigraph_discover_options_add_annotation, detail::in(key), detail::in(value));
    }
    /* Keeps only the attestations of which a statement has this predicate type, such as `https://spdx.dev/Document`,
     * in the same way as `artifact_type`. Default: everything. */
    discover_options &predicate_type(std::string_view predicate_type) {
        return set(ocigraph_discover_options_set_predicate_type, detail::in(predicate_type));
    }
    /* Follows the edges of this kind alone, for example those to referrers. Default: all kinds. */
    discover_options &only(std::int32_t only) { return set(ocigraph_discover_options_set_only, only); }
    /* Starts at the image for this platform if the reference names an index. NOT_FOUND if the index has no such
     * image. Default: starts at the manifest that the reference names. */
    discover_options &platform(std::string_view platform) {
        return set(ocigraph_discover_options_set_platform, detail::in(platform));
    }
    /* Sets the maximum number of levels: 1 returns what is directly attached, 0 the subject alone. Default: all
     * levels. */
    discover_options &depth(std::size_t depth) { return set(ocigraph_discover_options_set_depth, depth); }
    /* If true, returns a graph with graph::problems if a list cannot be read completely. Default: false; this then
     * fails with INCOMPLETE. */
    discover_options &allow_incomplete(bool allow_incomplete) {
        return set(ocigraph_discover_options_set_allow_incomplete, allow_incomplete);
    }
    /* Sets the maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count as 512. Fewer
     * are used while a registry limits the rate of requests, or if the process can open few files. */
    discover_options &concurrency(std::size_t concurrency) {
        return set(ocigraph_discover_options_set_concurrency, concurrency);
    }
};

/* Options of client::remove. */
class delete_options
    : public detail::options<delete_options, ocigraph_delete_options, ocigraph_delete_options_new, ocigraph_delete_options_free> {
  public:
    /* If true, makes the report without deleting anything. Default: false. */
    delete_options &dry_run(bool dry_run) { return set(ocigraph_delete_options_set_dry_run, dry_run); }
    /* If true, also deletes manifests that would be retained because they have another tag or another index lists
     * them, and proceeds if a list of tags or referrers cannot be read completely. Default: false; an incomplete
     * list then fails with INCOMPLETE. */
    delete_options &force(bool force) { return set(ocigraph_delete_options_set_force, force); }
    /* Deletes only what is attached by edges of this kind, to the artifact or to the images of an index, and what is
     * attached to that; the artifact itself stays. The kind is that of referrers or that of tags; another one fails
     * with INVALID_ARGUMENT, because an index needs what it lists. Default: deletes the artifact with everything
     * that is attached. */
    delete_options &only(std::int32_t only) { return set(ocigraph_delete_options_set_only, only); }
    /* If true, returns an empty report if `reference` names nothing. Default: false; it then fails with NOT_FOUND. */
    delete_options &if_exists(bool if_exists) { return set(ocigraph_delete_options_set_if_exists, if_exists); }
    /* Sets the maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count as 512. Fewer
     * are used while a registry limits the rate of requests, or if the process can open few files. */
    delete_options &concurrency(std::size_t concurrency) {
        return set(ocigraph_delete_options_set_concurrency, concurrency);
    }
};

/* Options of client::copy. */
class copy_options
    : public detail::options<copy_options, ocigraph_copy_options, ocigraph_copy_options_new, ocigraph_copy_options_free> {
  public:
    /* If true, copies the whole graph: also what is attached to the artifact, to the manifests that an index lists,
     * and to what is attached. Tags that have a digest, as cosign writes them, keep their names. Default: false,
     * which copies the artifact, its subject, and what an index lists. */
    copy_options &recursive(bool recursive) { return set(ocigraph_copy_options_set_recursive, recursive); }
    /* Sets a recursive copy follows the edges of this kind alone, for example those to referrers. Default: all
     * kinds. */
    copy_options &only(std::int32_t only) { return set(ocigraph_copy_options_set_only, only); }
    /* Copies only the image for this platform if the source is an index. NOT_FOUND if the index has no such image. A
     * recursive copy takes the attestations that the index lists for the image along; one without a subject gets the
     * image as its subject, and so another digest. Default: the index with all its images. */
    copy_options &platform(std::string_view platform) {
        return set(ocigraph_copy_options_set_platform, detail::in(platform));
    }
    /* Adds an index platform. Copies the images for these platforms, each as `os/arch[/variant]`, if the source is
     * an index. With several, the destination gets a new index that lists only these images, in the order of the
     * source; a recursive copy keeps the attestations that the index lists for them. What is attached to the index
     * of the source is not attached to the new one. One platform has the effect of `platform`, and both together
     * fail with INVALID_ARGUMENT. Default: none. */
    copy_options &index_platform(std::string_view index_platform) {
        return set(ocigraph_copy_options_add_index_platform, detail::in(index_platform));
    }
    /* If true, copies foreign layers too. Registries need not store these layers: see image-spec v1.1.1,
     * "Non-Distributable Layers"
     * (https://github.com/opencontainers/image-spec/blob/v1.1.1/layer.md#non-distributable-layers). Default: false. */
    copy_options &foreign(bool foreign) { return set(ocigraph_copy_options_set_foreign, foreign); }
    /* If true, checks that the content below every copied manifest exists, also if the destination has the manifest
     * already, and copies what is missing: a collection of garbage can leave a manifest without its content. Digests
     * are not computed. Default: false, which checks only the manifest that the source names and what it lists. */
    copy_options &repair(bool repair) { return set(ocigraph_copy_options_set_repair, repair); }
    /* Sets the client that reaches the destination, with credentials, headers, TLS options and limits of its own.
     * Neither client sends anything of the other. Within one registry, blobs are then uploaded and not mounted.
     * Default: none, and one client reaches both source and destination. The options share what `client` has, which
     * may be destroyed before them. An exception of its credential source is reported as an error of the code
     * CREDENTIALS. */
    copy_options &destination_client(const detail::operations &client);
    /* Sets the maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count as 512. Fewer
     * are used while a registry limits the rate of requests, or if the process can open few files. */
    copy_options &concurrency(std::size_t concurrency) {
        return set(ocigraph_copy_options_set_concurrency, concurrency);
    }
    /* Sets the function that receives progress events. */
    copy_options &on_progress(progress callback) {
        return set_progress(ocigraph_copy_options_set_progress, std::move(callback));
    }
};

/* Options of client::backup. */
class backup_options
    : public detail::options<backup_options, ocigraph_backup_options, ocigraph_backup_options_new, ocigraph_backup_options_free> {
  public:
    /* If true, also backs up what is attached to the manifests, as a recursive copy does: referrers, the tags that
     * cosign derives from a digest, and what is attached to these. Default: false, which backs up the tagged
     * manifests and what they list. */
    backup_options &recursive(bool recursive) { return set(ocigraph_backup_options_set_recursive, recursive); }
    /* Sets the archive or directory of an earlier backup. Manifests and blobs that it has are not stored again, and
     * a restore needs it too. Only for an archive. Default: none. */
    backup_options &since(std::string_view since) { return set(ocigraph_backup_options_set_since, detail::in(since)); }
    /* If true, only reports what would be stored. Reads all manifests, and no blob. Default: false. */
    backup_options &dry_run(bool dry_run) { return set(ocigraph_backup_options_set_dry_run, dry_run); }
    /* Sets the maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count as 512. Fewer
     * are used while a registry limits the rate of requests, or if the process can open few files. */
    backup_options &concurrency(std::size_t concurrency) {
        return set(ocigraph_backup_options_set_concurrency, concurrency);
    }
    /* Sets the function that receives progress events. */
    backup_options &on_progress(progress callback) {
        return set_progress(ocigraph_backup_options_set_progress, std::move(callback));
    }
};

/* Options of client::restore. */
class restore_options
    : public detail::options<restore_options, ocigraph_restore_options, ocigraph_restore_options_new, ocigraph_restore_options_free> {
  public:
    /* Restores this repository alone, by its name in an archive of several: `registry.example.com/app`. Default:
     * all. */
    restore_options &repository(std::string_view repository) {
        return set(ocigraph_restore_options_set_repository, detail::in(repository));
    }
    /* If true, restores the tagged manifests and what they list, without what is attached to them. Default: false,
     * which restores what the archive has. */
    restore_options &exclude_referrers(bool exclude_referrers) {
        return set(ocigraph_restore_options_set_exclude_referrers, exclude_referrers);
    }
    /* If true, only reports what would be sent. Asks the destination what it has. Default: false. */
    restore_options &dry_run(bool dry_run) { return set(ocigraph_restore_options_set_dry_run, dry_run); }
    /* Sets the maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count as 512. Fewer
     * are used while a registry limits the rate of requests, or if the process can open few files. */
    restore_options &concurrency(std::size_t concurrency) {
        return set(ocigraph_restore_options_set_concurrency, concurrency);
    }
    /* Sets the function that receives progress events. */
    restore_options &on_progress(progress callback) {
        return set_progress(ocigraph_restore_options_set_progress, std::move(callback));
    }
};

/* Options of client::migrate. */
class migrate_options
    : public detail::options<migrate_options, ocigraph_migrate_options, ocigraph_migrate_options_new, ocigraph_migrate_options_free> {
  public:
    /* Sets the form that attachments get. Default: OCIGRAPH_ATTACHMENT_FORM_REFERRERS. */
    migrate_options &to(std::int32_t to) { return set(ocigraph_migrate_options_set_to, to); }
    /* If true, makes the report without writing or deleting anything. Default: false. */
    migrate_options &dry_run(bool dry_run) { return set(ocigraph_migrate_options_set_dry_run, dry_run); }
    /* If true, deletes the old form of each attachment after the new form was read back. Retained is a manifest with
     * another tag, one that an index lists, and one with attachments of its own. Default: false, which leaves the
     * old form in place. */
    migrate_options &remove_old(bool remove_old) { return set(ocigraph_migrate_options_set_remove_old, remove_old); }
    /* Sets the maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count as 512. Fewer
     * are used while a registry limits the rate of requests, or if the process can open few files. */
    migrate_options &concurrency(std::size_t concurrency) {
        return set(ocigraph_migrate_options_set_concurrency, concurrency);
    }
};

/* Options of client::verify. */
class verify_options
    : public detail::options<verify_options, ocigraph_verify_options, ocigraph_verify_options_new, ocigraph_verify_options_free> {
  public:
    /* Starts at the image for this platform if the reference names an index. NOT_FOUND if the index has no such
     * image. Default: starts at the manifest that the reference names. */
    verify_options &platform(std::string_view platform) {
        return set(ocigraph_verify_options_set_platform, detail::in(platform));
    }
    /* Follows the edges of this kind alone to what is attached, for example those to referrers. What an index lists
     * is always verified. Default: all kinds. */
    verify_options &only(std::int32_t only) { return set(ocigraph_verify_options_set_only, only); }
    /* If true, repairs the lists of referrers that clients keep: in a registry, the index under the fallback tag of
     * each manifest of the graph; in a layout, the indexes of regctl and olareg. Removes the entries of missing
     * manifests, corrects entries that contradict their manifests, and adds manifests that a list lacks. The rest of
     * the graph is not changed. Default: false, which only reports them. */
    verify_options &repair_index(bool repair_index) {
        return set(ocigraph_verify_options_set_repair_index, repair_index);
    }
    /* Sets the maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count as 512. Fewer
     * are used while a registry limits the rate of requests, or if the process can open few files. */
    verify_options &concurrency(std::size_t concurrency) {
        return set(ocigraph_verify_options_set_concurrency, concurrency);
    }
    /* Sets the function that receives progress events. */
    verify_options &on_progress(progress callback) {
        return set_progress(ocigraph_verify_options_set_progress, std::move(callback));
    }
};

/* Options of client::check. */
class check_options
    : public detail::options<check_options, ocigraph_check_options, ocigraph_check_options_new, ocigraph_check_options_free> {
  public:
    /* Checks the image for this platform if the reference names an index. NOT_FOUND if the index has no such image.
     * Default: checks what the reference names. */
    check_options &platform(std::string_view platform) {
        return set(ocigraph_check_options_set_platform, detail::in(platform));
    }
    /* If true, checks each image of an index for itself: what is attached to the index counts for none of them.
     * Default: false; what an index requires is then attached to the index, or to each of its images. */
    check_options &each_platform(bool each_platform) {
        return set(ocigraph_check_options_set_each_platform, each_platform);
    }
    /* Sets the maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count as 512. Fewer
     * are used while a registry limits the rate of requests, or if the process can open few files. */
    check_options &concurrency(std::size_t concurrency) {
        return set(ocigraph_check_options_set_concurrency, concurrency);
    }
};

/* Options of client::resolve and client::fetch_manifest. */
class resolve_options
    : public detail::options<resolve_options, ocigraph_resolve_options, ocigraph_resolve_options_new, ocigraph_resolve_options_free> {
  public:
    /* Selects, in an index, the image for this platform. Default: the index itself. */
    resolve_options &platform(std::string_view platform) {
        return set(ocigraph_resolve_options_set_platform, detail::in(platform));
    }
    /* Adds a media type. The media types that the manifest may have. A registry is asked for these alone, and can
     * refuse others. A manifest of another media type fails with NOT_FOUND. Default: none, which accepts every media
     * type. */
    resolve_options &media_type(std::string_view media_type) {
        return set(ocigraph_resolve_options_add_media_type, detail::in(media_type));
    }
};

/* Options of client::index_create. */
class index_create_options
    : public detail::options<index_create_options, ocigraph_index_create_options, ocigraph_index_create_options_new, ocigraph_index_create_options_free> {
  public:
    /* Adds an annotation. The annotations of the index. Default: none. */
    index_create_options &annotation(std::string_view key, std::string_view value) {
        return set(ocigraph_index_create_options_add_annotation, detail::in(key), detail::in(value));
    }
    /* Sets the artifact type of the index, a media type. Default: none. */
    index_create_options &artifact_type(std::string_view artifact_type) {
        return set(ocigraph_index_create_options_set_artifact_type, detail::in(artifact_type));
    }
    /* If true, returns the index without pushing it. Default: false. */
    index_create_options &dry_run(bool dry_run) { return set(ocigraph_index_create_options_set_dry_run, dry_run); }
    /* Sets the maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count as 512. Fewer
     * are used while a registry limits the rate of requests, or if the process can open few files. */
    index_create_options &concurrency(std::size_t concurrency) {
        return set(ocigraph_index_create_options_set_concurrency, concurrency);
    }
};

/* Options of client::index_update. */
class index_update_options
    : public detail::options<index_update_options, ocigraph_index_update_options, ocigraph_index_update_options_new, ocigraph_index_update_options_free> {
  public:
    /* The manifests to add at the end: tags, digests, or references to the same repository or layout. A manifest
     * that the index lists already is not added again. Default: none. */
    index_update_options &add(std::string_view manifest) {
        return set(ocigraph_index_update_options_add, detail::in(manifest));
    }
    /* The indexes whose manifests are added after `add`, each named as a manifest is. An entry that the index has
     * already is not added again. Default: none. */
    index_update_options &merge(std::string_view manifest) {
        return set(ocigraph_index_update_options_merge, detail::in(manifest));
    }
    /* The digests of the manifests to remove, before others are added. A digest that the index does not list fails
     * with NOT_FOUND. Default: none. */
    index_update_options &remove(std::string_view manifest) {
        return set(ocigraph_index_update_options_remove, detail::in(manifest));
    }
    /* Adds an annotation. Annotations that the index gets, beside those that it has. One with the same key is
     * replaced. Default: none. */
    index_update_options &annotation(std::string_view key, std::string_view value) {
        return set(ocigraph_index_update_options_add_annotation, detail::in(key), detail::in(value));
    }
    /* Sets the artifact type that the index gets, a media type. Default: it stays. */
    index_update_options &artifact_type(std::string_view artifact_type) {
        return set(ocigraph_index_update_options_set_artifact_type, detail::in(artifact_type));
    }
    /* If true, removes the artifact type of the index. Default: false. With `artifact_type`, it fails with
     * INVALID_ARGUMENT. */
    index_update_options &remove_artifact_type(bool remove_artifact_type) {
        return set(ocigraph_index_update_options_set_remove_artifact_type, remove_artifact_type);
    }
    /* Adds a tag. Further tags of the updated index. Default: none. */
    index_update_options &tag(std::string_view tag) {
        return set(ocigraph_index_update_options_add_tag, detail::in(tag));
    }
    /* If true, returns the updated index without pushing it. Default: false. */
    index_update_options &dry_run(bool dry_run) { return set(ocigraph_index_update_options_set_dry_run, dry_run); }
    /* Sets the maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count as 512. Fewer
     * are used while a registry limits the rate of requests, or if the process can open few files. */
    index_update_options &concurrency(std::size_t concurrency) {
        return set(ocigraph_index_update_options_set_concurrency, concurrency);
    }
};

/* Options of client::fetch_blob and client::push_blob. */
class blob_options
    : public detail::options<blob_options, ocigraph_blob_options, ocigraph_blob_options_new, ocigraph_blob_options_free> {
  public:
    /* Sets the function that receives progress events. */
    blob_options &on_progress(progress callback) {
        return set_progress(ocigraph_blob_options_set_progress, std::move(callback));
    }
};

/* Options of client::remove_blob. */
class blob_delete_options
    : public detail::options<blob_delete_options, ocigraph_blob_delete_options, ocigraph_blob_delete_options_new, ocigraph_blob_delete_options_free> {
  public:
    /* If true, ignores a blob that does not exist. Default: false; such a blob then fails with NOT_FOUND. */
    blob_delete_options &if_exists(bool if_exists) {
        return set(ocigraph_blob_delete_options_set_if_exists, if_exists);
    }
};

/* Options of client::prune. */
class prune_options
    : public detail::options<prune_options, ocigraph_prune_options, ocigraph_prune_options_new, ocigraph_prune_options_free> {
  public:
    /* Adds a keep tag. Patterns of tags that are never removed, and whose manifests stay. Default: none. */
    prune_options &keep_tag(std::string_view keep_tag) {
        return set(ocigraph_prune_options_add_keep_tag, detail::in(keep_tag));
    }
    /* Selects tagged manifests without the newest N, which stay. At least 1. Those count that have a tag of `tags`,
     * also under `keep_tags`. A manifest whose time of creation is unknown stays. Default: none. */
    prune_options &keep_last(std::size_t keep_last) { return set(ocigraph_prune_options_set_keep_last, keep_last); }
    /* Selects tagged manifests that were created before a time: `90d`, `12h`, `2w` ago (`s`, `h`, `d`, `w`), or a
     * time in RFC 3339. The time of a manifest is that of the registry (Azure), else that of the annotation
     * `org.opencontainers.image.created`, else that of the image config; of an index without one, that of its newest
     * image. A time before 1981 is that of a reproducible build, and counts as unknown; so does one in the future
     * for `keep_last`. A manifest whose time is unknown stays. With `keep_last`, selects what both select. What
     * `untagged`, `orphans` and `dead_tags` select has to be as old, unless its time is unknown: nothing says when
     * it was pushed. Default: none. */
    prune_options &older_than(std::string_view older_than) {
        return set(ocigraph_prune_options_set_older_than, detail::in(older_than));
    }
    /* Adds a tag. Patterns of tags: only these are selected, by `older_than` and `keep_last`, or all of them without
     * these two. Other tags stay. Default: all tags, if `older_than` or `keep_last` is given. */
    prune_options &tag(std::string_view tag) { return set(ocigraph_prune_options_add_tag, detail::in(tag)); }
    /* If true, selects manifests without a tag that nothing needs which stays. A push in progress has such
     * manifests: its index comes last. So prune when nothing is pushed, or store a plan and execute it later: what
     * an index lists by then stays. Default: false. */
    prune_options &untagged(bool untagged) { return set(ocigraph_prune_options_set_untagged, untagged); }
    /* If true, selects referrers without a tag whose subject does not exist. Default: false. */
    prune_options &orphans(bool orphans) { return set(ocigraph_prune_options_set_orphans, orphans); }
    /* If true, selects the tags that cosign derives from a digest, and fallback tags, whose subject does not exist.
     * A fallback tag stays while it lists a referrer that stays. The tags of cosign stay in a repository that has no
     * other tags and none of their subjects: it may keep the signatures of images in another repository
     * (`COSIGN_REPOSITORY`). Default: false. */
    prune_options &dead_tags(bool dead_tags) { return set(ocigraph_prune_options_set_dead_tags, dead_tags); }
    /* Adds an artifact type. Artifact types: `orphans` and the tags of cosign among `dead_tags` are selected only if
     * their manifest has one of them. What is attached to a deleted manifest is deleted whatever its type. Default:
     * all types. */
    prune_options &artifact_type(std::string_view artifact_type) {
        return set(ocigraph_prune_options_add_artifact_type, detail::in(artifact_type));
    }
    /* Sets the maximum number of manifests that are deleted, in all repositories together. If the plan has more, the
     * prune fails with CONFLICT, and neither deletes nor stores anything. A dry run returns the plan. Default: no
     * limit. */
    prune_options &max(std::size_t max) { return set(ocigraph_prune_options_set_max, max); }
    /* If true, makes the plan without deleting anything. Default: false. */
    prune_options &dry_run(bool dry_run) { return set(ocigraph_prune_options_set_dry_run, dry_run); }
    /* Writes the plan to this file as JSON, and deletes nothing. Default: none. */
    prune_options &plan(std::string_view plan) { return set(ocigraph_prune_options_set_plan, detail::in(plan)); }
    /* Executes the plan in this file, in the repositories that it names. Only `max`, `dry_run` and `concurrency` are
     * allowed beside it. Default: none. */
    prune_options &execute(std::string_view execute) {
        return set(ocigraph_prune_options_set_execute, detail::in(execute));
    }
    /* Sets the maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count as 512. Fewer
     * are used while a registry limits the rate of requests, or if the process can open few files. */
    prune_options &concurrency(std::size_t concurrency) {
        return set(ocigraph_prune_options_set_concurrency, concurrency);
    }
};

/* Options of client::sync. */
class sync_options
    : public detail::options<sync_options, ocigraph_sync_options, ocigraph_sync_options_new, ocigraph_sync_options_free> {
  public:
    /* Adds a repository. Copies the repositories of which the name, without the host, matches one of these patterns:
     * `team-?`. Default: all. The repository of a source that names one is copied in any case. */
    sync_options &repository(std::string_view repository) {
        return set(ocigraph_sync_options_add_repository, detail::in(repository));
    }
    /* Adds a tag. Copies the tags that match one of these patterns: `v1.*`. A text can have several with commas
     * between them. Default: all. The tags of a source that names some are copied in any case. */
    sync_options &tag(std::string_view tag) { return set(ocigraph_sync_options_add_tag, detail::in(tag)); }
    /* Copies this many tags of each repository: those with the highest versions. `v1.10` is after `v1.9`, and
     * `v1.10-rc1` before `v1.10`. At least 1. Default: all. */
    sync_options &latest(std::size_t latest) { return set(ocigraph_sync_options_set_latest, latest); }
    /* Adds a platform. Copies the images for these platforms, each as `os/arch[/variant]`: see `index_platforms`.
     * Default: all. */
    sync_options &platform(std::string_view platform) {
        return set(ocigraph_sync_options_add_platform, detail::in(platform));
    }
    /* If true, only finds out what would be done: outcomes `would-copy` and `would-remove`. Default: false. */
    sync_options &dry_run(bool dry_run) { return set(ocigraph_sync_options_set_dry_run, dry_run); }
    /* If true, removes the tags of the destination that the source does not have, within what is selected:
     * repositories of sources that name no tags, and there the tags that match the patterns. Nothing is removed if a
     * list of the tags is incomplete, or if the source lists no tag. A tag that has the digest of a manifest, as
     * cosign writes it, is removed if all tags of the repository are selected and copied and the source does not
     * have that manifest. Others stay: a signature of what the source has can be the destination's own. Default:
     * false. */
    sync_options &prune_destination(bool prune_destination) {
        return set(ocigraph_sync_options_set_prune_destination, prune_destination);
    }
    /* If true, also asks the destination for every blob of what it has, and copies again what it has lost. Not with
     * `dry_run`. Default: false; a manifest that the destination has proves its blobs, since a registry checks them
     * when it receives the manifest. */
    sync_options &repair(bool repair) { return set(ocigraph_sync_options_set_repair, repair); }
    /* Sets a file that records what was done. A sync of the same sources with the same options continues where the
     * file ends, and returns the other rows. A reference counts as done if the destination has all of it, when the
     * next rows are asked for. A sync that reaches its end is not continued: the next one begins again, also with
     * other sources. Default: none. */
    sync_options &checkpoint(std::string_view checkpoint) {
        return set(ocigraph_sync_options_set_checkpoint, detail::in(checkpoint));
    }
    /* Copies a share of the repositories: `1/3`, `2/3` and `3/3` together are all. Which repository is in which
     * share depends on its name alone. Default: all. */
    sync_options &shard(std::string_view shard) { return set(ocigraph_sync_options_set_shard, detail::in(shard)); }
    /* Sets the client that reaches the destination: see `destination_client`. Default: none, and one client reaches
     * both. The options share what `client` has, which may be destroyed before them. An exception of its credential
     * source is reported as an error of the code CREDENTIALS. */
    sync_options &destination_client(const detail::operations &client);
    /* Sets the maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count as 512. Fewer
     * are used while a registry limits the rate of requests, or if the process can open few files. */
    sync_options &concurrency(std::size_t concurrency) {
        return set(ocigraph_sync_options_set_concurrency, concurrency);
    }
};

/* Options of client::sweep. */
class sweep_options
    : public detail::options<sweep_options, ocigraph_sweep_options, ocigraph_sweep_options_new, ocigraph_sweep_options_free> {
  public:
    /* Adds a repository. Sweeps the repositories of which the name, without the host, matches one of these patterns:
     * `team-?`. Default: all. The repository of a target that names one is swept in any case. */
    sweep_options &repository(std::string_view repository) {
        return set(ocigraph_sweep_options_add_repository, detail::in(repository));
    }
    /* Adds a tag. Sweeps the tags that match one of these patterns: `v1.*`. A text can have several with commas
     * between them. Default: all. The tags of a target that names some are swept in any case. */
    sweep_options &tag(std::string_view tag) { return set(ocigraph_sweep_options_add_tag, detail::in(tag)); }
    /* Sweeps this many tags of each repository: those with the highest versions. `v1.10` is after `v1.9`, and
     * `v1.10-rc1` before `v1.10`. At least 1. Default: all. */
    sweep_options &latest(std::size_t latest) { return set(ocigraph_sweep_options_set_latest, latest); }
    /* Sets the maximum number of levels: 1 returns what is directly attached, 0 the images alone, with the status
     * `found`. Default: all levels. */
    sweep_options &depth(std::size_t depth) { return set(ocigraph_sweep_options_set_depth, depth); }
    /* Sets a file that records what was done. A sweep of the same targets with the same options continues where the
     * file ends, and returns the other rows. An image counts as done when the next rows are asked for. Rows of more
     * than 1,000 attachments of one image may come again. What was unknown or refused is asked for again: its rows
     * come last, and those of the next sweep replace them. A sweep that reaches its end and leaves nothing unknown
     * or refused is not continued: the next one begins again. The file has up to 150 bytes for each image. Default:
     * none. */
    sweep_options &checkpoint(std::string_view checkpoint) {
        return set(ocigraph_sweep_options_set_checkpoint, detail::in(checkpoint));
    }
    /* Sweeps a share of the repositories: `1/3`, `2/3` and `3/3` together are all. Which repository is in which
     * share depends on its name alone. Default: all. */
    sweep_options &shard(std::string_view shard) { return set(ocigraph_sweep_options_set_shard, detail::in(shard)); }
    /* Sets the maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count as 512. Fewer
     * are used while a registry limits the rate of requests, or if the process can open few files. */
    sweep_options &concurrency(std::size_t concurrency) {
        return set(ocigraph_sweep_options_set_concurrency, concurrency);
    }
};

/* Options of client::untag. */
class untag_options
    : public detail::options<untag_options, ocigraph_untag_options, ocigraph_untag_options_new, ocigraph_untag_options_free> {
  public:
    /* If true, ignores a tag that does not exist. Default: false; such a tag then fails with NOT_FOUND. */
    untag_options &if_exists(bool if_exists) { return set(ocigraph_untag_options_set_if_exists, if_exists); }
};

} // namespace ocigraph

#endif /* OCIGRAPH_OPTIONS_HPP */
