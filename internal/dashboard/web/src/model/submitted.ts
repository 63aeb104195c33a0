import type { Happening, SubmittedData } from "../api/forms";

// Transfer is one that a client has submitted.
export interface Transfer extends SubmittedData {
  at: number; // ms since 1970
  node: string; // that took it
}

// Submitted are the transfers that clients have submitted, as far as the page has read of them.
export interface Submitted {
  stream: string; // that they were told in
  list: readonly Transfer[]; // the newest last
  next: number; // offset of the first event that was not looked at
  lost: boolean; // events that may have told of more are missing
}

export const none: Submitted = { stream: "", list: [], next: 0, lost: false };

// Page is a part of a stream, of the types below.
export interface Page {
  stream: string;
  next: number; // offset of what follows
  events: Happening[];
}

export const types = "transaction-submitted,network-changed";
export const pageSize = 1000; // events
const most = 500; // transfers that are kept
const least = 2000; // events that are looked through at first, as the newest may be all that is kept; then twice as many
const farthest = 200_000; // from the end: events that are looked through at most

// Reach is from where on and up to where a stream is looked through, in offsets.
export interface Reach {
  first: number;
  last: number; // known; what has come since is read, too
}

// newer reads what a stream tells beyond what is known, the newest first, as far as it is kept.
export async function newer(known: Submitted, stream: string, { first, last }: Reach, read: (from: number) => Promise<Page>): Promise<Submitted> {
  const before = known.stream === stream ? known : { ...none, stream };
  const floor = Math.max(before.next, first, last + 1 - farthest);
  const now: Told = { list: [], anew: false, lost: before.next > 0 && floor > before.next };
  let next = 0;
  for (let [from, until, span] = [Math.max(floor, last + 1 - least), Infinity, least]; ; span *= 2) {
    const part = await between(from, until, stream, read);
    if (until === Infinity) next = part.next;
    precede(now, part.events);
    if (from === floor || now.anew || now.list.length >= most) break;
    [from, until] = [Math.max(floor, from - span), from];
  }
  const older = now.anew ? [] : before.list;
  return { stream, next, list: [...older, ...now.list].slice(-most), lost: now.lost || (before.lost && !now.anew) };
}

// between reads the events from one offset up to before another.
async function between(from: number, until: number, stream: string, read: (from: number) => Promise<Page>): Promise<{ events: Happening[]; next: number }> {
  const events: Happening[] = [];
  for (let at = from; ; ) {
    const page = await read(at);
    if (page.stream !== stream) throw new Error("another network is here now than before");
    events.push(...page.events.filter((e) => e.offset < until));
    if (page.events.length < pageSize || page.next >= until) return { events, next: page.next };
    at = page.next;
  }
}

// Told is what events tell.
interface Told {
  list: Transfer[];
  anew: boolean; // it begins with another network
  lost: boolean;
}

// precede puts before something what earlier events tell.
function precede(now: Told, events: readonly Happening[]): void {
  const anew = events.findLastIndex((e) => e.type === "network-changed");
  const counted = events.slice(anew + 1);
  now.anew = anew >= 0;
  now.lost ||= counted.some((e) => e.type === "gap");
  now.list.unshift(...counted.filter((e) => e.type === "transaction-submitted").map(transfer));
}

function transfer(e: Happening): Transfer {
  return { ...(e.data as unknown as SubmittedData), at: Date.parse(e.time), node: e.node! };
}
