import type { InstalledAgreement } from '@aboveboard/protocol/installation';
import { ApiError, client } from './client.ts';

/** The agreement in force here; null: none is. */
export async function installedAgreement(): Promise<InstalledAgreement | null> {
  const answer = await agreementOrReason();
  return 'none' in answer ? null : answer;
}

/** The same; where none is in force, the server's sentence that says why. */
export async function agreementOrReason(): Promise<InstalledAgreement | { none: string }> {
  try {
    return await client.agreement();
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return { none: error.message };
    throw error;
  }
}
