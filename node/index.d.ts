// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.
// What is written by hand is in tools/bindgen/src/templates/node/index.d.ts.
/// <reference lib="esnext.disposable" />

/**
 * Push, pull, discover, copy, verify and delete graphs of supply-chain artifacts (signatures, SBOMs, scan results,
 * documents) in OCI registries and OCI image layout directories.
 *
 * References are strings: `registry.example.com[:port]/repository[:tag][@digest]`, or `oci:PATH[:tag][@digest]` for an image
 * layout directory. If a reference has both a tag and a digest, operations use the digest. The tag of a layout can be any name,
 * such as `docker.io/library/hello:1.0`; {@link parseReference} describes where PATH ends. A layout in a tar archive,
 * `oci:app.tar:v1`, is read in place; operations that write fail for it with `UNSUPPORTED`.
 *
 * Promises reject with an {@link OcigraphError}, except in two cases: after an abort they reject with the reason of the signal,
 * and if a callback or stream of the caller throws, they reject with the thrown value. To omit an option, leave it out or set
 * it to undefined; null is rejected. Methods need their client: `refs.map((ref) => client.resolve(ref))`.
 *
 * @example
 * ```ts
 * import { Client } from 'ocigraph';
 *
 * const client = new Client();
 * const graph = await client.discover('registry.example.com/net-monitor:v1');
 * console.log(graph.tree());
 * ```
 *
 * @module
 */

/** The version of the package, such as `1.2.3`. */
export const version: string;

/** The kind of an error. The codes are the same in every language. New versions may add codes. */
export type ErrorCode =
  | 'INVALID_ARGUMENT'
  | 'INVALID_REFERENCE'
  | 'NOT_FOUND'
  | 'ALREADY_EXISTS'
  | 'UNAUTHORIZED'
  | 'FORBIDDEN'
  | 'UNSUPPORTED'
  | 'RATE_LIMITED'
  | 'TOO_LARGE'
  | 'DIGEST_MISMATCH'
  | 'SIZE_MISMATCH'
  | 'INVALID_MANIFEST'
  | 'UNSAFE_PATH'
  | 'TIMEOUT'
  | 'NETWORK'
  | 'TLS'
  | 'REGISTRY'
  | 'IO'
  | 'CONFLICT'
  | 'CREDENTIALS'
  | 'CANCELLED'
  | 'INTERNAL'
  | 'INCOMPLETE';

/**
 * An error in a registry's response.
 *
 * See {@link https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#error-codes | error codes} in the OCI
 * distribution specification.
 */
export interface RegistryError {
  /** The registry's error code, such as `MANIFEST_UNKNOWN`. */
  readonly code: string;
  /** The registry's message. May be empty. */
  readonly message: string;
}

/**
 * The error of a failed operation. The message contains the operation, the reference, the reason and a hint. The stack trace
 * is that of the caller.
 *
 * @example
 * ```ts
 * try {
 *   await client.resolve('registry.example.com/net-monitor:v9');
 * } catch (error) {
 *   if (error instanceof OcigraphError && error.code === 'NOT_FOUND') console.log('not released yet');
 *   else throw error;
 * }
 * ```
 */
export class OcigraphError extends Error {
  private constructor();
  /** The name of the class, `OcigraphError`. */
  get name(): string;
  /** The kind of the error, such as `NOT_FOUND`. */
  readonly code: ErrorCode;
  /** The number of the code, the same in every language. */
  readonly number: number;
  /** A suggestion for how to solve the problem, which is also part of the message. It names an option and the command-line flag. */
  readonly hint?: string;
  /** The name of the operation, such as `push`. */
  readonly operation?: string;
  /** The reference that the operation was called with. */
  readonly reference?: string;
  /** The HTTP status code, if a registry responded. */
  readonly status?: number;
  /** The errors in the registry's response. Empty if it contained none. */
  readonly registryErrors: readonly RegistryError[];
  /** The error codes in `registryErrors`, such as `MANIFEST_UNKNOWN`. */
  get registryCodes(): string[];
  /** The request id in the registry's response, for its logs. */
  readonly requestId?: string;
  /** The delay in seconds that the registry asked for with `Retry-After`. */
  readonly retryAfter?: number;
  /** True if the same call may succeed later without any change. */
  readonly retryable: boolean;
  /** Returns what `JSON.stringify` writes: the name, the message, and all defined properties. */
  toJSON(): Record<string, unknown>;
}

/**
 * The platform of an image.
 *
 * See {@link https://github.com/opencontainers/image-spec/blob/v1.1.1/image-index.md | image index} in the OCI image
 * specification.
 */
export interface Platform {
  /** The CPU architecture as a Go `GOARCH` value, such as `amd64` or `arm64`. */
  readonly architecture: string;
  /** The operating system as a Go `GOOS` value, such as `linux` or `windows`. */
  readonly os: string;
  /** The version of the operating system. */
  readonly 'os.version'?: string;
  /** The features of the operating system that the image requires. */
  readonly 'os.features'?: readonly string[];
  /** The variant of the CPU, such as `v7`. */
  readonly variant?: string;
}

/**
 * Annotations of a manifest or descriptor, such as `org.opencontainers.image.title`.
 *
 * See {@link https://github.com/opencontainers/image-spec/blob/v1.1.1/annotations.md | annotations} in the OCI image
 * specification.
 */
export type Annotations = Readonly<Record<string, string>>;

/**
 * A descriptor: the media type, digest and size of content.
 *
 * See {@link https://github.com/opencontainers/image-spec/blob/v1.1.1/descriptor.md | content descriptors} in the OCI image
 * specification.
 */
export interface Descriptor {
  /** The media type, such as `application/json`. */
  readonly mediaType: string;
  /** The digest, such as `sha256:e3b0c442…`. */
  readonly digest: string;
  /** The size of the content in bytes. */
  readonly size: number;
  /** The artifact type, if the descriptor describes a manifest that has one. */
  readonly artifactType?: string;
  /** The annotations, if there are any. */
  readonly annotations?: Annotations;
  /** The platform, if the descriptor is an entry of an index that specifies one. */
  readonly platform?: Platform;
}

/** A progress event of a blob. Intermediate positions may be omitted; the last position never is. */
export type ProgressEvent = {
  /** The descriptor of the blob. */
  readonly blob: Descriptor;
  /** Bytes transferred so far, of `blob.size`. Decreases if a retry restarts the transfer. */
  readonly position: number;
} & (
  | {
      /** The transfer started, or reached a position. */
      readonly type: 'started' | 'moved';
    }
  | {
      /** The last event of this blob. */
      readonly type: 'finished';
      /** The result for this blob. */
      readonly outcome: Outcome | FileOutcome | 'checked';
    }
);

/** The result for a pushed blob: it was sent, already existed, or was mounted from another repository. */
export type Outcome = 'uploaded' | 'existed' | 'mounted';

/** The result for a pulled file: it was written, is identical to the existing file, or `keepOldFiles` kept the existing file. */
export type FileOutcome = 'written' | 'unchanged' | 'kept';

/** The parts of a reference. */
export interface Reference {
  /** The complete reference, as it can be passed to every operation. */
  readonly text: string;
  /** The reference without tags and digest: the repository or layout. */
  readonly location: string;
  /** The tags, in the order of the reference. */
  readonly tags: readonly string[];
  /** The digest. It takes precedence over the tags. */
  readonly digest?: string;
  /** The registry as `host[:port]`. Absent for a layout. */
  readonly host?: string;
  /** The repository within the registry. Absent for a layout. */
  readonly repository?: string;
  /** The directory of the layout. Absent for a registry. */
  readonly path?: string;
}

/**
 * Parses a reference.
 *
 * The tag of a layout can be any name, such as `docker.io/library/hello:1.0`. PATH is the longest part before a colon that is a
 * layout or a file; without one, it ends at the first colon after the directories that exist; `oci:PATH/:tag` ends it at the
 * slash. So this function looks which of these exist. It opens no file and does not use the network.
 *
 * @throws {@link OcigraphError} with code `INVALID_REFERENCE` if the text is not a valid reference.
 *
 * @example
 * ```ts
 * const { location } = parseReference('registry.example.com:8443/team/app:v1');
 * const pinned = `${location}@${(await client.resolve('registry.example.com:8443/team/app:v1')).digest}`;
 * ```
 */
export function parseReference(reference: string): Reference;

/** Options of {@link serve}. */
export interface ServeOptions {
  /** The address to listen on. Port 0 chooses a free port. Default: `127.0.0.1:0`. */
  listen?: string;
  /** Refuses every change. Default: false. */
  readOnly?: boolean;
  /** The registry whose habits it imitates, to test a client. Default: none, the specification. */
  behaveAs?: 'azure' | 'docker-2.8' | 'ecr' | 'ghcr' | 'harbor';
  /**
   * A file with the passwords of users, as `htpasswd -B` writes it. Every request needs one of them. It is read once. Default:
   * none, everyone who can connect may do everything.
   */
  htpasswd?: string;
  /**
   * A PEM file with the certificate of the registry, followed by those that it was signed with. It requires `keyFile`. Both are
   * read once. Default: none, plain HTTP.
   */
  certFile?: string;
  /** A PEM file with the private key of `certFile`. Default: none. */
  keyFile?: string;
}

/** A registry that {@link serve} started. */
export interface ServedRegistry extends AsyncDisposable {
  /** The host and port, as references name them: `127.0.0.1:40123`. */
  readonly host: string;
  /** Lets requests in progress end, for 10 seconds at most, and ends the registry. Does nothing the second time. */
  close(): Promise<void>;
}

/**
 * Serves image layouts as a registry, in a process of its own that ends with this one. The registry is that of the command
 * `ocigraph serve`: the OCI distribution specification with referrers, over layouts that other processes can use at the same
 * time.
 *
 * A source is a path, with or without `oci:` before it. A layout is one repository with the name of its directory, or another:
 * `team/app=oci:store/app`. A directory without a layout is a folder of layouts: repository `a/b` is the layout `a/b` below it,
 * which the first push creates. It need not exist. An archive is read-only.
 *
 * @throws {@link OcigraphError} with code `INVALID_ARGUMENT` if a source cannot be served, the file of passwords is not valid, or a
 * registry cannot be imitated, and with `TLS` if the certificate or its key is not valid.
 *
 * @example
 * ```ts
 * const registry = await serve('registry');
 * await client.push(`${registry.host}/app:v1`, { artifactType: 'app/example' });
 * await registry.close();
 * ```
 */
export function serve(sources: string | readonly string[], options?: ServeOptions): Promise<ServedRegistry>;

/** Options that every operation accepts. */
export interface CallOptions {
  /**
   * Aborts the call. It deletes its partial files and cancels its upload sessions at the registry, and then rejects with the
   * signal's reason: usually within 100 ms; it waits up to two seconds for the clean-up. Files never appear incomplete under their final names.
   */
  signal?: AbortSignal | undefined;
}

/** Options of calls that transfer content. */
export interface ProgressOptions extends CallOptions {
  /**
   * Called with each progress event, never after the promise has settled. If the callback throws, or returns a promise that
   * rejects, the call is aborted and rejects with the same value. The call waits for returned promises before it resolves.
   */
  onProgress?: ((event: ProgressEvent) => unknown) | undefined;
}

/** Options of calls that transfer content in several requests. */
export interface TransferOptions extends ProgressOptions {
  /**
   * Maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count as 512. Fewer are used
   * while a registry limits the rate of requests, or if the process can open few files.
   */
  concurrency?: number | undefined;
}

/**
 * Content in memory or in a stream. Strings are encoded as UTF-8. A stream of Node.js or of the web is read once, to its end;
 * if the call ends earlier, the stream is destroyed or cancelled. Content of more than 1 MiB is buffered in an unnamed
 * temporary file before the push. A keyed collection, such as a `Map`, is rejected.
 */
export type Content =
  | string
  | ArrayBufferLike
  | ArrayBufferView
  | Blob
  | ReadableStream<Uint8Array>
  | AsyncIterable<string | ArrayBufferLike | ArrayBufferView>
  | Iterable<ArrayBufferLike | ArrayBufferView>;

/** Metadata of a file in an artifact. */
export interface FileDetails {
  /** The media type. Default: derived from the file name. Unlike on the command line, a path cannot end in `:type`. */
  mediaType?: string | undefined;
  /**
   * The title: the relative path, with `/` separators, that a pull writes the file to. An empty title fails with
   * `INVALID_ARGUMENT`. An absolute title or one that contains `..` fails with `UNSAFE_PATH`, unless `allowPathTraversal` is
   * set.
   */
  title?: string | undefined;
  /** Further annotations of the file's descriptor. */
  annotations?: Annotations | undefined;
}

/** A file or directory on disk. A directory is packed reproducibly as a gzip-compressed tar archive. */
export interface PathFile extends FileDetails {
  /** The path, or a `file:` URL. Also the default title. */
  path: string | URL;
  content?: undefined;
}

/** A file whose content is in memory or in a stream. Without a title, a pull does not write it. */
export interface ContentFile extends FileDetails {
  /** The content. Do not change, resize or transfer it before the call has finished. */
  content: Content;
  path?: undefined;
}

/** A file to push. A string is a path. */
export type PushFile = string | URL | PathFile | ContentFile;

/**
 * The format in which the manifest of a new artifact is written.
 *
 * - `auto`: The default: `oci-1.1`, or `oras-artifact` for a referrer on a registry that lists only ORAS artifacts as
 *   referrers.
 * - `oci-1.1`: {@link https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md | OCI image manifest 1.1},
 *   with `artifactType` and `subject`.
 * - `oci-1.0`: {@link https://github.com/opencontainers/image-spec/blob/v1.0.2/manifest.md | OCI image manifest 1.0}:
 *   the media type of the configuration is the artifact type. Cannot have a subject.
 * - `oci-artifact`:
 *   {@link https://github.com/opencontainers/image-spec/blob/v1.1.0-rc2/artifact.md | OCI artifact manifest}, of the
 *   release candidates 1.1.0-rc1 and 1.1.0-rc2.
 * - `oras-artifact`:
 *   {@link https://github.com/oras-project/artifacts-spec/blob/v1.0.0-rc.2/artifact-manifest.md | ORAS artifact manifest}.
 */
export type ManifestFormat = 'auto' | 'oci-1.1' | 'oci-1.0' | 'oci-artifact' | 'oras-artifact';

