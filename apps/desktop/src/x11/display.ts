import x11, { type Client, type Reply, type Xid } from 'x11';
import { SourceFault } from '../capture-source.ts';

/** One connection to a display server, with answers as promises. What a window that is gone answers is null. */
export class XDisplay {
  readonly client: Client;
  readonly root: Xid;
  readonly keycodes: { min: number; max: number };
  readonly #atoms = new Map<string, Promise<number>>();
  #ended = false;

  private constructor(client: Client, root: Xid, keycodes: { min: number; max: number }) {
    this.client = client;
    this.root = root;
    this.keycodes = keycodes;
  }

  /**
   * `name` as in the environment variable DISPLAY. SourceFault where there is none, or where it is of another computer:
   * what a remote server says of its windows' programs can't be checked.
   */
  static connect(name: string | undefined, onEnd: () => void): Promise<XDisplay> {
    if (!name) return Promise.reject(new SourceFault('no-display', 'There is no display.'));
    if (!/^(unix\/)?:\d+(\.\d+)?$/.test(name)) {
      return Promise.reject(new SourceFault('not-ours', 'The display is not one of this computer.'));
    }
    return new Promise((resolve, reject) => {
      let display: XDisplay | null = null;
      const ended = (cause?: Error) => {
        if (!display) reject(new SourceFault('no-display', 'The display does not answer.', { cause }));
        else display.#end(onEnd);
      };
      const client = x11.createClient({ display: name, shm: false }, (error, given) => {
        const screen = given?.screen[0];
        if (error || !screen) return ended(error ?? undefined);
        display = new XDisplay(given.client, screen.root, { min: given.min_keycode, max: given.max_keycode });
        resolve(display);
      });
      // Windows go while they are asked about: what the server answers to that has a number and ends nothing.
      client.on('error', (error) => {
        if (typeof error.error !== 'number') ended(error);
      });
      client.on('end', () => ended());
    });
  }

  #end(onEnd: () => void): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const answer of Object.values(this.client.replies)) {
      const done = answer?.[1];
      if (typeof done === 'function') done(new Error('the display is gone'));
    }
    onEnd();
  }

  /** Null: the server refused, as it does for a window that is gone. */
  ask<T>(request: (done: Reply<T>) => void): Promise<T | null> {
    if (this.#ended) return Promise.resolve(null);
    return new Promise((resolve) => {
      try {
        request((error, result) => {
          resolve(error ? null : result);
          return true;
        });
      } catch {
        resolve(null);
      }
    });
  }

  /** Rejects with SourceFault where the server has no such extension. */
  extension<T>(name: string): Promise<T> {
    return new Promise((resolve, reject) => {
      this.client.require(name, (error, extension) => {
        if (error) {
          reject(new SourceFault('no-extension', `The display has no ${name}.`, { cause: error }));
        } else resolve(extension);
      });
    });
  }

  atom(name: string): Promise<number> {
    let known = this.#atoms.get(name);
    if (!known) {
      known = this.ask<number>((done) => this.client.InternAtom(false, name, done)).then((atom) => atom ?? 0);
      this.#atoms.set(name, known);
    }
    return known;
  }

  /** At most a kilobyte of it: a property is as long as the one who sets it likes. Null: there is none. */
  async property(window: Xid, name: string): Promise<Buffer | null> {
    const atom = await this.atom(name);
    const found = await this.ask<{ type: number; data: Buffer }>((done) =>
      this.client.GetProperty(0, window, atom, 0, 0, 256, done),
    );
    return found && found.type !== 0 ? found.data : null;
  }

  close(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.client.terminate();
  }
}
