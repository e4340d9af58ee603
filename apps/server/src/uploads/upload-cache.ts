import type { Database } from '../database/database.ts';
import { type PartRow, partsOf, type UploadRow, uploadOf } from './upload-rows.ts';

/** What was announced does not change, so parts need not ask the database for it one by one. */
export type CachedUpload = { state: UploadRow['state']; parts: readonly PartRow[] };

export type UploadCache = {
  /** Null: there is none of this contributor. Its `state` may lag: the receipt's commit decides. */
  get(contributor: string, id: string): Promise<CachedUpload | null>;
  drop(contributor: string, id: string): void;
};

export function makeUploadCache(database: Database, most = 64): UploadCache {
  // In order of use: the first is the one to go.
  const held = new Map<string, Promise<CachedUpload | null>>();

  async function load(contributor: string, id: string): Promise<CachedUpload | null> {
    const upload = await uploadOf(database.query, contributor, id);
    if (!upload) return null;
    return { state: upload.state, parts: await partsOf(database.query, id) };
  }

  return {
    async get(contributor, id) {
      const key = `${contributor}/${id}`;
      const loading = held.get(key) ?? load(contributor, id);
      held.delete(key);
      held.set(key, loading);
      if (held.size > most) held.delete(held.keys().next().value as string);
      let upload: CachedUpload | null = null;
      try {
        upload = await loading;
        return upload;
      } finally {
        // Guesses and failures take no place.
        if (!upload && held.get(key) === loading) held.delete(key);
      }
    },
    drop(contributor, id) {
      held.delete(`${contributor}/${id}`);
    },
  };
}
