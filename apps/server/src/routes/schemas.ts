import type { ApiErrorBody, ApiErrorCode } from '@aboveboard/protocol/api-error';
import type {
  About,
  AccessRequest,
  EnrolmentRequest,
  InstalledAgreement,
  LeaveHandover,
  MyRecording,
  OpenedAccess,
  PaperErasure,
  RedeemRequest,
  RelayAbout,
  ReleasedRecording,
  Session,
  TakeHandover,
  TakenHandover,
} from '@aboveboard/protocol/installation';
import { ROLES } from '@aboveboard/protocol/installation';
import type { TaskCard } from '@aboveboard/protocol/manifest';
import type {
  PartReceipt,
  UploadAnnouncement,
  UploadLimits,
  UploadStatus,
} from '@aboveboard/protocol/upload';
import { z } from '@hono/zod-openapi';
import { ownHold } from './hold-schemas.ts';

/**
 * The messages of protocol as schemas, for checking what comes in and for /openapi.json. Each is held to its
 * type by `as` at its end: a field that drifts apart does not compile.
 */
type Schema<T> = z.ZodType<T, T>;

const count = z.int().min(0);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'not a SHA-256 in lower-case hex');

const ERROR_CODES = [
  'malformed',
  'no-session',
  'not-allowed',
  'not-fresh',
  'probe-only',
  'not-found',
  'conflict',
  'erased',
  'limit',
  'refused',
  'internal',
  'unavailable',
] as const satisfies readonly ApiErrorCode[];

export const errorBody = z
  .object({
    error: z.object({
      code: z.enum(ERROR_CODES),
      message: z.string(),
      faults: z.array(z.object({ rule: z.string(), at: z.string(), message: z.string() })).optional(),
      limit: z.object({ name: z.string(), value: z.number() }).optional(),
      retryAfter: count.optional(),
    }),
  })
  .openapi('Error') as unknown as Schema<ApiErrorBody>;

export const announcement: Schema<UploadAnnouncement> = z
  .strictObject({
    recording: z.string(),
    parts: z.array(
      z.strictObject({
        kind: z.enum(['events', 'states', 'frames', 'manifest']),
        bytes: z.number(),
        sha256: z.string(),
      }),
    ),
    envelopes: z.strictObject({ vault: z.string(), guardian: z.string() }),
    summary: z.strictObject({
      week: z.string().max(8),
      card: z.strictObject({ id: z.string().max(64), version: count.max(1_000_000) }).nullable(),
      worked: z.boolean().nullable(),
      durationMilliseconds: count,
      counts: z.strictObject({ events: count, states: count, frames: count }),
      agreement: sha256.nullable(),
    }),
  })
  .openapi('UploadAnnouncement');

export const uploadStatus: Schema<UploadStatus> = z
  .object({
    upload: z.string(),
    state: z.enum(['open', 'complete']),
    missing: z.array(z.tuple([count, count])),
  })
  .openapi('UploadStatus');

export const partReceipt: Schema<PartReceipt> = z.object({ index: count, sha256 }).openapi('PartReceipt');

const uploadLimits: Schema<UploadLimits> = z
  .object({
    partsPerRecording: count,
    bytesPerPart: count,
    bytesPerRecording: count,
    envelopeBytes: count,
    openUploadsPerContributor: count,
    requestsPerSecond: count,
    uploadDays: count,
  })
  .openapi('UploadLimits');

export const about: Schema<About> = z
  .object({
    installation: z.enum(['demonstration', 'production']),
    software: z.object({ name: z.string(), version: z.string() }),
    protocol: z.literal(1),
    agreement: z.object({ id: z.string(), version: count, digest: sha256 }).nullable(),
    uploadRecipient: z.string(),
    guardianRecipient: z.string().nullable(),
    limits: uploadLimits,
  })
  .openapi('About');

export const relayAbout: Schema<RelayAbout> = z
  .object({ recipient: z.string(), periodSeconds: z.number().int().min(1) })
  .openapi('RelayAbout');

export const installedAgreement: Schema<InstalledAgreement> = z
  .object({
    document: z.string(),
    digest: sha256,
    attachments: z.array(z.object({ name: z.string(), type: z.string(), bytes: count, digest: sha256 })),
  })
  .openapi('InstalledAgreement');

export const taskCards = z
  .object({ cards: z.array(z.any() as unknown as Schema<TaskCard>), askedFor: z.array(z.string()) })
  .openapi('TaskCards');

