/// <reference lib="esnext.disposable" />

/**
 * Graphs of supply-chain artifacts (signatures, SBoMs, scan results, documents) in OCI registries and in image layout
 * directories: push, pull, discover, copy, verify and delete them.
 *
 * One string names everything: `registry.example.com[:port]/repository[:tag][@digest]`, or `oci:PATH[:tag][@digest]` for a
 * layout directory. A digest wins over a tag. All promises reject with an {@link OcigraphError}; or, when a signal was
 * aborted, with the signal's reason; or with what a callback or a stream of the caller's threw. Options are left out, or set
 * to undefined; null is refused. Methods are called on their client: `refs.map((ref) => client.resolve(ref))`.
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

/** What went wrong. The names are the same in every language, and are only ever added to. */
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

/** One entry of the list of errors in a registry's answer. */
export interface RegistryError {
  /** The registry's own code, such as `MANIFEST_UNKNOWN`. */
  readonly code: string;
  /** The registry's own words; may be empty. */
  readonly message: string;
}

/**
 * A failure. Its message says what was being done, to which reference, what went wrong and what to try; its stack is the
 * caller's.
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
  /** Always `OcigraphError`. */
  get name(): string;
  /** The kind of failure. */
  readonly code: ErrorCode;
  /** The number of the code. */
  readonly number: number;
  /** What to try, where there is something to try: an option in words, with the command line's flag behind it. It is in the message too. */
  readonly hint?: string;
  /** The operation, such as `push`. */
  readonly operation?: string;
  /** The reference the operation was on. */
  readonly reference?: string;
  /** The HTTP status, where a registry answered. */
  readonly status?: number;
  /** The registry's own list of errors; empty where it gave none. */
  readonly registryErrors: readonly RegistryError[];
  /** The codes in that list. */
  get registryCodes(): string[];
  /** The id under which the registry logged the request, where it gave one. */
  readonly requestId?: string;
  /** Seconds that the registry asked to wait, where it did. */
  readonly retryAfter?: number;
  /** Whether the same call may succeed later without anything being changed. */
  readonly retryable: boolean;
  /** What `JSON.stringify` writes: name, message, and all of the above that is known. */
  toJSON(): Record<string, unknown>;
}

/** What an image runs on. Source: OCI image-spec 1.1.1, "Image Index". */
export interface Platform {
  /** CPU architecture, as Go names it: `amd64`, `arm64`. */
  readonly architecture: string;
  /** Operating system, as Go names it: `linux`, `windows`. */
  readonly os: string;
  /** Version of the operating system. */
  readonly 'os.version'?: string;
  /** Required features of the operating system. */
  readonly 'os.features'?: readonly string[];
  /** Variant of the CPU: `v7`. */
  readonly variant?: string;
}

/** Annotations: free text under keys such as `org.opencontainers.image.title`. */
export type Annotations = Readonly<Record<string, string>>;

/** What content is: its type, digest and size. Source: OCI image-spec 1.1.1, "Content Descriptors". */
export interface Descriptor {
  /** Media type, such as `application/json`. */
  readonly mediaType: string;
  /** Digest, such as `sha256:e3b0c442…`. */
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
  /** The type of the artifact, where it is a manifest's descriptor. */
  readonly artifactType?: string;
  /** Annotations, where there are any. */
  readonly annotations?: Annotations;
  /** What it runs on, where an index says so. */
  readonly platform?: Platform;
}

/** Something that happened to a blob. Positions of one blob may be left out, the last one not. */
export type ProgressEvent = {
  /** The blob. */
  readonly blob: Descriptor;
  /** Bytes moved so far, of `blob.size`. It falls when a retry begins anew. */
  readonly position: number;
} & (
  | {
      /** A transfer begins, or stands at a position. */
      readonly type: 'started' | 'moved';
    }
  | {
      /** Nothing more will come for this blob. */
      readonly type: 'finished';
      /** What became of it. */
      readonly outcome: Outcome | FileOutcome | 'checked';
    }
);

/** What became of a blob that was pushed. */
export type Outcome = 'uploaded' | 'existed' | 'mounted';

/** What became of a file that was pulled. */
export type FileOutcome = 'written' | 'unchanged' | 'kept';

