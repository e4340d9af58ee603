import { LineGivenUp } from '@aboveboard/capture/line/correspondence';
import type { DeviceMeans } from '@aboveboard/capture/line/device-means';
import {
  type EnrolmentParts,
  EnrolmentStopped,
  enrol,
  GuardianRefused,
  renewalOf,
} from '@aboveboard/capture/line/enrolling';
import type { Kept } from '@aboveboard/capture/line/kept-value';
import type { SealedEnrolment } from '@aboveboard/capture/line/sealed-enrolment';
import { ServerClient, ServerFault } from '@aboveboard/capture/line/server-client';
import { refusalOf } from '@aboveboard/capture/line/voice-line';
import type { EnrolmentIssue } from '@aboveboard/consent/rules-state';
import type { EnrolmentAnswer } from '@aboveboard/protocol/voice';
import type { InstallationLine } from './installation-line.ts';

const JOIN = 'join';
const RENEW = 'renew';

/** Why a code was not redeemed, for good; a key of the page's words. */
export type JoinFault = 'not-dealt' | 'used' | 'issuer' | 'erased' | 'agreement' | 'failed';

export type Joined = {
  token: string;
  sessionEnds: number;
  contributor: string;
  uploadRecipient: string | null;
};

type JoiningParts = {
  kept: Kept<SealedEnrolment>;
  installation: InstallationLine;
  kind: 'production' | 'demonstration';
  issue: EnrolmentIssue | null;
  means: DeviceMeans;
};

/** Null: it goes on by itself when more was heard. Each step is kept, so that it may be begun any number of times. */
export async function join(parts: JoiningParts): Promise<Joined | JoinFault | null> {
  const { installation } = parts;
  try {
    const joined = await redeem(parts);
    await installation.close(JOIN);
    const own = await parts.kept.get();
    if (own?.ask) await installation.voice.close(redeemKey(own.ask.blinded));
    return joined;
  } catch (error) {
    if (error instanceof LineGivenUp) return null;
    const fault = faultAfter(error);
    // What was said then is no answer for later.
    await installation.close(JOIN);
    return fault;
  }
}

async function redeem({ kept, installation, kind, issue, means }: JoiningParts): Promise<Joined | JoinFault> {
  const client = new ServerClient(installation.post(JOIN), null);
  const session = await enrol({
    kept,
    issue,
    guardian: guardianOf(installation),
    enrol: (request) => client.enrol(request),
    means,
  });
  const about = await client.about();
  const own = await kept.get();
  if (!own || session.role !== 'contributor') return 'failed';
  if (about.installation !== kind) return 'agreement';
  const { contributor, session: token } = own;
  return { token, sessionEnds: session.expires, contributor, uploadRecipient: about.uploadRecipient };
}

function faultAfter(error: unknown): JoinFault | null {
  if (error instanceof EnrolmentStopped) return error.why === 'waits-for-issuer' ? null : error.why;
  if (error instanceof GuardianRefused) {
    if (error.code === 'not-dealt' || error.code === 'used') return error.code;
    return error.code === 'unreachable' || error.code === 'unavailable' ? null : 'failed';
  }
  if (!(error instanceof ServerFault)) return 'failed';
  if (error.status === 410) return 'erased';
  // 0: nothing is wrong with her code (DST8).
  return error.status === 0 || error.at === 'issuer' || error.status === 429 || error.status >= 500
    ? null
    : 'failed';
}

/** What everyone hears of it, and in the place of filler what only she says (RLY40, RLY41). */
function guardianOf({ voice, voices }: InstallationLine): EnrolmentParts['guardian'] {
  return {
    async about() {
      const { about } = await voices.get();
      if (!about) throw new GuardianRefused('unreachable');
      return about;
    },
    async redeem(ask) {
      const act = { key: redeemKey(ask.blinded), path: '/voice/enrolment', body: ask };
      const answer = await voice.act(act);
      const refusal = refusalOf(answer);
      if (refusal !== null) throw new GuardianRefused(refusal);
      return answer as EnrolmentAnswer;
    },
  };
}

/** One act for one ask; the answer is there until the matter is closed, also for a recorder that begins it anew. */
const redeemKey = (blinded: string) => `enrolment ${blinded.slice(0, 43)}`;

/** A session that would end is made to last: its new end; 'erased' where the paper code was given; null: nothing is due. */
export async function renew(
  parts: Pick<JoiningParts, 'kept' | 'installation' | 'means'>,
  session: { token: string | null; sessionEnds: number | null; now: number },
): Promise<number | 'erased' | null> {
  const { kept, installation, means } = parts;
  const claim = await renewalOf(await kept.get(), { ...session, subtle: means.subtle });
  if (!claim) return null;
  try {
    const { expires } = await new ServerClient(installation.post(RENEW), null).enrol(claim);
    await installation.close(RENEW);
    return expires;
  } catch (error) {
    if (!(error instanceof ServerFault)) return null;
    await installation.close(RENEW);
    return error.status === 410 ? 'erased' : null;
  }
}