/** Options of {@link Client.push}. */
export interface PushOptions extends TransferOptions {
  /**
   * The content to push: each file becomes one blob, in this order. Default: none, which pushes an artifact without
   * blobs. Two files with the same title fail with `INVALID_ARGUMENT`.
   */
  files?: (Iterable<PushFile> & object) | undefined;
  /**
   * The artifact type, for example `application/vnd.example.sbom`: see
   * {@link https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md#guidelines-for-artifact-usage | image-spec v1.1.1, "Guidelines for Artifact Usage"}.
   * Default: none.
   */
  artifactType?: string | undefined;
  /**
   * The subject: a reference with a tag or digest to a manifest in the repository that is pushed to. The artifact
   * becomes a referrer of it. `NOT_FOUND` if the manifest does not exist, `INVALID_ARGUMENT` if it is in another
   * repository. Default: none.
   */
  subject?: string | undefined;
  /** The annotations of the manifest. Default: none. */
  annotations?: Annotations | undefined;
  /**
   * The config blob. Its media type is `application/vnd.unknown.config.v1+json` unless it is given; without an artifact
   * type, it is the type of the artifact. Its annotations are those of the config's descriptor. Default: the empty JSON
   * object, as image-spec recommends for artifacts.
   */
  config?: PushFile | undefined;
  /**
   * The platform that the artifact is for. It becomes a config of the media type
   * `application/vnd.oci.image.config.v1+json`, by which the artifact can be selected in an index. With a config of its
   * own it fails with `INVALID_ARGUMENT`. Default: none.
   */
  artifactPlatform?: string | undefined;
  /** The format of the manifest. Default: `auto`. */
  format?: ManifestFormat | undefined;
  /** Permits absolute titles and titles with `..`. Default: false; such a title then fails with `UNSAFE_PATH`. */
  allowPathTraversal?: boolean | undefined;
  /**
   * The time, in seconds since 1970-01-01 UTC, for the entries of packed directories and for the annotation
   * `org.opencontainers.image.created`; like the variable
   * {@link https://reproducible-builds.org/specs/source-date-epoch/ | SOURCE_DATE_EPOCH}. Default: none; entries then
   * get the time 0, and the manifest has no such annotation.
   */
  sourceDateEpoch?: number | undefined;
}

/** One blob of a {@link PushResult}. */
export interface PushedBlob {
  /** The title of the blob, if it has one. */
  readonly title?: string;
  /** The descriptor of the blob. */
  readonly descriptor: Descriptor;
  /** The outcome: `uploaded`, `existed` or `mounted`. */
  readonly outcome: Outcome;
}

/** The result of a push or an attach. */
export interface PushResult {
  /** The artifact, as a reference by digest. */
  readonly reference: string;
  /** The descriptor of the artifact's manifest. */
  readonly descriptor: Descriptor;
  /** The tags that the manifest got. */
  readonly tags: readonly string[];
  /** The blobs, without the config, in the order of the files. */
  readonly blobs: readonly PushedBlob[];
}

/** Options of {@link Client.attach}. */
export interface AttachOptions extends TransferOptions {
  /**
   * The content to attach: each file becomes one blob, in this order. Two files with the same title fail with
   * `INVALID_ARGUMENT`. Default: none.
   */
  files?: (Iterable<PushFile> & object) | undefined;
  /**
   * The artifact type, for example `application/vnd.example.sbom`: see
   * {@link https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md#guidelines-for-artifact-usage | image-spec v1.1.1, "Guidelines for Artifact Usage"}.
   * Default: none; it is required unless `config` is set.
   */
  artifactType?: string | undefined;
  /**
   * Attaches to the image for this platform if the reference names an index. `NOT_FOUND` if the index has no such
   * image. Default: attaches to the manifest that the reference names.
   */
  platform?: string | undefined;
  /** The annotations of the manifest. Default: none. */
  annotations?: Annotations | undefined;
  /**
   * The config blob. Its media type is `application/vnd.unknown.config.v1+json` unless it is given; without an artifact
   * type, it is the type of the artifact. Its annotations are those of the config's descriptor. Default: the empty JSON
   * object, as image-spec recommends for artifacts.
   */
  config?: PushFile | undefined;
  /** The format of the manifest. Default: `auto`. */
  format?: ManifestFormat | undefined;
  /**
   * Permits an artifact without files and annotations. Default: false; an attach without both then fails with
   * `INVALID_ARGUMENT`.
   */
  allowEmpty?: boolean | undefined;
  /** Permits absolute titles and titles with `..`. Default: false; such a title then fails with `UNSAFE_PATH`. */
  allowPathTraversal?: boolean | undefined;
  /**
   * The time, in seconds since 1970-01-01 UTC, for the entries of packed directories and for the annotation
   * `org.opencontainers.image.created`; like the variable
   * {@link https://reproducible-builds.org/specs/source-date-epoch/ | SOURCE_DATE_EPOCH}. Default: none; entries then
   * get the time 0, and the manifest has no such annotation.
   */
  sourceDateEpoch?: number | undefined;
}

/**
 * Limits on what one packed directory may unpack to. A pull that exceeds one fails with `TOO_LARGE` and writes nothing
 * of that directory.
 */
export interface UnpackLimits {
  /** Maximum number of files, directories and links. Default: 1,000,000. */
  entries?: number | undefined;
  /** Maximum size of the uncompressed archive in bytes. Default: 64 GiB. */
  bytes?: number | undefined;
  /**
   * Maximum ratio of the uncompressed to the compressed size. Applies once more than 64 MiB are unpacked. Default:
   * 1,000.
   */
  ratio?: number | undefined;
}

/** Options of {@link Client.pull}. */
export interface PullOptions extends TransferOptions {
  /** The directory to write to. It is created if necessary. Default, also for an empty path: the current directory. */
  output?: string | URL | undefined;
  /**
   * Pulls the referrers of this artifact type instead of the artifact itself. `NOT_FOUND` if the artifact has no such
   * referrer. Default: the artifact that the reference names.
   */
  artifactType?: string | undefined;
  /**
   * Selects the image for this platform if the reference names an index. `NOT_FOUND` if the index has no such image.
   * Default: none; an index then fails with `INVALID_ARGUMENT`, because it has no files.
   */
  platform?: string | undefined;
  /** Also pulls the subject of each artifact, the subject of that subject, and so on. Default: false. */
  includeSubject?: boolean | undefined;
  /**
   * Also writes the blobs without a title, such as the layers of an image, a Helm chart or a Wasm module. The file has
   * the path in the annotation `org.cncf.model.filepath`, to which the rules for titles apply; without one, or if the
   * blob is an archive, the name is made from the digest: `sha256-` and 64 hexadecimal digits. The config and foreign
   * layers are not written. Default: false, which lists the blobs without a title as skipped.
   */
  all?: boolean | undefined;
  /**
   * Also writes the config of the artifact to this file; those of its subjects are not written. A relative path is
   * below the output directory. Several artifacts with different configs fail with `CONFLICT`. An artifact without a
   * config has no such file. Default: none; a config is then written only if it has a title.
   */
  configFile?: string | URL | undefined;
  /**
   * Writes the config to the file only if it has this media type. It requires `configFile`. Default: any media type.
   */
  configMediaType?: string | undefined;
  /** Does not overwrite existing files. Default: false. */
  keepOldFiles?: boolean | undefined;
  /**
   * Writes to absolute titles and to titles with `..`, also outside the output directory. Default: false; such a title
   * then fails with `UNSAFE_PATH`.
   */
  allowPathTraversal?: boolean | undefined;
  /** Limits for unpacked directories. An archive that exceeds one fails with `TOO_LARGE`. */
  unpackLimits?: UnpackLimits | undefined;
}

/** One file that {@link Client.pull} has written or found. */
export interface PulledFile {
  /** The path of the file or of the unpacked directory. Relative if the output directory is. */
  readonly path: string;
  /** The descriptor of the blob. */
  readonly descriptor: Descriptor;
  /** The outcome: `written`, `unchanged` or `kept`. */
  readonly outcome: FileOutcome;
}

/** One artifact that {@link Client.pull} has pulled. */
export interface PullResult {
  /** The artifact, as a reference by digest. */
  readonly reference: string;
  /** The descriptor of the artifact's manifest. */
  readonly descriptor: Descriptor;
  /**
   * The files, in the order of the manifest: that of the config if the options ask for it, those of the blobs with a
   * title and, if the pull writes all blobs, of those without one.
   */
  readonly files: readonly PulledFile[];
  /**
   * The blobs that are not written, since they have no title. A pull with {@link PullOptions.all} writes those of them
   * that are not foreign layers. A config without a title is written only to {@link PullOptions.configFile}, and not
   * listed here.
   */
  readonly skipped: readonly Descriptor[];
}

/**
 * How a manifest is attached to another, and so how it is found.
 *
 * - `referrer`: Edge from a subject to a referrer: the manifest has the other as its `subject`.
 * - `child`: Edge from an index to a manifest that it lists.
 * - `tag`: Edge from a manifest to one of which a tag has its digest: `sha256-<hex>.sig`, `.att` or `.sbom`, as
 *   cosign writes it.
 * - `attestation`: Edge from an image to its attestation by BuildKit: an index lists both, and the entry of the
 *   attestation names the image in the annotation `vnd.docker.reference.digest`.
 */
export type EdgeKind = 'referrer' | 'child' | 'tag' | 'attestation';

/** Options of {@link Client.discover}. */
export interface DiscoverOptions extends CallOptions {
  /**
   * Keeps only what has this artifact type, the paths from the subject to it, and what is attached to it directly or
   * indirectly. Default: everything.
   */
  artifactType?: string | undefined;
  /**
   * Keeps only what has all these annotations with these values, in the same way as `artifactType`. Default:
   * everything.
   */
  annotations?: Annotations | undefined;
  /**
   * Keeps only the attestations of which a statement has this predicate type, such as `https://spdx.dev/Document`, in
   * the same way as `artifactType`. Default: everything.
   */
  predicateType?: string | undefined;
  /** Follows the edges of this kind alone, for example those to referrers. Default: all kinds. */
  only?: EdgeKind | undefined;
  /**
   * Starts at the image for this platform if the reference names an index. `NOT_FOUND` if the index has no such image.
   * Default: starts at the manifest that the reference names.
   */
  platform?: string | undefined;
  /** Maximum number of levels: 1 returns what is directly attached, 0 the subject alone. Default: all levels. */
  depth?: number | undefined;
  /**
   * Returns a graph with {@link Graph.problems} if a list cannot be read completely. Default: false; this then fails
   * with `INCOMPLETE`.
   */
  allowIncomplete?: boolean | undefined;
  /**
   * Maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count as 512. Fewer are used
   * while a registry limits the rate of requests, or if the process can open few files.
   */
  concurrency?: number | undefined;
}

/**
 * A row of {@link Client.discoverEach}: an edge to a manifest, and what the manifest is; or something that could not be
 * read.
 */
export interface DiscoveredRow {
  /** The digest of the manifest that the other is attached to. `undefined` for a problem of the whole repository. */
  readonly parent?: string;
  /**
   * The number of edges from the subject of the discovery to the manifest: 1 for what is directly attached. 0 for a
   * problem.
   */
  readonly depth: number;
  /** The kind of the edge. `undefined` for a problem. */
  readonly edge?: EdgeKind;
  /** The manifest that the edge leads to. `undefined` for a problem. */
  readonly descriptor?: Descriptor;
  /** The tag of a tag's edge. */
  readonly tag?: string;
  /** What the manifest is, as a phrase such as `SBoM (SPDX)`. `undefined` if it follows no known convention. */
  readonly label?: string;
  /**
   * The kinds of the manifest: `signature`, `attestation`, `provenance`, `sbom`, `scan-result`, `vex`, `chart`. Empty
   * if it follows no known convention.
   */
  readonly kinds: readonly string[];
  /** The predicate types of in-toto statements, as far as they are known without reading content. */
  readonly predicateTypes: readonly string[];
  /**
   * The part of a list that cannot be read, or the tag whose manifest cannot be read. Edges below `parent` can be
   * missing, unless it is a warning.
   */
  readonly problem?: string;
}

/** The totals of {@link Client.discoverEach}. */
export interface DiscoverSummary {
  /** The subject. `undefined` until it is known. */
  readonly subject?: Descriptor;
  /** The number of edges. */
  readonly edges: number;
  /** The number of problems, without warnings. */
  readonly problems: number;
}

/** Options of {@link Client.delete}. */
export interface DeleteOptions extends CallOptions {
  /** Makes the report without deleting anything. Default: false. */
  dryRun?: boolean | undefined;
  /**
   * Also deletes manifests that would be retained because they have another tag or another index lists them, and
   * proceeds if a list of tags or referrers cannot be read completely. Default: false; an incomplete list then fails
   * with `INCOMPLETE`.
   */
  force?: boolean | undefined;
  /**
   * Deletes only what is attached by edges of this kind, to the artifact or to the images of an index, and what is
   * attached to that; the artifact itself stays. The kind is that of referrers or that of tags; another one fails with
   * `INVALID_ARGUMENT`, because an index needs what it lists. Default: deletes the artifact with everything that is
   * attached.
   */
  only?: EdgeKind | undefined;
  /** Returns an empty report if `reference` names nothing. Default: false; it then fails with `NOT_FOUND`. */
  ifExists?: boolean | undefined;
  /**
   * Maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count as 512. Fewer are used
   * while a registry limits the rate of requests, or if the process can open few files.
   */
  concurrency?: number | undefined;
}

/** A manifest that a delete retains. */
export interface RetainedManifest {
  /** The descriptor of the manifest. */
  readonly descriptor: Descriptor;
  /** The reason as a phrase for users, for example `tagged stable`. */
  readonly reason: string;
}

/** A manifest that a delete could not delete. */
export interface DeleteFailure {
  /** The descriptor of the manifest. */
  readonly descriptor: Descriptor;
  /** The error of the store. */
  readonly error: string;
  /** The code of the error. */
  readonly code: ErrorCode;
}

/** The result of {@link Client.delete}. A dry run reports what a delete would do. */
export interface DeleteReport {
  /** True for a dry run, which deletes nothing. */
  readonly dryRun: boolean;
  /** The deleted manifests, in the order of deletion: referrers before their subjects. */
  readonly deleted: readonly Descriptor[];
  /** The retained manifests, each with the reason. */
  readonly kept: readonly RetainedManifest[];
  /**
   * The manifests that could not be deleted, each with the error. After a failure, the manifests that would be deleted
   * later are not deleted either, and are not reported.
   */
  readonly failed: readonly DeleteFailure[];
}

/** Options of {@link Client.copy}. */
export interface CopyOptions extends TransferOptions {
  /**
   * Copies the whole graph: also what is attached to the artifact, to the manifests that an index lists, and to what is
   * attached. Tags that have a digest, as cosign writes them, keep their names. Default: false, which copies the
   * artifact, its subject, and what an index lists.
   */
  recursive?: boolean | undefined;
  /** A recursive copy follows the edges of this kind alone, for example those to referrers. Default: all kinds. */
  only?: EdgeKind | undefined;
  /**
   * Copies only the image for this platform if the source is an index. `NOT_FOUND` if the index has no such image. A
   * recursive copy takes the attestations that the index lists for the image along; one without a subject gets the
   * image as its subject, and so another digest. Default: the index with all its images.
   */
  platform?: string | undefined;
  /**
   * Copies the images for these platforms, each as `os/arch[/variant]`, if the source is an index. With several, the
   * destination gets a new index that lists only these images, in the order of the source; a recursive copy keeps the
   * attestations that the index lists for them. What is attached to the index of the source is not attached to the new
   * one. One platform has the effect of `platform`, and both together fail with `INVALID_ARGUMENT`. Default: none.
   */
  indexPlatforms?: readonly string[] | undefined;
  /**
   * Copies foreign layers too. Registries need not store these layers: see
   * {@link https://github.com/opencontainers/image-spec/blob/v1.1.1/layer.md#non-distributable-layers | image-spec v1.1.1, "Non-Distributable Layers"}.
   * Default: false.
   */
  foreign?: boolean | undefined;
  /**
   * Checks that the content below every copied manifest exists, also if the destination has the manifest already, and
   * copies what is missing: a collection of garbage can leave a manifest without its content. Digests are not computed.
   * Default: false, which checks only the manifest that the source names and what it lists.
   */
  repair?: boolean | undefined;
  /**
   * The client that reaches the destination, with credentials, headers, TLS options and limits of its own. Neither
   * client sends anything of the other. Within one registry, blobs are then uploaded and not mounted. Default: none,
   * and one client reaches both source and destination.
   */
  destinationClient?: Client | undefined;
}

