// A deploy gate: refuses an image that has no signature of a given type, or whose content is not whole.
//
//   node deploy-gate.js registry.example.com/net-monitor:v1 signature/example
//
// Exit codes: 0 it may be deployed, 1 it may not, 2 that cannot be told.

import { argv, exit } from 'node:process';

import { Client, OcigraphError, parseReference } from 'ocigraph';

const [, , image, type = 'signature/example'] = argv;
if (!image) {
  console.error('usage: deploy-gate IMAGE [TYPE]');
  exit(2);
}

/** Why the image may not be deployed; undefined when it may. */
async function objection(client: Client, image: string): Promise<string | undefined> {
  const signal = AbortSignal.timeout(60_000);
  // By digest from here on: a tag may move between the check and the deployment.
  const { digest } = await client.resolve(image, { signal });
  const place = `${parseReference(image).place}@${digest}`;
  const graph = await client.discover(place, { signal });
  const signatures = graph.referrers().filter((referrer) => referrer.artifactType === type);
  if (signatures.length === 0) return `nothing of type ${type} refers to ${place}`;
  const { problems } = await client.verify(place, { signal });
  if (problems.length > 0) return problems.map((problem) => problem.detail).join('; ');
  console.log(`${place} may be deployed: ${signatures.map((signature) => signature.digest).join(', ')}`);
  return undefined;
}

try {
  await using client = new Client();
  const why = await objection(client, image);
  if (why) {
    console.error(`refused: ${why}`);
    exit(1);
  }
} catch (error) {
  const missing = error instanceof OcigraphError && error.code === 'NOT_FOUND';
  console.error(`${missing ? 'refused' : 'cannot tell'}: ${error instanceof Error ? error.message : error}`);
  exit(missing ? 1 : 2);
}
