import { z } from 'zod';
import { type Agreement, MODES, PURPOSES, SIGNALS } from './agreement.ts';
import type { ConsentRecord } from './consent.ts';

/**
 * A consent as others read it (spec/consent.md, CON40-CON44): the fields of ISO/IEC TS 27560:2023 with those
 * that the GDPR adds, in terms of the W3C Data Privacy Vocabulary. The context is this constant: nothing is
 * fetched to understand a receipt, and nothing that somebody fetches can change what it says.
 */
export const RECEIPT_CONTEXT = {
  dct: 'http://purl.org/dc/terms/',
  dpv: 'https://w3id.org/dpv#',
  'eu-gdpr': 'https://w3id.org/dpv/legal/eu/gdpr#',
  ab: 'urn:aboveboard:terms:',
} as const;
export const CONFORMS_TO = 'https://w3id.org/dpv/schema/dpv-27560#record-eu-gdpr';

/** What the agreement does not say and the notice did: where things are, who oversees. */
export type ReceiptPlace = {
  storageLocations: string[];
  jurisdiction: string;
  supervisoryAuthority: string;
  recipients: string[];
  /** Countries that data are transferred to; empty: none. */
  transfers: string[];
  /** Where a withdrawal is made: words. */
  withdrawAt: string;
};

const text = z.string().min(1).max(2000);
const hexOf = (bytes: number) => z.string().regex(new RegExp(`^[0-9a-f]{${bytes * 2}}$`));
const instant = z.iso.datetime({ precision: 3 });
const days = z.string().regex(/^P\d{1,5}D$/);
const file = z.strictObject({ 'dct:title': text, 'ab:sha256': hexOf(32) });

const process = z.strictObject({
  '@type': z.literal('dpv:Process'),
  'dpv:hasPurpose': z.enum(PURPOSES.map((one) => `ab:${one}` as const)),
  'ab:application': text,
  'dct:title': text,
  'dpv:hasPersonalData': z.array(z.enum(SIGNALS.map((one) => `ab:${one}` as const))).min(1),
  'ab:mode': z.array(z.enum(MODES)).min(1),
  'dpv:hasProcessing': z
    .array(z.enum(['dpv:Collect', 'dpv:Mask', 'dpv:Store', 'dpv:Use', 'dpv:Erase']))
    .min(1),
  'dpv:hasNecessity': z.literal('dpv:Optional'),
  'dpv:hasRecipient': z.array(text),
  'dpv:hasStorageCondition': z.strictObject({
    '@type': z.literal('dpv:StorageCondition'),
    'dpv:hasLocation': z.array(text).min(1),
    'dpv:hasDuration': days,
  }),
});

const status = z.strictObject({
  '@type': z.enum(['dpv:ConsentGiven', 'dpv:ConsentWithdrawn']),
  'dpv:isIndicatedBy': text,
  'dpv:isIndicatedAtTime': instant,
  'dpv:hasIndicationMethod': text,
});

export const receiptRecord = z.strictObject({
  '@context': z.strictObject({
    dct: z.literal(RECEIPT_CONTEXT.dct),
    dpv: z.literal(RECEIPT_CONTEXT.dpv),
    'eu-gdpr': z.literal(RECEIPT_CONTEXT['eu-gdpr']),
    ab: z.literal(RECEIPT_CONTEXT.ab),
  }),
  '@id': z.string().regex(/^urn:aboveboard:receipt:[0-9a-f]{32}$/),
  '@type': z.literal('dpv:ConsentReceipt'),
  'dct:conformsTo': z.literal(CONFORMS_TO),
  'dct:hasVersion': z.literal('1'),
  'dct:identifier': hexOf(16),
  'dct:language': text,
  /** Id of the consent that a part was withdrawn from; null for one that was given by itself. */
  'dct:isVersionOf': hexOf(16).nullable(),
  'dpv:hasDataSubject': z.string().regex(/^urn:aboveboard:contributor:[0-9a-f]{32}$/),
  'dpv:hasDataController': z.strictObject({
    '@type': z.literal('dpv:DataController'),
    'dct:identifier': text,
    'dpv:hasName': text,
    'dpv:hasAddress': text,
    'dpv:hasContact': text,
  }),
  'ab:party': z.array(z.strictObject({ 'ab:role': text, 'dpv:hasName': text, 'dpv:hasContact': text })),
  'dpv:hasNotice': z.strictObject({
    '@type': z.literal('dpv:ConsentNotice'),
    'dct:language': text,
    'dct:hasVersion': z.int().min(1),
    'ab:sha256': hexOf(32),
    /** She said that she had been given it and read it, by an act of its own. */
    'ab:acknowledgedAtTime': instant,
  }),
  'dpv:hasProcess': z.array(process).min(1).max(1000),
  'dpv:hasLegalBasis': z.strictObject({
    'ab:ground': text,
    'dct:title': text,
    'ab:collectiveAgreement': text.nullable(),
  }),
  'dpv:hasJurisdiction': text,
  'dpv:hasAuthority': text,
  'dpv:hasDataTransferLocation': z.array(text),
  'dpv:hasConsentControl': z
    .array(z.strictObject({ '@type': z.literal('dpv:WithdrawConsent'), 'dpv:isExercisedAt': text }))
    .length(1),
  'dpv:hasRight': z.array(z.string().regex(/^eu-gdpr:A\d\d?(-\d)?$/)).min(1),
  'dpv:hasConsentStatus': z.array(status).min(1).max(2),
  'dct:valid': instant,
  'dpv:hasImpactAssessment': z.array(file).min(1),
  'dpv:hasOrganisationalMeasure': z.array(file).min(1),
  'ab:agreement': z.strictObject({
    'dct:identifier': text,
    'dct:hasVersion': z.int().min(1),
    'ab:sha256': hexOf(32),
  }),
});
export type ReceiptRecord = z.infer<typeof receiptRecord>;

