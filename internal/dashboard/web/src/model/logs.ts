// LogForm answers GET /logs.
export interface LogForm {
  entries: EntryForm[]; // by time, the newest last
  more: boolean; // there may be older ones
  before: string; // ?before= of those
  skipped?: Skipped[]; // files that were not read
}

export interface Skipped {
  file: string;
  why: string;
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

// Known is a part of a log without a hole.
export interface Known {
  list: Entry[]; // by time, the newest last
  more: boolean; // there may be older ones
  before: string; // ?before= of those
  most: number; // lines that are kept
  skipped: readonly Skipped[]; // by the last answer
}

export const nothing: Known = { list: [], more: false, before: "", most: mostEntries, skipped: [] };

type Read = (query: { [key: string]: string }) => Promise<LogForm>;

// newer reads what came since the known lines: all of it, unless that is more than is kept.
export async function newer({ list, most }: Known, read: Read): Promise<LogForm> {
  const last = list[list.length - 1];
  if (last === undefined) return read({});
  const from = new Date(last.at - overlap).toISOString();
  let all = await read({ from });
  while (all.more && all.entries.length < most) {
    const part = await read({ from, before: all.before });
    all = { ...part, entries: [...part.entries, ...all.entries] };
  }
  return all;
}

// joined adds what newer has read. If that does not reach down to the known lines, it takes
// their place.
export function joined(last: Known, { entries, more, before, skipped = [] }: LogForm): Known {
  const known = { ...last, skipped };
  const news = entries.map(entryOf);
  if (known.list.length === 0 || more) return { ...known, list: news, more, before };
  const list = append(known.list, news, known.most);
  if (known.list.length + news.length <= known.most || list[0] === known.list[0]) return { ...known, list };
  return { ...known, list, more: true, before: placeBefore(list) };
}

// preceded adds older lines. So many more are kept then.
export function preceded(known: Known, { entries, more, before }: LogForm): Known {
  return { ...known, list: [...entries.map(entryOf), ...known.list], more, before, most: known.most + entries.length };
}

// placeBefore is the ?before= of what is older than some lines: their time, and how many of
// them are of it.
function placeBefore(list: readonly Entry[]): string {
  const { at } = list[0]!;
  return `${new Date(at).toISOString()}~${list.filter((e) => e.at === at).length}`;
}

// append adds lines of which some may be there already, and keeps the newest.
export function append(before: Entry[], more: readonly Entry[], most = mostEntries): Entry[] {
  const known = new Map<string, number>();
  const first = more[0]?.at ?? Infinity;
  for (let i = before.length - 1; i >= 0 && before[i]!.at >= first - overlap; i--) count(known, before[i]!, 1);
  const news = more.filter((e) => count(known, e, -1) < 0);
  if (news.length === 0) return before;
  const all = [...before, ...news];
  if (news[0]!.at < (before[before.length - 1]?.at ?? 0)) all.sort((a, b) => a.at - b.at || a.id - b.id);
  return all.slice(-most);
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
