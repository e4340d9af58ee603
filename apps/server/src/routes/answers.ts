import type { ApiErrorBody } from '@aboveboard/protocol/api-error';
import { LogError } from '@aboveboard/tlog/log-fault';
import { JournalError } from '@aboveboard/vault/journal';
import type { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { BlobStoreDown } from '../blobs/s3-calls.ts';
import { DatabaseDown } from '../database/database.ts';
import { Refusal } from '../refusal.ts';
import { errorBody } from './schemas.ts';

/** The `responses` of a route: its answer, and the error body for everything else. */
export function answers<S extends z.ZodType>(schema: S, description: string) {
  return {
    200: { description, content: { 'application/json': { schema } } },
    default: { description: 'Why not', content: { 'application/json': { schema: errorBody } } },
  } as const;
}

export const noContent = {
  204: { description: 'Done' },
  default: { description: 'Why not', content: { 'application/json': { schema: errorBody } } },
} as const;

export function jsonBody<S extends z.ZodType>(schema: S) {
  return { body: { required: true, content: { 'application/json': { schema } } } } as const;
}

/** Whatever was thrown, as the refusal that is answered. What it can't name is the server's own fault. */
export function asRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof JournalError && error.cause instanceof Refusal) return error.cause;
  const isNotRecorded =
    error instanceof LogError || (error instanceof JournalError && error.code === 'storage');
  if (isDown(error) || isNotRecorded || isOutOfRoom(error)) {
    return new Refusal(
      'unavailable',
      'The server can not store anything just now. What it acknowledged is kept; try again.',
      {
        retryAfter: 2,
        cause: error,
      },
    );
  }
  return new Refusal('internal', 'Something went wrong in the server. What it acknowledged is kept.', {
    cause: error,
  });
}

export function errorAnswer(context: Context, refusal: Refusal): Response {
  const { code, message, faults, limit, retryAfter } = refusal;
  const body: ApiErrorBody = {
    error: {
      code,
      message,
      ...(faults ? { faults: [...faults] } : {}),
      ...(limit ? { limit } : {}),
      ...(retryAfter === undefined ? {} : { retryAfter: Math.ceil(retryAfter) }),
    },
  };
  if (retryAfter !== undefined) context.header('retry-after', String(Math.ceil(retryAfter)));
  return context.json(body, refusal.status as ContentfulStatusCode);
}

function isDown(error: unknown): boolean {
  return error instanceof DatabaseDown || error instanceof BlobStoreDown;
}

function isOutOfRoom(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return code === 'ENOSPC' || code === 'EDQUOT' || code === 'EROFS' || code === 'EIO' || code === 'EMFILE';
}
