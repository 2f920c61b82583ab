// One function for each task that the documentation describes. The other languages have the same program.
//
//   node tasks.js attach registry.example.com/app:v1 sbom.spdx.json

import { argv, exit } from 'node:process';

import { type CheckReport, Client, OcigraphError, serve } from 'ocigraph';

// ANCHOR: attach
// `built` has the digest of the image, which a push returns: a tag can move while the pipeline runs.
async function attach(built: string, sbom: string): Promise<boolean> {
  await using client = new Client();
  const attached = await client.attach(built, {
    artifactType: 'application/spdx+json',
    files: [{ path: sbom, mediaType: 'application/spdx+json' }],
  });
  console.log('attached', attached.reference);
  return true;
}
// ANCHOR_END: attach

// ANCHOR: gate
async function gate(image: string): Promise<boolean> {
  await using client = new Client();
  let checked: CheckReport;
  try {
    checked = await client.check(image, ['signature', 'sbom']);
  } catch (error) {
    if (!(error instanceof OcigraphError) || /^(NOT_FOUND|INVALID_.*)$/.test(error.code)) throw error;
    // The image itself could not be read.
    console.log('unknown:', error.message);
    return false;
  }
  for (const { requirement, presence, details } of checked.requirements) {
    console.log(`${requirement}: ${presence}`, ...details);
  }
  // `unknown` is not `missing`: the registry did not tell. Try again.
  if (checked.presence !== 'present') return false;
  // Deploy the reference by digest: the tag can move after the check.
  console.log(checked.reference);
  return true;
}
// ANCHOR_END: gate

// ANCHOR: sync
async function sync(source: string, destination: string): Promise<boolean> {
  await using client = new Client();
  let complete = true;
  for await (const { outcome, source: from, detail } of client.sync([source], destination)) {
    console.log(outcome, from, ...(detail ? [detail] : []));
    complete &&= outcome === 'copied' || outcome === 'existed';
  }
  return complete;
}
// ANCHOR_END: sync

// ANCHOR: prune
async function prune(repository: string): Promise<boolean> {
  await using client = new Client();
  // dryRun: true makes the same report and deletes nothing.
  const report = await client.prune([repository], { tags: ['pr-*'], orphans: true, max: 100 });
  for (const { deleted, refused } of report.repositories) {
    for (const { descriptor, reason } of deleted) console.log(`deleted ${descriptor.digest}: ${reason}`);
    for (const { descriptor, error } of refused) console.log(`refused ${descriptor.digest}: ${error}`);
  }
  return report.failed.length === 0 && report.repositories.every(({ refused }) => refused.length === 0);
}
// ANCHOR_END: prune

// ANCHOR: sweep
async function sweep(target: string): Promise<boolean> {
  await using client = new Client();
  const withSbom = new Set<string | null>();
  const rows = client.sweep([target]);
  for await (const row of rows) {
    // The row of an image has the depth 0 and comes after the rows of what is attached to it.
    if (row.depth > 0) {
      if (row.kinds.includes('sbom')) withSbom.add(row.image);
    } else if (row.status !== 'found' && row.status !== 'none') {
      console.log(`${row.repository}:${row.tag} is ${row.status}: ${row.error}`);
    } else if (!withSbom.has(row.image)) {
      console.log(`${row.repository}:${row.tag} has no SBoM`);
    }
  }
  console.log(rows.summary.images, 'images');
  return true;
}
// ANCHOR_END: sweep

// ANCHOR: air-gap
async function backup(repository: string, archive: string): Promise<boolean> {
  await using client = new Client();
  const { tags, manifests, missing } = await client.backup([repository], archive, { recursive: true });
  console.log(`stored ${tags.length} tags, ${manifests} manifests`);
  return missing.length === 0;
}

async function restore(archive: string, destination: string): Promise<boolean> {
  await using client = new Client();
  const { tags, manifests, missing } = await client.restore([archive], destination);
  console.log(`restored ${tags.length} tags, ${manifests} manifests`);
  return missing.length === 0;
}
// ANCHOR_END: air-gap

// ANCHOR: errors
async function errors(image: string): Promise<boolean> {
  await using client = new Client();
  try {
    console.log((await client.resolve(image)).digest);
    return true;
  } catch (error) {
    if (!(error instanceof OcigraphError)) throw error;
    if (error.code === 'NOT_FOUND') console.log('there is no such image');
    else console.log(`${error.code}: ${error.message}${error.retryable ? '; try again' : ''}`);
    return false;
  }
}
// ANCHOR_END: errors

// ANCHOR: serve
async function atHand(folder: string): Promise<boolean> {
  await using registry = await serve(folder);
  await using client = new Client();
  await client.push(`${registry.host}/team/app:v1`, { artifactType: 'app/example' });
  console.log(...(await client.tags(`${registry.host}/team/app`)));
  return true;
}
// ANCHOR_END: serve

const tasks: Record<string, (first: string, second: string) => Promise<boolean>> = {
  attach,
  gate,
  sync,
  prune,
  sweep,
  backup,
  restore,
  errors,
  serve: atHand,
};
const [, , name = '', first = '', second = ''] = argv;
exit((await tasks[name]?.(first, second)) ? 0 : 1);
