// Compiled under `--strict`, but never run. Valid uses must compile, and each `@ts-expect-error` must mark an error.

import { createReadStream } from 'node:fs';

import {
  Client,
  type CopyReport,
  type Descriptor,
  digest,
  digestFile,
  digestFiles,
  type ErrorCode,
  Graph,
  OcigraphError,
  type ProgressEvent,
  type PullResult,
  type PushFile,
  type PushResult,
  parseReference,
  version,
} from 'ocigraph';

export async function right(): Promise<void> {
  await using client = new Client({ plainHttp: true, headers: { 'X-Id': '1' } });
  using _other = new Client({ credentials: async (host) => (host === 'a' ? { identityToken: 'b' } : undefined) });
  await client.login('host', { entraToken: 'a', tenant: 'b' });
  const pushed: PushResult = await client.push('host/repo:v1,latest', {
    files: [
      'sbom.json',
      new URL('file:///tmp/a'),
      { path: 'a', title: 'b', mediaType: 'text/plain', annotations: { key: 'value' } },
      { content: 'text', title: 'a' },
      { content: Buffer.from('a'), title: 'a' },
      { content: new Uint8Array(1), title: 'a' },
      { content: new ArrayBuffer(1), title: 'a' },
      { content: new Blob(['a']), title: 'a' },
      { content: new Blob(['a']).stream(), title: 'a' },
      { content: createReadStream('a'), title: 'a' },
      { content: [Buffer.from('a')], title: 'a' },
    ],
    artifactType: 'sbom/example',
    subject: 'host/repo:v1',
    format: 'oci-1.1',
    config: { content: '{}', mediaType: 'application/json' },
    concurrency: 4,
    signal: AbortSignal.timeout(1000),
    onProgress: (event) => console.log(event.blob.size - event.position, event.type),
  });
  const titles: (string | undefined)[] = pushed.blobs.map((blob) => blob.title);
  const pulled: PullResult[] = await client.pull('host/repo:v1', {
    output: new URL('file:///tmp/'),
    platform: 'linux/arm64',
  });
  const graph: Graph = await client.discover('host/repo:v1', { depth: 1 });
  const partial = await client.discover('host/repo:v1', { allowIncomplete: true });
  for (const { list, subject, detail } of partial.problems) console.log(list, subject?.length, detail);
  for (const { descriptor, depth, first, subject } of graph)
    console.log(descriptor.digest, depth * 2, !first, subject.length);
  for (const { kind, tag, label, kinds, predicateTypes } of graph)
    console.log(kind === 'tag', tag?.length, label?.length, kinds.includes('sbom'), predicateTypes[0]?.length);
  graph.filter((_, node) => node.predicateTypes.includes('https://spdx.dev/Document'));
  const signed: Descriptor[] = graph.filter((node) => node.artifactType === 'a/b').referrers();
  const copied: CopyReport = await client.copy('host/a:v1', 'oci:b:v1', { recursive: true });
  const stream = await client.fetchBlob(`host/repo@${digest('a')}`);
  const size: number = stream.descriptor.size;
  for await (const chunk of stream) console.log(chunk.byteLength);
  await stream.pipeTo(new WritableStream());
  await client.pushBlob('host/repo', 'a');
  await client.pushBlob('host/repo', { path: 'a' }, { onProgress: (event) => console.log(event.position) });
  await client.pushBlob('host/repo', { content: 'a' }, { onProgress: async (event) => console.log(event.position) });
  await client.pushBlob('host/repo', new Uint8Array(1), { mediaType: 'text/plain' });
  await client.pushBlob('host/repo', createReadStream('a'));
  await client.tag('host/repo:v1', ['a', 'b']);
  await client.tag('host/repo:v1', 'a');
  const manifest = JSON.parse(new TextDecoder().decode((await client.fetchManifest('host/repo:v1')).bytes));
  const sizes: number[] = (await digestFiles(new Set(['a']))).map((file) => file.size);
  const one: string = (await digestFile('a', { algorithm: 'sha512' })).digest;
  const { location, host, path } = parseReference('host/repo:v1');
  const limited = new Client({ limits: { connectTimeout: 1000, maxAttempts: 1 } });
  await digestFiles(['a'], { signal: AbortSignal.timeout(1000) });
  console.log(location, host?.length, path?.length, limited);
  console.log(titles, pulled, signed, copied, size, manifest, sizes, one, version.length);
}

