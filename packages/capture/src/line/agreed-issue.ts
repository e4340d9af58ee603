import { electionOf, issuerDigest } from '@aboveboard/consent/own-voice';
import type { RulesState } from '@aboveboard/consent/rules-state';
import type { VoiceIssue } from '@aboveboard/protocol/voice';

/** Of an objection the log must name the key and the version; of an election its own document does (OBJ3). */
export async function isAgreedIssue(
  issue: VoiceIssue,
  rules: RulesState | null,
  subtle: SubtleCrypto,
): Promise<boolean> {
  if (issue.kind === 'election') return (await electionOf(issue, subtle)) !== null;
  const dealt = rules?.tokens.find(({ digest }) => digest === issue.digest);
  return dealt !== undefined && dealt.key === (await issuerDigest(issue, subtle));
}
