import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Agreement } from '@aboveboard/consent/agreement';
import { canonicalBytes } from '@aboveboard/consent/canonical-json';
import { demonstrationAgreement } from '@aboveboard/consent/demonstration';
import { enrolmentBytes } from '@aboveboard/consent/enrolment-file';
import { partyKeysOf } from '@aboveboard/consent/party-keys';
import { commitmentEntry } from '@aboveboard/consent/uses-entry';
import type { MyAccesses } from '@aboveboard/protocol/grants';
import type { MyRecording } from '@aboveboard/protocol/installation';
import { missingRanges, type UploadAnnouncement } from '@aboveboard/protocol/upload';
import { recipientOf } from '@aboveboard/vault/envelope';
import { generateHybridIdentity } from 'age-encryption';
import { CARD } from './contributor.ts';
import { BUILT } from './extension-browser.ts';
import { type Behind, digestHex, PERIOD_SECONDS, StandInGuardian } from './stand-in-guardian.ts';
import { StandInLog, withKeys } from './stand-in-log.ts';

export const CODE = 'TEST-CODE-0001';

/** Guardian, server and both logs, as the recorder meets them; each test says what the log says. */
export class StandInInstallation {
  readonly guardian: StandInGuardian;
  readonly rules: StandInLog;
  readonly uses: StandInLog;
  readonly #state: State;
  agreement: Agreement;

  private constructor(guardian: StandInGuardian, state: State) {
    this.guardian = guardian;
    this.#state = state;
    this.rules = state.rules;
    this.uses = state.uses;
    this.agreement = state.agreement;
  }

  static async start(
    origins: readonly string[],
    change: (agreement: Agreement) => void = () => undefined,
  ): Promise<StandInInstallation> {
    const options = { origins, now: Date.now(), subtle: crypto.subtle, coolingMinutes: 0 };
    const { agreement, attachments } = await demonstrationAgreement(options);
    const list = readFileSync(join(BUILT, 'build-files.txt'));
    agreement.recorders = [{ name: 'aboveboard-extension', version: '0.1.0', digest: digestHex(list) }];
    withKeys(agreement);
    change(agreement);
    const state: State = {
      agreement,
      attachments: new Map([...attachments.values()].map((content) => [digestHex(content), content])),
      rules: new StandInLog('stand-in.example/rules', 20),
      uses: new StandInLog('stand-in.example/uses', 21),
      token: null,
      recipient: await recipientOf(await generateHybridIdentity()),
      parts: new Map(),
      announcement: null,
      complete: false,
      commitments: [],
      batchesAtOnce: false,
      mine: [],
      readings: { accesses: [], days: [] },
    };
    await state.rules.adopt(agreement);
    const halves = await recipientOf(await generateHybridIdentity());
    await state.rules.say({ kind: 'halves', id: agreement.id, recipient: halves }, 'representative');
    return new StandInInstallation(await StandInGuardian.start(answering(state)), state);
  }

