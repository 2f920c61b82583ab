// A deploy gate: rejects an image that lacks what a policy requires, or whose content is incomplete.
//
//   node deploy-gate.js registry.example.com/net-monitor:v1 signature sbom
//
// Exit codes: 0 the image may be deployed, 1 it may not, 2 the check failed, or the registry does not tell.

import { argv, exit } from 'node:process';

import { Client, OcigraphError } from 'ocigraph';

const [, , image, ...given] = argv;
const requirements = given.length > 0 ? given : ['signature'];
if (!image) {
  console.error('usage: deploy-gate IMAGE [REQUIREMENT...]');
  exit(2);
}

/** Returns the reason why the image may not be deployed, or undefined if it may. */
async function objection(client: Client, image: string): Promise<string | undefined> {
  const signal = AbortSignal.timeout(60_000);
  // It tells what is attached, and verifies no signature.
  const checked = await client.check(image, requirements, { signal });
  for (const { requirement, presence, details } of checked.requirements) {
    if (presence === 'missing') return `${checked.reference} has no ${requirement}`;
    if (presence === 'unknown') throw new Error(`unknown whether there is a ${requirement}: ${details.join('; ')}`);
  }
  // A reference by digest, because a tag may move between the check and the deployment.
  const { problems } = await client.verify(checked.reference, { signal });
  if (problems.length > 0) return problems.map((problem) => problem.detail).join('; ');
  console.log(`${checked.reference} may be deployed: it has ${requirements.join(', ')}`);
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
