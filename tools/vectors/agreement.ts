import { mkdirSync, writeFileSync } from 'node:fs';
import type { Agreement } from '../../packages/consent/src/agreement.ts';
import { demonstrationAgreement } from '../../packages/consent/src/demonstration.ts';
import { makeProduction } from '../../packages/consent/test/example-agreement.ts';

// Writes vectors/agreement: whole valid documents, and invalid ones as changes of a valid one, each with the
// reason and the faults that a reader must report (rule and place).
const folder = new URL('../../vectors/agreement/', import.meta.url);
const made = async (): Promise<Agreement> =>
  (
    await demonstrationAgreement({
      origins: ['http://127.0.0.1:4310'],
      now: Date.parse('2026-11-23T09:00:00Z'),
      subtle: crypto.subtle,
    })
  ).agreement;
const demonstration = await made();
const production = await made();
makeProduction(production);
production.id = 'expenses-pilot';
const nothing = await made();
nothing.apps = [];

const valid = [
  { why: 'a demonstration on loopback', document: demonstration },
  { why: 'production: three parties with keys, two applications, one program', document: production },
  { why: 'the allow-list may be empty', document: nothing },
];

type Change = [path: string, value: unknown];
const invalid: { why: string; base: 0 | 1; set: Change[]; faults: string[] }[] = [
  { why: 'an exemption (T4)', base: 1, set: [['exemptions', ['executives']]], faults: ['AGR4 exemptions'] },
  { why: 'an exemption within an application', base: 1, set: [['apps.0.except', []]], faults: ['AGR4 apps[0].except'] },
  { why: 'another format', base: 0, set: [['format', 'policy']], faults: ['AGR3 format'] },
  { why: 'a newer format', base: 0, set: [['formatVersion', 2]], faults: ['AGR3 formatVersion'] },
  { why: 'an unknown class', base: 0, set: [['class', 'test']], faults: ['AGR5 class'] },
  { why: 'an id with capitals', base: 0, set: [['id', 'Pilot']], faults: ['AGR6 id'] },
  { why: 'version 0', base: 0, set: [['version', 0]], faults: ['AGR6 version'] },
  { why: 'a title that is missing in a language', base: 0, set: [['languages', ['en', 'de']]], faults: ['AGR7 title', 'AGR7 withdrawal.remains', 'AGR7 withdrawal.undone'] },
  { why: 'a title with text that turns direction', base: 0, set: [['title.en', 'Safe \u202e evil']], faults: ['AGR7 title.en'] },
  { why: 'a party of a role that does not exist', base: 0, set: [['parties.0.role', 'operator']], faults: ['AGR8 parties[0].role'] },
  { why: 'two employers and no representative', base: 0, set: [['parties.1.role', 'employer']], faults: ['AGR8 parties[1].role', 'AGR9 signers[1]'] },
  { why: 'a party without a key in production', base: 1, set: [['parties.1.keys', []]], faults: ['AGR8 parties[1].keys'] },
  { why: 'only the employer signs', base: 1, set: [['signers', ['employer']]], faults: ['AGR9 signers', 'AGR9 signers'] },
  { why: 'a representative appointed by the employer', base: 1, set: [['mandate.kind', 'appointed']], faults: ['AGR10 mandate.kind'] },
  { why: 'a mandate whose evidence is not attached', base: 1, set: [['mandate.evidence', 'mitigations']], faults: ['AGR10 mandate.evidence'] },
  { why: 'performance as a purpose (T15)', base: 1, set: [['purposes', ['model-training', 'performance']]], faults: ['AGR11 purposes[1]'] },
  { why: 'no purpose', base: 1, set: [['purposes', []]], faults: ['AGR11 purposes'] },
  { why: 'a pattern instead of an origin', base: 1, set: [['apps.0.origins.0', 'https://*.works.example']], faults: ['AGR12 apps[0].origins[0]'] },
  { why: 'an origin with a path', base: 1, set: [['apps.0.origins.0', 'https://works.example/']], faults: ['AGR12 apps[0].origins[0]'] },
  { why: 'an origin with its default port', base: 1, set: [['apps.0.origins.0', 'https://works.example:443']], faults: ['AGR12 apps[0].origins[0]'] },
  { why: 'an extension as an application', base: 1, set: [['apps.0.origins.0', 'chrome-extension://abc']], faults: ['AGR12 apps[0].origins[0]'] },
  { why: 'a password manager', base: 1, set: [['apps.0.origins.0', 'https://vault.bitwarden.com']], faults: ['AGR12 apps[0].origins[0]'] },
  { why: 'one origin in two applications', base: 1, set: [['apps.1.origins.0', 'https://expenses.works.example']], faults: ['AGR12 apps[1].origins[0]'] },
  { why: 'two applications of one id', base: 1, set: [['apps.1.id', 'expenses']], faults: ['AGR12 apps[1].id'] },
  { why: 'a signal that does not exist', base: 1, set: [['apps.0.signals', ['clipboard']]], faults: ['AGR13 apps[0].signals[0]'] },
  { why: 'no signal', base: 1, set: [['apps.0.signals', []]], faults: ['AGR13 apps[0].signals'] },
  { why: 'text opened by a source that does not exist', base: 1, set: [['apps.0.masks.literals', 'all']], faults: ['AGR14 apps[0].masks.literals'] },
  { why: 'literals are listed, and no list is named', base: 1, set: [['apps.0.masks.literals', 'listed']], faults: ['AGR14 apps[0].masks.list'] },
  { why: 'a list that is not attached', base: 1, set: [['apps.0.masks', { open: [], closed: [], literals: 'listed', list: 'ab'.repeat(32) }]], faults: ['AGR14 apps[0].masks.list'] },
  { why: 'a program by pattern', base: 1, set: [['desktopApps.0.executable', '/usr/bin/*']], faults: ['AGR15 desktopApps[0].executable'] },
  { why: 'a password store as a program', base: 1, set: [['desktopApps.0.executable', '/usr/bin/keepassxc']], faults: ['AGR15 desktopApps[0].executable'] },
  { why: 'finer times than the format keeps', base: 1, set: [['finestTimestampMicroseconds', 1]], faults: ['AGR16 finestTimestampMicroseconds'] },
  { why: 'a session longer than the day', base: 1, set: [['limits.sessionMinutes', 300]], faults: ['AGR17 limits.sessionMinutes'] },
  { why: 'no limit', base: 1, set: [['limits.dayMinutes', '<removed>']], faults: ['AGR17 limits.dayMinutes'] },
  { why: 'kept for ever', base: 1, set: [['retention.vaultDays', 36500]], faults: ['AGR18 retention.vaultDays'] },
  { why: 'a fraction of a day', base: 1, set: [['retention.deviceDays', 1.5]], faults: ['AGR18 retention.deviceDays'] },
  { why: 'two cores', base: 1, set: [['budgets.cpuPercent', 200]], faults: ['AGR19 budgets.cpuPercent'] },
  { why: 'figures of nine people', base: 1, set: [['leastCount', 9]], faults: ['AGR20 leastCount'] },
  { why: 'an objection that needs more than half', base: 1, set: [['objectionPercent', 51]], faults: ['AGR21 objectionPercent'] },
  { why: 'personnel decisions allowed', base: 1, set: [['bars.personnelDecisions', false]], faults: ['AGR22 bars.personnelDecisions'] },
  { why: 'paid time that is negative', base: 1, set: [['paidTime.reviewMinutesPerWeek', -1]], faults: ['AGR23 paidTime.reviewMinutesPerWeek'] },
  { why: 'a use that does not exist', base: 1, set: [['downstreamUses', ['appraisal']]], faults: ['AGR24 downstreamUses[0]'] },
  { why: 'no recorder in production', base: 1, set: [['recorders', []]], faults: ['AGR25 recorders'] },
  { why: 'more than all sessions', base: 1, set: [['identifiedPercent', 101]], faults: ['AGR26 identifiedPercent'] },
  { why: 'a state of the rules that may be a month old', base: 1, set: [['staleHours', 720]], faults: ['AGR27 staleHours'] },
  { why: 'surrogates as a word', base: 1, set: [['surrogates', 'yes']], faults: ['AGR28 surrogates'] },
  { why: 'no cooling time in production', base: 1, set: [['coolingMinutes', 0]], faults: ['AGR29 coolingMinutes'] },
  { why: 'a collective agreement as the ground that is not named', base: 1, set: [['legalBasis.ground', 'collective-agreement']], faults: ['AGR30 legalBasis.collectiveAgreement'] },
  { why: 'no impact assessment (T5)', base: 1, set: [['attachments.0.kind', 'other']], faults: ['AGR31 attachments'] },
  { why: 'two attachments of one name', base: 1, set: [['attachments.1.name', 'impact-assessment']], faults: ['AGR31 attachments[1].name'] },
  { why: 'a digest in capitals', base: 1, set: [['attachments.0.digest', 'AB'.repeat(32)]], faults: ['AGR31 attachments[0].digest'] },
  { why: 'a day that does not exist', base: 1, set: [['validity.until', '2027-02-30T00:00:00Z']], faults: ['AGR32 validity.until'] },
  { why: 'it ends before it begins', base: 1, set: [['validity.until', '2026-01-01T00:00:00Z']], faults: ['AGR32 validity.until'] },
  { why: 'ten years', base: 1, set: [['validity.until', '2036-01-01T00:00:00Z']], faults: ['AGR32 validity.until'] },
  { why: 'nothing said about what remains', base: 1, set: [['withdrawal.remains', {}]], faults: ['AGR7 withdrawal.remains'] },
  { why: 'no word about withdrawal', base: 1, set: [['withdrawal', '<removed>']], faults: ['AGR33 withdrawal'] },
  { why: 'several faults at once', base: 1, set: [['leastCount', 1], ['staleHours', 0], ['group', 'vip']], faults: ['AGR20 leastCount', 'AGR27 staleHours', 'AGR4 group'] },
];

