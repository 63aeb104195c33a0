import { computed, effect, signal, type Signal } from "@preact/signals";
import { recall, remember } from "./storage";

// What a person has chosen, apart from what the network does.

export type Opened =
  | { kind: "block"; id: string } // hash
  | { kind: "node"; id: string } // name
  | { kind: "transfer"; id: string }
  | { kind: "account"; id: string } // address
  | { kind: "chart"; id: string }
  | { kind: "reorg"; id: string } // offset of the event
  | { kind: "link"; id: string } // names of two nodes, with ~ between
  | { kind: "faults"; id: "" }
  | { kind: "mining"; id: "" }
  | { kind: "time"; id: "" }
  | { kind: "help"; id: "" };

// shapes are what the ids of each kind look like. Whatever else a link has after its # is
// not ours: an id goes into the path of a request.
const shapes: { [kind in Opened["kind"]]: RegExp } = {
  block: /^[0-9a-f]{64}$/,
  node: /^[A-Za-z0-9][\w.:-]*$/,
  transfer: /^[0-9a-f]{64}$/,
  account: /^[a-z0-9]+$/,
  chart: /^[a-z-]+$/,
  reorg: /^\d+$/,
  link: /^[A-Za-z0-9][\w.:-]*~[A-Za-z0-9][\w.:-]*$/,
  faults: /^$/,
  mining: /^$/,
  time: /^$/,
  help: /^$/,
};

// opened is what the dialog shows; it is also the part of the address after #, so that a
// link leads there and "back" closes it.
export const opened = signal<Opened | null>(fromAddress());

export function open(kind: Opened["kind"], id: string | number = ""): void {
  location.hash = `#${kind}/${encodeURIComponent(id)}`;
}

export function close(): void {
  if (location.hash !== "") history.pushState(null, "", location.pathname + location.search);
  opened.value = null;
}

window.addEventListener("hashchange", () => (opened.value = fromAddress()));
window.addEventListener("popstate", () => (opened.value = fromAddress()));

function fromAddress(): Opened | null {
  const [kind = "", id = ""] = location.hash.slice(1).split("/");
  try {
    return Object.hasOwn(shapes, kind) && shapes[kind as Opened["kind"]].test(decodeURIComponent(id))
      ? ({ kind, id: decodeURIComponent(id) } as Opened)
      : null;
  } catch {
    return null; // not an address of ours
  }
}

export const tabs = ["blocks", "transfers", "nodes", "log", "timeline", "peers"] as const; // in their order
export type Tab = (typeof tabs)[number];
export const tab = kept<Tab>("tab", "blocks");

export type Look = "auto" | "dark" | "light";
export const look = kept<Look>("look", "auto");
export const projector = kept("projector", false);
// scale is how much larger texts and pictures are than usual.
export const scale = computed(() => (projector.value ? 1.25 : 1));
export const legend = kept("legend", true);
export const hint = kept("hint", true); // for whoever has never seen the page

// kept is a signal whose value this browser remembers.
function kept<T>(name: string, first: T): Signal<T> {
  const key = `networkmngr-${name}`;
  let value = first;
  try {
    value = JSON.parse(recall("localStorage", key) ?? "") as T;
  } catch {
    // Nothing was remembered, or nothing that can be read.
  }
  const s = signal(value);
  effect(() => remember("localStorage", key, JSON.stringify(s.value)));
  return s;
}

const dark = window.matchMedia("(prefers-color-scheme: dark)");

// nextLook goes from the system's look to the other one, then to the same one, and back.
export function nextLook(): void {
  const [same, other]: Look[] = dark.matches ? ["dark", "light"] : ["light", "dark"];
  look.value = look.value === "auto" ? other! : look.value === other ? same! : "auto";
}

const system = signal(0); // counts how often the system's own look has changed
dark.addEventListener("change", () => system.value++);

// appearance is another one when a drawing on a canvas has other colours or sizes.
export const appearance = computed(() => `${look.value} ${projector.value} ${system.value}`);

effect(() => {
  document.documentElement.dataset.look = look.value;
  document.documentElement.dataset.projector = String(projector.value);
  document.documentElement.style.setProperty("--scale", String(scale.value));
});

export interface Toast {
  id: number;
  text: string;
  bad: boolean;
  curl: string; // command that did it; empty for none
  more?: { text: string; act: () => void }; // what one may want to see then
}

export const toasts = signal<Toast[]>([]);
let lastToast = 0;

// say shows a line for some seconds.
export function say(text: string, { bad = false, curl = "", more }: Partial<Omit<Toast, "id" | "text">> = {}): void {
  const id = ++lastToast;
  toasts.value = [...toasts.value.slice(-3), { id, text, bad, curl, ...(more === undefined ? {} : { more }) }];
  window.setTimeout(() => dismiss(id), bad ? 12_000 : 6000);
}

export function dismiss(id: number): void {
  toasts.value = toasts.value.filter((t) => t.id !== id);
}
