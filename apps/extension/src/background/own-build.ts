import { digestOf } from './attachments.ts';

/**
 * SHA-256 of the list of files that the build wrote, hex: what the representative lists (RUL15, GATE24). It is
 * the recorder's own word; whoever holds the package checks it with `sha256sum -c build-files.txt`.
 */
export async function ownBuild(): Promise<string> {
  try {
    const response = await fetch(chrome.runtime.getURL('build-files.txt'));
    return response.ok ? await digestOf(new Uint8Array(await response.arrayBuffer())) : '';
  } catch {
    // No list, no build that anybody could have listed: the gate refuses.
    return '';
  }
}