/** The parts of a reference. */
export interface Reference {
  /** The whole reference. */
  readonly text: string;
  /** It without tags and digest: the repository or layout. */
  readonly place: string;
  /** Its tags. */
  readonly tags: readonly string[];
  /** Its digest, which wins over a tag. */
  readonly digest?: string;
  /** The registry, with its port; absent for a layout. */
  readonly host?: string;
  /** The repository within the registry; absent for a layout. */
  readonly repository?: string;
  /** The directory of a layout; absent for a registry. */
  readonly path?: string;
}

/**
 * The parts of a reference; INVALID_REFERENCE, with what to write instead, when it is not written as one.
 *
 * @example
 * ```ts
 * const { place } = parseReference('registry.example.com:8443/team/app:v1');
 * const pinned = `${place}@${(await client.resolve('registry.example.com:8443/team/app:v1')).digest}`;
 * ```
 */
export function parseReference(reference: string): Reference;

/** What every call takes. */
export interface CallOptions {
  /**
   * Ends the call, which rejects with the signal's reason within a tenth of a second. It leaves nothing half-done under its
   * final name, and has removed its unfinished files by then; only where a disk takes longer than that to write or remove one
   * does that go a moment later.
   */
  signal?: AbortSignal | undefined;
}

/** What every call takes that moves content. */
export interface ProgressOptions extends CallOptions {
  /**
   * Called with each event, never after the promise is settled. What it throws, or what a promise that it returns rejects
   * with, ends the call as a signal does, and it rejects with that; the call waits for such promises before it resolves.
   */
  onProgress?: ((event: ProgressEvent) => unknown) | undefined;
}

/** What every call takes that moves content with several requests. */
export interface TransferOptions extends ProgressOptions {
  /** Requests at once; 32 when absent or 0. */
  concurrency?: number | undefined;
}

/**
 * Content in memory or on its way. Text is written as UTF-8. Streams (of Node.js or of the web) are read once, to the end, and
 * destroyed or cancelled when the call ends before that. What is longer than a mebibyte waits in a temporary file without a
 * name until it is pushed, so memory does not grow with it. What has keys, such as a `Map`, is no content.
 */
export type Content =
  | string
  | ArrayBufferLike
  | ArrayBufferView
  | Blob
  | ReadableStream<Uint8Array>
  | AsyncIterable<string | ArrayBufferLike | ArrayBufferView>
  | Iterable<ArrayBufferLike | ArrayBufferView>;

/** How a file of an artifact is described. */
export interface FileDetails {
  /** Its media type; guessed from the name when absent. A path has none behind a colon, unlike on the command line. */
  mediaType?: string | undefined;
  /**
   * Its title: the relative path, with `/`, under which it is pulled. An empty one is refused with INVALID_ARGUMENT; so is,
   * with UNSAFE_PATH and unless `allowPathTraversal` is set, one that is absolute or has `..`.
   */
  title?: string | undefined;
  /** Further annotations of its descriptor. */
  annotations?: Annotations | undefined;
}

/** A file or directory on disk. A directory is packed as tar and gzip, the same bytes for the same files. */
export interface PathFile extends FileDetails {
  /** Its path, or a `file:` URL. The title is taken from it when absent. */
  path: string | URL;
  content?: undefined;
}

/** A file whose content is in memory or on its way. Without a title it is not written when the artifact is pulled. */
export interface ContentFile extends FileDetails {
  /** What is in it. It is read piece by piece, and must not change until the call is over; what is transferred or resized is refused. */
  content: Content;
  path?: undefined;
}

/** One thing to push; a string is a path. */
export type PushFile = string | URL | PathFile | ContentFile;

/** In which format a manifest is written; `auto` is one that the registry lists among the referrers of the subject. */
export type ManifestFormat = 'auto' | 'oci-1.1' | 'oci-1.0' | 'oci-artifact' | 'oras-artifact';

/** How to push. */
export interface PushOptions extends TransferOptions {
  /** What the files are to be blobs of; an artifact may have none. */
  files?: (Iterable<PushFile> & object) | undefined;
  /** The artifact's type, such as `application/vnd.example.sbom`. */
  artifactType?: string | undefined;
  /** Makes the artifact a referrer of what this reference names. It lies in the same repository as the target. */
  subject?: string | undefined;
  /** Annotations of the manifest. */
  annotations?: Annotations | undefined;
  /** A config instead of the empty one. */
  config?: PushFile | undefined;
  /** The manifest's format; `auto` when absent. */
  format?: ManifestFormat | undefined;
  /** Takes titles that are absolute or have `..`, whether they are given or come from a path; else they are refused with UNSAFE_PATH. */
  allowPathTraversal?: boolean | undefined;
  /**
   * Seconds since 1970, put into packed directories and the `created` annotation. Without it there is no such annotation. The
   * environment variable SOURCE_DATE_EPOCH is not read: pass it on, where it is meant.
   */
  sourceDateEpoch?: number | undefined;
}

