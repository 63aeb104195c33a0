// LogForm answers GET /logs.
export interface LogForm {
  entries: EntryForm[]; // by time, the newest last
  more: boolean; // there may be older ones
  before: string; // ?before= of those
}

export interface EntryForm {
  time: string;
  level: string;
  logger: string;
  node: string; // name, or "manager"
  message: string;
  values: { [key: string]: unknown };
  file: string;
}

// Entry is one line of a log.
export interface Entry {
  id: number;
  at: number; // ms since 1970
  level: string;
  node: string;
  logger: string;
  text: string;
}

export const mostEntries = 5000;
export const overlap = 2000; // ms that are asked for again, as files are not written in one order

let lastId = 0;

// entryOf is a line with its values in its text.
export function entryOf(form: EntryForm): Entry {
  const values = Object.entries(form.values).map(([key, value]) => `${key}=${typeof value === "string" ? value : JSON.stringify(value)}`);
  const text = values.length === 0 ? form.message : `${form.message}: ${values.join(" ")}`;
  return { id: ++lastId, at: Date.parse(form.time), level: form.level, node: form.node, logger: form.logger, text };
}

// append adds lines of which some may be there already, and keeps the newest.
export function append(before: Entry[], more: readonly Entry[]): Entry[] {
  const known = new Map<string, number>();
  const first = more[0]?.at ?? Infinity;
  for (let i = before.length - 1; i >= 0 && before[i]!.at >= first - overlap; i--) count(known, before[i]!, 1);
  const news = more.filter((e) => count(known, e, -1) < 0);
  if (news.length === 0) return before;
  const all = [...before, ...news];
  if (news[0]!.at < (before[before.length - 1]?.at ?? 0)) all.sort((a, b) => a.at - b.at || a.id - b.id);
  return all.slice(-mostEntries);
}

function count(known: Map<string, number>, e: Entry, by: number): number {
  const key = `${e.at} ${e.node} ${e.logger} ${e.text}`;
  const now = (known.get(key) ?? 0) + by;
  known.set(key, Math.max(now, 0));
  return now;
}

// literal is a regular expression that finds a text as it is typed.
export function literal(text: string): string {
  return `(?i)${text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")}`;
}
