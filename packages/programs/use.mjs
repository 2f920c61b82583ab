// Pushes an image and a referrer to the location in the argument, and reads and deletes them.
import { Client } from 'ocigraph';

const place = process.argv[2];
const client = new Client();
await client.push(`${place}:v1`, { artifactType: 'image/example' });
await client.push(place, { artifactType: 'sbom/example', subject: `${place}:v1` });
const graph = await client.discover(`${place}:v1`);
if (graph.referrers().length !== 1) throw new Error('discover did not find the referrer');
if ((await client.verify(`${place}:v1`)).problems.length > 0) throw new Error('verify failed');
await client.delete(`${place}:v1`);