/** A blob of a push. */
export interface PushedBlob {
  /** Its title, where it has one. */
  readonly title?: string;
  /** The blob. */
  readonly descriptor: Descriptor;
  /** What became of it. */
  readonly outcome: Outcome;
}

/** What was pushed. */
export interface PushResult {
  /** The place, by digest. */
  readonly reference: string;
  /** The manifest. */
  readonly descriptor: Descriptor;
  /** The tags it was given. */
  readonly tags: readonly string[];
  /** Its blobs, in their order, the config aside. */
  readonly blobs: readonly PushedBlob[];
}

/** How to pull. */
export interface PullOptions extends TransferOptions {
  /** The directory to write into, created when it is not there; the current one when absent. */
  output?: string | URL | undefined;
  /** Pulls, instead of what the reference names, its referrers of this type. */
  artifactType?: string | undefined;
  /** Pulls, of an index, the image for this platform: `linux/arm64`, `linux/arm/v7`. */
  platform?: string | undefined;
  /** Pulls also what the artifact refers to, and what that refers to in turn. */
  includeSubject?: boolean | undefined;
  /** Leaves files that are there already as they are. */
  keepOldFiles?: boolean | undefined;
  /** Writes where titles say, even outside the output directory. */
  allowPathTraversal?: boolean | undefined;
  /** How much packed directories may unpack to, before the pull ends with TOO_LARGE. */
  unpackLimits?: UnpackLimits | undefined;
}

/** Bounds on what packed directories may unpack to. */
export interface UnpackLimits {
  /** Files, directories and links; 1,000,000 when absent. */
  maxEntries?: number | undefined;
  /** Bytes in all; 64 GiB when absent. */
  bytes?: number | undefined;
  /** Bytes unpacked for each byte of the archive, once more than 64 MiB are unpacked; 1,000 when absent. */
  ratio?: number | undefined;
}

/** A file of a pull. */
export interface PulledFile {
  /** Where it is. */
  readonly path: string;
  /** The blob. */
  readonly descriptor: Descriptor;
  /** What became of it. */
  readonly outcome: FileOutcome;
}

/** What was pulled: one artifact. */
export interface PullResult {
  /** The place, by digest. */
  readonly reference: string;
  /** The manifest. */
  readonly descriptor: Descriptor;
  /** The files, in the order of the manifest. */
  readonly files: readonly PulledFile[];
  /** Blobs without a title, which are not written. */
  readonly skipped: readonly Descriptor[];
}

/** How to discover. */
export interface DiscoverOptions extends CallOptions {
  /** Returns only referrers of this type, with what leads to them and what lies beneath them. */
  artifactType?: string | undefined;
  /** Returns only referrers with these annotations; as `artifactType`. */
  annotations?: Annotations | undefined;
  /** Starts, at an index, from the image for this platform. */
  platform?: string | undefined;
  /** How many levels to walk; all when absent. */
  depth?: number | undefined;
  /** Requests at once; 32 when absent or 0. */
  concurrency?: number | undefined;
}

/** One step of a walk over a graph. */
export interface GraphNode {
  /** The referrer. */
  readonly descriptor: Descriptor;
  /** The digest of what it refers to. */
  readonly subject: string;
  /** 1 for a direct referrer of the root. */
  readonly depth: number;
  /** Whether it comes by for the first time. One that comes by again is not walked into. */
  readonly first: boolean;
}

/** The JSON of a node, as ORAS prints it. */
export interface GraphNodeJson extends Descriptor {
  /** The node's reference. */
  readonly reference: string;
  /** What refers to it. */
  readonly referrers: readonly GraphNodeJson[];
}

/** The JSON of a graph, for scripts of both generations of ORAS. */
export interface GraphJson extends GraphNodeJson {
  /** The direct referrers, flat. */
  readonly references: readonly Descriptor[];
}

