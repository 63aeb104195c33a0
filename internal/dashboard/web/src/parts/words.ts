import type { MachineForm } from "../api/forms";

// Numbers and times in words.

export function plural(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString("en")} ${n === 1 ? one : many}`;
}

// coins says an amount, which is an exact decimal.
export function coins(amount: string): string {
  return `${amount} ${amount === "1" ? "coin" : "coins"}`;
}

// duration is a time in the unit that fits it: 0.4 ms, 12 ms, 3.4 s, 5 min, 2 h.
export function duration(seconds: number): string {
  if (seconds < 0.001) return `${(seconds * 1000).toFixed(1)} ms`;
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 90) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

// scaled is a number with three digits and a prefix: 16.3 k, 4.20 M.
export function scaled(n: number): string {
  for (const [size, prefix] of [[1e15, "P"], [1e12, "T"], [1e9, "G"], [1e6, "M"], [1e3, "k"]] as const) {
    if (n >= size) return `${(n / size).toPrecision(3)} ${prefix}`;
  }
  return n >= 100 || Number.isInteger(n) ? String(Math.round(n)) : n.toPrecision(3);
}

// hashrate is a number of hashes a second: 469 H/s, 2.16 MH/s.
export function hashrate(n: number): string {
  return n < 1000 ? `${scaled(n)} H/s` : `${scaled(n)}H/s`;
}

export function clock(ms: number): string {
  return new Date(ms).toLocaleTimeString("en-GB");
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`;
}

// short is a hash or an id as one recognizes it: without the zeros of its work.
export function short(hash: string): string {
  const digits = hash.replace(/^0+/, "");
  return `${digits.slice(0, 8)}…`;
}

// brief is the beginning of an id that nobody worked for, as of a transfer, or an address.
export function brief(id: string): string {
  return `${id.slice(0, 8)}…`;
}

// cut is a name where there is room for so many letters. It has its beginning and its end, as
// many names begin alike.
export function cut(name: string, most: number): string {
  if (name.length <= most) return name;
  const begin = Math.ceil((most - 1) / 2);
  return `${name.slice(0, begin)}…${name.slice(name.length - (most - 1 - begin))}`;
}

// listed is a name as lists have it, which have others beside it.
export function listed(name: string): string {
  return cut(name, 20);
}

// host is a URL of a machine without its scheme.
export function host(url: string): string {
  return url.replace(/^\w+:\/\//, "");
}

// machineWords says how another machine's manager is.
export function machineWords({ state, error = "" }: MachineForm): string {
  const words = { joined: "answers", silent: "does not answer", left: "has left", removed: "was taken out" }[state];
  return state === "silent" && error !== "" ? `${words}: ${error}` : words;
}

// millis is a time in ms with a digit after the point where it is short: 0.4 ms, 12 ms, 3.4 s.
export function millis(ms: number): string {
  return ms < 10 ? `${ms.toFixed(1)} ms` : duration(ms / 1000);
}

// why says what an error was.
export function why(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

// stateWords are a node's states as the manager calls them.
export const stateWords = { running: "running", paused: "paused", silent: "not answering", down: "down" } as const;

// sentence is a line of the manager's as one says it to a person: "healed" is "Healed.", and
// a name that comes first stays as it is.
export function sentence(text: string): string {
  const begins = /^[a-z]+[ ,;.]|^[a-z]+$/.test(text) ? text[0]!.toUpperCase() + text.slice(1) : text;
  return /[.!?]$/.test(begins) ? begins : `${begins}.`;
}