  /** What the server says of hers from now on. */
  says(mine: MyRecording[], readings: MyAccesses): void {
    Object.assign(this.#state, { mine, readings });
  }

  get state(): Readonly<State> {
    return this.#state;
  }

  /** A version that the parties all signed. */
  async adopt(change: (agreement: Agreement) => void): Promise<Agreement> {
    const next = structuredClone(this.agreement);
    next.version += 1;
    change(next);
    this.agreement = next;
    await this.rules.adopt(next);
    return next;
  }

  /** What the representative would hand out, in its canonical form. */
  enrolmentFile(): Uint8Array {
    const { rules, uses, agreement, guardian } = this;
    return enrolmentBytes({
      format: 'aboveboard-enrolment',
      formatVersion: 1,
      class: agreement.class,
      agreement: agreement.id,
      guardian: guardian.origin,
      relay: { recipient: guardian.recipient, periodSeconds: PERIOD_SECONDS },
      policies: { rules: rules.policy, uses: uses.policy },
      parties: [...partyKeysOf(agreement)].map(([role, keys]) => ({ role, ...keys })),
      place: {
        storageLocations: ['Example City'],
        jurisdiction: 'none',
        supervisoryAuthority: 'none',
        recipients: [],
        transfers: [],
        withdrawAt: 'In the recorder',
      },
    });
  }

  /** As if the batch of the day came at once, with a dummy before and after. */
  enterCommitmentsAtOnce(): void {
    this.#state.batchesAtOnce = true;
  }

  /** The same log under other keys, as of a server that was replaced. */
  replaceLogKeys(): void {
    this.rules.replaceKeys(60);
  }

  close(): Promise<void> {
    return this.guardian.close();
  }
}

type State = {
  agreement: Agreement;
  attachments: Map<string, Uint8Array>;
  rules: StandInLog;
  uses: StandInLog;
  token: string | null;
  recipient: string;
  parts: Map<number, Uint8Array>;
  announcement: UploadAnnouncement | null;
  complete: boolean;
  commitments: string[];
  batchesAtOnce: boolean;
  /** What the server says of her recordings and of who read them. */
  mine: MyRecording[];
  readings: MyAccesses;
};

function answering(state: State): Behind {
  const json = (value: unknown, status = 200) => ({
    status,
    body: new TextEncoder().encode(JSON.stringify(value)),
  });
  const refused = (status: number, message: string) => json({ error: { code: 'refused', message } }, status);
  const status = () => {
    const total = state.announcement?.parts.length ?? 0;
    const missing = missingRanges(total, (index) => state.parts.has(index));
    return json({ upload: 'ab'.repeat(16), state: state.complete ? 'complete' : 'open', missing });
  };
  return async ({ path, token, body }) => {
    const [, name, tile] = /^\/log\/(rules|uses)\/(.+)$/.exec(path) ?? [];
    if (name && tile) {
      const log = name === 'rules' ? state.rules : state.uses;
      const bytes =
        tile === 'vkey' ? new TextEncoder().encode(`${log.keys.join('\n')}\n`) : await log.read(tile);
      return bytes ? { status: 200, body: bytes } : refused(404, 'Not there.');
    }
    const given = () => JSON.parse(new TextDecoder().decode(body));
    if (path === '/api/about')
      return json({
        installation: 'demonstration',
        protocol: 1,
        uploadRecipient: state.recipient,
        guardianRecipient: null,
      });
    if (path === '/api/session') {
      if (given().code !== CODE) return refused(401, 'No such code.');
      state.token = given().token;
      return json({ role: 'contributor', handle: 'h', expires: 2e9, token: state.token });
    }
    if (path === '/api/agreement') {
      return json({ document: new TextDecoder().decode(canonicalBytes(state.agreement)) });
    }
    if (path === '/api/task-cards') return json({ cards: [CARD], askedFor: [CARD.id, 'not-a-card-here'] });
    const attachment = state.attachments.get(path.split('/attachments/')[1] ?? '');
    if (attachment) return { status: 200, body: attachment };
    if (token !== state.token) return refused(401, 'No session.');
    if (path === '/api/my/commitments') {
      const { commitments } = given();
      state.commitments.push(...commitments);
      const dummy = '00'.repeat(32);
      for (const hex of state.batchesAtOnce ? [dummy, ...commitments, dummy] : []) {
        state.uses.entries.push(commitmentEntry(new Uint8Array(Buffer.from(hex, 'hex'))));
      }
      return { status: 204, body: new Uint8Array(0) };
    }
    if (path === '/api/my/recordings') return json({ recordings: state.mine });
    if (path === '/api/my/accesses') return json(state.readings);
    if (path === '/api/my/recordings/erasure') {
      const asked: string[] = given().recordings;
      const erased = state.mine.filter(({ id }) => asked.includes(id)).map(({ id }) => id);
      state.mine = state.mine.filter(({ id }) => !asked.includes(id));
      return json({ erased, unknown: [], keysExpireOn: '2031-01-02' });
    }
    if (path === '/api/uploads') state.announcement = given();
    const part = /\/parts\/(\d+)$/.exec(path)?.[1];
    if (part !== undefined) {
      state.parts.set(Number(part), body);
      return json({ index: Number(part), sha256: digestHex(body) });
    }
    if (path.endsWith('/completion')) state.complete = state.parts.size === state.announcement?.parts.length;
    return status();
  };
}