/**
 * A subject and everything that refers to it. Iterating walks it depth first, each branch in the order of the registry;
 * as text it is the tree.
 *
 * @example
 * ```ts
 * for (const { descriptor, depth } of graph) console.log(depth, descriptor.artifactType, descriptor.digest);
 * ```
 */
export class Graph implements Iterable<GraphNode> {
  private constructor();
  /** The root. */
  readonly subject: Descriptor;
  /** How many referrers there are, the subject not counted. */
  get size(): number;
  /** The direct referrers of a node, by default of the root; empty for a leaf, and for what is not in the graph. */
  referrers(of?: string | Descriptor): Descriptor[];
  /** Every referrer beneath the subject. */
  [Symbol.iterator](): IterableIterator<GraphNode>;
  /** The part of the graph that leads to the nodes that `wanted` accepts, and all that lies beneath them. */
  filter(wanted: (descriptor: Descriptor) => boolean): Graph;
  /** The tree that ORAS prints: referrers of one type share a branch. */
  tree(): string;
  /** The graph in the language of Graphviz. */
  dot(): string;
  /** The graph in the language of Mermaid. */
  mermaid(): string;
  /** The graph as JSON, as the command line prints it; of any depth, unlike `JSON.stringify`, which recurses. */
  json(): string;
  /** What `JSON.stringify` writes: the same as values. */
  toJSON(): GraphJson;
  /** The tree. */
  toString(): string;
}

/** How to delete. */
export interface DeleteOptions extends CallOptions {
  /** Only says what would be done. */
  dryRun?: boolean | undefined;
  /** Deletes also what would be kept: what is tagged otherwise or listed by another index. */
  force?: boolean | undefined;
  /** Requests at once; 32 when absent or 0. */
  concurrency?: number | undefined;
}

/** What was deleted, or would be. */
export interface DeleteReport {
  /** Whether nothing was done. */
  readonly dryRun: boolean;
  /** What is gone, or would be, in the order of deletion: referrers before their subjects. */
  readonly deleted: readonly Descriptor[];
  /** What stays, and why: `tagged stable`. */
  readonly kept: readonly { readonly descriptor: Descriptor; readonly reason: string }[];
  /** What could not be deleted, and why. */
  readonly failed: readonly { readonly descriptor: Descriptor; readonly error: string; readonly code: ErrorCode }[];
}

/** How to copy. */
export interface CopyOptions extends TransferOptions {
  /** Copies also everything that refers to it, to what an index lists, and so on. */
  recursive?: boolean | undefined;
  /** Copies, of an index, only the image for this platform. */
  platform?: string | undefined;
  /** Copies foreign layers too, which registries need not have. */
  foreign?: boolean | undefined;
}

/** What was copied. */
export interface CopyReport {
  /** The source, by digest. */
  readonly source: string;
  /** The destination, by digest. */
  readonly destination: string;
  /** The manifest that was named. */
  readonly descriptor: Descriptor;
  /** The tags it was given. */
  readonly tags: readonly string[];
  /** Manifests written; those that were there are not counted. */
  readonly manifests: number;
  /** Blobs by what became of them. */
  readonly blobs: { readonly copied: number; readonly existed: number; readonly mounted: number };
  /** Bytes written, of manifests and blobs. */
  readonly bytes: number;
}

/** How to verify. */
export interface VerifyOptions extends TransferOptions {
  /** Starts, at an index, from the image for this platform. */
  platform?: string | undefined;
}

/** Something wrong in a graph. */
export interface Problem {
  /** What should be there. */
  readonly descriptor: Descriptor;
  /** The digests that lead to it, from the root on; empty for the root itself. */
  readonly path: readonly string[];
  /** What is wrong with it. */
  readonly kind: 'missing' | 'size' | 'digest' | 'malformed';
  /** The same as a sentence. */
  readonly detail: string;
}

/** What a verification found. */
export interface VerifyReport {
  /** Manifests and blobs that were looked at. */
  readonly checked: number;
  /** Bytes that were read and digested. */
  readonly bytes: number;
  /** What is wrong; empty when all is well. */
  readonly problems: readonly Problem[];
}

/** How to read one manifest. */
export interface ManifestOptions extends CallOptions {
  /** Takes, of an index, the image for this platform. */
  platform?: string | undefined;
}

/** A manifest as it is stored. */
export interface Manifest {
  /** Its descriptor. */
  readonly descriptor: Descriptor;
  /** Its bytes: what the digest is of. */
  readonly bytes: Uint8Array;
}

