/// <reference lib="esnext.disposable" />

/**
 * Push, pull, discover, copy, verify and delete graphs of supply-chain artifacts (signatures, SBOMs, scan results,
 * documents) in OCI registries and OCI image layout directories.
 *
 * References are strings: `registry.example.com[:port]/repository[:tag][@digest]`, or `oci:PATH[:tag][@digest]` for an image
 * layout directory. If a reference has both a tag and a digest, operations use the digest.
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
 * @throws {@link OcigraphError} with code `INVALID_REFERENCE` if the text is not a valid reference.
 *
 * @example
 * ```ts
 * const { location } = parseReference('registry.example.com:8443/team/app:v1');
 * const pinned = `${location}@${(await client.resolve('registry.example.com:8443/team/app:v1')).digest}`;
 * ```
 */
export function parseReference(reference: string): Reference;

/** Options that every operation accepts. */
export interface CallOptions {
  /**
   * Aborts the call. It deletes its partial files and cancels its upload sessions at the registry, and then rejects with the
   * signal's reason: usually within 100 ms, and after two seconds at most. Files never appear incomplete under their final names.
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
  /** Maximum number of concurrent requests, up to 512. Default, also for 0: 128. */
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
 * The format of a manifest. `auto` selects an OCI 1.1 image manifest, or an ORAS artifact manifest on a registry that lists
 * only those as referrers.
 */
export type ManifestFormat = 'auto' | 'oci-1.1' | 'oci-1.0' | 'oci-artifact' | 'oras-artifact';

/** Options that {@link Client.push} accepts. */
export interface PushOptions extends TransferOptions {
  /** The files, which become the blobs of the artifact. Default: none. */
  files?: (Iterable<PushFile> & object) | undefined;
  /** The artifact type, such as `application/vnd.example.sbom`. */
  artifactType?: string | undefined;
  /** Sets the subject: a reference with a tag or digest in the repository that is pushed to. */
  subject?: string | undefined;
  /** Annotations to store in the manifest. */
  annotations?: Annotations | undefined;
  /** The config blob. Default: the empty config. */
  config?: PushFile | undefined;
  /** The format of the manifest. Default: `auto`. */
  format?: ManifestFormat | undefined;
  /** Allows titles that are absolute or contain `..`. Default: such titles fail with `UNSAFE_PATH`. */
  allowPathTraversal?: boolean | undefined;
  /**
   * The timestamp of packed directories and of the `org.opencontainers.image.created` annotation, in seconds since 1970.
   * Default: 0 for directories, and no annotation. The environment variable `SOURCE_DATE_EPOCH` is not read.
   */
  sourceDateEpoch?: number | undefined;
}

/** A blob of a pushed artifact. */
export interface PushedBlob {
  /** The title of the blob, if it has one. */
  readonly title?: string;
  /** The descriptor of the blob. */
  readonly descriptor: Descriptor;
  /** The result for this blob. */
  readonly outcome: Outcome;
}

/** The result of {@link Client.push}. */
export interface PushResult {
  /** The reference of the artifact by digest. */
  readonly reference: string;
  /** The descriptor of the manifest. */
  readonly descriptor: Descriptor;
  /** The tags that were assigned. */
  readonly tags: readonly string[];
  /** The blobs in order, without the config. */
  readonly blobs: readonly PushedBlob[];
}

/** Options that {@link Client.pull} accepts. */
export interface PullOptions extends TransferOptions {
  /** The directory to write into. It is created if necessary. Default: the current directory. */
  output?: string | URL | undefined;
  /** Pulls the referrers of this artifact type instead of the artifact itself. */
  artifactType?: string | undefined;
  /** Selects the image for this platform from an index: `linux/arm64` or `linux/arm/v7`. */
  platform?: string | undefined;
  /** Also pulls the subject of the artifact, the subject of that, and so on. */
  includeSubject?: boolean | undefined;
  /** Keeps existing files instead of replacing them. */
  keepOldFiles?: boolean | undefined;
  /** Allows titles that lead outside the output directory. Default: such titles fail with `UNSAFE_PATH`. */
  allowPathTraversal?: boolean | undefined;
  /** Limits for unpacking directories. A pull that exceeds one fails with `TOO_LARGE`. */
  unpackLimits?: UnpackLimits | undefined;
}

/** Limits for unpacking the directories of an artifact. */
export interface UnpackLimits {
  /** Maximum number of files, directories and links. Default: 1,000,000. */
  entries?: number | undefined;
  /** Maximum total size in bytes. Default: 64 GiB. */
  bytes?: number | undefined;
  /** Maximum ratio of unpacked to packed bytes, checked above 64 MiB of unpacked bytes. Default: 1,000. */
  ratio?: number | undefined;
}

/** A file that a pull wrote or kept. */
export interface PulledFile {
  /** The path of the file on disk. */
  readonly path: string;
  /** The descriptor of the blob. */
  readonly descriptor: Descriptor;
  /** The result for this file. */
  readonly outcome: FileOutcome;
}

/** The result of {@link Client.pull} for one artifact. */
export interface PullResult {
  /** The reference of the artifact by digest. */
  readonly reference: string;
  /** The descriptor of the manifest. */
  readonly descriptor: Descriptor;
  /** The files in the order of the manifest. */
  readonly files: readonly PulledFile[];
  /** Blobs without a title, which a pull does not write. */
  readonly skipped: readonly Descriptor[];
}

/** Options that {@link Client.discover} accepts. */
export interface DiscoverOptions extends CallOptions {
  /** Returns only referrers of this artifact type, the paths that lead to them, and their own referrers. */
  artifactType?: string | undefined;
  /** Returns only referrers that have these annotations, in the same way as `artifactType`. */
  annotations?: Annotations | undefined;
  /** Selects the image for this platform as the subject if the target is an index. */
  platform?: string | undefined;
  /** Maximum depth of the graph. Default: no limit. */
  depth?: number | undefined;
  /** Maximum number of concurrent requests, up to 512. Default, also for 0: 128. */
  concurrency?: number | undefined;
}

/** A step of the depth-first walk over a graph. */
export interface GraphNode {
  /** The descriptor of the referrer. */
  readonly descriptor: Descriptor;
  /** The digest of its subject. */
  readonly subject: string;
  /** The distance from the root: 1 for a direct referrer. */
  readonly depth: number;
  /** False for a referrer that the walk has visited before. Its own referrers are not visited again. */
  readonly first: boolean;
}

/** A node of the graph as JSON, with the field names of ORAS. */
export interface GraphNodeJson extends Descriptor {
  /** The reference of the node by digest. */
  readonly reference: string;
  /** The direct referrers of the node. */
  readonly referrers: readonly GraphNodeJson[];
}

/** A graph as JSON, in the format of `oras discover --format json`: both of its versions are supported. */
export interface GraphJson extends GraphNodeJson {
  /** The direct referrers as a flat list, as older versions of ORAS print them. */
  readonly references: readonly Descriptor[];
}

/**
 * A subject and all its referrers, direct and indirect. Iteration walks the referrers depth first, in the order that the
 * registry lists them. Conversion to a string returns the tree.
 *
 *
 * @example
 * ```ts
 * for (const { descriptor, depth } of graph) console.log(depth, descriptor.artifactType, descriptor.digest);
 * ```
 */
export class Graph implements Iterable<GraphNode> {
  private constructor();
  /** The descriptor of the root. */
  readonly subject: Descriptor;
  /** The number of distinct referrers, without the subject. */
  get size(): number;
  /** Returns the direct referrers of a node. Default: of the root. Empty for a node without referrers or outside the graph. */
  referrers(of?: string | Descriptor): Descriptor[];
  /** Walks all referrers of the subject, depth first. */
  [Symbol.iterator](): IterableIterator<GraphNode>;
  /** Returns the subgraph of the nodes for which `wanted` returns true, the paths that lead to them, and their referrers. */
  filter(wanted: (descriptor: Descriptor) => boolean): Graph;
  /** Returns the tree that `oras discover` prints, grouped by artifact type. */
  tree(): string;
  /** Returns the graph in Graphviz DOT. Arrows point from a referrer to its subject. */
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

/** Options that {@link Client.delete} accepts. */
export interface DeleteOptions extends CallOptions {
  /** Only reports what would be deleted. */
  dryRun?: boolean | undefined;
  /** Also deletes manifests that have another tag or that another index lists. */
  force?: boolean | undefined;
  /** Maximum number of concurrent requests, up to 512. Default, also for 0: 128. */
  concurrency?: number | undefined;
}

/** The result of {@link Client.delete}. */
export interface DeleteReport {
  /** True for a dry run, which deletes nothing. */
  readonly dryRun: boolean;
  /** The manifests that were deleted, or would be, in order: referrers before their subjects. */
  readonly deleted: readonly Descriptor[];
  /** The manifests that were kept, each with a reason such as `tagged stable`. */
  readonly kept: readonly { readonly descriptor: Descriptor; readonly reason: string }[];
  /** The manifests that could not be deleted, each with its error. */
  readonly failed: readonly { readonly descriptor: Descriptor; readonly error: string; readonly code: ErrorCode }[];
}

/** Options that {@link Client.copy} accepts. */
export interface CopyOptions extends TransferOptions {
  /** Also copies all referrers of the artifact and, for an index, of the manifests that it lists. */
  recursive?: boolean | undefined;
  /** Copies only the image for this platform from an index. */
  platform?: string | undefined;
  /** Also copies foreign layers (non-distributable layers), which registries do not have to store. */
  foreign?: boolean | undefined;
}

/** The result of {@link Client.copy}. */
export interface CopyReport {
  /** The reference of the source by digest. */
  readonly source: string;
  /** The reference of the copy by digest. */
  readonly destination: string;
  /** The descriptor of the copied manifest. */
  readonly descriptor: Descriptor;
  /** The tags that were assigned at the destination. */
  readonly tags: readonly string[];
  /** The number of manifests written, without those that already existed. */
  readonly manifests: number;
  /** The number of blobs by result. */
  readonly blobs: { readonly copied: number; readonly existed: number; readonly mounted: number };
  /** The number of bytes written, of manifests and blobs. */
  readonly bytes: number;
}

/** Options that {@link Client.verify} accepts. */
export interface VerifyOptions extends TransferOptions {
  /** Selects the image for this platform as the root if the target is an index. */
  platform?: string | undefined;
}

/** A problem that {@link Client.verify} found. */
export interface Problem {
  /** The descriptor of the content that has the problem. */
  readonly descriptor: Descriptor;
  /** The digests of the nodes between the root and the content. Empty for the root itself. */
  readonly path: readonly string[];
  /** The problem: the content is missing, has another size or digest, or is not a valid manifest. */
  readonly kind: 'missing' | 'size' | 'digest' | 'malformed';
  /** The problem as a sentence. */
  readonly detail: string;
}

/** The result of {@link Client.verify}. */
export interface VerifyReport {
  /** The number of manifests and blobs that were checked. */
  readonly checked: number;
  /** The number of bytes that were read and hashed. */
  readonly bytes: number;
  /** The problems. Empty if the graph is intact. */
  readonly problems: readonly Problem[];
}

/** Options of calls that read one manifest. */
export interface ManifestOptions extends CallOptions {
  /** Selects the image for this platform from an index. */
  platform?: string | undefined;
}

/** A manifest as the registry stores it. */
export interface Manifest {
  /** The descriptor of the manifest. */
  readonly descriptor: Descriptor;
  /** The bytes of the manifest, unchanged: its digest is computed from them. */
  readonly bytes: Uint8Array;
}

/** Options that {@link Client.pushManifest} accepts. */
export interface PushManifestOptions extends CallOptions {
  /** The media type. Default: the `mediaType` field of the manifest. */
  mediaType?: string | undefined;
}

/** An entry of {@link Client.manifests}. */
export interface ManifestInfo {
  /** The descriptor of the manifest. Its size is 0 if the registry's listing does not contain it. */
  readonly descriptor: Descriptor;
  /** The tags that refer to the manifest. */
  readonly tags: readonly string[];
  /** The digest of its subject. */
  readonly subject?: string;
  /** The creation time in RFC 3339 format, if known. */
  readonly created?: string;
  /** The time of the last change to the manifest or its tags in RFC 3339 format, if the registry reports it. */
  readonly lastUpdated?: string;
  /** The CPU architecture from the image config. */
  readonly architecture?: string;
  /** The operating system from the image config. */
  readonly os?: string;
  /** The media type of the config. */
  readonly configMediaType?: string;
  /** The total size of the config and all blobs in bytes. */
  readonly imageSize?: number;
  /** The permitted operations, if the registry reports them. */
  readonly attributes?: Attributes;
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
 * Timeouts in milliseconds, and limits on what a registry may send. `Infinity` disables a timeout. Error messages show a
 * timeout as `200ms` or `30s`.
 */
export interface Limits {
  /** Time to establish a connection, in milliseconds. Default: 10,000. */
  connectTimeout?: number | undefined;
  /** Time from sending a request to its response headers, in milliseconds. Default: 30,000. */
  responseTimeout?: number | undefined;
  /** Time without a received or sent byte of a body, in milliseconds. Default: 30,000. */
  idleTimeout?: number | undefined;
  /**
   * Time from the last byte of an upload to the response headers, in milliseconds. Default: 60,000. One second is added for
   * every 16 MiB of the upload.
   */
  uploadResponseTimeout?: number | undefined;
  /** Maximum number of attempts for a request, including the first. Default: 5. */
  maxAttempts?: number | undefined;
  /** Time after which a transfer without progress is no longer retried, in milliseconds. Default: 90,000. */
  stallTimeout?: number | undefined;
  /** Maximum size of a manifest or a list response in bytes. Default: 4 MiB. */
  maxManifestBytes?: number | undefined;
  /** Maximum number of pages of a list. Default: 10,000. */
  maxPages?: number | undefined;
  /** Maximum number of entries of a list, and of manifests in a graph. Default: 1,000,000. */
  maxEntries?: number | undefined;
  /** Time for a credential helper to respond before it is killed, in milliseconds. Default: 30,000. */
  helperTimeout?: number | undefined;
}

/** Options of a {@link Client}. */
export interface ClientOptions {
  /**
   * The source of credentials. Default: `stored`, which reads the credentials that docker, podman and similar tools store, and
   * runs their credential helpers. It reads `DOCKER_AUTH_CONFIG` and the configuration files of these tools.
   */
  credentials?: 'stored' | 'anonymous' | Credential | CredentialSource | undefined;
  /** A credential file that is read before those of docker and podman. {@link Client.login} writes to it. */
  authFile?: string | URL | undefined;
  /** Uses plain HTTP (true) or TLS (false). Default: plain HTTP for the local machine, TLS otherwise. */
  plainHttp?: boolean | undefined;
  /** A PEM file with certificate authorities to trust, in addition to those of the system. */
  caFile?: string | URL | undefined;
  /** A PEM file with the client certificate chain, for registries that require one. */
  certFile?: string | URL | undefined;
  /** A PEM file with the private key of `certFile`. */
  keyFile?: string | URL | undefined;
  /** Disables certificate verification. An attacker on the network can then read and modify all traffic. */
  insecure?: boolean | undefined;
  /** Uses the proxies in `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`. Default: true. */
  useProxy?: boolean | undefined;
  /** Additional request headers. They are sent only to the registry, not to token servers or redirect targets. */
  headers?: Readonly<Record<string, string>> | undefined;
  /** The `User-Agent` header. Default: `ocigraph/` and the version. */
  userAgent?: string | undefined;
  /** Timeouts, and limits on what a registry may send. */
  limits?: Limits | undefined;
}

/** The result of {@link Client.login}. */
export interface LoginResult {
  /** The registry to which the credential belongs, as `host[:port]`. */
  readonly host: string;
  /** The file or credential helper that now stores the credential. */
  readonly storedIn: string;
  /** True if the credential is stored as plain text. */
  readonly plainText: boolean;
  /** True if the registry accepted the credential. False if it does not require authentication. */
  readonly verified: boolean;
  /** True if `DOCKER_AUTH_CONFIG` contains a credential for the registry, which takes precedence. */
  readonly overridden: boolean;
}

/** The result of {@link Client.logout}. */
export interface LogoutResult {
  /** The registry whose credentials were removed, as `host[:port]`. */
  readonly host: string;
  /** The files and helpers from which credentials were removed. Empty if none stored a credential. */
  readonly removedFrom: readonly string[];
  /** True if `DOCKER_AUTH_CONFIG` still contains a credential for the registry. */
  readonly remains: boolean;
}

/** The operations that Azure Container Registry permits on a manifest or tag. A locked one cannot be deleted. */
export interface Attributes {
  /** True if it can be deleted. */
  readonly deleteEnabled: boolean;
  /** True if it appears in listings. */
  readonly listEnabled: boolean;
  /** True if it can be pulled. */
  readonly readEnabled: boolean;
  /** True if it can be overwritten. */
  readonly writeEnabled: boolean;
}

/** An entry of {@link Client.tagDetails}. */
export interface TagInfo {
  /** The name of the tag. */
  readonly name: string;
  /** The digest of the tagged manifest. */
  readonly digest: string;
  /** The creation time in RFC 3339 format, if the registry reports it. */
  readonly created?: string;
  /** The time of the last change in RFC 3339 format, if the registry reports it. */
  readonly lastUpdated?: string;
  /** True if Docker Content Trust signed the tag. Absent if the registry does not report it. */
  readonly signed?: boolean;
  /** The permitted operations, if the registry reports them. */
  readonly attributes?: Attributes;
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
   * Pushes files, directories and content as one artifact, and assigns the tags of the target: `repo:v1,latest` assigns two.
   *
   * Rejects with `NOT_FOUND` if a file or the subject does not exist, and with `UNSAFE_PATH` if a title leads outside the
   * directory of a later pull.
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
   * Pulls the files of an artifact into a directory. With `artifactType`, pulls the referrers of that type instead. A file
   * appears under its name only after its size and digest were checked.
   *
   * Rejects with `NOT_FOUND` if the artifact, or a referrer of that type, does not exist, with `DIGEST_MISMATCH` if content does
   * not match its digest, with `UNSAFE_PATH` if a title leads outside the directory, and with `TOO_LARGE` if a directory exceeds
   * `unpackLimits`.
   *
   * @example
   * ```ts
   * const [sbom] = await client.pull('registry.example.com/net-monitor:v1', { artifactType: 'sbom/example', output: 'out' });
   * console.log(sbom?.files.map((file) => file.path));
   * ```
   */
  pull(target: string, options?: PullOptions): Promise<PullResult[]>;

