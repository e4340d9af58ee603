import type { ExportSink } from './export-recording.ts';

/** Keeps exported files in memory; for tests and for what is handed on at once. */
export class MemoryExportSink implements ExportSink {
  readonly files = new Map<string, Uint8Array>();

  async write(name: string, bytes: Uint8Array): Promise<void> {
    this.files.set(name, bytes.slice());
  }

  async append(name: string, bytes: Uint8Array): Promise<void> {
    const before = this.files.get(name) ?? new Uint8Array();
    const all = new Uint8Array(before.length + bytes.length);
    all.set(before);
    all.set(bytes, before.length);
    this.files.set(name, all);
  }

  text(name: string): string {
    return new TextDecoder().decode(this.files.get(name));
  }
}
