import { exactly } from "./client";
import type { Happening } from "./forms";

// Reader is told what a stream brings.
export interface Reader {
  // take gets the events of one part, in order.
  take(events: Happening[]): void;
  // connected is called when the stream stands, lost when it has ended or fails.
  connected(): void;
  lost(why: string): void;
  // pause is for how many ms nothing need be read after a part: what comes meanwhile is the next one.
  pause(): number;
}

export interface Position {
  stream: string;
  offset: number;
}

// types are those that the page reads of the past: all that are told to anybody but transfers,
// which are most of them at times: see ../submitted. Of what comes, also what searches try.
export const types = "default,-transaction-submitted";
const live = `${types},stats`;
const shortest = 250; // ms between two attempts
const longest = 4000;
const patience = 40_000; // ms without a sign of life, which comes every 15 s

// follow reads GET /events from after a position until the signal aborts, and goes on
// where it was after each loss. The position moves with what is read. fetch is used and
// not EventSource, as that can neither begin at an offset nor say why it failed.
export async function follow(at: Position, reader: Reader, signal: AbortSignal): Promise<void> {
  for (let wait = shortest; !signal.aborted; wait = Math.min(2 * wait, longest)) {
    try {
      await readOnce(at, reader, signal, () => (wait = shortest));
      if (!signal.aborted) reader.lost("the manager ended the stream");
    } catch (error) {
      if (signal.aborted) return;
      // Browsers' own words for it differ, and say no more.
      reader.lost(error instanceof TypeError ? "the manager does not answer" : error instanceof Error ? error.message : String(error));
    }
    await pause(wait, signal);
  }
}

async function readOnce(at: Position, reader: Reader, signal: AbortSignal, alive: () => void): Promise<void> {
  const ours = new AbortController();
  const stop = () => ours.abort();
  signal.addEventListener("abort", stop);
  let timer = window.setTimeout(stop, patience);
  try {
    const answer = await fetch(`/events?types=${live}`, {
      headers: { Accept: "application/x-ndjson", "Last-Event-ID": `${at.stream}-${at.offset}` },
      signal: ours.signal,
      cache: "no-store",
    });
    if (!answer.ok || answer.body === null) throw new Error(`the manager answers ${answer.status} to /events`);
    reader.connected();
    for await (const lines of linesOf(answer.body)) {
      if (signal.aborted) return;
      window.clearTimeout(timer);
      timer = window.setTimeout(stop, patience);
      alive();
      const events = lines.map((line) => exactly<Happening>(line));
      for (const event of events) at.offset = Math.max(at.offset, event.offset);
      reader.take(events);
      await pause(reader.pause(), signal);
    }
  } catch (error) {
    if (ours.signal.aborted && !signal.aborted) throw new Error("the manager gives no sign of life");
    throw error;
  } finally {
    window.clearTimeout(timer);
    signal.removeEventListener("abort", stop);
    ours.abort();
  }
}

// linesOf yields the whole lines of each part that comes.
async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string[]> {
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const parts = (rest + value).split("\n");
    rest = parts.pop() ?? "";
    const lines = parts.filter((line) => line !== "");
    if (lines.length > 0) yield lines;
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms === 0) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = window.setTimeout(done, ms);
    signal.addEventListener("abort", done, { once: true });
    function done() {
      window.clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
  });
}
