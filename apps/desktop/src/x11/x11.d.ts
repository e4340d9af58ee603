/** What we use of `x11` 4.2.2, which has no types of its own. */
declare module 'x11' {
  export type Xid = number;
  export type Reply<T> = (error: Error | null | undefined, result: T) => boolean | undefined;

  export interface Client {
    readonly eventMask: Readonly<Record<string, number>>;
    /** The number of the last request; answers that are still to come stand under it. */
    readonly seq_num: number;
    readonly replies: Record<number, unknown[] | undefined>;
    on(event: 'event', hear: (event: XEvent) => void): void;
    on(event: 'error', hear: (error: Error & { error?: number }) => void): void;
    on(event: 'end', hear: () => void): void;
    AllocID(): Xid;
    terminate(): void;
    require(name: string, done: (error: Error | null | undefined, extension: never) => void): void;
    ChangeWindowAttributes(window: Xid, values: { eventMask: number }): void;
    CreateWindow(...given: unknown[]): void;
    DestroyWindow(window: Xid): void;
    MapWindow(window: Xid): void;
    ConfigureWindow(window: Xid, values: Record<string, number>): void;
    SetInputFocus(window: Xid, revertTo: number): void;
    GrabKeyboard(
      window: Xid,
      ownerEvents: boolean,
      time: number,
      pointerMode: number,
      keyboardMode: number,
      done: Reply<number>,
    ): void;
    UngrabKeyboard(time: number): void;
    ChangeKeyboardMapping(first: number, each: number, keysyms: number[]): void;
    ChangeProperty(
      mode: number,
      window: Xid,
      name: number,
      type: number,
      unit: 8 | 16 | 32,
      data: Buffer,
    ): void;
    QueryTree(window: Xid, done: Reply<{ root: Xid; parent: Xid; children: Xid[] }>): void;
    GetGeometry(
      window: Xid,
      done: Reply<{
        depth: number;
        xPos: number;
        yPos: number;
        width: number;
        height: number;
        borderWidth: number;
      }>,
    ): void;
    GetWindowAttributes(
      window: Xid,
      done: Reply<{ klass: number; mapState: number; overrideRedirect: number }>,
    ): void;
    TranslateCoordinates(
      from: Xid,
      to: Xid,
      x: number,
      y: number,
      done: Reply<{ destX: number; destY: number }>,
    ): void;
    GetInputFocus(done: Reply<{ focus: Xid }>): void;
    InternAtom(onlyIfExists: boolean, name: string, done: Reply<number>): void;
    GetProperty(
      remove: 0,
      window: Xid,
      name: number,
      type: number,
      offset: number,
      length: number,
      done: Reply<{ type: number; format: number; data: Buffer }>,
    ): void;
    GetKeyboardMapping(first: number, count: number, done: Reply<number[][]>): void;
    GetModifierMapping(done: Reply<number[][]>): void;
    GetImage(
      format: number,
      drawable: Xid,
      x: number,
      y: number,
      width: number,
      height: number,
      planes: number,
      done: Reply<{ depth: number; data: Buffer }>,
    ): void;
  }

  export type XEvent = {
    name: string;
    wid: Xid;
    wid1?: Xid;
    parent?: Xid;
    aboveSibling?: Xid;
    x?: number;
    y?: number;
    width?: number;
    height?: number;
    borderWidth?: number;
    place?: number;
    mode?: number;
    atom?: number;
    time?: number;
    drawable?: Xid;
    request?: number;
  };

  export type Display = {
    client: Client;
    min_keycode: number;
    max_keycode: number;
    screen: { root: Xid; pixel_width: number; pixel_height: number }[];
  };

  export function createClient(
    options: { display: string; shm: false },
    done: (error: Error | null | undefined, display: Display) => void,
  ): Client;

  const x11: { createClient: typeof createClient };
  export default x11;
}