const invalidText = [
  { why: 'a key twice', text: '{"format":"aboveboard-agreement","format":"aboveboard-agreement"}', rule: 'AGR1' },
  { why: 'a key twice, once escaped', text: '{"id":"a","\\u0069d":"b"}', rule: 'AGR1' },
  { why: 'a lone surrogate', text: '{"id":"\\ud800"}', rule: 'AGR1' },
  { why: 'a number that two readers round differently', text: '{"version":9007199254740993}', rule: 'AGR1' },
  { why: 'deep nesting', text: `${'['.repeat(200)}${']'.repeat(200)}`, rule: 'AGR1' },
  { why: 'a byte-order mark', text: '\ufeff{}', rule: 'AGR1' },
  { why: '__proto__', text: '{"__proto__":{}}', rule: 'AGR1' },
  { why: 'white space', text: '{ }', rule: 'AGR2' },
  { why: 'keys out of order', text: '{"b":1,"a":2}', rule: 'AGR2' },
  { why: 'a needless escape', text: '{"a":"\\u0061"}', rule: 'AGR2' },
  { why: 'a number spelled otherwise', text: '{"a":1e2}', rule: 'AGR2' },
];

mkdirSync(folder, { recursive: true });
for (const [name, cases] of Object.entries({ valid, invalid, 'invalid-text': invalidText })) {
  writeFileSync(new URL(`${name}.json`, folder), `${JSON.stringify(cases, null, 2)}\n`);
}
