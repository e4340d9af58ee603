import { isIP } from 'node:net';
import { connect } from 'node:tls';
import type { ControlName } from '@aboveboard/protocol/controls';
import type { GuardianWord } from '@aboveboard/protocol/guardian-word';
import type { Database } from '../database/database.ts';
import type { Held } from '../holds/held.ts';
import { isAnyLeft, isOneUnfetched } from '../notices/notice-board.ts';
import { type Check, notOk, type Outcome, ok } from './check.ts';
import { text, when } from './messages/en.ts';

/** What is over on some day, or has to have come to somebody by then (CTL12, CTL17-CTL19). */
export type DateSources = {
  database: Pick<Database, 'query'>;
  held: Pick<Held, 'of'>;
  /** Where the server is reached; null: it does not run. */
  url: string | null;
  /** Rejects where the guardian does not say. */
  word: () => Promise<GuardianWord>;
  hasGuardian: boolean;
  /** Milliseconds since the epoch. */
  now: () => number;
};

type DateControl = Extract<ControlName, 'certificate' | 'guardian-backup' | 'holds' | 'notices'>;

const DAY = 86_400_000;
const CERTIFICATE_NOTICE = 30 * DAY;
/** A week (docs/ceremonies.md), and a day to do it in; in seconds, as the guardian counts. */
const GUARDIAN_BACKUP_AGE = 8 * 86_400;
const AHEAD = 300;

export function checksOfDates(sources: DateSources): Record<DateControl, Check> {
  const { database, held, url, word, hasGuardian, now } = sources;

  async function certificate(): Promise<Outcome> {
    const say = text.certificate;
    if (url === null) return notOk(text.listening.off, text.listening.offTodo);
    const address = new URL(url);
    if (address.protocol !== 'https:') return ok(say.none);
    const { from, until } = await servedCertificate(address);
    const end = when(until / 1000);
    if (now() < from) return notOk(say.early(when(from / 1000)), say.todo);
    if (now() >= until) return notOk(say.over(end), say.todo);
    return until - now() < CERTIFICATE_NOTICE ? notOk(say.soon(end), say.todo) : ok(say.fine(end));
  }

  async function guardianBackup(): Promise<Outcome> {
    const say = text.guardianBackup;
    if (!hasGuardian) return notOk(text.guardian.none, text.guardian.noneTodo);
    const { backup, at } = await word();
    if (backup === 'unsaid') return notOk(say.unsaid, say.unsaidTodo);
    if (backup === 'none') return notOk(say.never, say.todo);
    // By the guardian's own clock: both times are its.
    const isRecent = at - backup <= GUARDIAN_BACKUP_AGE && backup - at <= AHEAD;
    return isRecent ? ok(say.fine(when(backup))) : notOk(say.late(when(backup)), say.todo);
  }

  async function holds(): Promise<Outcome> {
    const say = text.holds;
    const rows = await database.query<{ recording: string }>('select recording from held_erasure');
    const waiting = rows.map(({ recording }) => recording);
    const standing = await held.of(waiting);
    if (waiting.some((id) => !standing.has(id))) return notOk(say.over, say.todo);
    return ok(waiting.length > 0 ? say.waits : say.none);
  }

  async function notices(): Promise<Outcome> {
    const say = text.notices;
    if (await isOneUnfetched(database.query, now())) return notOk(say.lie, say.todo);
    return ok((await isAnyLeft(database.query)) ? say.fetched : say.none);
  }

  return {
    certificate: { agreed: text.certificate.agreed, check: certificate },
    'guardian-backup': { agreed: text.guardianBackup.agreed, check: guardianBackup },
    holds: { agreed: text.holds.agreed, check: holds },
    notices: { agreed: text.notices.agreed, check: notices },
  };
}

/** As it is shown to whoever comes; milliseconds since the epoch. Whom it is for is not judged here: browsers and recorders do. */
function servedCertificate(address: URL): Promise<{ from: number; until: number }> {
  const host = address.hostname.replace(/^\[|\]$/g, '');
  return new Promise((resolve, reject) => {
    const socket = connect({
      ...{ host, port: Number(address.port || 443), rejectUnauthorized: false },
      ...(isIP(host) === 0 ? { servername: host } : {}),
    });
    socket.setTimeout(5_000, () => socket.destroy(new Error('no answer')));
    socket.on('error', reject);
    socket.on('secureConnect', () => {
      const { valid_from, valid_to } = socket.getPeerCertificate();
      socket.destroy();
      const [from, until] = [Date.parse(valid_from), Date.parse(valid_to)];
      if (Number.isNaN(from) || Number.isNaN(until)) reject(new Error('a certificate without its days'));
      else resolve({ from, until });
    });
  });
}
