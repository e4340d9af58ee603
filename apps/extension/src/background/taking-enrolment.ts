import { parseEnrolment } from '@aboveboard/consent/enrolment-file';
import { EMPTY_SETUP, type Setup } from '../store/setup.ts';
import { CommandFault } from './command-fault.ts';

/**
 * An enrolment that she opened or her organisation set; it stays until she sets the recorder up anew (ENR25).
 * `installedBy` is what the browser says of how this recorder came to be here, null where it says nothing: a
 * real installation records on computers of work only (ENR27, T18).
 */
export function enrolledBy(text: string, installedBy: string | null): (setup: Setup) => Setup {
  const parsed = parseEnrolment(new TextEncoder().encode(text));
  if (!parsed.ok) {
    const [fault] = parsed.faults;
    throw new CommandFault('enrolment', fault && `${fault.rule}: ${fault.at} ${fault.message}`);
  }
  const { file } = parsed.value;
  if (!mayEnrolHere(file.class, installedBy)) throw new CommandFault('own-computer');
  return (setup) => ({ ...EMPTY_SETUP, usage: setup.usage, installation: file.class, enrolment: file });
}

/** Only an administrator's policy makes `admin`; whoever loads or downloads it for himself gets another word. */
export function mayEnrolHere(kind: Setup['installation'], installedBy: string | null): boolean {
  return kind === 'demonstration' || installedBy === 'admin';
}

/** Needs no permission. Null where the browser does not say. */
export async function howInstalled(): Promise<string | null> {
  try {
    return (await chrome.management.getSelf()).installType;
  } catch {
    return null;
  }
}
