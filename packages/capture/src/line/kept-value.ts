/** One value of the device that is kept as a whole, durable before `put` resolves. */
export type Kept<T> = { get(): Promise<T | null>; put(value: T): Promise<void>; remove(): Promise<void> };

/** Every value of one device, by its name. */
export type KeepValue = <T>(name: string) => Kept<T>;

/** For tests; what is kept is a copy, as a database would keep it. */
export function keepInMemory(values = new Map<string, unknown>()): KeepValue {
  return <T>(name: string) => ({
    get: async () => structuredClone((values.get(name) as T | undefined) ?? null),
    put: async (value) => void values.set(name, structuredClone(value)),
    remove: async () => void values.delete(name),
  });
}
