import { RecordingError } from '../src/fault.ts';

/** The first rule that the work breaks; undefined where it breaks none; any other error goes on. */
export async function ruleOf(work: () => unknown): Promise<string | undefined> {
  try {
    await work();
  } catch (error) {
    if (error instanceof RecordingError) return error.faults[0]?.rule;
    throw error;
  }
  return undefined;
}
