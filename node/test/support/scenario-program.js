// Executes steps of scenarios with the package. `tests/scenarios/README.md` describes the protocol.

import { createInterface } from 'node:readline';

import { Client, digestFiles, OcigraphError } from 'ocigraph';

/** The package has no such operation or argument. */
class Unsupported extends Error {}

/** For each operation its method, the arguments that are not options, and its result in the common format. */
const operations = {
  push: ['push', ['reference']],
  attach: ['attach', ['reference']],
  pull: ['pull', ['reference']],
  discover: ['discover', ['reference'], tree],
  discover_each: ['discoverEach', ['reference'], allRows],
  sweep: ['sweep', ['targets'], allRows],
  sync: ['sync', ['sources', 'destination'], allRows],
  prune: ['prune', ['references']],
  delete: ['delete', ['reference']],
  copy: ['copy', ['source', 'destination']],
  backup: ['backup', ['references', 'output']],
  restore: ['restore', ['inputs', 'destination']],
  migrate: ['migrate', ['reference']],
  verify: ['verify', ['reference']],
  check: ['check', ['reference', 'requirements']],
  resolve: ['resolve', ['reference'], (descriptor) => ({ descriptor })],
  tag: ['tag', ['reference', 'tags'], (descriptor) => ({ descriptor })],
  untag: ['untag', ['reference'], () => ({})],
  tags: ['tags', ['reference'], (tags) => ({ tags })],
  tag_details: ['tagDetails', ['reference']],
  manifests: ['manifests', ['reference']],
  repositories: ['repositories', ['host'], (repositories) => ({ repositories })],
  login: ['login', ['host', 'credential']],
  logout: ['logout', ['host']],
  fetch_manifest: ['fetchManifest', ['reference'], ({ bytes }) => ({ content: bytes.toString() })],
  push_manifest: ['pushManifest', ['reference', 'content'], (descriptor) => ({ descriptor })],
  delete_manifest: ['deleteManifest', ['reference'], (descriptor) => ({ descriptor })],
  index_create: ['indexCreate', ['reference', 'manifests']],
  index_update: ['indexUpdate', ['reference']],
  fetch_blob: ['fetchBlob', ['reference'], async (blob) => ({ content: await new Response(blob).text() })],
  push_blob: ['pushBlob', ['reference', 'content']],
  delete_blob: ['deleteBlob', ['reference'], () => ({})],
};

for await (const line of createInterface({ input: process.stdin })) {
  const { id, directory, client, operation, arguments: given } = JSON.parse(line);
  process.chdir(directory);
  let answer;
  try {
    answer = await execute(client ?? {}, operation, given);
  } catch (error) {
    answer = described(error);
  }
  process.stdout.write(`${JSON.stringify({ id, ...answer })}\n`);
}

async function execute(clientOptions, operation, given) {
  if (operation === 'digest_files') return digest(given);
  if (!Object.hasOwn(operations, operation)) throw new Unsupported(`the operation ${operation}`);
  const [method, names, convert = (result) => result] = operations[operation];
  const { progress, ...rest } = given;
  const positional = names.map((name) => take(rest, name));
  // A text alone would be a path.
  if (operation === 'push_blob' && typeof positional[1] === 'string') positional[1] = { content: positional[1] };
  const options = camelCase(rest);
  const events = [];
  if (progress) options.onProgress = (event) => events.push(summary(event));
  const client = toClient(clientOptions);
  if (rest.destination_client) options.destinationClient = toClient(rest.destination_client);
  try {
    const result = snakeCase(await convert(await client[method](...positional, options)));
    return progress ? { result, events } : { result };
  } finally {
    client.close();
    options.destinationClient?.close();
  }
}

function toClient(options) {
  return new Client(withCallback(camelCase(seconds(options))));
}

async function digest(given) {
  const { files, ...options } = given;
  return { result: snakeCase(await digestFiles(files, camelCase(options))) };
}

function take(given, name) {
  if (!(name in given)) throw new Unsupported(`an operation without ${name}`);
  const value = given[name];
  delete given[name];
  return name === 'credential' ? camelCase(value) : value;
}

/** Replaces `{ callback: credential }` by a function. */
function withCallback({ credentials, ...others }) {
  if (credentials?.callback) return { ...others, credentials: () => credentials.callback };
  return credentials === undefined ? others : { ...others, credentials };
}

/** Converts the limits on time from seconds to milliseconds. */
function seconds({ limits, ...others }) {
  if (!limits) return others;
  const converted = ([name, value]) => [name, name.endsWith('_timeout') ? value * 1000 : value];
  return { ...others, limits: Object.fromEntries(Object.entries(limits).map(converted)) };
}

function described(error) {
  if (error instanceof Unsupported) return { unsupported: error.message };
  if (!(error instanceof OcigraphError)) throw error;
  const { code, message } = error;
  // The package rejects unknown options.
  const unknown = /unknown option|does not support onProgress|unknown field|invalid credential/.test(message);
  if (code === 'INVALID_ARGUMENT' && unknown) return { unsupported: message };
  return { error: { code, message } };
}

function summary({ type, blob: { digest, size, annotations }, position, outcome }) {
  const title = annotations?.['org.opencontainers.image.title'];
  return { kind: type, digest, size, title, position, outcome };
}

async function allRows(rows) {
  const found = [];
  for await (const row of rows) found.push(row);
  return { rows: found, summary: rows.summary };
}

/**
 * Referrers are in the list `referrers`, what is attached otherwise in the list `attached`. A manifest that the walk reaches a second
 * time has neither below it.
 */
function tree(graph) {
  const trail = [{ subject: graph.subject, referrers: [] }];
  for (const { descriptor, depth, kind } of graph) {
    trail.splice(depth, Infinity, { ...descriptor, referrers: [] });
    const parent = trail[depth - 1];
    const list = kind === 'referrer' ? 'referrers' : 'attached';
    parent[list] = [...(parent[list] ?? []), trail[depth]];
  }
  return trail[0];
}

/** Converts the keys, but not those of maps that the user names. */
function camelCase(value, key) {
  return renamed(value, key, (name) => name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase()));
}

function snakeCase(value, key) {
  return renamed(value, key, (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
}

function renamed(value, key, rename) {
  if (Array.isArray(value)) return value.map((item) => renamed(item, key, rename));
  if (value === null || typeof value !== 'object' || key === 'annotations' || key === 'headers') return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [rename(name), renamed(item, name, rename)]));
}
