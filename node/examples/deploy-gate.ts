// A deploy gate: rejects an image that has no signature of a given type, or whose content is incomplete.
//
//   node deploy-gate.js registry.example.com/net-monitor:v1 signature/example
//
// Exit codes: 0 the image may be deployed, 1 it may not, 2 the check failed.

import { argv, exit } from 'node:process';

import { Client, OcigraphError, parseReference } from 'ocigraph';

const [, , image, type = 'signature/example'] = argv;
if (!image) {
  console.error('usage: deploy-gate IMAGE [TYPE]');
  exit(2);
}

/** Returns the reason why the image may not be deployed, or undefined if it may. */
async function objection(client: Client, image: string): Promise<string | undefined> {
  const signal = AbortSignal.timeout(60_000);
  // Use the digest, because a tag may move between the check and the deployment.
  const { digest } = await client.resolve(image, { signal });
  const pinned = `${parseReference(image).location}@${digest}`;
  const graph = await client.discover(pinned, { signal });
  const signatures = graph.referrers().filter((referrer) => referrer.artifactType === type);
  if (signatures.length === 0) return `${pinned} has no referrer of type ${type}`;
  const { problems } = await client.verify(pinned, { signal });
  if (problems.length > 0) return problems.map((problem) => problem.detail).join('; ');
  console.log(`${pinned} may be deployed: ${signatures.map((signature) => signature.digest).join(', ')}`);
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
  console.error(`${missing ? 'refused' : 'check failed'}: ${error instanceof Error ? error.message : error}`);
  exit(missing ? 1 : 2);
}