/**
 * Numbers of blobs of a copy, by outcome. Blobs of a manifest that the destination had already are not counted, unless
 * the copy restored them.
 */
export interface CopiedBlobs {
  /** Number of blobs sent to the destination. */
  readonly copied: number;
  /** Number of blobs that the destination had already. */
  readonly existed: number;
  /** Number of blobs that the registry mounted from another of its repositories. */
  readonly mounted: number;
}

/** A tag that a copy does not write. */
export interface KeptTag {
  /** The tag. */
  readonly tag: string;
  /** The reason as a phrase for users. */
  readonly reason: string;
}

/** The result of {@link Client.copy}. */
export interface CopyReport {
  /** The source, as a reference by digest. */
  readonly source: string;
  /** The destination, as a reference by digest. */
  readonly destination: string;
  /** The descriptor of the manifest that the source names. */
  readonly descriptor: Descriptor;
  /** The tags that the manifest got at the destination. */
  readonly tags: readonly string[];
  /** Number of manifests written. Manifests that the destination had already are not counted. */
  readonly manifests: number;
  /** Numbers of blobs, by outcome. */
  readonly blobs: CopiedBlobs;
  /** Number of bytes of all manifests and blobs written. */
  readonly bytes: number;
  /**
   * The referrers that the source lists and does not have: clients can delete a referrer without its entry in the list.
   * The copy has all others.
   */
  readonly missing: readonly Descriptor[];
  /**
   * The tags that have the digest of a manifest, as cosign writes them, and were not copied: at the destination they
   * name other content, which the copy would lose; or the destination refused to change them; or the source has lost
   * their manifests. Each names something that the destination lacks.
   */
  readonly keptTags: readonly KeptTag[];
}

/** Options of {@link Client.backup}. */
export interface BackupOptions extends TransferOptions {
  /**
   * Also backs up what is attached to the manifests, as a recursive copy does: referrers, the tags that cosign derives
   * from a digest, and what is attached to these. Default: false, which backs up the tagged manifests and what they
   * list.
   */
  recursive?: boolean | undefined;
  /**
   * The archive or directory of an earlier backup. Manifests and blobs that it has are not stored again, and a restore
   * needs it too. Only for an archive. Default: none.
   */
  since?: string | URL | undefined;
  /** Only reports what would be stored. Reads all manifests, and no blob. Default: false. */
  dryRun?: boolean | undefined;
}

/** A tag of a backup, or of what was restored from it. */
export interface ArchivedTag {
  /**
   * The location and the tag: that of the source for a backup, that of the destination for a restore. A manifest
   * without a tag has its digest.
   */
  readonly reference: string;
  /** The descriptor of the manifest. */
  readonly descriptor: Descriptor;
}

/** The result of {@link Client.backup}. A dry run reports what would be stored. */
export interface BackupReport {
  /** True for a dry run, which writes nothing. */
  readonly dryRun: boolean;
  /** The path of the archive or directory. */
  readonly output: string;
  /**
   * The tags that were backed up, repository by repository, with their manifests. A manifest that was named by its
   * digest has no tag.
   */
  readonly tags: readonly ArchivedTag[];
  /** Number of manifests stored, without those that the directory had, or that the earlier archive has. */
  readonly manifests: number;
  /** Number of blobs stored. */
  readonly blobs: number;
  /** Number of blobs that the directory had, or that the earlier archive has. */
  readonly existingBlobs: number;
  /** Number of bytes of all manifests and blobs stored. */
  readonly bytes: number;
  /** The size of the archive in bytes. `undefined` for a directory, and for a dry run. */
  readonly size?: number;
  /** The referrers that a repository lists and does not have. The backup has all others. */
  readonly missing: readonly Descriptor[];
  /**
   * The tags that cosign derives from a digest, and that were not backed up: the repository has lost their manifests,
   * or they name other content in the directory, which the backup would lose.
   */
  readonly keptTags: readonly KeptTag[];
}

/** Options of {@link Client.restore}. */
export interface RestoreOptions extends TransferOptions {
  /** Restores this repository alone, by its name in an archive of several: `registry.example.com/app`. Default: all. */
  repository?: string | undefined;
  /**
   * Restores the tagged manifests and what they list, without what is attached to them. Default: false, which restores
   * what the archive has.
   */
  excludeReferrers?: boolean | undefined;
  /** Only reports what would be sent. Asks the destination what it has. Default: false. */
  dryRun?: boolean | undefined;
}

/** The result of {@link Client.restore}. A dry run reports what would be written. */
export interface RestoreReport {
  /** True for a dry run, which writes nothing. */
  readonly dryRun: boolean;
  /**
   * The tags that were set, repository by repository, with their manifests. A manifest that was backed up by its digest
   * has no tag.
   */
  readonly tags: readonly ArchivedTag[];
  /** Number of manifests written. Manifests that the destination had already are not counted. */
  readonly manifests: number;
  /** Numbers of blobs, by outcome. */
  readonly blobs: CopiedBlobs;
  /** Number of bytes of all manifests and blobs written. */
  readonly bytes: number;
  /** The referrers that the archive lists and does not have. */
  readonly missing: readonly Descriptor[];
  /**
   * The tags that cosign derives from a digest, and that were not restored: at the destination they name other content,
   * which the restore would lose.
   */
  readonly keptTags: readonly KeptTag[];
}

/**
 * The form in which a migration leaves what is attached to a manifest.
 *
 * - `referrers`: The default: OCI 1.1 image manifests with a `subject`, which the referrers API lists where the
 *   registry has it.
 * - `tags`: The tags `sha256-<hex>.sig`, `.att` and `.sbom` of cosign, and the fallback tag for all other referrers.
 */
export type AttachmentForm = 'referrers' | 'tags';

/** Options of {@link Client.migrate}. */
export interface MigrateOptions extends CallOptions {
  /** The form that attachments get. Default: `referrers`. */
  to?: AttachmentForm | undefined;
  /** Makes the report without writing or deleting anything. Default: false. */
  dryRun?: boolean | undefined;
  /**
   * Deletes the old form of each attachment after the new form was read back. Retained is a manifest with another tag,
   * one that an index lists, and one with attachments of its own. Default: false, which leaves the old form in place.
   */
  removeOld?: boolean | undefined;
  /**
   * Maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count as 512. Fewer are used
   * while a registry limits the rate of requests, or if the process can open few files.
   */
  concurrency?: number | undefined;
}

/**
 * What a migration changes of an attachment.
 *
 * - `tag-to-referrer`: A tag of cosign becomes a referrer.
 * - `artifact-to-image`: An artifact manifest of ORAS or of OCI 1.1.0-rc becomes an OCI 1.1 image manifest.
 * - `list-by-api`: A referrer that only the fallback tag lists is pushed again, so that the referrers API lists it.
 * - `referrer-to-tag`: A referrer becomes a tag of cosign.
 * - `list-by-tag`: A referrer that the referrers API lists is listed under the fallback tag too.
 */
export type MigrationKind = 'tag-to-referrer' | 'artifact-to-image' | 'list-by-api' | 'referrer-to-tag' | 'list-by-tag';

/** An attachment that has the new form. */
export interface Migration {
  /** What changes. */
  readonly kind: MigrationKind;
  /** The descriptor of the manifest in its old form. */
  readonly oldManifest: Descriptor;
  /** The tag of the old form: a tag of cosign, or the fallback tag that lists the manifest. */
  readonly oldTag?: string;
  /** The descriptor of the manifest in its new form. It is the old one if only a list changes. */
  readonly newManifest: Descriptor;
  /** The tag of the new form: a tag of cosign, or the fallback tag that lists the manifest. */
  readonly newTag?: string;
  /** True if the new form existed before, so that nothing was written. */
  readonly existed: boolean;
}

/** An attachment, or its old form, that stays as it is. */
export interface KeptAttachment {
  /** What the migration would change. */
  readonly kind: MigrationKind;
  /** The descriptor of the manifest that stays. */
  readonly descriptor: Descriptor;
  /** The tag of cosign that names the manifest, or the fallback tag that lists it. */
  readonly tag?: string;
  /** The reason as a phrase for users. */
  readonly reason: string;
}

/** An old form that was removed. */
export interface RemovedAttachment {
  /** The descriptor of the manifest. It is deleted, unless only its entry under a fallback tag was removed. */
  readonly descriptor: Descriptor;
  /** The tag that was removed with the manifest, or the fallback tag whose entry was removed. */
  readonly tag?: string;
}

/** The result of {@link Client.migrate}. A dry run reports what a migration would do. */
export interface MigrateReport {
  /** True for a dry run, which changes nothing. */
  readonly dryRun: boolean;
  /** The attachments that have the new form, each with its old and its new manifest. */
  readonly migrated: readonly Migration[];
  /**
   * The attachments that stay as they are, each with the reason: those that cannot have the new form, and, with the
   * option `remove_old`, those whose old form is not removed.
   */
  readonly kept: readonly KeptAttachment[];
  /** The old forms that were removed after the new form was read back. */
  readonly removed: readonly RemovedAttachment[];
}

/** Options of {@link Client.verify}. */
export interface VerifyOptions extends TransferOptions {
  /**
   * Starts at the image for this platform if the reference names an index. `NOT_FOUND` if the index has no such image.
   * Default: starts at the manifest that the reference names.
   */
  platform?: string | undefined;
  /**
   * Follows the edges of this kind alone to what is attached, for example those to referrers. What an index lists is
   * always verified. Default: all kinds.
   */
  only?: EdgeKind | undefined;
  /**
   * Repairs the lists of referrers that clients keep: in a registry, the index under the fallback tag of each manifest
   * of the graph; in a layout, the indexes of regctl and olareg. Removes the entries of missing manifests, corrects
   * entries that contradict their manifests, and adds manifests that a list lacks. The rest of the graph is not
   * changed. Default: false, which only reports them.
   */
  repairIndex?: boolean | undefined;
}

/**
 * The kind of a {@link Problem}.
 *
 * - `missing`: The content does not exist.
 * - `size`: The content has another size than its descriptor says.
 * - `digest`: The content has another digest than its descriptor says.
 * - `malformed`: The content is not a valid manifest or contradicts its descriptor, or its list of referrers or the
 *   index of the layout is malformed, completely or in part.
 * - `unreadable`: The registry refuses to serve the content or fails at it, so it was not checked.
 * - `unlisted`: The manifest exists and has a subject, and the list of the subject's referrers lacks it.
 */
export type ProblemKind = 'missing' | 'size' | 'digest' | 'malformed' | 'unreadable' | 'unlisted';

/** One manifest or blob of a graph that is missing or damaged. */
export interface Problem {
  /** The descriptor of the expected content. */
  readonly descriptor: Descriptor;
  /**
   * The digests of the manifests that lead to the content, from the root on. Empty for the root, and for what the index
   * of a layout lists outside the graph: a damaged manifest, whose subject is unknown, so it may belong to the graph,
   * and a blob that is listed as a manifest. For an entry that cannot be read, the problem is one of the root.
   */
  readonly path: readonly string[];
  /** The kind of damage. */
  readonly kind: ProblemKind;
  /** The damage as a sentence for users. */
  readonly detail: string;
}

/** The result of {@link Client.verify}. */
export interface VerifyReport {
  /** Number of manifests and blobs checked. */
  readonly checked: number;
  /** Number of bytes read and digested. */
  readonly bytes: number;
  /** The problems found. Empty for an intact graph. */
  readonly problems: readonly Problem[];
  /** The problems that were found and repaired. They are not among `problems`. */
  readonly repaired: readonly Problem[];
}

/** Options of {@link Client.check}. */
export interface CheckOptions extends CallOptions {
  /**
   * Checks the image for this platform if the reference names an index. `NOT_FOUND` if the index has no such image.
   * Default: checks what the reference names.
   */
  platform?: string | undefined;
  /**
   * Checks each image of an index for itself: what is attached to the index counts for none of them. Default: false;
   * what an index requires is then attached to the index, or to each of its images.
   */
  eachPlatform?: boolean | undefined;
  /**
   * Maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count as 512. Fewer are used
   * while a registry limits the rate of requests, or if the process can open few files.
   */
  concurrency?: number | undefined;
}

/**
 * Whether something is attached to an image.
 *
 * - `present`: It is attached.
 * - `unknown`: It may be attached: something could not be listed or read. The registry refused, throttled or failed.
 * - `missing`: It is not attached: everything that is attached was listed and read.
 */
export type Presence = 'present' | 'unknown' | 'missing';

/** A requirement, and whether it is met. */
export interface CheckedRequirement {
  /** The requirement, such as `sbom`. */
  readonly requirement: string;
  /** The image or index that was checked. Has the platform that its index says. */
  readonly descriptor: Descriptor;
  /** Whether what is required is attached. */
  readonly presence: Presence;
  /** The manifests that meet the requirement. */
  readonly found: readonly Descriptor[];
  /** Phrases for users: what could not be read, or which images of an index lack the attachment. */
  readonly details: readonly string[];
}

/** The result of {@link Client.check}. */
export interface CheckReport {
  /** What was checked, as a reference by digest. */
  readonly reference: string;
  /** The descriptor of what was checked. */
  readonly descriptor: Descriptor;
  /**
   * The answer for all requirements together: missing if one of them is missing, else unknown if one of them is
   * unknown.
   */
  readonly presence: Presence;
  /** The requirements with their answers, all of one image after all of another. */
  readonly requirements: readonly CheckedRequirement[];
}

/** Options of {@link Client.resolve} and {@link Client.fetchManifest}. */
export interface ManifestOptions extends CallOptions {
  /** Selects, in an index, the image for this platform. Default: the index itself. */
  platform?: string | undefined;
  /**
   * The media types that the manifest may have. A registry is asked for these alone, and can refuse others. A manifest
   * of another media type fails with `NOT_FOUND`. Default: none, which accepts every media type.
   */
  mediaTypes?: readonly string[] | undefined;
}

/** Options of {@link Client.pushManifest}. */
export interface PushManifestOptions extends CallOptions {
  /** The media type. Default: the field `mediaType` of the manifest. */
  mediaType?: string | undefined;
}

/** Options of {@link Client.indexCreate}. */
export interface IndexCreateOptions extends CallOptions {
  /** The annotations of the index. Default: none. */
  annotations?: Annotations | undefined;
  /** The artifact type of the index, a media type. Default: none. */
  artifactType?: string | undefined;
  /** Returns the index without pushing it. Default: false. */
  dryRun?: boolean | undefined;
  /**
   * Maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count as 512. Fewer are used
   * while a registry limits the rate of requests, or if the process can open few files.
   */
  concurrency?: number | undefined;
}

/** An index that was created or updated. */
export interface IndexResult {
  /** The index, as a reference by digest. */
  readonly reference: string;
  /** The descriptor of the index. */
  readonly descriptor: Descriptor;
  /** The tags that the index got, or would get without `dryRun`. */
  readonly tags: readonly string[];
  /** The entries of the index. */
  readonly manifests: readonly Descriptor[];
  /** True for a dry run, which pushes nothing. */
  readonly dryRun: boolean;
  /** The bytes of the index, which are a text in UTF-8. */
  readonly content: string;
}

