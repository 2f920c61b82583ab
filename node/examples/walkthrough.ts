// A walkthrough of the operations: signs an image, attaches documentation and an SBOM, signs the SBOM, shows the graph, pulls the
// documents, and deletes everything.
//
//   node walkthrough.js localhost:5000        a registry
//   node walkthrough.js oci:some/folder       a directory with image layouts
//
// The image net-monitor:v1 must exist.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { argv } from 'node:process';

import { Client } from 'ocigraph';

const [, , registry = 'localhost:5000'] = argv;
const repository = `${registry}/net-monitor`;
const image = `${repository}:v1`;
await using client = new Client();

function step(title: string): void {
  console.log(`\n## ${title}`);
}

step('push a signature');
const signature = await client.push(repository, {
  subject: image,
  artifactType: 'signature/example',
  files: [{ title: 'signature.json', content: JSON.stringify({ artifact: image, signature: 'pat hancock' }) }],
});
console.log(signature.descriptor.digest);

step('push a multi-file artifact');
const readme = await client.push(repository, {
  subject: image,
  artifactType: 'readme/example',
  files: [
    { title: 'readme.md', mediaType: 'application/markdown', content: 'Readme Content\n' },
    { title: 'readme-details.md', mediaType: 'application/markdown', content: 'Detailed Content\n' },
  ],
});
console.log(readme.descriptor.digest);

step('push an SBOM');
await client.push(repository, {
  subject: image,
  artifactType: 'sbom/example',
  files: [{ title: 'sbom.json', content: JSON.stringify({ version: '0.0.0.0', artifact: image, contents: 'good' }) }],
});

step('sign the SBOM');
const boms = await client.discover(image, { artifactType: 'sbom/example' });
const [bom] = boms.referrers();
if (!bom) throw new Error(`${image} has no SBOM`);
await client.push(repository, {
  subject: `${repository}@${bom.digest}`,
  artifactType: 'signature/example',
  files: [
    { title: 'sbom-signature.json', content: JSON.stringify({ artifact: bom.digest, signature: 'pat hancock' }) },
  ],
});

step('view the graph');
const graph = await client.discover(image);
console.log(graph.tree());

step('pull the docs');
const output = await mkdtemp(join(tmpdir(), 'docs-'));
const [docs] = await client.pull(image, { artifactType: 'readme/example', output });
for (const file of docs?.files ?? []) console.log(file.outcome, file.descriptor.size, file.path);
await rm(output, { recursive: true });

step('list the tags');
console.log((await client.tags(repository)).join('\n'));

step('list the manifests');
for (const { descriptor, tags } of await client.manifests(repository)) {
  console.log(descriptor.digest, descriptor.artifactType ?? descriptor.mediaType, tags.join());
}

step('plan the delete');
const plan = await client.delete(image, { dryRun: true });
for (const manifest of plan.deleted) console.log(manifest.digest);

step('delete the graph');
const report = await client.delete(image);
for (const deleted of report.deleted) console.log(deleted.digest);
for (const { descriptor, error } of report.failed) console.log(`${descriptor.digest} is still there: ${error}`);