/** Withdrawal, information, access, rectification, erasure, restriction, portability, objection, complaint. */
const RIGHTS = ['A7-3', 'A13', 'A15', 'A16', 'A17', 'A18', 'A20', 'A21', 'A77'].map(
  (one) => `eu-gdpr:${one}`,
);

/** One process for each purpose and application, as she chose them. */
export function recordOf(given: {
  consent: ConsentRecord;
  agreement: Agreement;
  place: ReceiptPlace;
  /** 16 bytes, hex: her pseudonym, in no relation to a name. */
  contributor: string;
  /** When she acknowledged the notice; milliseconds since the epoch. */
  acknowledgedAt: number;
  /** The consent that a part was withdrawn from. */
  narrowedFrom: string | null;
}): ReceiptRecord {
  const { consent, agreement, place, contributor, acknowledgedAt, narrowedFrom } = given;
  const listed = [...agreement.apps, ...agreement.desktopApps];
  const files = (kind: Agreement['attachments'][number]['kind']) =>
    agreement.attachments
      .filter((one) => one.kind === kind)
      .map(({ name, digest }) => ({ 'dct:title': name, 'ab:sha256': digest }));
  return {
    '@context': RECEIPT_CONTEXT,
    '@id': `urn:aboveboard:receipt:${consent.id}`,
    '@type': 'dpv:ConsentReceipt',
    'dct:conformsTo': CONFORMS_TO,
    'dct:hasVersion': '1',
    'dct:identifier': consent.id,
    'dct:language': consent.notice.language,
    'dct:isVersionOf': narrowedFrom,
    'dpv:hasDataSubject': `urn:aboveboard:contributor:${contributor}`,
    'dpv:hasDataController': {
      '@type': 'dpv:DataController',
      'dct:identifier': 'controller',
      'dpv:hasName': agreement.controller.name,
      'dpv:hasAddress': agreement.controller.address,
      'dpv:hasContact': agreement.controller.contact,
    },
    'ab:party': agreement.parties.map(({ role, name, contact }) => ({
      'ab:role': role,
      'dpv:hasName': name,
      'dpv:hasContact': contact,
    })),
    'dpv:hasNotice': {
      '@type': 'dpv:ConsentNotice',
      'dct:language': consent.notice.language,
      'dct:hasVersion': consent.notice.words,
      'ab:sha256': consent.notice.digest,
      'ab:acknowledgedAtTime': timeOf(acknowledgedAt),
    },
    'dpv:hasProcess': consent.purposes.flatMap((purpose) =>
      consent.apps.map(({ id, signals, modes }) => ({
        '@type': 'dpv:Process' as const,
        'dpv:hasPurpose': `ab:${purpose}` as const,
        'ab:application': id,
        'dct:title': listed.find((one) => one.id === id)?.name ?? id,
        'dpv:hasPersonalData': signals.map((signal) => `ab:${signal}` as const),
        'ab:mode': [...modes],
        'dpv:hasProcessing': [
          'dpv:Collect' as const,
          'dpv:Mask' as const,
          'dpv:Store' as const,
          'dpv:Use' as const,
          'dpv:Erase' as const,
        ],
        'dpv:hasNecessity': 'dpv:Optional' as const,
        'dpv:hasRecipient': [...place.recipients],
        'dpv:hasStorageCondition': {
          '@type': 'dpv:StorageCondition' as const,
          'dpv:hasLocation': [...place.storageLocations],
          'dpv:hasDuration': `P${agreement.retention.vaultDays}D`,
        },
      })),
    ),
    'dpv:hasLegalBasis': {
      'ab:ground': agreement.legalBasis.ground,
      'dct:title': agreement.legalBasis.reference,
      'ab:collectiveAgreement': agreement.legalBasis.collectiveAgreement,
    },
    'dpv:hasJurisdiction': place.jurisdiction,
    'dpv:hasAuthority': place.supervisoryAuthority,
    'dpv:hasDataTransferLocation': [...place.transfers],
    'dpv:hasConsentControl': [{ '@type': 'dpv:WithdrawConsent', 'dpv:isExercisedAt': place.withdrawAt }],
    'dpv:hasRight': RIGHTS,
    'dpv:hasConsentStatus': [
      statusOf('dpv:ConsentGiven', contributor, consent.givenAt),
      ...(consent.withdrawnAt === null
        ? []
        : [statusOf('dpv:ConsentWithdrawn', contributor, consent.withdrawnAt)]),
    ],
    'dct:valid': timeOf(consent.lapsesAt),
    'dpv:hasImpactAssessment': files('impact-assessment'),
    'dpv:hasOrganisationalMeasure': files('mitigations'),
    'ab:agreement': {
      'dct:identifier': consent.agreement.id,
      'dct:hasVersion': consent.agreement.version,
      'ab:sha256': consent.agreement.digest,
    },
  };
}

function statusOf(type: 'dpv:ConsentGiven' | 'dpv:ConsentWithdrawn', contributor: string, at: number) {
  return {
    '@type': type,
    'dpv:isIndicatedBy': `urn:aboveboard:contributor:${contributor}`,
    'dpv:isIndicatedAtTime': timeOf(at),
    'dpv:hasIndicationMethod': 'ab:act-on-the-device',
  };
}

/** Milliseconds since the epoch, as a receipt writes them. */
function timeOf(at: number): string {
  return new Date(at).toISOString();
}
