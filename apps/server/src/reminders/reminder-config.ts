import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { type InsideAddresses, insideAddresses } from '../inside-addresses.ts';
import { readOperatorFile, readSecretFile } from '../operator-file.ts';

/** Who can be told that something waits: the parties, and whoever runs the server. */
export const REMINDED = ['employer', 'representative', 'data-protection-officer', 'operator'] as const;
export type Reminded = (typeof REMINDED)[number];

/** What the operator wrote in DATA/reminders.json (CTL32). */
export type ReminderConfig = {
  relay: {
    host: string;
    port: number;
    /** `none`: for a relay on this computer alone. */
    security: 'tls' | 'starttls' | 'none';
    /** PEM; null: the system's own. */
    ca: string | null;
    login: { user: string; password: string } | null;
    inside: InsideAddresses;
  };
  from: string;
  /** Where the parties open the pages. */
  page: string;
  to: Readonly<Record<Reminded, readonly string[]>>;
};

/** One address without a name, a comment or a second address: nothing that a header could take for more. */
const address = z
  .string()
  .max(254)
  .regex(/^[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$/, 'is no address');
const addresses = z.array(address).max(10).default([]);

const schema = z.strictObject({
  relay: z
    .strictObject({
      host: z.string().regex(/^[A-Za-z0-9.:-]{1,253}$/, 'is no name or address of a computer'),
      port: z.int().min(1).max(65_535),
      security: z.enum(['tls', 'starttls', 'none']),
      caFile: z.string().optional(),
      user: z.string().min(1).max(200).optional(),
      passwordFile: z.string().optional(),
      networks: z.array(z.string()).max(20).default([]),
    })
    .refine(({ user, passwordFile }) => (user === undefined) === (passwordFile === undefined), {
      message: 'user and passwordFile go together',
    }),
  from: address,
  page: z.url({ protocol: /^https?$/ }),
  to: z.strictObject({
    employer: addresses,
    representative: addresses,
    'data-protection-officer': addresses,
    operator: addresses,
  }),
});

/**
 * Null: there is no such file, and nobody is reminded. Throws a sentence with every fault for what can't be meant; no secret is in
 * it.
 */
export function readReminderConfig(root: string): ReminderConfig | null {
  const file = readOperatorFile(root, 'reminders.json', schema);
  if (!file) return null;
  const { said, path } = file;
  const { relay, from, page, to } = said;
  const { host, port, security, caFile, user, passwordFile, networks } = relay;
  return {
    relay: {
      ...{ host, port, security, inside: insideIn(networks, path) },
      ca: caFile === undefined ? null : readFileSync(caFile, 'utf8'),
      login:
        user === undefined || passwordFile === undefined
          ? null
          : { user, password: readSecretFile(passwordFile) },
    },
    from,
    page,
    to,
  };
}

function insideIn(networks: readonly string[], path: string): InsideAddresses {
  try {
    return insideAddresses(networks);
  } catch (cause) {
    throw new Error(`${path}: relay.networks: ${(cause as Error).message}.`, { cause });
  }
}
