import { duration } from "../parts/words";
import { secondsOf } from "./faults";

const day = 86_400; // s

// behindWords says how far the lab's time is from the machine's; empty if it is not.
export function behindWords(behind: string): string {
  const early = behind.startsWith("-");
  const seconds = secondsOf(early ? behind.slice(1) : behind);
  if (!(seconds >= 1)) return "";
  return `${seconds >= 2 * day ? `${Math.round(seconds / day)} days` : duration(seconds)} ${early ? "ahead" : "behind"}`;
}