  /**
   * Discovers the graph of all referrers of the target, direct and indirect. Rejects with `NOT_FOUND` if the target does not
   * exist.
   *
   * See {@link https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-referrers | listing referrers} in
   * the OCI distribution specification.
   *
   * @example
   * ```ts
   * const found = await client.discover('registry.example.com/net-monitor:v1', { artifactType: 'sbom/example' });
   * console.log(found.tree());
   * ```
   */
  discover(target: string, options?: DiscoverOptions): Promise<Graph>;

  /**
   * Deletes the target and all its referrers, referrers first. Keeps manifests that have another tag, unless `force` is set.
   * If only some deletions fail, the promise resolves, and `failed` lists them. An interrupted delete can be run again.
   *
   * Rejects with `NOT_FOUND` if the target does not exist, and with `UNSUPPORTED` if the registry does not support deletion.
   *
   * @example
   * ```ts
   * const plan = await client.delete('registry.example.com/net-monitor:v1', { dryRun: true });
   * console.log(plan.deleted.map((manifest) => manifest.digest));
   * ```
   */
  delete(target: string, options?: DeleteOptions): Promise<DeleteReport>;

  /**
   * Copies an artifact, or with `recursive` its whole graph, and assigns the tags of the destination. Content that already
   * exists there is not sent again. Rejects with `NOT_FOUND` if the source does not exist.
   *
   * @example
   * ```ts
   * await client.copy('registry.example.com/net-monitor:v1', 'oci:backup/net-monitor:v1', { recursive: true });
   * ```
   */
  copy(source: string, destination: string, options?: CopyOptions): Promise<CopyReport>;

