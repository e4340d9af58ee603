/** `name(value, key=value)`, as pyautogui scripts and UI-TARS write calls. Strings, numbers, lists of strings. */
export type PythonCall = {
  name: string;
  args: PythonValue[];
  named: Record<string, PythonValue>;
};
export type PythonValue = string | number | string[];

export function writeCall({ name, args, named }: PythonCall): string {
  const parts = [
    ...args.map(literal),
    ...Object.entries(named).map(([key, value]) => `${key}=${literal(value)}`),
  ];
  return `${name}(${parts.join(', ')})`;
}

/** Four decimals, as AgentNet writes places. */
export function fraction(value: number): number {
  return Number(value.toFixed(4));
}

/** One call a line, or separated by semicolons. Null: it is something else. Nothing is ever evaluated. */
export function readCalls(source: string): PythonCall[] | null {
  const reader = new CallReader(source);
  return reader.calls();
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  "'": "\\'",
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

function literal(value: PythonValue): string {
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  const escaped = value.replace(/[\\'\p{Cc}\u2028\u2029]/gu, (character) => {
    const code = character.charCodeAt(0).toString(16).padStart(4, '0');
    return ESCAPES[character] ?? `\\u${code}`;
  });
  return `'${escaped}'`;
}

class CallReader {
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  calls(): PythonCall[] | null {
    const calls: PythonCall[] = [];
    for (;;) {
      this.#match(/[\s;]*/y);
      if (this.#at >= this.#source.length) return calls;
      const call = this.#call();
      if (call === null) return null;
      calls.push(call);
    }
  }

  #call(): PythonCall | null {
    const name = this.#match(/[A-Za-z_][\w.]*/y);
    if (name === null || this.#match(/\(\s*/y) === null) return null;
    const call: PythonCall = { name, args: [], named: Object.create(null) as Record<string, PythonValue> };
    while (this.#match(/\s*\)/y) === null) {
      const key = this.#match(/[A-Za-z_]\w*(?=\s*=)/y);
      if (key !== null) this.#match(/\s*=\s*/y);
      const value = this.#value();
      if (value === null) return null;
      if (key === null) call.args.push(value);
      else call.named[key] = value;
      if (this.#match(/\s*,\s*/y) === null && !/^\s*\)/.test(this.#source.slice(this.#at, this.#at + 64)))
        return null;
    }
    return { ...call, named: { ...call.named } };
  }

  #value(): PythonValue | null {
    const number = this.#match(/[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?/iy);
    if (number !== null) return Number(number);
    if (this.#match(/\[\s*/y) === null) return this.#string();
    const list: string[] = [];
    while (this.#match(/\s*\]/y) === null) {
      const item = this.#string();
      if (item === null) return null;
      list.push(item);
      this.#match(/\s*,\s*/y);
    }
    return list;
  }

  #string(): string | null {
    const quoted = this.#match(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/sy);
    if (quoted === null) return null;
    return quoted.slice(1, -1).replace(/\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)/gs, (_, escaped: string) => {
      if (escaped.length > 1) return String.fromCharCode(Number.parseInt(escaped.slice(1), 16));
      return { n: '\n', r: '\r', t: '\t' }[escaped] ?? escaped;
    });
  }

  #match(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#source);
    if (match === null) return null;
    this.#at += match[0].length;
    return match[0];
  }
}
