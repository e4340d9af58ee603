import { createHash } from 'node:crypto';
import { crc32, inflateRawSync } from 'node:zlib';
import { ZipArchive } from '../../apps/extension/src/own-data/zip-archive.ts';
import { CrxFault } from './crx.ts';

/** The files of a built extension by path, with the list that names them; its SHA-256 is the build that parties list (RUL15). */
export type BuiltFiles = ReadonlyMap<string, Uint8Array>;

const LIST = 'build-files.txt';

/** In the order of their names and with the time of 1980: the same files give the same bytes (DST20). */
export async function packArchive(files: BuiltFiles): Promise<Uint8Array> {
  buildOf(files);
  const zip = new ZipArchive();
  for (const name of [...files.keys()].sort()) await zip.add(name, [files.get(name) as Uint8Array]);
  return new Uint8Array(await zip.finish().arrayBuffer());
}

/** The build that these files are, hex. CrxFault where the list and the files differ (DST20, DST21): all differences at once. */
export function buildOf(files: BuiltFiles): string {
  const list = files.get(LIST);
  if (!list) throw new CrxFault(`DST20: ${LIST} is missing.`);
  const names = [...files.keys()].filter((name) => name !== LIST).sort();
  const real = names.map((name) => `${sha256(files.get(name) as Uint8Array)}  ${name}`);
  const said = Buffer.from(list).toString('utf8').split('\n').slice(0, -1);
  const faults = [
    ...real.filter((line) => !said.includes(line)).map((line) => `${line.slice(66)} is not as the list says`),
    ...said.filter((line) => !real.includes(line)).map((line) => `${line.slice(66)} is not as listed`),
  ];
  if (faults.length > 0) throw new CrxFault(`DST20: ${[...new Set(faults)].join('; ')}.`);
  return sha256(list);
}

/** CrxFault for a ZIP of another form than `packArchive` writes, which a browser might unpack otherwise than we read it (DST21). */
export async function readArchive(archive: Uint8Array): Promise<BuiltFiles> {
  const bytes = Buffer.from(archive.buffer, archive.byteOffset, archive.byteLength);
  const files = new Map<string, Uint8Array>();
  let total = 0;
  for (let at = 0; at + 30 <= bytes.length && bytes.readUInt32LE(at) === 0x04034b50; ) {
    const [packed, plain] = [bytes.readUInt32LE(at + 18), bytes.readUInt32LE(at + 22)];
    const start = at + 30 + bytes.readUInt16LE(at + 26);
    const name = bytes.toString('utf8', at + 30, start);
    total += plain;
    if (bytes.readUInt16LE(at + 8) !== 8 || start + packed > bytes.length || total > MOST_BYTES) {
      throw fault(`“${name}” is packed otherwise`);
    }
    let content: Buffer;
    try {
      content = inflateRawSync(bytes.subarray(start, start + packed), { maxOutputLength: plain || 1 });
    } catch (cause) {
      throw new CrxFault(`DST21: “${name}” can’t be unpacked.`, { cause });
    }
    if (files.has(name) || crc32(content) !== bytes.readUInt32LE(at + 14))
      throw fault(`“${name}” is damaged`);
    files.set(name, content);
    at = start + packed;
  }
  // Packed again it is the same: so the directory, from which a browser unpacks, names these files and no others.
  if (!Buffer.from(await packArchive(files)).equals(bytes)) throw fault('its directory does not agree');
  return files;
}

/** The recorder is about 1.5 MB. */
const MOST_BYTES = 64 * 2 ** 20;
const fault = (why: string) => new CrxFault(`DST21: This is no archive that was packed here: ${why}.`);
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
