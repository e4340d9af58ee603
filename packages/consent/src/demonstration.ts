import { type Agreement, DRAFT_DEFAULTS } from './agreement.ts';
import type { GivenAgreement } from './agreement-verifier.ts';
import { canonicalBytes, hex } from './canonical-json.ts';

/**
 * The agreement of a demonstration installation, with its attachments: made-up parties, no keys, marked as a
 * demonstration in the document, so that a production installation refuses it. It lists the origins that
 * the demonstration serves on loopback and nothing else.
 */
export async function demonstrationAgreement(options: {
  /** Origins on loopback: `http://127.0.0.1:4310`. Throws RangeError for any other. */
  origins: readonly string[];
  /** Milliseconds since the epoch; it holds for a year from the beginning of that day. */
  now: number;
  subtle: SubtleCrypto;
  /** Short by default, so that a newcomer sees the whole way; an agreement for real work has days. */
  coolingMinutes?: number;
  /** A list as `writeLiteralList` makes it: recorders then ask the applications for nothing (docs/adr/0011). */
  literals?: Uint8Array;
}): Promise<GivenAgreement & { agreement: Agreement }> {
  const { origins, now, subtle, coolingMinutes = 1, literals } = options;
  for (const origin of origins) {
    if (!isLoopbackOrigin(origin)) throw new RangeError('a demonstration records on loopback only');
  }
  const attachments = new Map<string, Uint8Array>();
  const listed: Agreement['attachments'] = [];
  for (const { kind, name, text } of ATTACHMENTS) {
    const content = new TextEncoder().encode(text);
    attachments.set(name, content);
    const digest = hex(new Uint8Array(await subtle.digest('SHA-256', content)));
    listed.push({ kind, name, type: 'text/markdown', bytes: content.length, digest });
  }
  let masks: AgreedMasks = { open: [], closed: [], literals: 'shipped' };
  if (literals) {
    const digest = hex(new Uint8Array(await subtle.digest('SHA-256', literals as Uint8Array<ArrayBuffer>)));
    attachments.set('literals', literals);
    listed.push({ kind: 'literals', name: 'literals', type: 'text/plain', bytes: literals.length, digest });
    masks = { open: [], closed: [], literals: 'listed', list: digest };
  }
  const from = Math.floor(now / DAY) * DAY;
  const agreement: Agreement = {
    format: 'aboveboard-agreement',
    formatVersion: 1,
    class: 'demonstration',
    id: 'demonstration',
    version: 1,
    title: { en: 'Demonstration of Aboveboard' },
    languages: ['en'],
    controller: { name: 'Example Works', address: 'nowhere (made up)', contact: 'desk@works.example' },
    parties: [
      { role: 'employer', name: 'Example Works', contact: 'desk@works.example', keys: [] },
      {
        role: 'representative',
        name: 'Works council of Example Works',
        contact: 'council@works.example',
        keys: [],
      },
      { role: 'data-protection-officer', name: 'An officer', contact: 'officer@works.example', keys: [] },
    ],
    signers: [...DRAFT_DEFAULTS.signers],
    mandate: { kind: 'works-council', evidence: 'mandate' },
    purposes: ['model-training', 'model-testing'],
    apps: origins.length === 0 ? [] : [demonstrationApp(origins, masks)],
    desktopApps: [],
    finestTimestampMicroseconds: DRAFT_DEFAULTS.finestTimestampMicroseconds,
    limits: { sessionMinutes: 60, dayMinutes: 240 },
    retention: { deviceDays: 7, vaultDays: 30, keyBackupDays: 0 },
    budgets: { cpuPercent: 20, memoryMegabytes: 256, diskMegabytes: 512, networkMegabytesPerDay: 512 },
    leastCount: DRAFT_DEFAULTS.leastCount,
    objectionPercent: 20,
    bars: { personnelDecisions: true, suspendedByRestructuring: true },
    paidTime: { reviewMinutesPerWeek: 60, expertHoursPerYear: 40 },
    downstreamUses: ['own-use'],
    recorders: [],
    identifiedPercent: 100,
    staleHours: DRAFT_DEFAULTS.staleHours,
    surrogates: true,
    textRecognition: false,
    coolingMinutes,
    legalBasis: {
      ground: 'consent',
      reference: 'A demonstration with made-up parties; no data of real work is processed.',
      collectiveAgreement: null,
    },
    attachments: listed,
    validity: { from: seconds(from), until: seconds(from + 365 * DAY) },
    withdrawal: {
      undone: { en: 'Whatever you released here you can have erased, one recording or all of them.' },
      remains: { en: 'Files that were exported from this demonstration stay where they were put.' },
    },
  };
  return { agreement, document: canonicalBytes(agreement), attachments };
}

const DAY = 86_400_000;

/** Loopback by address or by the one name that browsers never look up elsewhere. */
export function isLoopbackOrigin(origin: string): boolean {
  if (!URL.canParse(origin)) return false;
  const url = new URL(origin);
  if (url.origin !== origin) return false;
  return /^(127\.\d{1,3}\.\d{1,3}\.\d{1,3}|localhost|[a-z0-9-]+\.localhost|\[::1\])$/.test(url.hostname);
}

type AgreedMasks = Agreement['apps'][number]['masks'];

function demonstrationApp(origins: readonly string[], masks: AgreedMasks): Agreement['apps'][number] {
  return {
    id: 'demonstration-applications',
    name: 'Demonstration applications on this computer',
    origins: [...origins],
    signals: ['pointer', 'keys', 'text', 'states'],
    modes: ['task'],
    masks,
  };
}

function seconds(at: number): string {
  return new Date(at).toISOString().replace('.000Z', 'Z');
}

const ATTACHMENTS: readonly { kind: Agreement['attachments'][number]['kind']; name: string; text: string }[] =
  [
    {
      kind: 'impact-assessment',
      name: 'impact-assessment',
      text: `# Impact assessment (demonstration)

What is recorded: pointer, kinds of keys, and the masked page of the demonstration applications on this
computer, while a task runs.

What could go wrong: text that belongs to a person stays readable; movement of the pointer tells who
someone is; a recording is kept for longer than needed; a figure about a person is made from it.

How likely and how bad: with made-up inputs on this computer alone, unlikely and slight.
`,
    },
    {
      kind: 'mitigations',
      name: 'mitigations',
      text: `# What was done about the risks (demonstration)

Text stays only if the application ships it. Nothing leaves before it was reviewed and released. Each
recording has a key of its own. Every reading of a released recording is written down first. Exports carry
no person and no clock. Nothing is kept for longer than thirty days.
`,
    },
    {
      kind: 'mandate-evidence',
      name: 'mandate',
      text: `# Mandate of the representative (demonstration)

Made up: the works council of Example Works was elected by all employees. No such council exists.
`,
    },
  ];
