import { readdirSync, readFileSync } from 'node:fs';
import { type Decide, makeDecide, type PolicyFile } from './decision.ts';

/** The policies that ship with the server: what decides and what the web application shows are these files. */
export type ShippedPolicies = { schema: string; files: readonly PolicyFile[] };

const FOLDER = new URL('../../policies/', import.meta.url);

export function readPolicies(folder: URL = FOLDER): ShippedPolicies {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.cedar'))
    .sort()
    .map((name) => ({ name, text: readFileSync(new URL(name, folder), 'utf8') }));
  return { schema: readFileSync(new URL('access.cedarschema', folder), 'utf8'), files };
}

/** Made once: reading and validating takes tens of milliseconds. */
export function shippedDecide(): Decide {
  decide ??= made(readPolicies());
  return decide;
}
let decide: Decide | undefined;

function made({ schema, files }: ShippedPolicies): Decide {
  return makeDecide(schema, files);
}
