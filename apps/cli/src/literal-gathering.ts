import { createHash } from 'node:crypto';
import { LISTED_LIMIT, parseLiteralList, writeLiteralList } from '@aboveboard/consent/literal-list';
import { maskFreeText } from '@aboveboard/redact/free-text';
import { shippedLiterals } from '@aboveboard/redact/literals';
import type { ShippedFile } from './application-source.ts';
import { CommandFailure } from './command.ts';

export type GatheredLiterals = {
  /** The attachment, to the byte, and its entry in an agreement (spec/agreement.md, AGR34-AGR36). */
  file: Uint8Array;
  attachment: { kind: 'literals'; name: string; type: 'text/plain'; bytes: number; digest: string };
  literals: string[];
  sources: { name: string; literals: number }[];
  /** Labels that look like somebody's data, by the rule that found it; they are not in the list. */
  leftOut: Record<string, number>;
};

/**
 * What the files ship, as the list that an agreement carries. What has the form of somebody's data (an address, a
 * number, a key) is left out: a list opens its texts wherever they stand, so it errs on the side of masking.
 */
export async function gatherLiterals(
  files: AsyncIterable<ShippedFile>,
  name: string,
  seen: (file: string) => void = () => {},
): Promise<GatheredLiterals> {
  const kept = new Set<string>();
  const dropped = new Set<string>();
  const leftOut: Record<string, number> = {};
  const sources: GatheredLiterals['sources'] = [];
  for await (const file of files) {
    seen(file.name);
    let found = 0;
    for (const literal of shippedLiterals(file.text, file.kind)) {
      found++;
      if (kept.has(literal) || dropped.has(literal)) continue;
      const [rule] = maskFreeText(literal).rules;
      if (!rule) kept.add(literal);
      else {
        dropped.add(literal);
        leftOut[rule.rule] = (leftOut[rule.rule] ?? 0) + 1;
      }
      if (kept.size > LISTED_LIMIT) {
        throw new CommandFailure(
          `There are more than ${LISTED_LIMIT.toLocaleString('en-GB')} literals. Name the folder of the interface alone.`,
        );
      }
    }
    sources.push({ name: file.name, literals: found });
  }
  if (sources.length === 0) throw new CommandFailure('No script, markup or locale file was found there.');
  const list = writeLiteralList(kept);
  const parsed = parseLiteralList(list);
  if (!parsed.ok) throw new Error('a list that was written can not be read');
  const digest = createHash('sha256').update(list).digest('hex');
  const attachment = { kind: 'literals', name, type: 'text/plain', bytes: list.length, digest } as const;
  return { file: list, attachment, literals: parsed.value, sources, leftOut };
}
