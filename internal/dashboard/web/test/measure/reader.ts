import type { Page } from "@playwright/test";

// Asked is a request that a page makes.
export interface Asked {
  path: string;
  headers: { [name: string]: string };
}

// requestsOf are those that a page makes until it is live, in their order.
export async function requestsOf(page: Page, url: string): Promise<Asked[]> {
  const list: Asked[] = [];
  page.on("request", (r) => list.push({ path: r.url().slice(new URL(url).origin.length), headers: r.headers() }));
  await page.goto(url);
  await page.getByText("live", { exact: true }).waitFor();
  return list;
}

const follows = "/events?types="; // the one request whose answer does not end

// read reads what a page reads, and shows nothing of it, until the signal aborts.
export async function read(url: string, all: readonly Asked[], signal: AbortSignal): Promise<void> {
  for (const { path, headers } of all) if (!path.startsWith(follows)) await (await fetch(url + path, { headers, signal })).arrayBuffer();
  const { stream, offset } = (await (await fetch(`${url}/state`, { signal })).json()) as { stream: string; offset: number };
  const { path, headers } = all.find((r) => r.path.startsWith(follows))!;
  const answer = await fetch(url + path, { headers: { ...headers, "last-event-id": `${stream}-${offset}` }, signal });
  try {
    for await (const _ of answer.body!);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
