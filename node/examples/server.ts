// A small server that shows the referrers of an image: a page with the graph as SVG, drawn without a library. It uses the
// credentials of the user who started it, so it shows only images of one registry or repository prefix.
//
//   node server.js registry.example.com/team [PORT]
//
// Then open http://localhost:PORT/?image=registry.example.com/team/net-monitor:v1

import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { argv, exit } from 'node:process';

import { Client, type Descriptor, type Graph, OcigraphError, parseReference } from 'ocigraph';

const permitted: string = argv[2] ?? usage();
const port = Number(argv[3] ?? 8080);

const ROW = 64;
const COLUMN = 48;
const BOX = { width: 380, height: 44 };

const client = new Client();

/** Escapes text for markup. Text from a registry is not trusted. */
function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function box(descriptor: Descriptor, label: string, row: number, depth: number): string {
  const [x, y] = [depth * COLUMN, row * ROW];
  return `<g data-digest="${escaped(descriptor.digest)}" transform="translate(${x} ${y})">
    <title>${escaped(descriptor.digest)}</title>
    <rect width="${BOX.width}" height="${BOX.height}" rx="6"/>
    <text x="12" y="18">${escaped(label)}</text>
    <text x="12" y="34" class="digest">${escaped(descriptor.digest.slice(0, 26))}…</text>
  </g>`;
}

/** Draws the graph as a tree: a row for each node, indented by its depth, with a line to what it is attached to. */
function draw(graph: Graph, image: string): string {
  const rows = new Map([[graph.subject.digest, { row: 0, depth: 0 }]]);
  const boxes = [box(graph.subject, image, 0, 0)];
  const lines: string[] = [];
  let row = 0;
  for (const { descriptor, subject, depth, first, label, tag } of graph) {
    row += 1;
    if (first) rows.set(descriptor.digest, { row, depth });
    boxes.push(box(descriptor, label ?? tag ?? descriptor.artifactType ?? descriptor.mediaType, row, depth));
    const above = rows.get(subject) ?? { row: 0, depth: 0 };
    const [x, y] = [above.depth * COLUMN + COLUMN / 2, above.row * ROW + BOX.height];
    lines.push(`<path d="M${x} ${y} V${row * ROW + BOX.height / 2} H${depth * COLUMN}"/>`);
  }
  const deepest = Math.max(...[...rows.values()].map((place) => place.depth));
  const width = deepest * COLUMN + BOX.width;
  const view = `-4 -4 ${width + 8} ${row * ROW + BOX.height + 8}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width + 8}" viewBox="${view}" role="img">
    <style>rect { fill: #eef4ff; stroke: #3565a8 } path { fill: none; stroke: #888 } text { font: 13px sans-serif }
      .digest { font: 11px monospace; fill: #555 }</style>
    ${lines.join('\n')}
    ${boxes.join('\n')}
  </svg>`;
}

function page(title: string, body: string): string {
  return `<!doctype html><meta charset="utf-8"><title>${escaped(title)}</title>
<body style="font-family: sans-serif; margin: 2rem"><h1 style="font-size: 1.2rem">${escaped(title)}</h1>
<form><input name="image" size="60" placeholder="registry.example.com/net-monitor:v1"> <button>Show</button></form>
<p>${body}</p>`;
}

/** True if the image is in the permitted registry or repository prefix. Layouts are never permitted. */
function mayBeShown(image: string): boolean {
  const { host, location } = parseReference(image);
  return host !== undefined && (location === permitted || location.startsWith(`${permitted}/`));
}

/** Returns the HTTP status and the page for an image. */
async function show(image: string, signal: AbortSignal): Promise<[number, string]> {
  try {
    if (!mayBeShown(image)) return [403, page('Not permitted', `Enter an image in ${escaped(permitted)}.`)];
    const graph = await client.discover(image, { signal });
    return [200, page(`${image} has ${graph.size} attached manifests`, draw(graph, image))];
  } catch (error) {
    const code = error instanceof OcigraphError ? error.code : 'INTERNAL';
    const status = code === 'INVALID_REFERENCE' ? 400 : code === 'NOT_FOUND' ? 404 : 502;
    const why = error instanceof Error ? error.message : String(error);
    return [status, page(`${image} cannot be shown`, escaped(why))];
  }
}

/** Returns the HTTP status and the page for a request. */
async function answer(request: IncomingMessage, signal: AbortSignal): Promise<[number, string]> {
  // Rejects other host names, which protects against DNS rebinding.
  const { host = '' } = request.headers;
  if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(host)) return [421, page('Not permitted', 'Unknown host name.')];
  const image = new URLSearchParams(request.url?.split('?')[1]).get('image');
  return image ? await show(image, signal) : [200, page('Referrers of an image', 'Enter an image.')];
}

const server = createServer(async (request, response) => {
  // Closing the page aborts the discovery.
  const control = new AbortController();
  response.on('close', () => control.abort());
  const [status, html] = await answer(request, control.signal);
  const policy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'";
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy });
  response.end(html);
});

server.listen(port, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
});

function usage(): never {
  console.error('usage: server REGISTRY[/REPOSITORY] [PORT]');
  exit(2);
}
