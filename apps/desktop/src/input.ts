import type { ButtonEvent, KeyEvent, MoveEvent, WheelEvent } from '@aboveboard/protocol/event';

/** What a pointer or a key did, without its time. */
export type Pointed = Untimed<MoveEvent> | Untimed<ButtonEvent> | Untimed<WheelEvent>;
export type KeyClass = Pick<KeyEvent, 'key' | 'name'>;

type Untimed<E> = E extends unknown ? Omit<E, 't' | 'node'> : never;