const sessionToken = z.string().regex(/^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/, 'not 32 bytes');

export const redeemRequest = z
  .strictObject({
    code: z.string().max(100),
    cookie: z.boolean().optional(),
    token: sessionToken.optional(),
    eraser: sha256.optional(),
  })
  .openapi('RedeemRequest') as unknown as Schema<RedeemRequest>;

const bytes = (most: number) =>
  z
    .string()
    .max(Math.ceil((most * 4) / 3))
    .regex(/^[A-Za-z0-9_-]+$/, 'not base64url');

/** Lengths and keys are the claim's to check; what is no claim is refused with its reason (ENR32). */
export const enrolmentRequest = z
  .strictObject({
    token: z.strictObject({ key: bytes(32), signature: bytes(256) }),
    issuer: bytes(1024),
    session: sessionToken,
    eraser: sha256,
    proof: bytes(64),
  })
  .openapi('EnrolmentRequest') as unknown as Schema<EnrolmentRequest>;

const handoverSecret = z.string().regex(/^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/, 'not 32 bytes');

export const leaveHandover: Schema<LeaveHandover> = z
  .strictObject({ secret: handoverSecret, sealed: bytes(4_096) })
  .openapi('LeaveHandover');

export const takeHandover: Schema<TakeHandover> = z
  .strictObject({
    secret: handoverSecret,
    asker: z.string().regex(/^[A-Za-z0-9_-]{21}[AQgw]$/, 'not 16 bytes'),
  })
  .openapi('TakeHandover');

export const takenHandover: Schema<TakenHandover> = z.object({ sealed: z.string() }).openapi('TakenHandover');

export const paperErasure: Schema<PaperErasure> = z
  .strictObject({ secret: z.string().regex(/^[A-Za-z0-9_-]{20}$/, 'not 15 bytes') })
  .openapi('PaperErasure');

export const session = z
  .object({
    role: z.enum(ROLES),
    handle: z.string(),
    expires: count,
    probe: z.literal(true).optional(),
    token: z.string().optional(),
  })
  .openapi('Session') as unknown as Schema<Session>;

export const myRecordings = z
  .object({
    recordings: z.array(
      z.object({
        id: z.string(),
        state: z.enum(['uploading', 'released', 'erased']),
        parts: count,
        bytes: count,
        held: ownHold.optional(),
      }) satisfies Schema<MyRecording>,
    ),
  })
  .openapi('MyRecordings');

/** What no recording is called is refused here: text of any kind would come as far as the database. */
export const recordingId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'not the id of a recording');
const ids = z.array(recordingId).min(1).max(1000);
export const erasureRequest = z.strictObject({ recordings: ids }).openapi('ErasureRequest');
export const erasureAnswer = z
  .object({
    erased: z.array(z.string()),
    held: z.array(z.object({ id: z.string(), until: z.iso.date() })),
    unknown: z.array(z.string()),
    keysExpireOn: z.iso.date(),
  })
  .openapi('ErasureAnswer');

export const releasedRecordings = z
  .object({
    recordings: z.array(
      z.object({
        id: z.string(),
        class: z.enum(['own', 'demonstration']),
        week: z.string(),
        card: z.object({ id: z.string(), version: count }).nullable(),
        worked: z.boolean().nullable(),
        durationMilliseconds: count,
        counts: z.object({ events: count, states: count, frames: count }),
        parts: count,
        bytes: count,
      }) satisfies Schema<ReleasedRecording>,
    ),
    next: z.string().nullable(),
  })
  .openapi('ReleasedRecordings');

export const accessRequest: Schema<AccessRequest> = z
  .strictObject({
    purpose: z.enum(['dataset', 'inspection', 'rendering', 'environment']),
    recordings: z.array(recordingId).min(1),
  })
  .openapi('AccessRequest');

export const openedAccess: Schema<OpenedAccess> = z
  .object({ access: z.string(), until: count, recordings: z.array(z.string()) })
  .openapi('OpenedAccess');

const logHealth = z.object({ size: count, witnessed: z.boolean().nullable() }).openapi('LogHealth');
export const readiness = z
  .object({
    ready: z.boolean(),
    database: z.boolean(),
    draining: z.boolean(),
    /** Null: they can not be asked. */
    logs: z.object({ rules: logHealth, uses: logHealth }).nullable(),
  })
  .openapi('Readiness');
