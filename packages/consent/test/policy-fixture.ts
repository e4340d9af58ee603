import { formatCheckpointText } from '@aboveboard/tlog/checkpoint';
import { ed25519Key } from '@aboveboard/tlog/ed25519';
import { leafHash, rootOf } from '@aboveboard/tlog/merkle';
import { mlDsa44Key } from '@aboveboard/tlog/ml-dsa-44';
import { formatNote } from '@aboveboard/tlog/note';
import type { Policy } from '@aboveboard/tlog/policy';
import { signNote } from '@aboveboard/tlog/signed-note';
import { cosigner, logSigners, type NoteSigner } from '@aboveboard/tlog/signer';
import { policyText } from '../src/policy-change.ts';
import type { RulesStatement } from '../src/rules-statement.ts';
import { NOW } from './example-agreement.ts';

/** Made-up keys of the logs and of one guardian, of several generations; the same in every run. */
const RULES_ORIGIN = 'log.works.example/rules';
const USES_ORIGIN = 'log.works.example/uses';
const seed = (n: number) => new Uint8Array(32).fill(n);
const pair = (n: number) => ({ ed25519: ed25519Key(seed(n)), mlDsa44: mlDsa44Key(seed(n)) });

const logOf = (origin: string, generation: number, now: () => number): NoteSigner[] =>
  logSigners(origin, pair((origin === RULES_ORIGIN ? 50 : 90) + generation), now);
const witnessesOf = (generation: number, now: () => number): NoteSigner[] => {
  const { ed25519, mlDsa44 } = pair(130 + generation);
  const name = `guardian/generation-${generation}`;
  return [cosigner(name, ed25519, now), cosigner(name, mlDsa44, now)];
};

/** The policy of both logs with keys and witnesses of these generations. */
export function policyOf(log: number, witness: number): Policy {
  const logs = [RULES_ORIGIN, USES_ORIGIN].flatMap((origin) => logOf(origin, log, () => 0));
  const witnesses = witnessesOf(witness, () => 0).map(({ key }, i) => ({ name: `w${i}`, key, url: null }));
  return {
    logs: logs.map(({ key }) => ({ key, url: null })),
    witnesses,
    groups: [{ name: 'guardian', threshold: 2, members: ['w0', 'w1'] }],
    quorum: 'guardian',
  };
}

/** As it stands in an enrolment file. */
export function partOf(policy: Policy, log: 'rules' | 'uses'): Policy {
  return { ...policy, logs: policy.logs.filter(({ key }) => key.name.endsWith(`/${log}`)) };
}

export function changeOf(id: string, from: Policy, to: Policy): RulesStatement & { kind: 'policy' } {
  return { kind: 'policy', id, from: policyText(from), to: policyText(to) };
}

/** Signed by these generations of the log and of the witness, at this time. */
export async function rulesCheckpoint(
  entries: readonly Uint8Array[],
  by: { logs: readonly number[]; witnesses: readonly number[]; time?: number },
): Promise<Uint8Array> {
  const now = () => Math.floor((by.time ?? NOW) / 1000);
  const text = formatCheckpointText({
    origin: RULES_ORIGIN,
    size: entries.length,
    root: rootOf(entries.map(leafHash)),
  });
  const signers = [
    ...by.logs.flatMap((generation) => logOf(RULES_ORIGIN, generation, now)),
    ...by.witnesses.flatMap((generation) => witnessesOf(generation, now)),
  ];
  return formatNote(await signNote(text, signers));
}
