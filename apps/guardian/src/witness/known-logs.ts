import { formatVerifierKey, parseVerifierKey, type VerifierKey } from '@aboveboard/tlog/verifier-key';
import type { GuardianStore } from '../store.ts';

export const LOG_NAMES = ['rules', 'uses'] as const;

/**
 * The keys of the server's two logs. The first that the server shows are kept, until both parties sign others (GRD95): whoever could change
 * them later could show a second history under other keys. The representative compares them with what the
 * operator says (`aboveboard guardian` prints them).
 */
export type KnownLogs = {
  /** By origin; a map that fills up as the server answers. */
  readonly keys: ReadonlyMap<string, readonly VerifierKey[]>;
  /** Null: not known yet. */
  named(name: (typeof LOG_NAMES)[number]): KnownLog | null;
  /** Asks the server for what is not known yet. */
  learn(): Promise<void>;
  /** The log's keys are these from then on, all of the origin that it has. Durable when it returns. */
  follow(name: (typeof LOG_NAMES)[number], keys: readonly VerifierKey[]): void;
};

export type KnownLog = { origin: string; keys: readonly VerifierKey[] };

export function makeKnownLogs(
  store: GuardianStore,
  /** What the server says at `/log/NAME/vkey`; null: nothing. */
  ask: (name: (typeof LOG_NAMES)[number]) => Promise<string | null>,
): KnownLogs {
  const keys = new Map<string, readonly VerifierKey[]>();
  const named = new Map<string, KnownLog>();
  const read = store.prepare('select value from setting where name = ?');
  const pin = store.prepare('insert into setting (name, value) values (?, ?) on conflict do nothing');
  const setting = (name: string) => `log keys ${name}`;

  function take(name: string): boolean {
    const row = read.get(setting(name)) as { value: Uint8Array } | undefined;
    const parsed = row && parsedKeys(new TextDecoder().decode(row.value));
    if (!parsed) return false;
    keys.set(parsed.origin, parsed.keys);
    named.set(name, parsed);
    return true;
  }

  const replace = store.prepare('update setting set value = ? where name = ?');

  return {
    keys,
    follow(name, given) {
      const known = named.get(name);
      const text = given.map((key) => `${formatVerifierKey(key)}\n`).join('');
      if (!known || parsedKeys(text)?.origin !== known.origin)
        throw new RangeError('not the keys of this log');
      if (known.keys.map((key) => `${formatVerifierKey(key)}\n`).join('') === text) return;
      replace.run(Buffer.from(text), setting(name));
      take(name);
    },
    named: (name) => named.get(name) ?? null,
    async learn() {
      for (const name of LOG_NAMES) {
        if (take(name)) continue;
        const text = await ask(name).catch(() => null);
        if (text === null || !parsedKeys(text)) continue;
        pin.run(setting(name), Buffer.from(text));
        take(name);
      }
    },
  };
}

/** One verifier key a line, all of one name, which is the log's origin. */
function parsedKeys(text: string): { origin: string; keys: VerifierKey[] } | null {
  const lines = text.split('\n').filter((line) => line !== '');
  const keys = lines.map((line) => parseVerifierKey(line)).flatMap((one) => (one.ok ? [one.value] : []));
  const [first] = keys;
  if (!first || lines.length > 8 || keys.length !== lines.length) return null;
  return keys.every(({ name }) => name === first.name) ? { origin: first.name, keys } : null;
}