/** Options of {@link Client.indexUpdate}. */
export interface IndexUpdateOptions extends CallOptions {
  /**
   * The manifests to add at the end: tags, digests, or references to the same repository or layout. A manifest that the
   * index lists already is not added again. Default: none.
   */
  add?: readonly string[] | undefined;
  /**
   * The indexes whose manifests are added after `add`, each named as a manifest is. An entry that the index has already
   * is not added again. Default: none.
   */
  merge?: readonly string[] | undefined;
  /**
   * The digests of the manifests to remove, before others are added. A digest that the index does not list fails with
   * `NOT_FOUND`. Default: none.
   */
  remove?: readonly string[] | undefined;
  /** Annotations that the index gets, beside those that it has. One with the same key is replaced. Default: none. */
  annotations?: Annotations | undefined;
  /** The artifact type that the index gets, a media type. Default: it stays. */
  artifactType?: string | undefined;
  /** Removes the artifact type of the index. Default: false. With `artifactType`, it fails with `INVALID_ARGUMENT`. */
  removeArtifactType?: boolean | undefined;
  /** Further tags of the updated index. Default: none. */
  tags?: readonly string[] | undefined;
  /** Returns the updated index without pushing it. Default: false. */
  dryRun?: boolean | undefined;
  /**
   * Maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count as 512. Fewer are used
   * while a registry limits the rate of requests, or if the process can open few files.
   */
  concurrency?: number | undefined;
}

/** Options of {@link Client.pushBlob}. */
export interface PushBlobOptions extends ProgressOptions {
  /** The media type of the descriptor. Default: `application/octet-stream`. */
  mediaType?: string | undefined;
}

/** Options of {@link Client.deleteBlob}. */
export interface BlobDeleteOptions extends CallOptions {
  /** Ignores a blob that does not exist. Default: false; such a blob then fails with `NOT_FOUND`. */
  ifExists?: boolean | undefined;
}

/**
 * Options of {@link Client.prune}. Nothing is selected unless `olderThan`, `keepLast`, `tags`, `untagged`, `orphans` or
 * `deadTags` asks for it.
 *
 * In patterns, `*` means any characters but `/`, `**` those too, `?` one character, and `{a,b}` one of several texts.
 */
export interface PruneOptions extends CallOptions {
  /** Patterns of tags that are never removed, and whose manifests stay. Default: none. */
  keepTags?: readonly string[] | undefined;
  /**
   * Selects tagged manifests without the newest N, which stay. At least 1. Those count that have a tag of `tags`, also
   * under `keepTags`. A manifest whose time of creation is unknown stays. Default: none.
   */
  keepLast?: number | undefined;
  /**
   * Selects tagged manifests that were created before a time: `90d`, `12h`, `2w` ago (`s`, `h`, `d`, `w`), or a time in
   * RFC 3339. The time of a manifest is that of the registry (Azure), else that of the annotation
   * `org.opencontainers.image.created`, else that of the image config; of an index without one, that of its newest
   * image. A time before 1981 is that of a reproducible build, and counts as unknown; so does one in the future for
   * `keepLast`. A manifest whose time is unknown stays. With `keepLast`, selects what both select. What `untagged`,
   * `orphans` and `deadTags` select has to be as old, unless its time is unknown: nothing says when it was pushed.
   * Default: none.
   */
  olderThan?: string | undefined;
  /**
   * Patterns of tags: only these are selected, by `olderThan` and `keepLast`, or all of them without these two. Other
   * tags stay. Default: all tags, if `olderThan` or `keepLast` is given.
   */
  tags?: readonly string[] | undefined;
  /**
   * Selects manifests without a tag that nothing needs which stays. A push in progress has such manifests: its index
   * comes last. So prune when nothing is pushed, or store a plan and execute it later: what an index lists by then
   * stays. Default: false.
   */
  untagged?: boolean | undefined;
  /** Selects referrers without a tag whose subject does not exist. Default: false. */
  orphans?: boolean | undefined;
  /**
   * Selects the tags that cosign derives from a digest, and fallback tags, whose subject does not exist. A fallback tag
   * stays while it lists a referrer that stays. The tags of cosign stay in a repository that has no other tags and none
   * of their subjects: it may keep the signatures of images in another repository (`COSIGN_REPOSITORY`). Default:
   * false.
   */
  deadTags?: boolean | undefined;
  /**
   * Artifact types: `orphans` and the tags of cosign among `deadTags` are selected only if their manifest has one of
   * them. What is attached to a deleted manifest is deleted whatever its type. Default: all types.
   */
  artifactTypes?: readonly string[] | undefined;
  /**
   * Maximum number of manifests that are deleted, in all repositories together. If the plan has more, the prune fails
   * with `CONFLICT`, and neither deletes nor stores anything. A dry run returns the plan. Default: no limit.
   */
  max?: number | undefined;
  /** Makes the plan without deleting anything. Default: false. */
  dryRun?: boolean | undefined;
  /** Writes the plan to this file as JSON, and deletes nothing. Default: none. */
  plan?: string | URL | undefined;
  /**
   * Executes the plan in this file, in the repositories that it names. Only `max`, `dryRun` and `concurrency` are
   * allowed beside it. Default: none.
   */
  execute?: string | URL | undefined;
  /**
   * Maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count as 512. Fewer are used
   * while a registry limits the rate of requests, or if the process can open few files.
   */
  concurrency?: number | undefined;
}

/**
 * What a prune deletes.
 *
 * - `manifest`: A manifest that is neither an index nor a referrer.
 * - `index`: An index.
 * - `referrer`: A manifest with a subject.
 * - `sibling-tag`: A manifest that is attached by a tag of cosign.
 * - `fallback-tag`: A list of referrers under a fallback tag.
 * - `tag`: Tags alone: the manifest stays.
 */
export type PrunedKind = 'manifest' | 'index' | 'referrer' | 'sibling-tag' | 'fallback-tag' | 'tag';

/**
 * Why a prune deletes something.
 *
 * - `old`: It is older than the option `older_than` allows.
 * - `not-among-last`: It is not among the newest of the option `keep_last`.
 * - `tag`: Its tags match the option {@link Client.tags}.
 * - `untagged`: It has no tag, and nothing needs it that stays.
 * - `orphan`: Its subject does not exist.
 * - `dead-tag`: Its tag has the digest of a manifest that does not exist.
 * - `attached`: It is attached to a manifest that is deleted.
 * - `listed`: An index that is deleted lists it, and nothing else does that stays.
 */
export type PruneCause = 'old' | 'not-among-last' | 'tag' | 'untagged' | 'orphan' | 'dead-tag' | 'attached' | 'listed';

/** A manifest or tag that a prune deletes. */
export interface PrunedManifest {
  /** The descriptor of the manifest; if only tags are removed, of the manifest that they name. */
  readonly descriptor: Descriptor;
  /** What is deleted. */
  readonly kind: PrunedKind;
  /** The tags that are removed: all tags of a manifest that is deleted. */
  readonly tags: readonly string[];
  /** Time of creation, RFC 3339, if it is known. */
  readonly created?: string;
  /** The digest of the subject; of a tag that has the digest of a manifest, that digest. */
  readonly subject?: string;
  /** Why it is deleted. */
  readonly cause: PruneCause;
  /** Why it is deleted, as a phrase for users, for example `older than 90 days`. */
  readonly reason: string;
  /** True if it did not exist any more when it was to be deleted. */
  readonly gone: boolean;
}

/**
 * Why something stays that a prune has selected.
 *
 * - `tagged`: It has another tag, which stays.
 * - `listed`: An index lists it that stays.
 * - `subject`: It is the subject of a manifest that stays.
 * - `attached`: It is attached to a manifest that stays.
 * - `lists`: It lists a referrer that stays.
 * - `time-unknown`: Its time of creation is not known.
 * - `locked`: The registry has locked it.
 * - `unread`: Something could not be read, and may need it.
 * - `tag-not-removable`: The registry cannot remove its tag alone.
 */
export type KeepCause =
  | 'tagged'
  | 'listed'
  | 'subject'
  | 'attached'
  | 'lists'
  | 'time-unknown'
  | 'locked'
  | 'unread'
  | 'tag-not-removable';

/** A manifest or tag that was selected and stays. */
export interface KeptManifest {
  /** The descriptor of the manifest. */
  readonly descriptor: Descriptor;
  /** The selected tags of the manifest. Those that stay too, unless `deleted` has them. */
  readonly tags: readonly string[];
  /** Why it stays. */
  readonly cause: KeepCause;
  /** Why it stays, as a phrase for users, for example `listed by v2, which stays`. */
  readonly reason: string;
}

/** A manifest or tag that could not be deleted. */
export interface RefusedManifest {
  /** The descriptor of the manifest. */
  readonly descriptor: Descriptor;
  /** The tags that would be removed. */
  readonly tags: readonly string[];
  /** The error. */
  readonly error: string;
  /** The code of the error. */
  readonly code: ErrorCode;
}

/** What a prune deletes in one repository or layout, and what it keeps. */
export interface PrunedRepository {
  /** The repository or layout. */
  readonly repository: string;
  /**
   * The deleted manifests, in the order of deletion: referrers before their subjects, indexes before what they list,
   * and tags that are removed alone last.
   */
  readonly deleted: readonly PrunedManifest[];
  /** The selected manifests that stay, each with the reason. */
  readonly kept: readonly KeptManifest[];
  /**
   * The manifests that could not be deleted, each with the error: `CONFLICT` if they have changed since the plan was
   * made, or are needed by others that stay.
   */
  readonly refused: readonly RefusedManifest[];
  /** The phrases for users that say what a prune of this repository does not see. */
  readonly unseen: readonly string[];
  /**
   * The phrases for users that name the lists and manifests that could not be read. If there is one, everything stays
   * that was selected, since something unread may need it.
   */
  readonly unread: readonly string[];
}

/** A repository that could not be pruned. */
export interface PruneFailure {
  /** The repository or layout. */
  readonly repository: string;
  /** The error. */
  readonly error: string;
  /** The code of the error. */
  readonly code: ErrorCode;
}

/**
 * The result of {@link Client.prune}: the plan of a dry run, or what was done. Its JSON, with names in camel case, is
 * what the option `plan` writes and the option `execute` reads.
 */
export interface PruneReport {
  /** The version of this format: 1. */
  readonly schemaVersion: number;
  /** The kind of this document: `io.ocigraph.prune`. */
  readonly kind: string;
  /** Time at which the plan was made, RFC 3339. */
  readonly created: string;
  /** True if nothing was deleted: the report is a plan. */
  readonly dryRun: boolean;
  /** The repositories and layouts in the order in which they were named. */
  readonly repositories: readonly PrunedRepository[];
  /** The repositories that could not be pruned at all, each with the error. Nothing in them was deleted. */
  readonly failed: readonly PruneFailure[];
}

/** Options of {@link Client.sync}. */
export interface SyncOptions extends CallOptions {
  /**
   * Copies the repositories of which the name, without the host, matches one of these patterns: `team-?`. Default: all.
   * The repository of a source that names one is copied in any case.
   */
  repositories?: readonly string[] | undefined;
  /**
   * Copies the tags that match one of these patterns: `v1.*`. A text can have several with commas between them.
   * Default: all. The tags of a source that names some are copied in any case.
   */
  tags?: readonly string[] | undefined;
  /**
   * Copies this many tags of each repository: those with the highest versions. `v1.10` is after `v1.9`, and `v1.10-rc1`
   * before `v1.10`. At least 1. Default: all.
   */
  latest?: number | undefined;
  /**
   * Copies the images for these platforms, each as `os/arch[/variant]`: see {@link CopyOptions.indexPlatforms}.
   * Default: all.
   */
  platforms?: readonly string[] | undefined;
  /** Only finds out what would be done: outcomes `would-copy` and `would-remove`. Default: false. */
  dryRun?: boolean | undefined;
  /**
   * Removes the tags of the destination that the source does not have, within what is selected: repositories of sources
   * that name no tags, and there the tags that match the patterns. Nothing is removed if a list of the tags is
   * incomplete, or if the source lists no tag. A tag that has the digest of a manifest, as cosign writes it, is removed
   * if all tags of the repository are selected and copied and the source does not have that manifest. Others stay: a
   * signature of what the source has can be the destination's own. Default: false.
   */
  pruneDestination?: boolean | undefined;
  /**
   * Also asks the destination for every blob of what it has, and copies again what it has lost. Not with `dryRun`.
   * Default: false; a manifest that the destination has proves its blobs, since a registry checks them when it receives
   * the manifest.
   */
  repair?: boolean | undefined;
  /**
   * A file that records what was done. A sync of the same sources with the same options continues where the file ends,
   * and returns the other rows. A reference counts as done if the destination has all of it, when the next rows are
   * asked for. A sync that reaches its end is not continued: the next one begins again, also with other sources.
   * Default: none.
   */
  checkpoint?: string | URL | undefined;
  /**
   * Copies a share of the repositories: `1/3`, `2/3` and `3/3` together are all. Which repository is in which share
   * depends on its name alone. Default: all.
   */
  shard?: string | undefined;
  /**
   * The client that reaches the destination: see {@link CopyOptions.destinationClient}. Default: none, and one client
   * reaches both.
   */
  destinationClient?: Client | undefined;
  /**
   * Maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count as 512. Fewer are used
   * while a registry limits the rate of requests, or if the process can open few files.
   */
  concurrency?: number | undefined;
}

/**
 * The outcome of a row of a sync.
 *
 * - `copied`: Something was copied, and the destination has all of it now.
 * - `existed`: The destination had all of it.
 * - `would-copy`: A dry run: the destination lacks something.
 * - `missing`: The destination lacks something, or the source does not have what is named.
 * - `refused`: The source or the destination refused something.
 * - `changed`: The tag at the destination names something else, and cannot be changed or was changed meanwhile.
 * - `unknown`: Something could not be read: it is not known what the destination lacks.
 * - `removed`: The tag was removed from the destination, since the source does not have it.
 * - `would-remove`: A dry run: the tag would be removed.
 */
export type SyncOutcome =
  | 'copied'
  | 'existed'
  | 'would-copy'
  | 'missing'
  | 'refused'
  | 'changed'
  | 'unknown'
  | 'removed'
  | 'would-remove';

/** A row of {@link Client.sync}: a reference, or something that could not be listed. */
export interface SyncRow {
  /** The reference at the source, or the repository or registry that could not be listed. */
  readonly source: string;
  /** The reference at the destination. Empty if it is not known. */
  readonly destination: string;
  /** The digest that the destination should have. For a tag that is removed, empty. `undefined` if it is not known. */
  readonly digest: string | null;
  /** What was done, or what is wrong. */
  readonly outcome: SyncOutcome;
  /** Number of manifests written. */
  readonly manifests: number;
  /** Number of blobs sent or mounted. */
  readonly blobs: number;
  /** Number of bytes of all manifests and blobs written. */
  readonly bytes: number;
  /** What is wrong or would be done, as a phrase for users. */
  readonly detail: string | null;
  /** The name of the error's code, such as `FORBIDDEN`, if there was an error. */
  readonly code: string | null;
}

