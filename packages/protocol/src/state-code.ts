import type { StyleDelta } from './state.ts';

/** Tags of changes on the wire (REC53). */
export const META = 0;
export const SNAPSHOT = 1;
export const MUTATION = 2;
export const SCROLL = 3;
export const RESIZE = 4;
export const INPUT = 5;
export const SHEET_RULE = 6;
export const DECLARATION = 7;
export const ADOPTED = 8;

/** Tags of attribute values: below FIRST_STRING a kind, from it on a string's number. */
export const VALUE_NULL = 0;
export const VALUE_TRUE = 1;
export const VALUE_NUMBER = 2;
export const VALUE_DELTA = 2;
export const FIRST_STRING = 3;

export const NODE_TYPE = 0x03;
export const NODE_FIRST_FLAG = 0x04;
export const NODE_SHADOW_HOST = 0x08;
export const NODE_SHADOW = 0x10;
export const NODE_ROOT = 0x20;

export type AttributeValue = string | number | true | null;
export type Value = AttributeValue | StyleDelta;
