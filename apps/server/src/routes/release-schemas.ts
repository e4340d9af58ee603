import { PURPOSES } from '@aboveboard/consent/agreement';
import type {
  HolderAnswer,
  ModelWish,
  MyLineage,
  ShownLineage,
  ShownModel,
  ShownRelease,
} from '@aboveboard/protocol/lineage';
import { z } from '@hono/zod-openapi';

/** Forms of what is sent and answered about releases and models. */
type Schema<T> = z.ZodType<T, T>;

export const releaseDigest = z.string().regex(/^[0-9a-f]{64}$/, 'not the digest of a release');
const day = z.string().nullable();
const said = z.enum(['deleted', 'not-yet']);

export const holderAnswer: Schema<HolderAnswer> = z.strictObject({ said }).openapi('HolderAnswer');

export const modelWish: Schema<ModelWish> = z
  .strictObject({
    name: z.string().regex(/^[a-z0-9][a-z0-9.-]{0,63}$/, 'not lower case, digits, dots, hyphens'),
    purpose: z.enum(PURPOSES),
    releases: z.array(releaseDigest).min(1).max(50),
  })
  .openapi('ModelWish');

export const shownRelease: Schema<ShownRelease> = z
  .object({
    release: releaseDigest,
    name: z.string(),
    version: z.int(),
    purpose: z.string(),
    builtOn: z.string(),
    supersededOn: day,
    holders: z.array(
      z.object({
        account: z.string(),
        own: z.boolean(),
        toldOn: day,
        answerBy: day,
        said: said.nullable(),
        saidOn: day,
        isLate: z.boolean(),
      }),
    ),
  })
  .openapi('ShownRelease');

export const shownModel: Schema<ShownModel> = z
  .object({
    id: z.string(),
    name: z.string(),
    purpose: z.string(),
    releases: z.array(releaseDigest),
    enteredOn: z.string(),
    own: z.boolean(),
  })
  .openapi('ShownModel');

export const shownLineage: Schema<ShownLineage> = z
  .object({ releases: z.array(shownRelease), models: z.array(shownModel) })
  .openapi('ShownLineage');

export const myLineage: Schema<MyLineage> = z
  .object({
    releases: z.array(
      z.object({
        release: releaseDigest,
        name: z.string(),
        version: z.int(),
        purpose: z.string(),
        builtOn: z.string(),
        supersededOn: day,
        recordings: z.array(z.string()),
        withdrawn: z.boolean(),
        without: z.array(z.object({ version: z.int(), builtOn: z.string() })),
        models: z.array(z.object({ name: z.string(), purpose: z.string(), enteredOn: z.string() })),
        deletion: z.enum(['not-asked', 'waits', 'confirmed']),
      }),
    ),
  })
  .openapi('MyLineage');