/** The summary of the rows of {@link Client.sync}, with those of an earlier one that the checkpoint has. */
export interface SyncSummary {
  /** Number of rows that an earlier sync with the same checkpoint has completed. */
  readonly resumed: number;
  /** Number of rows with the outcome `copied`. */
  readonly copied: number;
  /** Number of rows with the outcome `existed`. */
  readonly existed: number;
  /** Number of rows with the outcome `would-copy`. */
  readonly wouldCopy: number;
  /** Number of rows with the outcome `missing`. */
  readonly missing: number;
  /** Number of rows with the outcome `refused`. */
  readonly refused: number;
  /** Number of rows with the outcome `changed`. */
  readonly changed: number;
  /** Number of rows with the outcome `unknown`. */
  readonly unknown: number;
  /** Number of rows with the outcome `removed`. */
  readonly removed: number;
  /** Number of rows with the outcome `would-remove`. */
  readonly wouldRemove: number;
  /** Number of manifests written. */
  readonly manifests: number;
  /** Number of blobs sent or mounted. */
  readonly blobs: number;
  /** Number of bytes of all manifests and blobs written. */
  readonly bytes: number;
}

/** Options of {@link Client.sweep}. */
export interface SweepOptions extends CallOptions {
  /**
   * Sweeps the repositories of which the name, without the host, matches one of these patterns: `team-?`. Default: all.
   * The repository of a target that names one is swept in any case.
   */
  repositories?: readonly string[] | undefined;
  /**
   * Sweeps the tags that match one of these patterns: `v1.*`. A text can have several with commas between them.
   * Default: all. The tags of a target that names some are swept in any case.
   */
  tags?: readonly string[] | undefined;
  /**
   * Sweeps this many tags of each repository: those with the highest versions. `v1.10` is after `v1.9`, and `v1.10-rc1`
   * before `v1.10`. At least 1. Default: all.
   */
  latest?: number | undefined;
  /**
   * Maximum number of levels: 1 returns what is directly attached, 0 the images alone, with the status `found`.
   * Default: all levels.
   */
  depth?: number | undefined;
  /**
   * A file that records what was done. A sweep of the same targets with the same options continues where the file ends,
   * and returns the other rows. An image counts as done when the next rows are asked for. Rows of more than 1,000
   * attachments of one image may come again. What was unknown or refused is asked for again: its rows come last, and
   * those of the next sweep replace them. A sweep that reaches its end and leaves nothing unknown or refused is not
   * continued: the next one begins again. The file has up to 150 bytes for each image. Default: none.
   */
  checkpoint?: string | URL | undefined;
  /**
   * Sweeps a share of the repositories: `1/3`, `2/3` and `3/3` together are all. Which repository is in which share
   * depends on its name alone. Default: all.
   */
  shard?: string | undefined;
  /**
   * Maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count as 512. Fewer are used
   * while a registry limits the rate of requests, or if the process can open few files.
   */
  concurrency?: number | undefined;
}

/**
 * What is known of a row of a sweep.
 *
 * - `found`: The manifest exists. For an image: something is attached, and all of it was listed.
 * - `none`: For an image: everything was listed, and nothing is attached.
 * - `missing`: What is named does not exist.
 * - `unknown`: Something could not be read: more can be attached.
 * - `refused`: The registry refuses to say it, with 401 or 403: more can be attached.
 */
export type SweepStatus = 'found' | 'none' | 'missing' | 'unknown' | 'refused';

/**
 * A row of {@link Client.sweep}: an image, something that is attached to it, or something that could not be read.
 *
 * The row of an image has `depth` 0 and comes after the rows of what is attached to it. Its `status` tells whether
 * these are all.
 */
export interface SweepRow {
  /** The registry, as `host[:port]`, or the path of the image layout after `oci:`. */
  readonly registry: string;
  /** The repository. Empty for an image layout, and for a registry whose repositories cannot be listed. */
  readonly repository: string;
  /**
   * The tag of the image, also for what is attached: one of its tags if it has several. `undefined` if the image was
   * found or named without one.
   */
  readonly tag: string | null;
  /** The digest of the image. `undefined` if it is not known. */
  readonly image: string | null;
  /** The digest of the manifest that this one is attached to. `undefined` for an image. */
  readonly subject: string | null;
  /** The digest of the manifest. `undefined` for something that could not be read. */
  readonly digest: string | null;
  /** How the manifest is attached: `referrer`, `tag`, `attestation` or `child`. `undefined` for an image. */
  readonly edge: string | null;
  /** What the manifest is, as a phrase such as `SBoM (SPDX)`. `undefined` if it follows no known convention. */
  readonly label: string | null;
  /**
   * The kinds of the manifest: `signature`, `attestation`, `provenance`, `sbom`, `scan-result`, `vex`, `chart`. Empty
   * if it follows no known convention.
   */
  readonly kinds: readonly string[];
  /** The artifact type, if it is known without reading the manifest. */
  readonly artifactType: string | null;
  /** The predicate types of in-toto statements, as far as they are known without reading content. */
  readonly predicateTypes: readonly string[];
  /** The media type of the manifest. */
  readonly mediaType: string | null;
  /** The size of the manifest in bytes. */
  readonly size: number | null;
  /** The annotation `org.opencontainers.image.created`, if the list or index has it. */
  readonly created: string | null;
  /** The platform, as `os/arch[/variant]`, if an index lists the manifest with one. */
  readonly platform: string | null;
  /** The number of edges from the image: 0 for the image, 1 for what is directly attached. */
  readonly depth: number;
  /** What is known. */
  readonly status: SweepStatus;
  /** Why it is not known, or refused. `undefined` if it is known. */
  readonly error: string | null;
}

/**
 * How many images have attachments of one kind.
 *
 * An index has what is attached to it, or to each of its images. An image for a platform has what is attached to it, or
 * to its index.
 */
export interface SweepCoverage {
  /** The repository, as `host/repository`, or the layout as `oci:PATH`. `undefined` for all. */
  readonly repository: string | null;
  /**
   * The platform of the images in indexes, as `os/arch[/variant]`, or `other` for those after the first 256.
   * `undefined` for all images.
   */
  readonly platform: string | null;
  /** The kind: `signature`, `attestation`, `provenance`, `sbom`, `scan-result`, `vex` or `chart`. */
  readonly kind: string;
  /** The number of images. */
  readonly images: number;
  /** The images that have such an attachment. */
  readonly covered: number;
  /** The images of which it is not known. */
  readonly unknown: number;
}

/**
 * The totals of a sweep.
 *
 * All numbers count images, and not tags: an image with several tags counts once in each repository. A repository or
 * registry that could not be read counts as one, too.
 */
export interface SweepSummary {
  /** The images of which a row was returned, whatever is known of them. */
  readonly images: number;
  /** The manifests that are attached to them, and those that indexes list. */
  readonly attached: number;
  /** The images to which nothing is attached. */
  readonly none: number;
  /** The images, repositories and registries that do not exist. */
  readonly missing: number;
  /** The images, repositories and registries of which not everything could be read. */
  readonly unknown: number;
  /** The images, repositories and registries of which the registry refuses something. */
  readonly refused: number;
  /**
   * The rows that were returned before, by the sweep that the checkpoint continues, and that stay valid. Those of what
   * was unknown, refused or unreadable came after them, and are replaced.
   */
  readonly resumedRows: number;
  /**
   * How many images have attachments of each kind: of all images, by repository, and by platform. In this order, and
   * complete after the last row.
   */
  readonly coverage: readonly SweepCoverage[];
}

/** Options of {@link Client.untag}. */
export interface UntagOptions extends CallOptions {
  /** Ignores a tag that does not exist. Default: false; such a tag then fails with `NOT_FOUND`. */
  ifExists?: boolean | undefined;
}

/** What Azure's registry permits with a manifest or tag. A locked one cannot be deleted. */
export interface Attributes {
  /** True if it can be deleted. */
  readonly deleteEnabled: boolean;
  /** True if lists contain it. */
  readonly listEnabled: boolean;
  /** True if it can be pulled. */
  readonly readEnabled: boolean;
  /** True if it can be changed. */
  readonly writeEnabled: boolean;
}

/** A tag in a list, with what the registry or layout knows of it. Fields that are not known are `undefined`. */
export interface TagInfo {
  /** The tag itself. */
  readonly name: string;
  /** The digest of the manifest that the tag names, unless the registry does not say it: see `problem`. */
  readonly digest?: string;
  /** Time of the first push under this tag, RFC 3339. Azure only. */
  readonly created?: string;
  /** Time of the last change, RFC 3339. Azure only. */
  readonly lastUpdated?: string;
  /** True if content trust signed the tag. Azure only. */
  readonly signed?: boolean;
  /** The permitted actions. Azure only. */
  readonly attributes?: Attributes;
  /**
   * What prevents that the tag is resolved, as a phrase for users: its manifest is malformed, or the registry refuses
   * to serve it.
   */
  readonly problem?: string;
}

/** A manifest in a list, with what the registry or layout knows of it. Fields that are not known are `undefined`. */
export interface ManifestInfo {
  /** The manifest. Its size is 0 if the list of the registry does not contain it. */
  readonly descriptor: Descriptor;
  /** The tags that name the manifest. */
  readonly tags: readonly string[];
  /** The digest of the subject. */
  readonly subject?: string;
  /**
   * Creation time, RFC 3339: from Azure's list, else from the annotation `org.opencontainers.image.created`, else from
   * the config of the image.
   */
  readonly created?: string;
  /** Time of the last change of the manifest or its tags, RFC 3339. Azure only. */
  readonly lastUpdated?: string;
  /** CPU architecture, from the config of an image. */
  readonly architecture?: string;
  /** Operating system, from the config of an image. */
  readonly os?: string;
  /** Media type of the config. */
  readonly configMediaType?: string;
  /** Total size of config, layers and blobs, in bytes. */
  readonly imageSize?: number;
  /** The permitted actions. Azure only. */
  readonly attributes?: Attributes;
  /**
   * What prevents that the manifest or its config is read, as a phrase for users: it is malformed, or the registry
   * refuses to serve it. The details are not known then.
   */
  readonly problem?: string;
}

/** The result of {@link Client.login}. */
export interface LoginResult {
  /** The registry: host, and port and namespace if they were given. */
  readonly host: string;
  /** Where the credential is stored. */
  readonly storedIn: string;
  /** True if the credential is stored as plain text in a file that only its owner can read. */
  readonly plainText: boolean;
  /**
   * True if the registry demanded authentication and accepted the credential. False if it serves anonymous requests,
   * which verify nothing.
   */
  readonly verified: boolean;
  /** True if `DOCKER_AUTH_CONFIG` has a credential for the registry, which is used before the stored one. */
  readonly overridden: boolean;
}

/** The result of {@link Client.logout}. */
export interface LogoutResult {
  /** The registry: host, and port and namespace if they were given. */
  readonly host: string;
  /** The places from which credentials were removed: files and credential helpers. Empty if none were stored. */
  readonly removedFrom: readonly string[];
  /** True if `DOCKER_AUTH_CONFIG` still has a credential for the registry. */
  readonly remains: boolean;
}

/** A step of the depth-first walk over a graph. */
export interface GraphNode {
  /** The descriptor of the manifest. */
  readonly descriptor: Descriptor;
  /** The digest of the manifest that it is attached to. */
  readonly subject: string;
  /** The distance from the root: 1 for what is attached to the subject of the graph. */
  readonly depth: number;
  /** False for a manifest that the walk has visited before. What is attached to it is not visited again. */
  readonly first: boolean;
  /** How the manifest is attached. */
  readonly kind: EdgeKind;
  /** The tag of an edge of the kind `tag`, such as `sha256-….sig`. */
  readonly tag?: string;
  /** A phrase for people, such as `signature (cosign bundle)`. Absent if the manifest follows no known convention. */
  readonly label?: string;
  /** Everything that the manifest is. A provenance is also an attestation. Empty if it follows no known convention. */
  readonly kinds: readonly AttachmentKind[];
  /** The predicate types of the manifest's in-toto statements, in alphabetical order. */
  readonly predicateTypes: readonly string[];
}

/** What a manifest is to the manifest that it is attached to, as its producer says. It is not verified. */
export type AttachmentKind = 'signature' | 'attestation' | 'provenance' | 'sbom' | 'scan-result' | 'vex' | 'chart';

/** A node of the graph as JSON, with the field names of ORAS. */
export interface GraphNodeJson extends Descriptor {
  /** The reference of the node by digest. */
  readonly reference: string;
  /** The direct referrers of the node. */
  readonly referrers: readonly GraphNodeJson[];
  /** What is attached to the node otherwise. Absent if it is empty. */
  readonly attached?: readonly GraphNodeJson[];
  /** How the node is attached. Absent for the root and for referrers. */
  readonly edge?: EdgeKind;
  /** The tag of an edge of the kind `tag`. */
  readonly tag?: string;
  /** A phrase for people. Absent if the node follows no known convention. */
  readonly label?: string;
  /** Everything that the node is. Absent if it follows no known convention. */
  readonly kinds?: readonly AttachmentKind[];
  /** The predicate types of the node's in-toto statements. Absent if there are none. */
  readonly predicateTypes?: readonly string[];
}

/** A graph as JSON, in the format of `oras discover --format json`: both of its versions are supported. */
export interface GraphJson extends GraphNodeJson {
  /** The direct referrers as a flat list, as older versions of ORAS print them. */
  readonly references: readonly Descriptor[];
}

/** A part of a list that could not be read: an entry, a page or the whole list. */
export interface ListProblem {
  /** The list, such as `the referrers of sha256:e3b0c442…`. */
  readonly list: string;
  /** The digest of the subject, if the list is one of referrers. */
  readonly subject?: string;
  /** The text of an entry that is not a valid name. It is escaped, for display only. */
  readonly name?: string;
  /** What could not be read, and why. */
  readonly detail: string;
}

/**
 * A subject and everything that is attached to it, directly or through others: its referrers, the manifests of the tags
 * that cosign derives from a digest, the attestations of BuildKit, and the children of an index. Iteration walks them
 * depth first: the referrers of a manifest in the order that the registry lists them, then what is attached to it
 * otherwise. Conversion to a string returns the tree.
 *
 * @example
 * ```ts
 * for (const { descriptor, depth, kind, label } of graph) console.log(depth, kind, label, descriptor.digest);
 * ```
 */
export class Graph implements Iterable<GraphNode> {
  private constructor();
  /** The descriptor of the root. */
  readonly subject: Descriptor;
  /** The number of distinct manifests, without the subject. */
  get size(): number;
  /** The parts that could not be read. Empty for a complete graph, as it is unless `allowIncomplete` is set. */
  get problems(): ListProblem[];
  /**
   * Returns the direct referrers of a node. Default: of the root. Empty for a node without referrers or outside the graph.
   * Only iteration returns what is attached otherwise.
   */
  referrers(of?: string | Descriptor): Descriptor[];
  /** Walks everything that is attached to the subject, depth first. */
  [Symbol.iterator](): IterableIterator<GraphNode>;
  /**
   * Returns the subgraph of the nodes for which `wanted` returns true, the paths that lead to them, and what is attached
   * to them. The second argument is a step of the walk to the node: it has the kinds and predicate types.
   *
   * @example
   * ```ts
   * const sboms = graph.filter((_, { predicateTypes }) => predicateTypes.includes('https://spdx.dev/Document'));
   * ```
   */
  filter(wanted: (descriptor: Descriptor, node: GraphNode) => boolean): Graph;
  /**
   * Returns the tree that `oras discover` prints, grouped by artifact type, with the labels of the manifests. What is not
   * a referrer has a branch with the name of its tag or platform.
   */
  tree(): string;
  /** Returns the graph in Graphviz DOT. Arrows point from a manifest to what it is attached to. */
  dot(): string;
  /** Returns the graph as a Mermaid diagram. */
  mermaid(): string;
  /** Returns the graph as JSON, as the command line prints it. Unlike `JSON.stringify`, it supports any depth. */
  json(): string;
  /** Returns the parsed value of `json()`, for `JSON.stringify`. */
  toJSON(): GraphJson;
  /** Returns the same as `tree()`. */
  toString(): string;
}

