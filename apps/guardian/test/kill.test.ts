import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { EnrolmentAnswer, SpentReceipt } from '@aboveboard/protocol/voice';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GuardianClient, makeGuardianClient, voiceCount } from '../pages/guardian-client.ts';
import { askVoice, beginVoice, decideVoice, type OwnVoice, sendVoice } from '../pages/own-voice.ts';
import { enrolmentAsk, issueOf, representative, runGuardian, START } from './running-guardian.ts';

const EMPLOYEES = 24;
const KILLS = 6;
const DAY = 86_400;

/** A guardian that is killed while it redeems and spends, again and again. */
describe('a guardian that is killed', () => {
  let house: Awaited<ReturnType<typeof runGuardian>>;
  let child: ChildProcess;
  let client: GuardianClient;
  let codes: string[];
  let issue: string;
  let app: string;
  const voices: OwnVoice[] = [];
  const asks: Awaited<ReturnType<typeof enrolmentAsk>>['body'][] = [];

  async function startChild(): Promise<void> {
    const file = fileURLToPath(new URL('./guardian-process.ts', import.meta.url));
    child = spawn(process.execPath, [file, house.data, house.address, String(START + DAY)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const line = await new Promise<string>((resolve, reject) => {
      child.once('exit', () => reject(new Error('the guardian ended')));
      createInterface({ input: child.stdout as NodeJS.ReadableStream }).once('line', resolve);
    });
    client = makeGuardianClient((JSON.parse(line) as { url: string }).url);
  }
  async function kill(): Promise<void> {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }

  beforeAll(async () => {
    house = await runGuardian();
    const her = await representative(house.guardian.url, house.guardian.setupLink);
    const everyone = house.client();
    codes = (await her.send<{ codes: string[] }>('/representative/codes', { employees: EMPLOYEES })).codes;
    const given = { document: house.document, asksUntil: START + DAY, countEvery: DAY };
    issue = (await her.send<{ digest: string }>('/representative/issues', given)).digest;
    const found = await issueOf(everyone, issue);
    app = (JSON.parse(house.document) as { apps: { id: string }[] }).apps[0]?.id ?? '';
    for (const code of codes) {
      voices.push(await askVoice((await beginVoice(found, code)) as OwnVoice, found, everyone));
      asks.push((await enrolmentAsk(everyone, code)).body);
    }
    house.clock.now = START + DAY;
    const { words } = await everyone.get<{ words: string }>('/voice');
    for (const [i, own] of voices.entries()) {
      const asked = await askVoice(own, found, everyone);
      voices[i] = await decideVoice(asked, found, 'agreement', '', words);
    }
    await house.guardian.stop();
  }, 120_000);
  afterAll(async () => {
    if (child?.exitCode === null && child.signalCode === null) await kill();
    await house.end();
  });

  it('[GRD18] loses nothing that it acknowledged, and redeems and spends nothing twice', async () => {
    const redeemed = new Map<number, string>();
    const spent = new Map<number, string>();
    for (let round = 0; round < KILLS; round++) {
      await startChild();
      const least = round * Math.ceil(EMPLOYEES / KILLS);
      const mine = Array.from({ length: EMPLOYEES / KILLS }, (_, i) => least + i);
      const work = mine.flatMap((i) => [
        client
          .send<EnrolmentAnswer>('/voice/enrolment', asks[i])
          .then(({ signature }) => redeemed.set(i, signature)),
        sendVoice(voices[i] as OwnVoice, client).then(({ nullifier }) => spent.set(i, nullifier as string)),
      ]);
      // After another number of answers in each round, with the rest on its way.
      let answered = 0;
      const enough = new Promise<void>((resolve) => {
        for (const one of work) one.then(() => ++answered > round && resolve(), resolve);
      });
      await enough;
      await kill();
      await Promise.allSettled(work);
    }
    expect(redeemed.size).toBeGreaterThan(0);
    expect(spent.size).toBeGreaterThan(0);

    await startChild();
    for (const [i, ask] of asks.entries()) {
      if (redeemed.has(i)) {
        const other = { ...ask, blinded: asks[(i + 1) % asks.length]?.blinded };
        await expect(client.send('/voice/enrolment', other)).rejects.toMatchObject({ code: 'used' });
      }
      const { signature } = await client.send<EnrolmentAnswer>('/voice/enrolment', ask);
      expect(signature).toBe(redeemed.get(i) ?? signature);
    }
    for (const [i, own] of voices.entries()) {
      if (spent.has(i)) {
        const found = await issueOf(client, issue);
        const other = await decideVoice({ ...own, said: null }, found, `app ${app}`, '', null);
        await expect(sendVoice(other, client)).rejects.toMatchObject({ code: 'spent' });
      }
      const { nullifier } = await sendVoice(own, client);
      expect(nullifier).toBe(spent.get(i) ?? nullifier);
    }
    await kill();
    // Counted once each, whatever was said again.
    house.clock.now = START + 2 * DAY;
    await house.restart();
    const count = await voiceCount(house.client(), issue);
    const list = (count?.list as { spent: SpentReceipt[] } | undefined)?.spent ?? [];
    expect(list).toHaveLength(EMPLOYEES);
    expect(new Set(list.map(({ nullifier }) => nullifier)).size).toBe(EMPLOYEES);
  }, 120_000);
});
