import { type PlainUse, readUsesEntry } from '@aboveboard/consent/uses-entry';
import type { OwnHold } from '@aboveboard/protocol/holds';
import type { MyRecording } from '@aboveboard/protocol/installation';
import type { HeldUses, ReadingProof } from './proved-readings.ts';

/** As of readings; `differs` also where the log says that it was ended (HLD26). */
export type HoldProof = Exclude<ReadingProof, 'not-entered'>;
export type ProvedHold = OwnHold & { id: string; proof: HoldProof };

/** Of each recording that the server says is held, whether the log has that hold. */
export async function proveHolds(
  recordings: readonly MyRecording[],
  held: HeldUses | null,
): Promise<ProvedHold[]> {
  const told = recordings.flatMap(({ id, held: one }) => (one ? [{ ...one, id }] : []));
  const acts = new Map<number, PlainUse['act']>();
  const ended = new Set<string>();
  if (held && told.length > 0) {
    for await (const { index, entry } of held.reader.entries(held.first)) {
      const read = readUsesEntry(entry);
      if (!read.ok || read.value.kind !== 'plain') continue;
      const { act } = read.value.use;
      if (act.kind === 'hold') acts.set(index, act);
      if (act.kind === 'hold-ended') ended.add(act.hold);
    }
  }
  return told.map((one) => ({ ...one, proof: proofOf(one, held, acts, ended) }));
}

function proofOf(
  one: OwnHold,
  held: HeldUses | null,
  acts: ReadonlyMap<number, PlainUse['act']>,
  ended: ReadonlySet<string>,
): HoldProof {
  if (!held) return 'no-log';
  if (one.entry >= held.reader.size) return 'newer';
  if (one.entry < held.first) return 'older';
  const act = acts.get(one.entry);
  if (act?.kind !== 'hold' || ended.has(one.hold)) return 'differs';
  const roles = act.approvedBy.map(({ role }) => role);
  const isSame =
    act.hold === one.hold &&
    act.reason === one.reason &&
    new Date(act.until * 1000).toISOString().slice(0, 10) === one.until &&
    roles.includes('employer') &&
    roles.includes('representative');
  return isSame ? 'proved' : 'differs';
}
