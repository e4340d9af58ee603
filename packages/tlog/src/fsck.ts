import { BUNDLE_BYTES_LIMIT, parseBundle } from './entry-bundle.ts';
import { fault, LogError, type LogFault } from './log-fault.ts';
import { HASH_BYTES, type Hash, leafHash, sameHash } from './merkle.ts';
import { TILE_WIDTH, type TileAt, tilePath, tileWidth } from './tile.ts';
import type { TileSource } from './tile-source.ts';
import { TreeEdge } from './tree-edge.ts';
import { readPath } from './verified-tiles.ts';

/** Faults that a report names; beyond that they are counted. */
export const FSCK_FAULTS_LIMIT = 1000;

export type FsckReport = {
  faults: LogFault[];
  /** With those that are not named. */
  faultCount: number;
  entries: number;
  tiles: number;
  bundles: number;
  /** Of all tiles and bundles. */
  bytes: number;
};

/**
 * Walks a whole log: every entry to its leaf, every tile to what the entries make of it, all to the root
 * (spec/log.md, LOG160-LOG162). Goes on after a fault. In memory at once: one bundle and one tile a level.
 */
export async function fsck(
  source: TileSource,
  tree: { size: number; root: Hash },
  progress: (entries: number) => void = () => {},
): Promise<FsckReport> {
  const walk = new Walk(source, tree);
  for (let number = 0; number * TILE_WIDTH < tree.size; number++) {
    await walk.bundle(number);
    progress(walk.report.entries);
  }
  await walk.end();
  return walk.report;
}

class Walk {
  readonly report: FsckReport = { faults: [], faultCount: 0, entries: 0, tiles: 0, bundles: 0, bytes: 0 };
  private readonly source: TileSource;
  private readonly size: number;
  private readonly root: Hash;
  private edge = TreeEdge.empty();
  /** Tiles of the right edge, as far as they have grown: not full yet, so not compared yet. */
  private readonly growing = new Map<number, { number: number; hashes: Uint8Array }>();

  constructor(source: TileSource, { size, root }: { size: number; root: Hash }) {
    this.source = source;
    this.size = size;
    this.root = root;
  }

  async bundle(number: number): Promise<void> {
    const width = tileWidth('entries', number, this.size);
    const at: TileAt = { level: 'entries', number, width };
    const bytes = await this.read(at, BUNDLE_BYTES_LIMIT);
    const parsed = bytes && parseBundle(bytes, width);
    if (bytes) this.report.bundles++;
    if (parsed && !parsed.ok)
      for (const one of parsed.faults) this.fault(one.rule, `${tilePath(at)} ${one.at}`, one.message);
    // Without the entries, the leaves say what the tree above them must be.
    const leaves = parsed?.ok ? parsed.value.map(leafHash) : await this.leavesOf(number, width);
    this.report.entries += parsed?.ok ? width : 0;
    const { edge, tiles } = this.edge.append(leaves);
    this.edge = edge;
    for (const tile of tiles) {
      this.growing.set(tile.level, tile);
      if (tile.hashes.length === TILE_WIDTH * HASH_BYTES) await this.compare(tile.level);
    }
  }

  async end(): Promise<void> {
    for (const level of [...this.growing.keys()]) await this.compare(level);
    if (!sameHash(this.edge.root(), this.root))
      this.fault('LOG161', 'root', 'is not what the entries hash to');
  }

  private async compare(level: number): Promise<void> {
    const computed = this.growing.get(level);
    this.growing.delete(level);
    if (!computed) return;
    const width = computed.hashes.length / HASH_BYTES;
    const at = { level, number: computed.number, width };
    const stored = await this.read(at, TILE_WIDTH * HASH_BYTES);
    if (!stored) return;
    this.report.tiles++;
    if (level === 0) this.compareLeaves(at, stored, computed.hashes);
    else if (!sameHash(stored, computed.hashes)) {
      this.fault('LOG160', tilePath(at), 'is not what the entries hash to');
    }
  }

  /** Which of the two is wrong, a leaf or its entry, the level above says: it follows the entries. */
  private compareLeaves(at: TileAt, stored: Uint8Array, computed: Uint8Array): void {
    if (stored.length !== computed.length) this.fault('LOG21', tilePath(at), 'has not its length');
    for (let i = 0; i < at.width; i++) {
      const [from, to] = [i * HASH_BYTES, (i + 1) * HASH_BYTES];
      if (sameHash(stored.subarray(from, to), computed.subarray(from, to))) continue;
      const entry = `${tilePath({ ...at, level: 'entries' })} entry ${i}`;
      this.fault('LOG160', entry, `does not hash to its leaf in ${tilePath(at)}`);
    }
  }

  private async leavesOf(number: number, width: number): Promise<Hash[]> {
    const tile = await this.read({ level: 0, number, width }, TILE_WIDTH * HASH_BYTES, 'again');
    const leaves: Hash[] = [];
    for (let i = 0; i < width; i++) {
      const leaf = tile?.slice(i * HASH_BYTES, (i + 1) * HASH_BYTES);
      leaves.push(leaf?.length === HASH_BYTES ? leaf : new Uint8Array(HASH_BYTES));
    }
    return leaves;
  }

  private async read(at: TileAt, limit: number, again?: 'again'): Promise<Uint8Array | null> {
    try {
      const bytes = await readPath(this.source, tilePath(at), limit);
      if (bytes && !again) this.report.bytes += bytes.length;
      if (!bytes && !again) this.fault('LOG25', tilePath(at), 'is not there');
      return bytes;
    } catch (error) {
      if (!(error instanceof LogError)) throw error;
      if (!again) for (const one of error.faults) this.fault(one.rule, one.at, one.message);
      return null;
    }
  }

  private fault(rule: string, at: string, message: string): void {
    this.report.faultCount++;
    if (this.report.faults.length < FSCK_FAULTS_LIMIT) this.report.faults.push(fault(rule, at, message));
  }
}
