import type { InstalledAgreement } from '@aboveboard/protocol/installation';
import { ApiError, client } from './client.ts';

/** The agreement in force here; null: none is installed. */
export async function installedAgreement(): Promise<InstalledAgreement | null> {
  try {
    return await client.agreement();
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}