/** How to store a manifest. */
export interface PushManifestOptions extends CallOptions {
  /** Its media type, where the manifest does not say. */
  mediaType?: string | undefined;
}

/** What is known of a manifest in a listing. */
export interface ManifestInfo {
  /** The manifest. Its size is 0 where the registry's list does not tell it. */
  readonly descriptor: Descriptor;
  /** Its tags. */
  readonly tags: readonly string[];
  /** The digest of what it refers to. */
  readonly subject?: string;
  /** When it was made, as RFC 3339 writes it. */
  readonly created?: string;
  /** When it or its tags were last changed, as RFC 3339 writes it, where the registry tells. */
  readonly lastUpdated?: string;
  /** CPU architecture, from an image's config. */
  readonly architecture?: string;
  /** Operating system, from an image's config. */
  readonly os?: string;
  /** The media type of its config. */
  readonly configMediaType?: string;
  /** Bytes of its config, layers and blobs together. */
  readonly imageSize?: number;
  /** What may be done with it, where the registry tells. */
  readonly attributes?: Attributes;
}

/** A blob on its way. It is checked: a stream whose bytes are not what the digest says ends in an error. */
export interface BlobStream extends ReadableStream<Uint8Array> {
  /** The blob. */
  readonly descriptor: Descriptor;
}

/** What a blob is made of: a path, or content. */
export type BlobContent =
  | string
  | URL
  | {
      /** Its path, or a `file:` URL. */
      path: string | URL;
      content?: undefined;
    }
  | {
      /** What is in it. */
      content: Content;
      path?: undefined;
    }
  | Exclude<Content, string>;

/** What became of a blob that was pushed by itself. */
export interface PushBlobResult {
  /** The blob. */
  readonly descriptor: Descriptor;
  /** What became of it. */
  readonly outcome: Outcome;
}

/** Who the client is to a registry: a name with a password, or one token. */
export type Credential =
  | {
      /** The user, service principal or token name. */
      readonly username: string;
      /** The password. */
      readonly password: string;
    }
  | {
      /** A refresh token, for which the registry's token server gives access tokens. */
      readonly identityToken: string;
    }
  | {
      /** A token that is sent to the registry as it is. */
      readonly registryToken: string;
    }
  | {
      /** A Microsoft Entra access token, which Azure's registry exchanges for an identity token. */
      readonly entraToken: string;
      /** The tenant, where the token does not tell. */
      readonly tenant?: string | undefined;
    };

/**
 * A vault of the caller's own: asked when a registry asks for credentials; nothing means anonymous use. The repository is
 * empty when the registry as a whole is meant. What it throws makes the call reject with CREDENTIALS, and is the `cause`.
 */
export type CredentialSource = (
  host: string,
  repository: string,
) => Credential | null | undefined | Promise<Credential | null | undefined>;

/**
 * Bounds on waiting, in milliseconds, which errors name as `200ms` or `30s`, and on what a registry may send. `Infinity` is no
 * bound on waiting.
 */
export interface Limits {
  /** To connect; 10,000 when absent. */
  connectTimeout?: number | undefined;
  /** From a request to the first header of the answer; 30,000 when absent. */
  responseTimeout?: number | undefined;
  /** Between two pieces of a body, either way; 30,000 when absent. */
  idleTimeout?: number | undefined;
  /** From an upload's last byte to the answer; 60,000 when absent, and always a second more for every 16 MiB. */
  uploadResponseTimeout?: number | undefined;
  /** Tries of one request, the first included; 5 when absent. */
  maxAttempts?: number | undefined;
  /** Without a byte moved, retries end after this long; 90,000 when absent. */
  stallTimeout?: number | undefined;
  /** Bytes of a manifest or a list; 4 MiB when absent. */
  maxManifestBytes?: number | undefined;
  /** Pages of a list; 10,000 when absent. */
  maxPages?: number | undefined;
  /** Entries of a list, and manifests of a graph; 1,000,000 when absent. */
  maxEntries?: number | undefined;
  /** For a credential helper to answer, before it is ended; 30,000 when absent. */
  helperTimeout?: number | undefined;
}

