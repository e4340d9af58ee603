import { keyFingerprint } from '@aboveboard/tlog/verifier-key';
import type { Agreement, AgreementAttachment } from './agreement.ts';
import { DOWNSTREAM_USES } from './agreement.ts';
import { canonicalDigest } from './canonical-json.ts';
import type { Messages } from './messages/en.ts';
import { parsePartyKey } from './party-note.ts';
import { untakenSignals } from './taken-signals.ts';

/**
 * The agreement in plain words, made from the document itself and never written beside it (AGR50-AGR59).
 * Every field is said: two documents that differ anywhere read differently, which a test holds it to.
 */
export type Passage = { heading: string; sentences: string[] };

/** `language` picks the agreement's own texts; the first of its languages when it has none in that one. */
export function agreementWords(agreement: Agreement, messages: Messages): Passage[] {
  const say = messages.agreement;
  const language = agreement.languages.includes(messages.language)
    ? messages.language
    : (agreement.languages[0] as string);
  const own = (texts: Readonly<Record<string, string>>) => texts[language] ?? '';
  const { headings } = say;
  return [
    {
      heading: headings.what,
      sentences: [
        say.title(own(agreement.title), agreement.id, agreement.version),
        say.class[agreement.class],
        say.validity(agreement.validity.from, agreement.validity.until),
        say.languages(agreement.languages),
        say.sameForAll,
      ],
    },
    {
      heading: headings.who,
      sentences: [
        say.controller(agreement.controller.name, agreement.controller.address, agreement.controller.contact),
        ...agreement.parties.flatMap(({ role, name, contact, keys }) => [
          say.party(role, name, contact),
          ...(keys.length > 0 ? [say.partyKeys(role, keys.map(keyWords))] : []),
        ]),
        say.signers(agreement.signers),
        say.mandate[agreement.mandate.kind](agreement.mandate.evidence),
      ],
    },
    {
      heading: headings.why,
      sentences: [say.purposes(agreement.purposes.map((purpose) => messages.purposes[purpose]))],
    },
    { heading: headings.apps, sentences: [...appSentences(agreement, messages), say.onlyListed] },
    {
      heading: headings.limits,
      sentences: [
        say.limits(agreement.limits.sessionMinutes, agreement.limits.dayMinutes),
        say.timestamp(agreement.finestTimestampMicroseconds),
        say.stale(agreement.staleHours),
      ],
    },
    {
      heading: headings.device,
      sentences: [
        say.budgets(
          agreement.budgets.cpuPercent,
          agreement.budgets.memoryMegabytes,
          agreement.budgets.diskMegabytes,
          agreement.budgets.networkMegabytesPerDay,
        ),
      ],
    },
    {
      heading: headings.release,
      sentences: [
        say.review,
        say.cooling(agreement.coolingMinutes),
        say.paidReview(agreement.paidTime.reviewMinutesPerWeek),
        say.paidExpert(agreement.paidTime.expertHoursPerYear),
      ],
    },
    {
      heading: headings.keeping,
      sentences: [
        say.deviceDays(agreement.retention.deviceDays),
        say.vaultDays(agreement.retention.vaultDays),
        say.keyBackupDays(agreement.retention.keyBackupDays),
        ...(agreement.retention.silenceDays === undefined
          ? []
          : [say.silenceDays(agreement.retention.silenceDays)]),
      ],
    },
    {
      heading: headings.use,
      sentences: [
        ...DOWNSTREAM_USES.map((use) =>
          agreement.downstreamUses.includes(use) ? say.downstream[use] : say.noDownstream[use],
        ),
        say.identified(agreement.identifiedPercent),
        say.surrogates(agreement.surrogates),
        say.textRecognition(agreement.textRecognition),
        say.leastCount(agreement.leastCount),
      ],
    },
    { heading: headings.bars, sentences: [say.personnelDecisions, say.restructuring] },
    { heading: headings.objection, sentences: [say.objection(agreement.objectionPercent)] },
    {
      heading: headings.withdrawal,
      sentences: [
        say.undone(own(agreement.withdrawal.undone)),
        say.remains(own(agreement.withdrawal.remains)),
      ],
    },
    {
      heading: headings.law,
      sentences: [
        say.legal[agreement.legalBasis.ground],
        say.legalReference(agreement.legalBasis.reference),
        agreement.legalBasis.collectiveAgreement === null
          ? say.noCollectiveAgreement
          : say.collectiveAgreement(agreement.legalBasis.collectiveAgreement),
        ...agreement.attachments.map((one: AgreementAttachment) =>
          say.attachment[one.kind](one.name, one.type, one.bytes, one.digest),
        ),
      ],
    },
    {
      heading: headings.recorder,
      sentences:
        agreement.recorders.length === 0
          ? [say.noRecorder]
          : agreement.recorders.map(({ name, version, digest }) => say.recorder(name, version, digest)),
    },
  ];
}

/** SHA-256 of the words that were shown, hex; a consent record names it (CON4). */
export function noticeDigest(words: readonly Passage[], subtle: SubtleCrypto): Promise<string> {
  return canonicalDigest(words, subtle);
}

function appSentences(agreement: Agreement, messages: Messages): string[] {
  const say = messages.agreement;
  const signals = (app: { signals: Agreement['apps'][number]['signals'] }) =>
    app.signals.map((signal) => messages.signals[signal]);
  const modes = (app: { modes: Agreement['apps'][number]['modes'] }) =>
    app.modes.map((mode) => messages.modes[mode]);
  const sentences = [
    ...agreement.apps.flatMap((app) => [
      say.app(app.id, app.name, app.origins),
      say.appSignals(app.name, signals(app)),
      ...untakenSignals(app).map((signal) => say.notTaken(app.name, messages.signals[signal])),
      say.appModes(app.name, modes(app)),
      say.literals[app.masks.literals](app.name, app.masks.list ?? ''),
      ...(app.masks.open.length > 0 ? [say.masksOpen(app.name, app.masks.open)] : []),
      ...(app.masks.closed.length > 0 ? [say.masksClosed(app.name, app.masks.closed)] : []),
    ]),
    ...agreement.desktopApps.flatMap((app) => [
      say.desktopApp(app.id, app.name, app.executable, app.windowClass),
      say.appSignals(app.name, signals(app)),
      say.appModes(app.name, modes(app)),
    ]),
  ];
  return sentences.length > 0 ? sentences : [say.noApps];
}

/** A key by its name, kind and fingerprint. One that is none stands as it is written: nothing is left out. */
function keyWords(text: string): string {
  const key = parsePartyKey(text);
  if (!key) return text;
  return `${key.name} (${key.type === 'ed25519' ? 'Ed25519' : 'ML-DSA-44'}, SHA-256 ${keyFingerprint(key)})`;
}
