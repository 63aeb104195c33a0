import { recall, remember } from "../storage";
import type { ManagerForm } from "./forms";

// Requests to the manager. Every act can be shown as a command for curl.

export interface Act {
  method: "GET" | "POST" | "PUT" | "DELETE";
  path: string; // from the manager's root, with its query
  body?: unknown; // JSON
  exact?: boolean; // the answer's amounts are read as texts: see exactly
}

// Refused is an answer that says no, or no answer at all (status 0).
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

const tokenKey = "networkmngr-token";

// token is what acting requests carry where the network has one. It is kept for the tab.
let token = recall("sessionStorage", tokenKey) ?? "";

export function setToken(value: string): void {
  token = value;
  remember("sessionStorage", tokenKey, value);
}

// askToken asks the person for the network's token, and says why the last one was of no
// use; null if there is none to be had.
let askToken: (why: string) => Promise<string | null> = async () => null;

export function onTokenNeeded(ask: (why: string) => Promise<string | null>): void {
  askToken = ask;
}

// ask sends a request, and again with a token that the person gives, if it lacks one.
export async function ask<T>(act: Act, signal?: AbortSignal): Promise<T> {
  for (let why = ""; ; ) {
    const sent = token;
    try {
      return await send<T>(act, signal);
    } catch (error) {
      if (!(error instanceof Refused) || error.status !== 401) throw error;
      if (sent !== token) continue; // another request has had it meanwhile
      if (sent !== "") why = `The manager refuses this one: ${error.message}.`;
      const given = await askToken(why);
      if (given === null) throw error;
      setToken(given);
    }
  }
}

// get reads a path.
export function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return ask<T>({ method: "GET", path }, signal);
}

// getExact reads a path whose answer has amounts, which are texts then.
export function getExact<T>(path: string, signal?: AbortSignal): Promise<T> {
  return ask<T>({ method: "GET", path, exact: true }, signal);
}

async function send<T>(act: Act, signal?: AbortSignal): Promise<T> {
  if (leaves(act.path)) throw new Refused(0, "malformed", `not a path of the API: ${act.path}`);
  let answer: Response;
  try {
    answer = await fetch(act.path, {
      method: act.method,
      headers: headers(act),
      body: act.body === undefined ? undefined : JSON.stringify(act.body),
      signal,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Refused(0, "no-answer", "the manager does not answer");
  }
  if (!answer.ok) throw await refusal(answer);
  return act.exact ? exactly<T>(await answer.text()) : ((await answer.json()) as T);
}

// leaves reports whether a path leads elsewhere than it says, as one with ".." does.
function leaves(path: string): boolean {
  const url = new URL(path, location.origin);
  return url.pathname + url.search !== path;
}

const amounts = /"(amount|fee|balance|coins|total_fees|block_reward|genesis_coins)":\s*(-?[\d.eE+-]+)/g;

// exactly parses JSON with amounts as the texts that they are: they have up to 19 digits,
// and a number of JavaScript's holds 15. Within a text of JSON a quote has a backslash
// before it, so that none is taken for an amount.
export function exactly<T>(json: string): T {
  return JSON.parse(json.replace(amounts, '"$1":"$2"')) as T;
}

// onNode is the path of something that a node has or does, through the manager.
export function onNode(name: string, rest: string): string {
  return `/nodes/${encodeURIComponent(name)}${rest}`;
}

// headers are those of a request. Only one that acts has the token: whoever may have
// taken the manager's port meanwhile learns nothing from what the page reads by itself.
export function headers(act: Pick<Act, "method" | "body">): Record<string, string> {
  return {
    Accept: "application/json",
    ...(act.body === undefined ? {} : { "Content-Type": "application/json" }),
    ...(token === "" || act.method === "GET" ? {} : { Authorization: `Bearer ${token}` }),
  };
}

async function refusal(answer: Response): Promise<Refused> {
  try {
    const { error } = (await answer.json()) as { error: { code: string; message: string } };
    return new Refused(answer.status, error.code, error.message);
  } catch {
    return new Refused(answer.status, "unknown", `the answer is ${answer.status} ${answer.statusText}`);
  }
}

// needs are what commands must have that speak with the manager, as it has told.
let needs: ManagerForm = { token_required: false };

export function setNeeds(manager: ManagerForm): void {
  needs = manager;
}

// curl is the command that does the same. The token is named, not shown. A certificate is
// known by its key: whoever has signed it ("-k"), curl sends nothing to the holder of
// another key.
export function curl(act: Act, origin = location.origin): string {
  const parts = ["curl"];
  if (needs.key_pin !== undefined) parts.push("-k", "--pinnedpubkey", quote(needs.key_pin));
  if (act.method !== "GET") parts.push("-X", act.method);
  if ((needs.token_required || token !== "") && act.method !== "GET") parts.push("-H", '"Authorization: Bearer $NETWORKMNGR_TOKEN"');
  if (act.body !== undefined) parts.push("-H", quote("Content-Type: application/json"), "-d", quote(JSON.stringify(act.body)));
  return [...parts, quote(origin + act.path)].join(" ");
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