/** The value of an option may be undefined, also under `exactOptionalPropertyTypes`. */
export async function perhaps(client: Client, text?: string, signal?: AbortSignal, files?: PushFile[]): Promise<void> {
  await client.push('host/repo', { artifactType: text, subject: text, files, signal, onProgress: undefined });
  await client.push('host/repo', { files: [{ content: 'a', title: text, mediaType: text, annotations: undefined }] });
  await client.pull('host/repo', { output: text, platform: text, signal });
  await client.discover('host/repo', { artifactType: text, depth: undefined, signal });
  await client.delete('host/repo', { dryRun: undefined, signal });
  await client.fetchBlob('host/repo', { signal });
  await digestFile('a', { algorithm: undefined, signal });
  new Client({ caFile: text, headers: undefined, limits: { connectTimeout: undefined }, userAgent: text });
  new Client({ credentials: { entraToken: 'a', tenant: text } });
}

export function outcome(event: ProgressEvent): string {
  // Only a finished event has an outcome.
  // @ts-expect-error
  event.outcome;
  return event.type === 'finished' ? event.outcome : event.type;
}

export function code(error: unknown): ErrorCode | undefined {
  if (!(error instanceof OcigraphError)) return undefined;
  // @ts-expect-error unknown error code
  if (error.code === 'NOT_THERE') return undefined;
  return error.status === 404 ? 'NOT_FOUND' : error.code;
}

export async function wrong(client: Client, graph: Graph, pushed: PushResult): Promise<void> {
  // @ts-expect-error a target must be a string
  await client.push(new URL('https://host/repo'));
  // @ts-expect-error a misspelt option
  await client.push('host/repo', { artifactTyp: 'a/b' });
  // @ts-expect-error a file must have either a path or content
  await client.push('host/repo', { files: [{ path: 'a', content: 'b' }] });
  // @ts-expect-error a file must have a path or content
  await client.push('host/repo', { files: [{ title: 'a' }] });
  // @ts-expect-error a number is not content
  await client.push('host/repo', { files: [{ content: 1, title: 'a' }] });
  // @ts-expect-error unknown format
  await client.push('host/repo', { format: 'oci-2' });
  // @ts-expect-error annotation values must be strings
  await client.push('host/repo', { annotations: { a: 1 } });
  // @ts-expect-error a delete has no progress
  await client.delete('host/repo', { onProgress: () => {} });
  // @ts-expect-error a controller is not a signal
  await client.tags('host/repo', { signal: new AbortController() });
  // @ts-expect-error a destination is missing
  await client.copy('host/repo');
  // @ts-expect-error a Graph cannot be constructed
  new Graph();
  // @ts-expect-error an OcigraphError cannot be constructed
  new OcigraphError('a');
  // @ts-expect-error results are read-only
  pushed.reference = 'a';
  // @ts-expect-error results are read-only
  pushed.tags.push('a');
  // @ts-expect-error the subject of a graph is read-only
  graph.subject = pushed.descriptor;
  // @ts-expect-error unknown digest algorithm
  digest('a', { algorithm: 'md5' });
  // @ts-expect-error a file is digested with digestFile
  digest(createReadStream('a'));
  // @ts-expect-error a string is not a list of paths
  await digestFiles('sbom.json');
  // @ts-expect-error a string is not a list of files
  await client.push('host/repo', { files: 'sbom.json' });
  // @ts-expect-error a blob has no media type
  await client.pushBlob('host/repo', { path: 'a', mediaType: 'a/b' });
  // @ts-expect-error a blob must have either a path or content
  await client.pushBlob('host/repo', { path: 'a', content: 'b' });
  // @ts-expect-error unknown limit
  new Client({ limits: { conect: 1 } });
  // @ts-expect-error a layout has no host
  parseReference('host/repo').host.length;
  // @ts-expect-error digestFile returns a promise
  (await digestFile('a')).digest.size;
  // @ts-expect-error a user name needs a password
  new Client({ credentials: { username: 'user' } });
  // @ts-expect-error options are an object
  new Client('user', 'password');
}
