import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Enrolment } from '@aboveboard/consent/enrolment-file';
import { policyPart } from '@aboveboard/consent/followed-policy';
import { policyText } from '@aboveboard/consent/policy-change';
import type { RulesStatement } from '@aboveboard/consent/rules-statement';
import type { Fault } from '@aboveboard/protocol/fault';
import { parseCheckpoint } from '@aboveboard/tlog/checkpoint';
import { orThrow } from '@aboveboard/tlog/log-fault';
import { LogReader } from '@aboveboard/tlog/log-reader';
import { type Policy, verifyCheckpoint } from '@aboveboard/tlog/policy';
import { formatPolicy } from '@aboveboard/tlog/policy-file';
import { logSigners } from '@aboveboard/tlog/signer';
import { storedLog } from '@aboveboard/tlog/stored-log';
import { parseVerifierKey, type VerifierKey } from '@aboveboard/tlog/verifier-key';
import { askWitnesses, type Post } from '@aboveboard/tlog/witness-client';
import { folderPaths } from '../data-folder.ts';
import type { Installation } from '../installation.ts';
import { writeDurably } from '../keys/durable-file.ts';
import { type LogKeys, logKeys, makeNextLogKeys, takeNextLogKeys } from '../keys/log-keys.ts';
import { LOG_NAMES } from './log-name.ts';
import { LOG_POLICY, NEXT_LOG_POLICY, readLogPolicy, readNextLogPolicy } from './log-policy.ts';
import { publicPolicy } from './log-service.ts';
import { makeRulesLog } from './rules-log.ts';

/** What a witness says at an address of its own, as text; null: it has nothing there. */
export type AskText = (url: string) => Promise<string | null>;

/**
 * Prepares other keys of witnesses, and of the logs where `withLogKeys` says so (spec/log-service.md, LGS50), and gives the statement
 * that both parties are to sign. `witnesses`: the operator's next policy; null: each witness is asked for its keys to come. `enrolment`:
 * what recorders rely on, which the first change has to follow to the byte; null: they go by what this server says (LGS34). Begun
 * again it gives the same. Throws a sentence where nothing would change or it can't be prepared; what was prepared by then stays, and
 * changes nothing for anybody.
 */
export async function prepareRotation(
  { inner }: Installation,
  wish: {
    data: string;
    enrolment: Enrolment | null;
    witnesses: Policy | null;
    withLogKeys: boolean;
    ask: AskText;
  },
): Promise<RulesStatement & { kind: 'policy' }> {
  const { root, keys } = folderPaths(wish.data);
  const state = await makeRulesLog(inner.logs.rules).state();
  if (!state) throw new Error('The rules log has no agreement yet, so nobody can sign a change of it.');
  const policy = await readLogPolicy(root);
  const from =
    state.policies.at(-1)?.to ??
    (wish.enrolment ? enrolledPolicy(wish.enrolment) : publicPolicy(policy, inner.logs));
  const begun = await readNextLogPolicy(root);
  const next = begun ?? wish.witnesses ?? (await nextWitnesses(policy, wish.ask));
  if (wish.withLogKeys) for (const name of LOG_NAMES) await makeNextLogKeys(keys, name);
  const to = await textOf(next, keys);
  if (from === to) {
    throw new Error(
      'Nothing would change: no witness has other keys to come. The representative makes them on her guardian’s page.',
    );
  }
  if (!begun) {
    const bare = new TextEncoder().encode(formatPolicy({ ...next, logs: [] }));
    await writeDurably(join(root, NEXT_LOG_POLICY), bare);
  }
  return { kind: 'policy', id: state.agreement, from, to };
}

/** Of both logs, as recorders were given it; a sentence where it does not ask the same witnesses for both. */
function enrolledPolicy({ rules, uses }: Enrolment): string {
  const [both, other] = [rules.policy, uses.policy].map((one) => policyText({ ...one, logs: [] }));
  if (both === other)
    return policyText({ ...rules.policy, logs: [...rules.policy.logs, ...uses.policy.logs] });
  throw new Error(
    'The enrolment file asks other witnesses for one log than for the other; no change can follow it.',
  );
}

/**
 * Of a change that is under way, or was ever made, what the log of uses is told of as a setting (LGS43). So a head of either log is
 * signed by the keys to come soon after they are there.
 */
export async function rotationSetting(
  { inner: { logs } }: Installation,
  data: string,
): Promise<Record<string, unknown>> {
  const { root, keys } = folderPaths(data);
  const next = await readNextLogPolicy(root);
  const state = await makeRulesLog(logs.rules).state();
  if (!next && !state?.policies.length) return {};
  const policy = await readLogPolicy(root);
  return {
    'log-policy': { counts: await textOf(policy, keys), follows: next && (await textOf(next, keys)) },
  };
}