/** How a client speaks to registries. */
export interface ClientOptions {
  /**
   * Where credentials come from when a registry asks for them: `stored`, which is the default, is where the other tools of
   * the ecosystem keep them (`DOCKER_AUTH_CONFIG`, the files of docker and of the containers tools, and their helpers).
   */
  credentials?: 'stored' | 'anonymous' | Credential | CredentialSource | undefined;
  /** A credential file to look into before those of docker and of the containers tools; `login` writes to it. */
  authFile?: string | URL | undefined;
  /** Plain HTTP or TLS; without it, plain HTTP for this machine and TLS for all others. */
  plainHttp?: boolean | undefined;
  /** Certificates in PEM to trust beside those of the system. */
  caFile?: string | URL | undefined;
  /** The client's own certificates in PEM, for registries that ask for one. */
  certFile?: string | URL | undefined;
  /** The private key of `certFile` in PEM. */
  keyFile?: string | URL | undefined;
  /** Takes any certificate: whoever sits between reads and changes what is sent. */
  insecure?: boolean | undefined;
  /** Whether the proxies of `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` are used; they are by default. */
  useProxy?: boolean | undefined;
  /** Further headers, sent to the registry itself and nowhere else. */
  headers?: Readonly<Record<string, string>> | undefined;
  /** The `User-Agent` header. */
  userAgent?: string | undefined;
  /** Bounds on waiting and on what a registry may send. */
  limits?: Limits | undefined;
}

/** What became of a login. */
export interface LoginResult {
  /** The registry. */
  readonly host: string;
  /** Where the credential is kept now. */
  readonly storedIn: string;
  /** Whether it is kept there as plain text. */
  readonly plainText: boolean;
  /** Whether the registry asked for a credential and took this one; one that asks for none cannot tell. */
  readonly verified: boolean;
  /** Whether `DOCKER_AUTH_CONFIG` has a credential for the registry, which comes before this one. */
  readonly overridden: boolean;
}

/** What became of a logout. */
export interface LogoutResult {
  /** The registry. */
  readonly host: string;
  /** Where credentials were removed; empty when there were none. */
  readonly removedFrom: readonly string[];
  /** Whether `DOCKER_AUTH_CONFIG` still has a credential for the registry. */
  readonly remains: boolean;
}

/** What Azure's registry lets anyone do with a manifest or tag: a locked one is not deleted. */
export interface Attributes {
  /** It can be deleted. */
  readonly deleteEnabled: boolean;
  /** It is shown in lists. */
  readonly listEnabled: boolean;
  /** It can be pulled. */
  readonly readEnabled: boolean;
  /** It can be changed. */
  readonly writeEnabled: boolean;
}

/** What is known of a tag in a listing. */
export interface TagInfo {
  /** The tag. */
  readonly name: string;
  /** The digest of what it names. */
  readonly digest: string;
  /** When it was first written, as RFC 3339 writes it, where the registry tells. */
  readonly created?: string;
  /** When it was last changed, as RFC 3339 writes it, where the registry tells. */
  readonly lastUpdated?: string;
  /** Whether it is signed by content trust, where the registry tells. */
  readonly signed?: boolean;
  /** What may be done with it, where the registry tells. */
  readonly attributes?: Attributes;
}