/** A manifest as the registry stores it. */
export interface Manifest {
  /** The descriptor of the manifest. */
  readonly descriptor: Descriptor;
  /** The bytes of the manifest, unchanged: its digest is computed from them. */
  readonly bytes: Uint8Array;
}

/** The content of a blob. The stream fails at its end with `DIGEST_MISMATCH` if the bytes do not match the digest. */
export interface BlobStream extends ReadableStream<Uint8Array> {
  /** The descriptor of the blob. */
  readonly descriptor: Descriptor;
}

/** The content of a blob to push: a path, or content. */
export type BlobContent =
  | string
  | URL
  | {
      /** The path, or a `file:` URL. */
      path: string | URL;
      content?: undefined;
    }
  | {
      /** The content, in memory or in a stream. */
      content: Content;
      path?: undefined;
    }
  | Exclude<Content, string>;

/** The result of {@link Client.pushBlob}. */
export interface PushBlobResult {
  /** The descriptor of the blob. */
  readonly descriptor: Descriptor;
  /** The result of the push. */
  readonly outcome: Outcome;
}

/** A credential: a user name with a password, or a token. */
export type Credential =
  | {
      /** The name of the user, service principal or token. */
      readonly username: string;
      /** The password of the user, or the secret of the token. */
      readonly password: string;
    }
  | {
      /** A refresh token, which the client exchanges for access tokens at the registry's token server. */
      readonly identityToken: string;
    }
  | {
      /** A bearer token, which the client sends to the registry unchanged. */
      readonly registryToken: string;
    }
  | {
      /** A Microsoft Entra access token, which the client exchanges for a refresh token of Azure Container Registry. */
      readonly entraToken: string;
      /** The tenant. Default: the tenant in the token. */
      readonly tenant?: string | undefined;
    };

/**
 * A function that returns the credential for a repository. It is called when a registry requires authentication. Without a
 * result, the client continues anonymously. `repository` is empty for requests about the whole registry. If the function
 * throws, the call rejects with `CREDENTIALS`, and the `cause` of the error is the thrown value.
 */
export type CredentialSource = (
  host: string,
  repository: string,
) => Credential | null | undefined | Promise<Credential | null | undefined>;

/**
 * How a client lists the referrers of a manifest in a registry: by the
 * {@link https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-referrers | referrers API} or
 * by the
 * {@link https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#referrers-tag-schema | referrers tag schema}.
 *
 * - `auto`: The API of the registry if it has one, and the tag schema else. Beside the API, the list under the tag is
 *   read too.
 * - `api`: The API alone. Where the registry has none, listing referrers fails with `UNSUPPORTED`, and so does
 *   pushing or deleting a manifest with a subject.
 * - `tag`: The tag schema alone: the API is never asked, and a push of a manifest with a subject updates the list
 *   under the tag also where the registry has the API.
 */
export type ReferrersMode = 'auto' | 'api' | 'tag';

/**
 * Limits on time and on what a registry or layout may send.
 *
 * The value that switches a time limit off is `Infinity`; for a number it is the largest of its type. The limits on
 * time and on attempts apply to registries only.
 */
export interface Limits {
  /** Time to connect to a registry, TLS handshake included, in milliseconds. Default: 10,000. */
  connectTimeout?: number | undefined;
  /** Time from a request to the first header of its response, in milliseconds. Default: 30,000. */
  responseTimeout?: number | undefined;
  /** Time between two pieces of a body, in either direction, in milliseconds. Default: 30,000. */
  idleTimeout?: number | undefined;
  /**
   * Time from the last byte of an upload to the first header of its response, in milliseconds. One second is added for
   * every 16 MiB sent, since a registry digests a blob before it responds. Default: 60,000.
   */
  uploadResponseTimeout?: number | undefined;
  /**
   * Number of attempts of one request, the first included. A response with status 429 does not count while the registry
   * serves this client, or has done so within the stall timeout: the request waits for its turn. Default: 5.
   */
  maxAttempts?: number | undefined;
  /**
   * Time without a transferred byte after which an operation fails, over all attempts of a request, in milliseconds.
   * The time that a registry needs to respond to an upload, and a pause that it asks for, do not count. Default:
   * 90,000.
   */
  stallTimeout?: number | undefined;
  /** Maximum size of a manifest, and of one page of a list, in bytes. Default: 4 MiB. */
  maxManifestBytes?: number | undefined;
  /** Maximum number of pages of a list. Default: 10,000. */
  maxPages?: number | undefined;
  /** Maximum number of entries of a list and of manifests in a graph. Default: 1,000,000. */
  maxEntries?: number | undefined;
  /** Time for a credential helper to answer before it is killed, in milliseconds. Default: 30,000. */
  helperTimeout?: number | undefined;
  /**
   * Maximum number of requests a second to one host and port, the budget of the client: in any one second, no more are
   * sent. It counts every request, also to token servers, after a redirect, and when a request is sent again. All
   * operations of a client share it. Where a registry admits less, the client sends less. The wait for the budget is
   * not a stall. Minimum: 1. Default: no maximum.
   */
  maxRequestsPerSecond?: number | undefined;
}

/** How a client connects to registries. */
export interface ClientOptions {
  /** Where credentials come from when a registry demands authentication. Default: `stored`. */
  credentials?: 'stored' | 'anonymous' | Credential | CredentialSource | undefined;
  /**
   * A credential file in docker's format, in place of all others: neither docker's and podman's own files nor
   * environment variables such as `DOCKER_AUTH_CONFIG` are read. A file that does not exist has no credentials.
   * {@link Client.login} writes to it. Default: `undefined`, and {@link Client.login} writes to docker's `config.json`.
   */
  authFile?: string | URL | undefined;
  /**
   * Selects plain HTTP (`true`) or TLS (`false`) for every registry. Default: plain HTTP for loopback addresses and TLS
   * for all other hosts.
   */
  plainHttp?: boolean | undefined;
  /** A PEM file of certificates to trust in addition to those of the system. Default: `undefined`. */
  caFile?: string | URL | undefined;
  /** A PEM file with the client certificate and its chain. It requires `keyFile`. Default: `undefined`. */
  certFile?: string | URL | undefined;
  /** A PEM file with the private key of `certFile`. Default: `undefined`. */
  keyFile?: string | URL | undefined;
  /**
   * Accepts any server certificate. Anyone on the network path can then read and change the traffic. Default: `false`.
   */
  insecure?: boolean | undefined;
  /**
   * Uses the proxies in `HTTPS_PROXY`, `HTTP_PROXY` and `ALL_PROXY`, except for hosts in `NO_PROXY` and for loopback
   * addresses. A malformed address of a proxy is an error. An entry of `NO_PROXY` that is not understood is ignored
   * with a warning. Default: `true`.
   */
  useProxy?: boolean | undefined;
  /**
   * Addresses to connect to in place of those that a host name has, each as `HOST:PORT:ADDRESS[:PORT]`, such as
   * `registry.example.com:443:203.0.113.7:8443`. An address is used for each connection to its host and port, also
   * after a redirect and to a token server; certificates, headers and credentials are those of the name. Such a
   * connection uses no proxy. An IPv6 address before a port must be in brackets. Of several addresses for one host and
   * port, the last one is used. Default: none.
   */
  resolve?: readonly string[] | undefined;
  /**
   * The way in which referrers are listed, also those that are pushed or deleted. Image layouts ignore it. Default:
   * `auto`.
   */
  referrersMode?: ReferrersMode | undefined;
  /** Additional header fields, as names and values. They are sent only to the origin of the registry. Default: none. */
  headers?: Readonly<Record<string, string>> | undefined;
  /**
   * The `User-Agent` header ({@link https://www.rfc-editor.org/rfc/rfc9110#section-10.1.5 | RFC 9110, section 10.1.5}).
   * Default: `ocigraph/` and the version of ocigraph.
   */
  userAgent?: string | undefined;
  /** The limits on waiting and on what a registry may send. Default: see {@link Limits}. */
  limits?: Limits | undefined;
}

/**
 * A client for registries and image layouts. It reuses connections and remembers the capabilities of each registry, so use one
 * client for the whole program. It does not keep the process alive.
 *
 * @example
 * ```ts
 * await using client = new Client();
 * await client.push('registry.example.com/net-monitor', {
 *   subject: 'registry.example.com/net-monitor:v1',
 *   artifactType: 'sbom/example',
 *   files: ['sbom.json'],
 * });
 * ```
 */
export class Client {
  /** Creates a client. Sends no request. */
  constructor(options?: ClientOptions);

  /**
   * Packs files, directories and bytes into one artifact and pushes it under the tags of `target`. Blobs that exist
   * already are not sent.
   *
   * @param target - The destination. `host/repository:v1,latest` sets two tags. Without a tag, the artifact is named
   *   by its digest alone, as referrers are.
   * @param options - See {@link PushOptions}.
   * @returns See {@link PushResult}.
   * @throws {@link OcigraphError} `INVALID_ARGUMENT` if an option cannot be used.
   * @throws {@link OcigraphError} `NOT_FOUND` if the subject or a file does not exist.
   * @throws {@link OcigraphError} `UNSAFE_PATH` if a title leads out of the directory of a later pull.
   *
   * @example
   * ```ts
   * const pushed = await client.push('registry.example.com/net-monitor:v1', {
   *   artifactType: 'application/vnd.example.app',
   *   files: ['program', { title: 'notes.md', content: '# Notes' }],
   * });
   * console.log(pushed.reference);
   * ```
   */
  push(target: string, options?: PushOptions): Promise<PushResult>;

  /**
   * Packs files, directories and bytes into one artifact and attaches it to what `target` names: the artifact becomes a
   * referrer of it. The artifact has no tag. Blobs that exist already are not sent.
   *
   * @param target - The artifact that gets a referrer.
   * @param options - See {@link AttachOptions}.
   * @returns See {@link PushResult}.
   * @throws {@link OcigraphError} `INVALID_ARGUMENT` if there is neither a file nor an annotation nor `allow_empty`,
   *   or neither an artifact type nor a config.
   * @throws {@link OcigraphError} `NOT_FOUND` if `target` names nothing or a file does not exist.
   * @throws {@link OcigraphError} `UNSAFE_PATH` if a title leads out of the directory of a later pull.
   *
   * @example
   * ```ts
   * const { descriptor } = await client.attach('registry.example.com/app:v1', {
   *   files: ['sbom.json'],
   *   artifactType: 'sbom/example',
   * });
   * ```
   */
  attach(target: string, options?: AttachOptions): Promise<PushResult>;

  /**
   * Writes the files of the artifact that `target` names into a directory. With an artifact type, writes the files of
   * its referrers of that type instead. A file appears under its name only after its size and digest were verified. A
   * blob without a title has no file, unless the options ask for all blobs; the result lists it.
   *
   * @param target - The artifact.
   * @param options - See {@link PullOptions}.
   * @returns A list: see {@link PullResult}.
   * @throws {@link OcigraphError} `NOT_FOUND` if `target` names nothing or no referrer has the type.
   * @throws {@link OcigraphError} `UNSAFE_PATH` if a title leads out of the output directory.
   * @throws {@link OcigraphError} `CONFLICT` if two different files have one path.
   * @throws {@link OcigraphError} `TOO_LARGE` if a packed directory exceeds its limits.
   * @throws {@link OcigraphError} `DIGEST_MISMATCH` or `SIZE_MISMATCH` if content is not what its descriptor says.
   *
   * @example
   * ```ts
   * const [sbom] = await client.pull('registry.example.com/net-monitor:v1', { artifactType: 'sbom/example', output: 'out' });
   * console.log(sbom?.files.map((file) => file.path));
   * ```
   */
  pull(target: string, options?: PullOptions): Promise<PullResult[]>;

  /**
   * Returns the graph of everything that is attached to what `target` names, directly or through others: its referrers
   * ({@link https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-referrers | distribution-spec v1.1.1, "Listing Referrers"}),
   * the manifests of the tags that cosign derives from a digest, the attestations of BuildKit, and the children of an
   * index. Each edge of the graph has its kind.
   *
   * @param target - The subject.
   * @param options - See {@link DiscoverOptions}.
   * @returns The graph.
   * @throws {@link OcigraphError} `NOT_FOUND` if `target` names nothing.
   * @throws {@link OcigraphError} `INCOMPLETE` if a list cannot be read completely, unless the options allow it.
   *
   * @example
   * ```ts
   * const found = await client.discover('registry.example.com/net-monitor:v1', { artifactType: 'sbom/example' });
   * console.log(found.tree());
   * ```
   */
  discover(target: string, options?: DiscoverOptions): Promise<Graph>;

  /**
   * Returns every edge of the graph that {@link Client.discover} returns, as rows that come as they are found: what is
   * attached, and to what. The graph is not held in memory. The edge to a manifest comes before those from it. A
   * manifest that is attached to another in two ways has two rows. The last rows can come before an error.
   *
   * @param target - The subject.
   * @param options - See {@link DiscoverOptions}.
   * @returns An iterator that makes the requests while a row is waited for. See {@link DiscoveredRow} and {@link
   *   DiscoverSummary}.
   * @throws {@link OcigraphError} `NOT_FOUND` if `target` names nothing.
   * @throws {@link OcigraphError} `INCOMPLETE` at the first list that cannot be read completely, unless the options
   *   allow it.
   *
   * @example
   * ```ts
   * for await (const { parent, descriptor, label } of client.discoverEach('registry.example.com/net-monitor:v1')) {
   *   console.log(descriptor?.digest, label, 'is attached to', parent);
   * }
   * ```
   */
  discoverEach(target: string, options?: DiscoverOptions): Rows<DiscoveredRow, DiscoverSummary>;

  /**
   * Deletes what `target` names and everything that refers to it, referrers before their subjects. The report has each
   * manifest that could not be deleted. An interrupted delete can be run again. A dry run reports what would be
   * deleted.
   *
   * @param target - The artifact.
   * @param options - See {@link DeleteOptions}.
   * @returns See {@link DeleteReport}.
   * @throws {@link OcigraphError} `NOT_FOUND` if `target` names nothing, unless the options allow it.
   * @throws {@link OcigraphError} `UNSUPPORTED` if the registry deletes no manifest.
   * @throws {@link OcigraphError} `INCOMPLETE` if a list of tags or referrers cannot be read completely.
   *
   * @example
   * ```ts
   * const plan = await client.delete('registry.example.com/net-monitor:v1', { dryRun: true });
   * console.log(plan.deleted.map((manifest) => manifest.digest));
   * ```
   */
  delete(target: string, options?: DeleteOptions): Promise<DeleteReport>;

