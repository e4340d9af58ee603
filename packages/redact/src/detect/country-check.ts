import { weighted } from './check-digit.ts';

/** Check digits that one country has alone, under the name that people there know them by. */
const n = (plain: string, at: number, length: number) => Number(plain.slice(at, at + length));
const last = (plain: string) => n(plain, plain.length - 1, 1);
const mod11 = (plain: string, weights: readonly number[]) => weighted(plain, weights) % 11;

export function pension(p: string): boolean {
  const letter = (p.charCodeAt(8) - 64).toString().padStart(2, '0');
  const digits = p.slice(0, 8) + letter + p.slice(9, 11);
  const weights = [2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1];
  let sum = 0;
  for (let i = 0; i < 12; i++) {
    const product = n(digits, i, 1) * (weights[i] as number);
    sum += Math.floor(product / 10) + (product % 10);
  }
  return sum % 10 === last(p);
}

export function baltic(p: string): boolean {
  const first = mod11(p, [1, 2, 3, 4, 5, 6, 7, 8, 9, 1]);
  const second = mod11(p, [3, 4, 5, 6, 7, 8, 9, 1, 2, 3]);
  return (first < 10 ? first : second % 10) === last(p);
}

/** Romania's remainder of 10 is written as 1. */
export function over(p: string): number {
  return mod11(p, [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) === 10 ? 1 : 0;
}

export function cpf(p: string, length: number): boolean {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += n(p, i, 1) * (length + 1 - i);
  return ((sum * 10) % 11) % 10 === n(p, length, 1);
}

/** Letters count from 10, with a place kept for the N with a tilde. */
export function curp(p: string): boolean {
  let sum = 0;
  for (let i = 0; i < 17; i++) {
    const code = p.charCodeAt(i);
    const value = code < 58 ? code - 48 : code - 55 + (code > 78 ? 1 : 0);
    sum += value * (18 - i);
  }
  return (10 - (sum % 10)) % 10 === last(p);
}

/** Odd places count by a table of their own, even ones by their value. */
export function fiscale(p: string): boolean {
  const odd = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
  let sum = 0;
  for (let i = 0; i < 15; i++) {
    const code = p.charCodeAt(i);
    const value = code < 58 ? code - 48 : code - 65;
    sum += i % 2 === 0 ? (odd[value] as number) : value;
  }
  return p.charCodeAt(15) - 65 === sum % 26;
}

export function nric(p: string): boolean {
  const kind = p[0] as string;
  const sum = weighted(p.slice(1), [2, 7, 6, 5, 4, 3, 2]) + (/[TG]/.test(kind) ? 4 : kind === 'M' ? 3 : 0);
  const letters = /[ST]/.test(kind) ? 'JZIHGFEDCBA' : kind === 'M' ? 'KLJNPQRTUWX' : 'XWUTRQPMLKJ';
  return letters[kind === 'M' ? 10 - (sum % 11) : sum % 11] === p[8];
}
