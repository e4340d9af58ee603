import { lstat, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ENROLMENT_BYTES_LIMIT, type Enrolment, parseEnrolment } from '@aboveboard/consent/enrolment-file';

/** Where an administrator puts it for everyone of a computer. */
export const SYSTEM_ENROLMENT = '/etc/aboveboard/enrolment.json';

/** Why it is not relied on, in a sentence. */
export class EnrolmentFault extends Error {
  override readonly name = 'EnrolmentFault';
}

/**
 * The file that the representative handed out. A real installation records on computers of work only (T18): it is
 * taken only from where an administrator alone can put it, which is this system's word for that (DSK81).
 */
export async function takeEnrolment(path: string): Promise<Enrolment> {
  const parsed = parseEnrolment(await bytesOf(path));
  if (!parsed.ok) {
    const [fault] = parsed.faults;
    throw new EnrolmentFault(`This is no enrolment: ${fault?.rule} ${fault?.at} ${fault?.message}.`);
  }
  if (parsed.value.file.class === 'production' && !(await isAdministrators(path))) {
    throw new EnrolmentFault(
      'This installation records on computers of work only: an administrator puts its enrolment there, in a folder that nobody else can write to.',
    );
  }
  return parsed.value;
}

async function bytesOf(path: string): Promise<Uint8Array> {
  const file = await open(path, 'r').catch((cause) => {
    throw new EnrolmentFault('The enrolment is not there, or can not be read.', { cause });
  });
  try {
    const { size } = await file.stat();
    if (size > ENROLMENT_BYTES_LIMIT) throw new EnrolmentFault('This is no enrolment: it is too long.');
    return new Uint8Array(await file.readFile());
  } finally {
    await file.close();
  }
}

/** A plain file of root's, in a folder of root's, and neither can be written by others. */
async function isAdministrators(path: string): Promise<boolean> {
  const [file, folder] = [await lstat(path), await stat(dirname(path))];
  return file.isFile() && [file, folder].every(({ uid, mode }) => uid === 0 && (mode & 0o022) === 0);
}