  /**
   * Copies what `source` names, or its whole graph, to `destination`, and sets the destination's tags. Content that the
   * destination has is not sent.
   *
   * @param source - The artifact to copy.
   * @param destination - The location to copy to, with the tags to set.
   * @param options - See {@link CopyOptions}.
   * @returns See {@link CopyReport}.
   * @throws {@link OcigraphError} `NOT_FOUND` if `source` names nothing or content of it is missing.
   * @throws {@link OcigraphError} `INVALID_ARGUMENT` if one client would send the same credential or header to two
   *   registries.
   *
   * @example
   * ```ts
   * await client.copy('registry.example.com/net-monitor:v1', 'oci:backup/net-monitor:v1', { recursive: true });
   *
   * // A second client reaches a destination that demands another credential.
   * const destinationClient = new Client({ credentials: { username: 'ada', password: 'secret' } });
   * await client.copy('registry.example.com/net-monitor:v1', 'backup.example.com/net-monitor:v1', { destinationClient });
   * ```
   */
  copy(source: string, destination: string, options?: CopyOptions): Promise<CopyReport>;

  /**
   * Copies repositories and layouts, or some of their tags, into one archive or directory: an image layout. A path that
   * ends with `.tar` is an archive. It appears when it is complete and every byte is verified; the same content gives
   * the same bytes. A directory gets what it lacks, and tags that have moved at the source move in it too. Its
   * `index.json` then says of which repository the tags are, in the annotation `io.ocigraph.backup`.
   *
   * A reference without tag and digest names all tags. Of one repository, the archive has the tags, as in any layout.
   * Of several, each name in it is a reference: `host/repository:tag`, or `host/repository@digest` for a manifest
   * without a tag. A layout is backed up by itself.
   *
   * @param references - The repositories to back up, or some of their tags; or one layout.
   * @param output - The archive, whose name ends with `.tar`, or the directory to write.
   * @param options - See {@link BackupOptions}.
   * @returns See {@link BackupReport}.
   * @throws {@link OcigraphError} `NOT_FOUND` if a reference names nothing or content of it is missing.
   * @throws {@link OcigraphError} `INCOMPLETE` if a list of tags or referrers cannot be read completely.
   * @throws {@link OcigraphError} `DIGEST_MISMATCH` or `SIZE_MISMATCH` if a registry sends other content than a
   *   manifest lists.
   * @throws {@link OcigraphError} `ALREADY_EXISTS` if `output` is a file where a directory is written, or the
   *   reverse.
   * @throws {@link OcigraphError} `CONFLICT` if the directory has the backup of another repository, whose tags would
   *   be lost.
   * @throws {@link OcigraphError} `INVALID_ARGUMENT` if `references` is empty or an option cannot be used.
   *
   * @example
   * ```ts
   * const repositories = ['registry.example.com/app', 'registry.example.com/base:v1,v2'];
   * const { tags, bytes } = await client.backup(repositories, 'monday.tar', { recursive: true });
   * console.log(tags.length, bytes);
   *
   * // What has changed since. A restore needs both archives.
   * await client.backup(repositories, 'tuesday.tar', { recursive: true, since: 'monday.tar' });
   * ```
   */
  backup(references: string | readonly string[], output: string | URL, options?: BackupOptions): Promise<BackupReport>;

  /**
   * Copies what an archive or a directory has to `destination`: a registry, a repository or a layout. The first of
   * `inputs` is the archive, which {@link Client.backup}, `oras backup` or another tool has written. The others are
   * earlier archives, with content that it lacks because it was written with the option `since`.
   *
   * An archive of one repository is restored to `host/repository`, or `oci:PATH`. Without tags, all tags of the archive
   * are restored, and what was backed up by its digest; else those tags. An archive of several repositories is restored
   * to a registry, `host` or `host/prefix`: each repository keeps its path. In a layout, each keeps its whole name.
   * Tags are set after all content was sent and verified, one repository after another: if a registry refuses a tag,
   * the error says in which repositories tags were set before.
   *
   * @param inputs - The archive or directory to restore, and earlier ones that have content of it.
   * @param destination - The place to restore to: `host/repository[:tag[,tag]]`, `oci:PATH`, or for several
   *   repositories `host[/prefix]`.
   * @param options - See {@link RestoreOptions}.
   * @returns See {@link RestoreReport}.
   * @throws {@link OcigraphError} `NOT_FOUND` if a tag is not in the archive, or if neither the inputs nor the
   *   destination have content of it.
   * @throws {@link OcigraphError} `DIGEST_MISMATCH` or `SIZE_MISMATCH` if the archive is damaged.
   * @throws {@link OcigraphError} `INVALID_REFERENCE` if `destination` names no place for the archive.
   * @throws {@link OcigraphError} `CONFLICT` if some names of the archive are tags and others have a repository.
   * @throws {@link OcigraphError} `INVALID_ARGUMENT` if an option cannot be used.
   *
   * @example
   * ```ts
   * const inputs = ['tuesday.tar', 'monday.tar'];
   * const plan = await client.restore(inputs, 'backup.example.com/team', { dryRun: true });
   * console.log(plan.bytes, 'bytes would be sent');
   *
   * // One repository of the archive.
   * await client.restore(inputs, 'other.example.com/app', { repository: 'registry.example.com/app' });
   * ```
   */
  restore(
    inputs: string | URL | readonly (string | URL)[],
    destination: string,
    options?: RestoreOptions,
  ): Promise<RestoreReport>;

  /**
   * Gives everything that is attached to what `target` names another form, also what is attached to the images of an
   * index and to attachments. To referrers: the tags of cosign and the artifact manifests of ORAS and OCI 1.1.0-rc
   * become OCI 1.1 referrers, and the referrers API lists what only a fallback tag listed. To tags: the referrers of
   * cosign get its tags again, and a fallback tag lists what the API lists. The old form stays unless the options ask
   * to remove it. A migration can be run again, and then writes only what is missing.
   *
   * @param target - The manifest whose attachments are migrated, with everything below it.
   * @param options - See {@link MigrateOptions}.
   * @returns See {@link MigrateReport}.
   * @throws {@link OcigraphError} `NOT_FOUND` if `target` names nothing.
   * @throws {@link OcigraphError} `INCOMPLETE` if a list of tags or referrers cannot be read completely, in which
   *   case nothing is written.
   *
   * @example
   * ```ts
   * const { migrated } = await client.migrate('registry.example.com/net-monitor:v1', { to: 'tags', dryRun: true });
   * console.log(migrated.map(({ oldManifest, newTag }) => `${oldManifest.digest} would be ${newTag}`));
   * ```
   */
  migrate(target: string, options?: MigrateOptions): Promise<MigrateReport>;

  /**
   * Verifies the whole graph under what `target` names: every manifest and blob, those of referrers included. The
   * report has each problem that was found. Nothing is written, unless the options ask to repair the lists of
   * referrers.
   *
   * @param target - The root of the graph.
   * @param options - See {@link VerifyOptions}.
   * @returns See {@link VerifyReport}.
   * @throws {@link OcigraphError} `NOT_FOUND` if `target` names nothing.
   *
   * @example
   * ```ts
   * const { problems } = await client.verify('registry.example.com/net-monitor:v1');
   * for (const problem of problems) console.error(problem.detail);
   * ```
   */
  verify(target: string, options?: VerifyOptions): Promise<VerifyReport>;

  /**
   * Checks that everything in `requirements` is attached to what `target` names: as a referrer, by a sibling tag of
   * cosign, or as an attestation of BuildKit. A requirement is `signature`, `attestation`, `provenance`, `sbom`,
   * `scan-result`, `vex` or `chart`; one of these with a predicate type or an artifact type, such as
   * `provenance=https://slsa.dev/provenance/v1`; or `artifact-type=TYPE`.
   *
   * It tells whether something is attached, not whether it is valid: no signature is verified. What is attached to an
   * attachment does not count. The report has each requirement with its answer: `missing` only if everything attached
   * was listed and read, else `unknown`.
   *
   * @param target - The image, or the index of images.
   * @param requirements - What must be attached: requirements such as `signature` or `sbom`.
   * @param options - See {@link CheckOptions}.
   * @returns See {@link CheckReport}.
   * @throws {@link OcigraphError} `NOT_FOUND` if `target` names nothing.
   * @throws {@link OcigraphError} `INVALID_ARGUMENT` if `requirements` is empty or has something else than
   *   requirements.
   *
   * @example
   * ```ts
   * const report = await client.check('registry.example.com/net-monitor:v1', ['signature', 'sbom'], { eachPlatform: true });
   * for (const { requirement, presence, descriptor } of report.requirements) console.log(requirement, presence, descriptor.digest);
   * ```
   */
  check(target: string, requirements: string | readonly string[], options?: CheckOptions): Promise<CheckReport>;

  /**
   * Returns the descriptor of what `target` names. With a platform, the descriptor of the image for that platform in
   * the index that `target` names.
   *
   * @param target - A reference with a tag or digest.
   * @param options - See {@link ManifestOptions}.
   * @returns The descriptor of the manifest.
   * @throws {@link OcigraphError} `NOT_FOUND` if `target` names nothing, if the index has no image for the platform,
   *   or if the manifest has another media type.
   *
   * @example
   * ```ts
   * const image = await client.resolve('registry.example.com/net-monitor:v1', { platform: 'linux/arm64' });
   * console.log(image.digest, image.size);
   * ```
   */
  resolve(target: string, options?: ManifestOptions): Promise<Descriptor>;

  /**
   * Returns the manifest that `target` names, byte for byte as it is stored; without a platform, also one that cannot
   * be parsed. With a platform, the manifest of the image for that platform in the index that `target` names.
   *
   * @param target - A reference with a tag or digest.
   * @param options - See {@link ManifestOptions}.
   * @returns The descriptor and the bytes of the manifest.
   * @throws {@link OcigraphError} `NOT_FOUND` if `target` names nothing, if the index has no image for the platform,
   *   or if the manifest has another media type.
   * @throws {@link OcigraphError} `DIGEST_MISMATCH` if the content does not have its digest.
   *
   * @example
   * ```ts
   * const { bytes } = await client.fetchManifest('registry.example.com/net-monitor:v1');
   * const manifest = JSON.parse(new TextDecoder().decode(bytes));
   * console.log(manifest.mediaType);
   * ```
   */
  fetchManifest(target: string, options?: ManifestOptions): Promise<Manifest>;

  /**
   * Stores the bytes of a manifest, unchanged, under their digest and under the tags of `target`. Returns the
   * descriptor of the manifest.
   *
   * @param target - The destination. Its tags are set. If it has a digest, the manifest must have the same.
   * @param manifest - The bytes of the manifest.
   * @param options - See {@link PushManifestOptions}.
   * @returns The descriptor of the manifest.
   * @throws {@link OcigraphError} `DIGEST_MISMATCH` if `target` has a digest that is not the manifest's.
   * @throws {@link OcigraphError} `INVALID_MANIFEST` if `manifest` is not a manifest.
   *
   * @example
   * ```ts
   * const { bytes } = await client.fetchManifest('registry.example.com/net-monitor:v1');
   * await client.pushManifest('oci:backup/net-monitor:v1', bytes);
   * ```
   */
  pushManifest(
    target: string,
    manifest: string | ArrayBufferLike | ArrayBufferView,
    options?: PushManifestOptions,
  ): Promise<Descriptor>;

  /**
   * Deletes the manifest that `target` names, and the tags of `target`. Its referrers stay. Returns the descriptor of
   * the manifest.
   *
   * @param target - The manifest. Its tags are removed too.
   * @param options - See {@link CallOptions}.
   * @returns The descriptor of the manifest.
   * @throws {@link OcigraphError} `NOT_FOUND` if `target` names nothing.
   * @throws {@link OcigraphError} `UNSUPPORTED` or `FORBIDDEN` if the registry refuses to delete.
   *
   * @example
   * ```ts
   * const { digest } = await client.deleteManifest('registry.example.com/net-monitor:old');
   * console.log(digest);
   * ```
   */
  deleteManifest(target: string, options?: CallOptions): Promise<Descriptor>;

  /**
   * Creates an OCI image index of `manifests`, pushes it, and sets the tags of `target`. Each manifest is named by a
   * tag, a digest, or a reference to the repository or layout of `target`; the index lists it once, in the order given.
   * The entry of an image has the platform that its config says, the entry of another artifact its artifact type.
   * Without manifests, the index is empty.
   *
   * @param target - The repository or layout, with the tags of the index.
   * @param manifests - The manifests that the index lists: tags, digests, or references to the same repository or
   *   layout.
   * @param options - See {@link IndexCreateOptions}.
   * @returns See {@link IndexResult}.
   * @throws {@link OcigraphError} `NOT_FOUND` if a manifest or the config of an image does not exist.
   * @throws {@link OcigraphError} `INVALID_ARGUMENT` if a manifest is in another repository or layout, or if an
   *   option cannot be used.
   * @throws {@link OcigraphError} `DIGEST_MISMATCH` if `target` has a digest that is not the index's.
   *
   * @example
   * ```ts
   * const { reference } = await client.indexCreate('registry.example.com/net-monitor:v1', ['v1-linux-amd64', 'v1-linux-arm64']);
   * console.log(reference);
   * ```
   */
  indexCreate(
    target: string,
    manifests: string | readonly string[],
    options?: IndexCreateOptions,
  ): Promise<IndexResult>;

  /**
   * Adds manifests to the index that `target` names or removes some, changes its annotations or its artifact type, and
   * pushes the updated index. The tag of `target` moves to it, and the old index stays. With a digest in `target`, no
   * tag moves. The other entries stay as they are, with unknown fields. Without a change, the index stays as it is,
   * byte for byte.
   *
   * @param target - The index, by a tag, which moves to the updated index, or by a digest.
   * @param options - See {@link IndexUpdateOptions}.
   * @returns See {@link IndexResult}.
   * @throws {@link OcigraphError} `NOT_FOUND` if `target` or a manifest does not exist, or if the index does not list
   *   a manifest to remove.
   * @throws {@link OcigraphError} `INVALID_ARGUMENT` if `target` or an index to merge is not an index, if a manifest
   *   is in another repository or layout, or if an option cannot be used.
   *
   * @example
   * ```ts
   * const { manifests } = await client.indexUpdate('registry.example.com/net-monitor:v1', { add: ['v1-linux-s390x'] });
   * for (const { digest, platform } of manifests) console.log(digest, platform?.architecture);
   * ```
   */
  indexUpdate(target: string, options?: IndexUpdateOptions): Promise<IndexResult>;

  /**
   * Deletes the blob that `target` names by digest. An image layout refuses it while a manifest needs the blob; a
   * registry may not check that. {@link Client.delete} deletes an artifact, and a layout then removes the blobs that
   * nothing needs.
   *
   * @param target - The blob, by its digest.
   * @param options - See {@link BlobDeleteOptions}.
   * @throws {@link OcigraphError} `INVALID_REFERENCE` if `target` has no digest.
   * @throws {@link OcigraphError} `NOT_FOUND` if the blob does not exist, unless the options allow it.
   * @throws {@link OcigraphError} `CONFLICT` if a manifest of a layout needs the blob or another program writes to
   *   the layout.
   * @throws {@link OcigraphError} `UNSUPPORTED` if the registry deletes no blob.
   *
   * @example
   * ```ts
   * const { descriptor } = await client.pushBlob('registry.example.com/net-monitor', { content: 'hello' });
   * await client.deleteBlob(`registry.example.com/net-monitor@${descriptor.digest}`);
   * ```
   */
  deleteBlob(target: string, options?: BlobDeleteOptions): Promise<void>;

