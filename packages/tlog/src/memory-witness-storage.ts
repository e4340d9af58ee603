import type { WitnessedHead, WitnessStorage } from './witness.ts';

export class MemoryWitnessStorage implements WitnessStorage {
  private readonly heads = new Map<string, WitnessedHead>();

  async latest(origin: string): Promise<WitnessedHead | null> {
    const head = this.heads.get(origin);
    return head ? copy(head) : null;
  }

  async replace(origin: string, from: number | null, next: WitnessedHead): Promise<boolean> {
    if ((this.heads.get(origin)?.size ?? null) !== from) return false;
    this.heads.set(origin, copy(next));
    return true;
  }
}

function copy({ size, checkpoint }: WitnessedHead): WitnessedHead {
  return { size, checkpoint: Uint8Array.from(checkpoint) };
}
