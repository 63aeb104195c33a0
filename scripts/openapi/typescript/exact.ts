// Numbers of JSON, of which none loses a digit.
import { LosslessNumber, isSafeNumber, parse } from "lossless-json";

/** A double where that is the very number, else its text. */
export type Exact = number | LosslessNumber;

export function parseExactly(text: string): unknown {
  return parse(text, null, (digits) => (isSafeNumber(digits) ? Number(digits) : new LosslessNumber(digits)));
}