  /**
   * Deletes from repositories and layouts what the options select, by age, number, tags and kind, and keeps what
   * something needs that stays: what an index lists, subjects, and everything attached. What is attached to a deleted
   * manifest is deleted with it. The report has the reason for everything that is deleted, and for everything that was
   * selected and stays. A plan can be stored, and executed later: what has changed since is refused, and an interrupted
   * execution can be run again.
   *
   * A registry that lists no untagged manifests, as most do, shows only those that something tagged leads to: the
   * report says so. If a list or a manifest cannot be read, everything stays in that repository, because the unread
   * part may need it. A failure in one of several repositories is in the report, and does not stop the others.
   *
   * Of a single repository: `NOT_FOUND` if it does not exist, `UNSUPPORTED` if the registry deletes no manifest.
   *
   * @param references - The repositories and layouts to prune, without tags and digests. None with the option
   *   `execute`.
   * @param options - See {@link PruneOptions}.
   * @returns See {@link PruneReport}.
   * @throws {@link OcigraphError} `INVALID_ARGUMENT` if the options select nothing or cannot be used, or if a file is
   *   not a plan.
   * @throws {@link OcigraphError} `CONFLICT` if the plan deletes more manifests than the options allow.
   * @throws {@link OcigraphError} `INVALID_REFERENCE` if a reference has a tag or digest.
   *
   * @example
   * ```ts
   * const options = { olderThan: '90d', keepLast: 10, keepTags: ['v*'] };
   * const plan = await client.prune(['registry.example.com/app'], { ...options, dryRun: true });
   * for (const { descriptor, tags, reason } of plan.repositories[0].deleted) console.log(descriptor.digest, tags, reason);
   *
   * // A plan in a file is executed later. What has changed since is refused.
   * await client.prune(['registry.example.com/app'], { ...options, plan: 'plan.json' });
   * await client.prune([], { execute: 'plan.json' });
   * ```
   */
  prune(references: string | readonly string[], options?: PruneOptions): Promise<PruneReport>;

  /**
   * Copies images of registries, repositories and layouts with everything attached to them, and returns a row for each
   * reference. A source is written as a target of {@link Client.sweep}. The destination of one repository or layout is
   * `host/repository` or `oci:PATH`. Several repositories keep their paths below `host` or `host/prefix`, and their
   * names in `oci:PATH`.
   *
   * What the destination has is not sent; where nothing is attached, a reference that it has costs three requests.
   * After a copy, the destination is asked for the tag, for what an index lists and for what is attached: only `copied`
   * and `existed` say that it has all of it. A reference that cannot be copied is a row with the outcome `missing`,
   * `refused`, `changed` or `unknown`, and ends nothing. A tag that names something else at the destination moves.
   *
   * An example: {@link SyncOptions}.
   *
   * The rows fail with `UNAUTHORIZED` if the destination refuses the credential, with `INVALID_ARGUMENT` if two sources
   * have one destination or the checkpoint is of another sync, with `CONFLICT` if another process uses the checkpoint,
   * and with `IO` if it cannot be written.
   *
   * @param sources - The registries, repositories, patterns and layouts to copy, as the targets of a sweep.
   * @param destination - The place to copy to: `host/repository`, `oci:PATH`, or for several repositories
   *   `host[/prefix]`.
   * @param options - See {@link SyncOptions}.
   * @returns An iterator that makes the requests while a row is waited for. See {@link SyncRow} and {@link
   *   SyncSummary}.
   * @throws {@link OcigraphError} `INVALID_ARGUMENT` or `INVALID_REFERENCE` if a source, the destination, a pattern,
   *   a platform or a shard cannot be used.
   *
   * @example
   * ```ts
   * const rows = client.sync(['registry.example.com/team/**:v1.*'], 'mirror.example.com/team', { checkpoint: 'sync.state' });
   * for await (const row of rows) if (row.outcome !== 'existed') console.log(row.destination, row.outcome, row.detail);
   * console.log(`${rows.summary.copied} images were copied`);
   * ```
   */
  sync(sources: string | readonly string[], destination: string, options?: SyncOptions): Rows<SyncRow, SyncSummary>;

  /**
   * Returns what is attached to every image of registries, repositories and layouts, as rows that come as they are
   * found. A target is `host` (all repositories), `host/PATTERN[:TAG]`, `host/repository[:TAG]`, or `oci:PATH[:TAG]`; a
   * tag can be a pattern too. In patterns, `*` means any characters but `/`, `**` those too, `?` one character, and
   * `{a,b}` one of several texts.
   *
   * What cannot be read is a row with the status `unknown`, `refused` or `missing`, and ends nothing: an image, a
   * repository, or the list of a registry's repositories. Only *none* says that nothing is attached. After 32 requests
   * in a row that did not reach a registry, its other repositories are rows with the status `unknown`.
   *
   * Memory stays bounded: a million tags take less than 200 MB.
   *
   * @param targets - The registries, repositories, patterns and layouts to sweep.
   * @param options - See {@link SweepOptions}.
   * @returns An iterator that makes the requests while a row is waited for. See {@link SweepRow} and {@link
   *   SweepSummary}.
   * @throws {@link OcigraphError} `INVALID_ARGUMENT` if a target, a pattern or a shard cannot be used, or if the
   *   checkpoint is of another sweep.
   * @throws {@link OcigraphError} `INVALID_REFERENCE` if a target names no place.
   * @throws {@link OcigraphError} `CONFLICT` if another process uses the checkpoint.
   * @throws {@link OcigraphError} `IO` if the checkpoint cannot be written.
   *
   * @example
   * ```ts
   * const rows = client.sweep(['registry.example.com/team/*'], { latest: 3 });
   * for await (const row of rows) console.log(row.repository, row.tag, row.label, row.status);
   * console.log(`${rows.summary.none} images have nothing attached`);
   * ```
   */
  sweep(targets: string | readonly string[], options?: SweepOptions): Rows<SweepRow, SweepSummary>;

  /**
   * Points `tags` at the manifest that `target` names, and returns its descriptor.
   *
   * @param target - A reference with a tag or digest.
   * @param tags - The tags to set.
   * @param options - See {@link CallOptions}.
   * @returns The descriptor of the manifest.
   * @throws {@link OcigraphError} `INVALID_ARGUMENT` if `tags` is empty.
   * @throws {@link OcigraphError} `INVALID_REFERENCE` if a tag is invalid.
   * @throws {@link OcigraphError} `NOT_FOUND` if `target` names nothing.
   *
   * @example
   * ```ts
   * await client.tag('registry.example.com/net-monitor:v1', ['v1.2', 'latest']);
   * ```
   */
  tag(target: string, tags: string | readonly string[], options?: CallOptions): Promise<Descriptor>;

  /**
   * Removes the tags of `target`. The manifest stays. With a digest in `target`, removes only tags that name this
   * digest. In an image layout, a tag can end with a digest: `v1@sha256:…` is such a tag if the layout has it.
   *
   * If some tags were removed before the failure, the hint names them.
   *
   * @param target - The tags to remove.
   * @param options - See {@link UntagOptions}.
   * @throws {@link OcigraphError} `INVALID_REFERENCE` if `target` has no tag.
   * @throws {@link OcigraphError} `NOT_FOUND` if a tag does not exist.
   * @throws {@link OcigraphError} `DIGEST_MISMATCH` if `target` has a digest that a tag does not name.
   * @throws {@link OcigraphError} `UNSUPPORTED` if the registry removes a tag only with its manifest.
   *
   * @example
   * ```ts
   * await client.untag('registry.example.com/net-monitor:old');
   * ```
   */
  untag(target: string, options?: UntagOptions): Promise<void>;

  /**
   * Returns all tags, in the order of the registry or layout. Fallback tags of referrers are not among them. With a tag
   * or digest in `target`, returns only the tags of that manifest.
   *
   * @param target - The repository or layout, or with a tag or digest one manifest in it.
   * @param options - See {@link CallOptions}.
   * @returns The names.
   * @throws {@link OcigraphError} `NOT_FOUND` if `target` has a tag or digest that names nothing.
   * @throws {@link OcigraphError} `INCOMPLETE` if a part of the list cannot be read.
   *
   * @example
   * ```ts
   * for (const tag of await client.tags('registry.example.com/net-monitor')) console.log(tag);
   * ```
   */
  tags(target: string, options?: CallOptions): Promise<string[]>;

  /**
   * Returns all tags, each with the digest that it names and what the registry knows of it. With a tag or digest in
   * `target`, returns only the tags of that manifest.
   *
   * @param target - The repository or layout, or with a tag or digest one manifest in it.
   * @param options - See {@link CallOptions}.
   * @returns A list: see {@link TagInfo}.
   * @throws {@link OcigraphError} `NOT_FOUND` if `target` has a tag or digest that names nothing.
   * @throws {@link OcigraphError} `INCOMPLETE` if a part of the list cannot be read.
   *
   * @example
   * ```ts
   * for (const { name, digest, created } of await client.tagDetails('registry.example.com/net-monitor')) {
   *   console.log(name, digest, created ?? 'unknown');
   * }
   * ```
   */
  tagDetails(target: string, options?: CallOptions): Promise<TagInfo[]>;

  /**
   * Returns all manifests, tagged and untagged, with what is known of each. An untagged manifest is found if an index
   * lists it or if it refers to a manifest that is found. With a tag or digest in `target`, returns only that manifest.
   *
   * @param target - The repository or layout, or with a tag or digest one manifest in it.
   * @param options - See {@link CallOptions}.
   * @returns A list: see {@link ManifestInfo}.
   * @throws {@link OcigraphError} `NOT_FOUND` if `target` has a tag or digest that names nothing.
   * @throws {@link OcigraphError} `INCOMPLETE` if a part of the list cannot be read.
   *
   * @example
   * ```ts
   * const all = await client.manifests('registry.example.com/net-monitor');
   * console.log(all.filter((manifest) => manifest.tags.length === 0).length, 'untagged');
   * ```
   */
  manifests(target: string, options?: CallOptions): Promise<ManifestInfo[]>;

  /**
   * Returns the names of a registry's repositories.
   *
   * @param host - The registry: `host[:port]`. For login and logout also a namespace or repository:
   *   `host[:port]/namespace`.
   * @param options - See {@link CallOptions}.
   * @returns The names.
   * @throws {@link OcigraphError} `UNSUPPORTED` if the registry has no catalog.
   * @throws {@link OcigraphError} `INCOMPLETE` if a part of the list cannot be read.
   *
   * @example
   * ```ts
   * for (const name of await client.repositories('registry.example.com')) console.log(name);
   * ```
   */
  repositories(host: string, options?: CallOptions): Promise<string[]>;

  /**
   * Checks a credential with a registry and stores it where other tools look: in the credential helper that docker's
   * configuration names for the registry, else in that file, as plain text that only its owner can read. With a
   * namespace, the credential is used for the repositories in it, and credential helpers cannot store it.
   *
   * @param host - The registry: `host[:port]`. For login and logout also a namespace or repository:
   *   `host[:port]/namespace`.
   * @param credential - The credential to check and to store.
   * @param options - See {@link CallOptions}.
   * @returns See {@link LoginResult}.
   * @throws {@link OcigraphError} `UNAUTHORIZED` if the registry refuses the credential, in which case nothing is
   *   stored.
   * @throws {@link OcigraphError} `UNSUPPORTED` for a namespace where a credential helper is configured.
   *
   * @example
   * ```ts
   * const { storedIn } = await client.login('registry.example.com', { username: 'ada', password: 'secret' });
   * console.log(storedIn);
   * ```
   */
  login(host: string, credential: Credential, options?: CallOptions): Promise<LoginResult>;

  /**
   * Removes every stored credential of a registry, from files and credential helpers. With a namespace, removes the
   * credential of the namespace alone; without one, those of namespaces stay.
   *
   * @param host - The registry: `host[:port]`. For login and logout also a namespace or repository:
   *   `host[:port]/namespace`.
   * @param options - See {@link CallOptions}.
   * @returns See {@link LogoutResult}.
   *
   * @example
   * ```ts
   * const { removedFrom } = await client.logout('registry.example.com');
   * console.log(removedFrom.join(', '));
   * ```
   */
  logout(host: string, options?: CallOptions): Promise<LogoutResult>;

  /**
   * Fetches the blob that the target names by digest. The stream transfers bytes as they are read; cancelling it ends the
   * transfer. The signal and `onProgress` apply until the stream ends.
   *
   * @example
   * ```ts
   * const stream = await client.fetchBlob(`registry.example.com/net-monitor@${digest}`);
   * const text = await new Response(stream).text();
   * ```
   */
  fetchBlob(target: string, options?: ProgressOptions): Promise<BlobStream>;

  /**
   * Pushes a blob, unless it already exists. A string is a path, as in `files` of a push. Pass text content as `{ content }`.
   *
   * @example
   * ```ts
   * await client.pushBlob('registry.example.com/net-monitor', 'sbom.json');
   * await client.pushBlob('registry.example.com/net-monitor', { content: '{}' });
   * ```
   */
  pushBlob(target: string, blob: BlobContent, options?: PushBlobOptions): Promise<PushBlobResult>;

  /** Closes the connections. Running calls reject with `CANCELLED`, later calls with `INVALID_ARGUMENT`. */
  close(): void;

  /** Calls {@link Client.close}, for `using`. */
  [Symbol.dispose](): void;

  /** Like {@link Client.close}, for `await using`. Also waits up to four seconds until interrupted uploads are cancelled. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * The rows of an operation: an iterator. The operation works only while a row is waited for, and memory holds one batch of
 * rows. The rows of a batch count as finished with when the first row after it is asked for. A loop that ends early ends the
 * operation.
 *
 * @example
 * ```ts
 * const rows = client.sweep(['registry.example.com/team/*'], { latest: 3 });
 * for await (const row of rows) console.log(row.repository, row.tag, row.label, row.status);
 * console.log(`${rows.summary.none} images have nothing attached`);
 * ```
 */
export interface Rows<Row, Summary> extends AsyncIterableIterator<Row> {
  /** The totals of the rows of all batches so far. Complete after the last row. */
  readonly summary: Summary;
  /** Iterates over the rows that are found together, at least one each time: fewer steps than row by row. */
  batches(): AsyncIterableIterator<Row[]>;
  /** Ends the operation. Rows that were not read are lost. */
  close(): void;
  /** Calls {@link Rows.close}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Options that {@link digest} accepts. */
export interface DigestOptions {
  /** The digest algorithm. Default: `sha256`. */
  algorithm?: 'sha256' | 'sha512' | undefined;
}

/** Options of {@link digestFile} and {@link digestFiles}. */
export interface DigestFilesOptions extends DigestOptions, CallOptions {}

/** The digest and size of a file. */
export interface FileDigest {
  /** The path that was passed. */
  readonly path: string;
  /** The digest, such as `sha256:e3b0c442…`. */
  readonly digest: string;
  /** The size of the file in bytes. */
  readonly size: number;
}

/**
 * Computes the digest of bytes, or of text as UTF-8. It is synchronous; use {@link digestFile} for large content.
 *
 * @example
 * ```ts
 * digest('{}'); // sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a
 * ```
 */
export function digest(content: string | ArrayBufferLike | ArrayBufferView, options?: DigestOptions): string;

/** Computes the digest and size of a file without blocking the event loop. Rejects with `NOT_FOUND` if it does not exist. */
export function digestFile(path: string | URL, options?: DigestFilesOptions): Promise<FileDigest>;

/** Computes the digests and sizes of files on all processors. The results are in the order of `paths`. */
export function digestFiles(
  paths: Iterable<string | URL> & object,
  options?: DigestFilesOptions,
): Promise<FileDigest[]>;