/**
 * A client for registries and layouts. It keeps connections, and what it learned of each registry, so one client is enough
 * for a program; it does not keep the process alive.
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
  /** Nothing is sent yet. */
  constructor(options?: ClientOptions);

  /** Packs files, directories and content into one artifact, and names it by the target's tags: `repo:v1,latest` gives two. */
  push(target: string, options?: PushOptions): Promise<PushResult>;

  /**
   * Writes an artifact's files into a directory; with an artifact type, those of the referrers of that type. Files are
   * checked, and appear under their names when they are whole.
   */
  pull(target: string, options?: PullOptions): Promise<PullResult[]>;

  /** The graph of everything that refers to what the target names. */
  discover(target: string, options?: DiscoverOptions): Promise<Graph>;

  /**
   * Deletes what the target names and all that refers to it, referrers first; or only says what would be deleted. What is
   * tagged otherwise is kept unless `force` is given. Look at `failed`: the promise resolves also when some could not be
   * deleted.
   */
  delete(target: string, options?: DeleteOptions): Promise<DeleteReport>;

  /** Copies an artifact, or its whole graph, and tags it at the destination. What is there already is not sent. */
  copy(source: string, destination: string, options?: CopyOptions): Promise<CopyReport>;

  /** Checks the whole graph under what the target names: every manifest and blob, those of referrers too. */
  verify(target: string, options?: VerifyOptions): Promise<VerifyReport>;

  /** The descriptor of what the target names. */
  resolve(target: string, options?: ManifestOptions): Promise<Descriptor>;

  /** Points further tags at what the target names; gives its descriptor. */
  tag(target: string, tags: string | readonly string[], options?: CallOptions): Promise<Descriptor>;

  /** Removes the target's tags and leaves what they named. */
  untag(target: string, options?: CallOptions): Promise<void>;

  /** All tags of a repository. */
  tags(target: string, options?: CallOptions): Promise<string[]>;

  /** All tags of a repository, with what is known of each. */
  tagDetails(target: string, options?: CallOptions): Promise<TagInfo[]>;

  /** The manifests of a repository, tagged and untagged, with what is known of each. */
  manifests(target: string, options?: CallOptions): Promise<ManifestInfo[]>;

  /** The repositories of a registry, `host[:port]`; UNSUPPORTED where it does not list them. */
  repositories(host: string, options?: CallOptions): Promise<string[]>;

  /** Checks a credential with a registry, `host[:port]`, and stores it where the other tools of the ecosystem find it. */
  login(host: string, credential: Credential, options?: CallOptions): Promise<LoginResult>;

  /** Removes the stored credentials for a registry. */
  logout(host: string, options?: CallOptions): Promise<LogoutResult>;

  /** The manifest that the target names, as it is stored. */
  fetchManifest(target: string, options?: ManifestOptions): Promise<Manifest>;

  /** Stores a manifest as it is, under the target's tags; gives its descriptor. */
  pushManifest(
    target: string,
    manifest: string | ArrayBufferLike | ArrayBufferView,
    options?: PushManifestOptions,
  ): Promise<Descriptor>;

  /**
   * Deletes the one manifest that the target names, and nothing else: what refers to it stays, unlike with {@link Client.delete}.
   * Gives its descriptor.
   */
  deleteManifest(target: string, options?: CallOptions): Promise<Descriptor>;

  /**
   * The blob that the target names by digest. It is read as the stream is: a slow reader slows the registry down, and
   * cancelling the stream ends the transfer. The signal and `onProgress` hold until the stream ends.
   *
   * @example
   * ```ts
   * const stream = await client.fetchBlob(`registry.example.com/net-monitor@${digest}`);
   * const text = await new Response(stream).text();
   * ```
   */
  fetchBlob(target: string, options?: ProgressOptions): Promise<BlobStream>;

  /**
   * Stores a blob, unless it is there. As among the files of a push, text is a path; so text that is content goes into
   * `{ content }`.
   *
   * @example
   * ```ts
   * await client.pushBlob('registry.example.com/net-monitor', 'sbom.json');
   * await client.pushBlob('registry.example.com/net-monitor', { content: '{}' });
   * ```
   */
  pushBlob(target: string, blob: BlobContent, options?: ProgressOptions): Promise<PushBlobResult>;

  /** Ends the client's calls, which reject with CANCELLED, and its connections. Later calls reject with INVALID_ARGUMENT. */
  close(): void;

  /** The same, for `using`. */
  [Symbol.dispose](): void;

  /** The same, for `await using`; waits until interrupted uploads are called off at their registries, for two seconds at most. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** How to digest. */
export interface DigestOptions {
  /** The hash function; `sha256` when absent. */
  algorithm?: 'sha256' | 'sha512' | undefined;
}

/** How to digest files. */
export interface DigestFilesOptions extends DigestOptions, CallOptions {}

/** The digest of a file. */
export interface FileDigest {
  /** The path as it was given. */
  readonly path: string;
  /** The digest, such as `sha256:e3b0c442…`. */
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
}

/**
 * The digest of bytes, or of text as UTF-8. It is computed at once; for much content see {@link digestFile}.
 *
 * @example
 * ```ts
 * digest('{}'); // sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a
 * ```
 */
export function digest(content: string | ArrayBufferLike | ArrayBufferView, options?: DigestOptions): string;

/** The digest and size of a file, without blocking the event loop. */
export function digestFile(path: string | URL, options?: DigestFilesOptions): Promise<FileDigest>;

/** The digests and sizes of files, in their order, on all processors. */
export function digestFiles(
  paths: Iterable<string | URL> & object,
  options?: DigestFilesOptions,
): Promise<FileDigest[]>;
