/**
 * What was made of a text, so that it need not be made again: the recorder keeps it in the page's process, so it is bounded by
 * characters and not by entries. A field that is typed into gives a longer text with each key, none of which comes again.
 */
export type BoundedMemory<V> = (key: string, make: () => V) => V;

/** A longer key is made anew each time. */
const LONGEST = 400;
/** What an entry takes beside its characters, in characters. */
const ENTRY = 40;

/** `room`: characters of keys and of what `size` says of values; when it is full all is forgotten. */
export function boundedMemory<V>(room: number, size: (value: V) => number): BoundedMemory<V> {
  const known = new Map<string, V>();
  let taken = 0;
  return (key, make) => {
    const found = known.get(key);
    if (found !== undefined) return found;
    const made = make();
    if (key.length > LONGEST) return made;
    taken += key.length + size(made) + ENTRY;
    if (taken > room) {
      known.clear();
      taken = key.length + size(made) + ENTRY;
    }
    known.set(key, made);
    return made;
  };
}
