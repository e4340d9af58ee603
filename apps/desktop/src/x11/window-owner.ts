import { readlink, stat } from 'node:fs/promises';
import type { WindowOwner } from '../capture-source.ts';
import type { XDisplay } from './display.ts';

type Resources = {
  QueryClientIds(
    specs: { client: number; mask: number }[],
    done: (error: Error | null | undefined, ids: { value: number[] }[]) => boolean,
  ): void;
  ClientIdMask: { LocalClientPID: number };
};

/** Pid and program of a window's client by what the server and the kernel say, never by what the window says of itself. */
export class WindowOwners {
  readonly #display: XDisplay;
  readonly #resources: Resources;

  private constructor(display: XDisplay, resources: Resources) {
    this.#display = display;
    this.#resources = resources;
  }

  static async of(display: XDisplay): Promise<WindowOwners> {
    return new WindowOwners(display, await display.extension<Resources>('res'));
  }

  /** Null: of another user, of another computer, gone, or without a class. */
  async of(window: number): Promise<(WindowOwner & { pid: number }) | null> {
    const property = await this.#display.property(window, 'WM_CLASS');
    const windowClass = property?.toString('latin1').split('\0')[1];
    if (!windowClass || HIDDEN.test(windowClass)) return null;
    const specs = [{ client: window, mask: this.#resources.ClientIdMask.LocalClientPID }];
    const ids = await this.#display.ask<{ value: number[] }[]>((done) =>
      this.#resources.QueryClientIds(specs, done as never),
    );
    const pid = ids?.[0]?.value[0];
    if (!pid) return null;
    try {
      const { uid } = await stat(`/proc/${pid}`);
      if (uid !== process.getuid?.()) return null;
      const executable = await readlink(`/proc/${pid}/exe`);
      // A program that was replaced while it runs is no longer the one that was agreed.
      if (executable.endsWith(' (deleted)')) return null;
      return { executable, windowClass, pid };
    } catch {
      return null;
    }
  }
}

const HIDDEN = /[\p{Cc}\p{Cf}]/u;