  /**
   * Verifies that every manifest and blob of the graph exists and has the right size and digest, including those of referrers.
   * Problems are part of the result. Rejects with `NOT_FOUND` only if the target itself does not exist.
   *
   * @example
   * ```ts
   * const { problems } = await client.verify('registry.example.com/net-monitor:v1');
   * for (const problem of problems) console.error(problem.detail);
   * ```
   */
  verify(target: string, options?: VerifyOptions): Promise<VerifyReport>;

  /**
   * Returns the descriptor of the target. Rejects with `NOT_FOUND` if it does not exist.
   *
   * @example
   * ```ts
   * const image = await client.resolve('registry.example.com/net-monitor:v1', { platform: 'linux/arm64' });
   * console.log(image.digest, image.size);
   * ```
   */
  resolve(target: string, options?: ManifestOptions): Promise<Descriptor>;

  /**
   * Adds tags to the target's manifest and returns its descriptor.
   *
   * @example
   * ```ts
   * await client.tag('registry.example.com/net-monitor:v1', ['v1.2', 'latest']);
   * ```
   */
  tag(target: string, tags: string | readonly string[], options?: CallOptions): Promise<Descriptor>;

  /** Removes the tags of the target, but not the manifest. Rejects with `UNSUPPORTED` if the registry cannot remove a tag alone. */
  untag(target: string, options?: CallOptions): Promise<void>;

