// {{ notice }}
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
export type Outcome = {{ outcome }};

/** The result for a pulled file: it was written, is identical to the existing file, or `keepOldFiles` kept the existing file. */
export type FileOutcome = {{ file_outcome }};

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
{{ concurrency }}
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

{{ operation_types }}

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

{{ client_types }}

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

  {{ methods }}

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
