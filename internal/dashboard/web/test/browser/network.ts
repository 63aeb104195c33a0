import { execFile, spawn, type ChildProcess } from "node:child_process";
import { readlinkSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test as base, type Page } from "@playwright/test";

// Network is a real one: a manager and its nodes, each a process.
export class Network {
  private manager: ChildProcess | null = null;
  private output = "";
  private scheme = "http";

  private constructor(
    private readonly folder: string,
    readonly port: number, // of the manager
  ) {}

  static async prepare(): Promise<Network> {
    return new Network(await mkdtemp(join(tmpdir(), "networkmngr-page-")), await freePorts());
  }

  get url(): string {
    return `${this.scheme}://127.0.0.1:${this.port}`;
  }

  // start runs a manager, and waits until it answers. Its data outlives it.
  async start(nodes: number, ...flags: string[]): Promise<void> {
    this.scheme = flags.includes("--tls") ? "https" : "http";
    const all = ["-p", String(this.port), "-a", String(nodes), "--logs", join(this.folder, "logs"), "--data", join(this.folder, "data"), ...flags];
    const child = spawn(binary(), all, { stdio: ["ignore", "pipe", "pipe"] });
    this.manager = child;
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (part: Buffer) => (this.output += part.toString()));
    await until(async () => {
      if (child.exitCode !== null) throw new Error(`the manager ended: ${this.output}`);
      return (await fetch(`${this.url}/healthz`).catch(() => null))?.ok === true;
    });
  }

  // kill ends the manager as "kill -9" does, and waits until its nodes, which end by
  // themselves then, have let go of their ports and data.
  async kill(): Promise<void> {
    const { nodes } = await this.get<{ nodes: { pid: number }[] }>("/state");
    await this.signal("SIGKILL");
    await until(async () => !nodes.some(({ pid }) => runs(pid)));
  }

  // signal sends the manager a signal that ends it, and waits for its end.
  private async signal(signal: NodeJS.Signals): Promise<void> {
    const child = this.manager;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    await ended;
  }

  // post sends a request that acts, and returns its answer.
  async post<T>(path: string, body?: unknown, method = "POST"): Promise<T> {
    const answer = await fetch(this.url + path, {
      method,
      headers: body === undefined ? {} : { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  async get<T>(path: string): Promise<T> {
    return this.post<T>(path, undefined, "GET");
  }

  // together waits until the manager has heard of a block at a height from all nodes that
  // run, as the tip of them all: an answer to who mines says nothing of the others, and may
  // come before the news.
  async together(height: number): Promise<void> {
    await until(async () => {
      const { nodes } = await this.get<{ nodes: { state: string; tip: { index: number; hash: string } | null }[] }>("/state");
      const tips = nodes.filter((n) => n.state === "running").map((n) => n.tip);
      return tips.every((tip) => tip?.index === height && tip.hash === tips[0]!.hash);
    });
  }

  // load offers 1,000 transfers a second for so many seconds, while nodes mine, and returns
  // how many a second came into blocks.
  async load(seconds: number): Promise<number> {
    const flags = ["load", "--rate", "1000", "--for", `${seconds}s`, "--mine", "--json", "--logs", join(this.folder, "logs")];
    const { stdout } = await promisify(execFile)(binary(), flags);
    const { included, seconds: took } = JSON.parse(stdout) as { included: number; seconds: number };
    return included / took;
  }

  // pid is the manager's.
  get pid(): number {
    return this.manager!.pid!;
  }

  async end(): Promise<void> {
    await this.signal("SIGTERM");
    await rm(this.folder, { recursive: true, force: true });
  }
}

// runs tells whether there is a process that still runs: not one that has ended and that
// nobody has asked how.
function runs(pid: number): boolean {
  try {
    return readlinkSync(`/proc/${pid}/exe`) !== "";
  } catch {
    return false;
  }
}

function binary(): string {
  const path = process.env.NETWORKMNGR;
  if (path === undefined) throw new Error("NETWORKMNGR names no program: run scripts/dashboard/test");
  return path;
}

// until waits for a condition.
export async function until(condition: () => Promise<boolean>, limit = 120_000): Promise<void> {
  for (const end = Date.now() + limit; !(await condition()); ) {
    if (Date.now() > end) throw new Error("waited in vain");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const ports = 8; // that a test's network has at most; the larger ones of measurements go on from there

// freePorts returns a port that is free now, as those after it are. They are far below those
// that the system lends.
async function freePorts(): Promise<number> {
  for (;;) {
    const first = 10_000 + 250 * Math.floor(Math.random() * 80);
    const free = await Promise.all(Array.from({ length: ports }, (_, i) => isFree(first + i)));
    if (free.every(Boolean)) return first;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const free = await new Promise<boolean>((resolve) => {
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => resolve(true));
  });
  if (free) await new Promise((resolve) => server.close(resolve));
  return free;
}

// mark is a node in the graph.
export const mark = (page: Page, name: string) => page.locator(`#graph [data-node="${name}"]`);

// still waits until the graph's nodes are arranged: who aims at one, or between two, would miss.
export async function still(page: Page): Promise<void> {
  await page.locator("#graph svg[aria-busy=false]").waitFor();
}

// place waits until all nodes of the graph that run have links with each other and all stand
// still, as a pointer would miss one that moves, and returns where one of them is.
export async function place(page: Page, name: string): Promise<string> {
  await page.waitForFunction(() => {
    const marks = [...document.querySelectorAll("#graph [data-node]")].map((m) => m.getAttribute("aria-label")!);
    const running = marks.filter((m) => m.includes(", running,"));
    const linked = running.every((m) => m.includes(` ${running.length - 1} peers`));
    return marks.length > 0 && linked && document.querySelector("#graph svg")!.ariaBusy === "false";
  });
  return (await mark(page, name).getAttribute("transform"))!;
}

// test has a network for each test. What the page writes to the console as an error fails
// it, but for requests that find no manager, which a test may want.
export const test = base.extend<{ network: Network; complaints: string[] }>({
  network: async ({}, use) => {
    const network = await Network.prepare();
    await use(network);
    await network.end();
  },
  complaints: [
    async ({ page }, use) => {
      const list: string[] = [];
      page.on("pageerror", (error) => list.push(error.message));
      page.on("console", (message) => message.type() === "error" && !message.text().includes("Failed to load resource") && list.push(message.text()));
      await use(list);
      if (list.length > 0) throw new Error(`the page complains: ${list.join("; ")}`);
    },
    { auto: true },
  ],
});
export { expect };

// focusedAtOnce holds that what the selector finds has the focus as soon as the act has
// brought it: the next key of a person counts for it, however busy the page is.
export async function focusedAtOnce(page: Page, selector: string, act: () => Promise<void>): Promise<void> {
  const brought = await page.evaluateHandle((selector) => {
    const focused = new Promise<boolean>((tell) => {
      new MutationObserver((_, observer) => {
        const found = document.querySelector(selector);
        if (found === null) return;
        observer.disconnect();
        tell(found.contains(document.activeElement));
      }).observe(document.body, { childList: true, subtree: true });
    });
    return { focused };
  }, selector);
  await act();
  expect(await brought.evaluate(({ focused }) => focused), `${selector} has the focus at once`).toBe(true);
}

// lookAs has the page show what a node knows, or with no name all: the list's names are there
// once somebody is at it.
export async function lookAs(page: Page, name: string): Promise<void> {
  const list = page.locator(".top").getByRole("combobox", { name: "as" });
  await list.focus();
  await list.selectOption(name);
}