/** What has to be there before those of before may go (LGS53); none: nothing is missing. Null: nothing is under way. */
export async function missingForRotation(
  { inner }: Installation,
  given: { data: string; post: Post },
): Promise<Fault[] | null> {
  const { root, keys } = folderPaths(given.data);
  const next = await readNextLogPolicy(root);
  if (!next) return null;
  const to = await textOf(next, keys);
  const state = await makeRulesLog(inner.logs.rules).state();
  const faults: Fault[] = [];
  const fault = (at: string, message: string) => faults.push({ rule: 'LGS53', at, message });
  if (state?.policies.at(-1)?.to !== to) {
    fault('rules log', 'employer and representative have not both signed and entered this change');
  } else if (!(await inner.bridges.areThere(state.policies))) {
    fault(
      'bridge',
      'the witnesses of before have not cosigned the change yet; restart the server if it is still the old one',
    );
  }
  for (const name of LOG_NAMES) {
    const part = policyPart(to, new Set([inner.logs[name].origin]));
    const note = await inner.witnessing[name].newest();
    const signed = note && parseCheckpoint(note);
    if (!signed?.ok || !verifyCheckpoint(signed.value, part).ok)
      fault(`${name} log`, 'the newest head was not signed and cosigned by the keys to come');
    else if (!(await isCosignedAlone(name, part, { next, inner, post: given.post })))
      fault(`${name} log`, 'the witnesses do not know the keys to come of this log yet');
  }
  return faults;
}

/** The keys to come stand alone from then on. Only where nothing is missing. A kill leaves it to be finished once more. */
export async function finishRotation(data: string): Promise<void> {
  const { root, keys } = folderPaths(data);
  const next = await readNextLogPolicy(root);
  if (!next) return;
  for (const name of LOG_NAMES) await takeNextLogKeys(keys, name);
  await writeDurably(join(root, LOG_POLICY), new TextEncoder().encode(formatPolicy(next)));
  await rm(join(root, NEXT_LOG_POLICY), { force: true });
}

/** Would the witnesses go on if the keys of before were gone? Asked with a head that they have seen. */
async function isCosignedAlone(
  name: (typeof LOG_NAMES)[number],
  part: Policy,
  given: { next: Policy; inner: Installation['inner']; post: Post },
): Promise<boolean> {
  const { storage } = given.inner.logs[name];
  const head = await storage.head();
  if (!head) return false;
  const { checkpoint, note } = orThrow(parseCheckpoint(head.checkpoint), 'storage');
  const own = (line: { name: string; id: number }) =>
    part.logs.some(({ key }) => key.name === line.name && key.id === line.id);
  const signatures = note.signatures.filter(own);
  if (signatures.length === 0) return false;
  const reader = new LogReader({ source: storedLog(storage), ...checkpoint });
  const outcome = await askWitnesses({
    policy: given.next,
    signed: { checkpoint, note: { text: note.text, signatures } },
    consistencyProof: (size) => reader.consistencyProof(size),
    post: given.post,
    signal: AbortSignal.timeout(20_000),
    sizes: new Map(),
  });
  return outcome.quorum;
}

/** As it is to stand in the rules log: with the pairs to come where there are some. */
async function textOf(next: Policy, folder: string): Promise<string> {
  const logs: Policy['logs'][number][] = [];
  for (const name of LOG_NAMES) {
    const own = await logKeys(folder, name, { kind: undefined, mayMake: false });
    logs.push(...verifierKeysOf(own).map((key) => ({ key, url: null })));
  }
  return policyText({ ...next, logs });
}

function verifierKeysOf({ origin, next, ...own }: LogKeys): VerifierKey[] {
  return logSigners(origin, next ?? own, () => 0).map(({ key }) => key);
}

/** Each witness's keys to come in the place of those that it has now; those that have none stay. */
async function nextWitnesses(policy: Policy, ask: AskText): Promise<Policy> {
  const followers = new Map<string, VerifierKey>();
  for (const url of new Set(policy.witnesses.map((one) => one.url))) {
    if (url === null) continue;
    const base = url.replace(/\/$/, '');
    const [now, next] = [keysIn(await ask(`${base}/vkey`)), keysIn(await ask(`${base}/next-vkey`))];
    for (const [i, key] of now.entries()) {
      const follower = next[i];
      if (follower) followers.set(`${key.name} ${key.id}`, follower);
    }
  }
  const witnesses = policy.witnesses.map((one) => ({
    ...one,
    key: followers.get(`${one.key.name} ${one.key.id}`) ?? one.key,
  }));
  return { ...policy, witnesses };
}

function keysIn(text: string | null): VerifierKey[] {
  const lines = (text ?? '').split('\n').filter((line) => line !== '');
  return lines.flatMap((line) => {
    const parsed = parseVerifierKey(line);
    return parsed.ok ? [parsed.value] : [];
  });
}
