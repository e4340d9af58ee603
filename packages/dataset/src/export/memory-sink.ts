import type { ExportSink } from './export-recording.ts';

/** Keeps exported files in memory; for tests and for what is handed on at once. */
export class MemoryExportSink implements ExportSink {
  readonly files = new Map<string, Uint8Array>();

  async write(name: string, bytes: Uint8Array): Promise<void> {
    this.files.set(name, bytes.slice());
  }

  async append(name: string, text: string): Promise<void> {
    this.files.set(name, new TextEncoder().encode(this.text(name) + text));
  }

  text(name: string): string {
    return new TextDecoder().decode(this.files.get(name));
  }
}