  /** Lists all tags of a repository or layout. */
  tags(target: string, options?: CallOptions): Promise<string[]>;

  /** Lists all tags of a repository or layout, with digests and what else the registry reports. */
  tagDetails(target: string, options?: CallOptions): Promise<TagInfo[]>;

  /** Lists the tagged and untagged manifests of a repository or layout. */
  manifests(target: string, options?: CallOptions): Promise<ManifestInfo[]>;

  /** Lists the repositories of a registry, `host[:port]`. Rejects with `UNSUPPORTED` if the registry does not list them. */
  repositories(host: string, options?: CallOptions): Promise<string[]>;

  /**
   * Checks a credential with a registry, `host[:port]`, and stores it where docker and similar tools find it. Rejects with
   * `UNAUTHORIZED` if the registry does not accept it; it is not stored then.
   *
   * @example
   * ```ts
   * const { storedIn } = await client.login('registry.example.com', { username: 'ada', password: 'secret' });
   * console.log(storedIn);
   * ```
   */
  login(host: string, credential: Credential, options?: CallOptions): Promise<LoginResult>;

  /** Removes the stored credentials of a registry, `host[:port]`, from all files and helpers. */
  logout(host: string, options?: CallOptions): Promise<LogoutResult>;

  /**
   * Fetches the target's manifest. Rejects with `NOT_FOUND` if it does not exist.
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
   * Pushes a manifest unchanged, assigns the tags of the target, and returns its descriptor. Rejects with `INVALID_MANIFEST` if
   * it is not a manifest, and with `DIGEST_MISMATCH` if the target has another digest.
   */
  pushManifest(
    target: string,
    manifest: string | ArrayBufferLike | ArrayBufferView,
    options?: PushManifestOptions,
  ): Promise<Descriptor>;

  /**
   * Deletes only the target's manifest and returns its descriptor. Its referrers remain. {@link Client.delete} deletes both.
   */
  deleteManifest(target: string, options?: CallOptions): Promise<Descriptor>;

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
  pushBlob(target: string, blob: BlobContent, options?: ProgressOptions): Promise<PushBlobResult>;

  /** Closes the connections. Running calls reject with `CANCELLED`, later calls with `INVALID_ARGUMENT`. */
  close(): void;

  /** Calls {@link Client.close}, for `using`. */
  [Symbol.dispose](): void;

  /** Like {@link Client.close}, for `await using`. Also waits up to two seconds until interrupted uploads are cancelled. */
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
