// A small server that shows what refers to an image: a page with the graph as SVG, drawn without a library.
//
//   node server.js [PORT]        then open http://localhost:PORT/?image=registry.example.com/net-monitor:v1

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { argv } from 'node:process';

import { Client, type Descriptor, type Graph, OcigraphError } from 'ocigraph';

const ROW = 64;
const COLUMN = 48;
const BOX = { width: 380, height: 44 };

const client = new Client();

/** Text as it may stand in markup. What a registry sends is not to be trusted. */
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

/** The graph as a tree: a row for each node, indented by its depth, with a line to what it refers to. */
function draw(graph: Graph, image: string): string {
  const rows = new Map([[graph.subject.digest, { row: 0, depth: 0 }]]);
  const boxes = [box(graph.subject, image, 0, 0)];
  const lines: string[] = [];
  let row = 0;
  for (const { descriptor, subject, depth, first } of graph) {
    row += 1;
    if (first) rows.set(descriptor.digest, { row, depth });
    boxes.push(box(descriptor, descriptor.artifactType ?? descriptor.mediaType, row, depth));
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

const server = createServer(async (request, response) => {
  const image = new URL(request.url ?? '/', 'http://localhost').searchParams.get('image');
  // Whoever leaves the page ends the walk.
  const control = new AbortController();
  response.on('close', () => control.abort());
  const send = (status: number, html: string): void => {
    const policy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'";
    response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy });
    response.end(html);
  };
  if (!image) return send(200, page('What refers to an image', 'Name an image.'));
  try {
    const graph = await client.discover(image, { signal: control.signal });
    send(200, page(`${graph.size} artifacts refer to ${image}`, draw(graph, image)));
  } catch (error) {
    if (control.signal.aborted) return;
    const status = error instanceof OcigraphError && error.code === 'NOT_FOUND' ? 404 : 502;
    send(status, page(`${image} cannot be shown`, escaped(error instanceof Error ? error.message : String(error))));
  }
});

server.listen(Number(argv[2] ?? 8080), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
});
