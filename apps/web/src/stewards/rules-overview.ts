import type { PartyRole } from '@aboveboard/consent/agreement';
import type { RulesState } from '@aboveboard/consent/rules-state';
import { text } from './messages/en.ts';

const say = text.overview;
/** So long before its end a version is said to end: three parties must sign the next one. */
const NOTICE = 30 * 86_400_000;

export type Finding = { question: string; answers: string[]; fine: boolean };

/** What the page knows besides the rules themselves. Times in milliseconds since the epoch. */
export type Seen = {
  now: number;
  /** For whom this is read. */
  party: PartyRole | null;
  /** Null: no quorum is asked for. `time`: when it saw this state; null: it has not. */
  quorum: { names: readonly string[]; time: number | null } | null;
  /** Digest of the document that the server hands to recorders; null: none. */
  installed: string | null;
  /** How this reader writes a time. */
  when: (seconds: number) => string;
};

/** "Is everything that we agreed still true?", question by question; what needs attention first. */
export function overviewOf(state: RulesState, seen: Seen): Finding[] {
  const version = state.standing.version;
  const findings = [inForce(state, seen), pending(state, seen)];
  if (version) {
    findings.push(objections(state), builds(state), age(seen, version.agreement.staleHours));
  }
  if (state.standing.inForce) findings.push(installed(state.standing.version.digest, seen));
  findings.push(witnesses(seen), breaches(state));
  return findings.toSorted((a, b) => Number(a.fine) - Number(b.fine));
}

function inForce({ standing }: RulesState, { now }: Seen): Finding {
  const question = say.inForce;
  if (!standing.inForce) return { question, answers: [say.refusal[standing.refusal]], fine: false };
  const { agreement, adopted } = standing.version;
  const { version, validity } = agreement;
  const until = validity.until.slice(0, 10);
  const left = Date.parse(validity.until) - now;
  if (left <= 0) return { question, answers: [say.inForceEnded(version, until)], fine: false };
  if (Date.parse(validity.from) > now) {
    return { question, answers: [say.inForceNotYet(version, validity.from.slice(0, 10))], fine: false };
  }
  const answers = [say.inForceYes(version, adopted, until)];
  if (left < NOTICE) answers.push(say.inForceEnds(version, until));
  return { question, answers, fine: left >= NOTICE };
}

function pending({ pending: waiting }: RulesState, { party }: Seen): Finding {
  const answers = waiting.flatMap(({ version, missing, faults }) => [
    faults.length > 0 ? say.pendingFaulty(version) : say.pendingOne(version, missing),
    ...(faults.length === 0 && party && missing.includes(party) ? [say.pendingYou] : []),
  ]);
  return {
    question: say.pending,
    answers: answers.length === 0 ? [say.pendingNone] : answers,
    fine: !answers.includes(say.pendingYou),
  };
}

function objections({ standing, objections: tallies }: RulesState): Finding {
  const tally = tallies.find(({ digest }) => digest === standing.version?.digest);
  const percent = standing.version?.agreement.objectionPercent ?? 0;
  return {
    question: say.objections,
    answers: [tally ? say.objectionsShare(tally.spent, tally.issued, percent) : say.objectionsNone],
    fine: standing.inForce || standing.refusal !== 'objected',
  };
}

function witnesses({ quorum, when }: Seen): Finding {
  const question = say.witnesses;
  if (quorum === null) return { question, answers: [say.witnessesNone], fine: false };
  return quorum.time === null
    ? { question, answers: [say.witnessesNo], fine: false }
    : { question, answers: [say.witnessesYes(quorum.names, when(quorum.time / 1000))], fine: true };
}

function age({ quorum, now }: Seen, limit: number): Finding {
  const question = say.age;
  if (quorum === null || quorum.time === null) return { question, answers: [say.ageNone], fine: false };
  const hours = Math.max(0, Math.floor((now - quorum.time) / 3_600_000));
  const stale = now - quorum.time > limit * 3_600_000;
  return {
    question,
    answers: [stale ? say.ageStale(hours, limit) : say.ageFine(hours, limit)],
    fine: !stale,
  };
}

function builds({ builds: listed, standing }: RulesState): Finding {
  const needed = standing.version?.agreement.class === 'production';
  return {
    question: say.builds,
    answers: [
      listed.length === 0
        ? say.buildsNone
        : say.buildsSome(listed.map(({ name, version }) => `${name} ${version}`)),
    ],
    fine: listed.length > 0 || !needed,
  };
}

function breaches({ breaches: notices }: RulesState): Finding {
  const none = notices.length === 0;
  return {
    question: say.breaches,
    answers: [none ? say.breachesNone : say.breachesSome(notices.length)],
    fine: none,
  };
}

function installed(inForceDigest: string, { installed: digest }: Seen): Finding {
  const fine = inForceDigest === digest;
  return { question: say.installed, answers: [fine ? say.installedYes : say.installedNo], fine };
}
