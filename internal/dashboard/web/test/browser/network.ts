import { execFile, spawn, type ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { test as base } from "@playwright/test";

// Network is a real one: a manager and its nodes, each a process.
export class Network {
  private manager: ChildProcess | null = null;
  private output = "";

  private constructor(
    private readonly folder: string,
    readonly port: number, // of the manager
  ) {}

  static async prepare(): Promise<Network> {
    return new Network(await mkdtemp(join(tmpdir(), "networkmngr-page-")), await freePorts());
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  // start runs a manager, and waits until it answers. Its data outlives it.
  async start(nodes: number, ...flags: string[]): Promise<void> {
    const all = ["-p", String(this.port), "-a", String(nodes), "--logs", join(this.folder, "logs"), "--data", join(this.folder, "data"), ...flags];
    const child = spawn(binary(), all, { stdio: ["ignore", "pipe", "pipe"] });
    this.manager = child;
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (part: Buffer) => (this.output += part.toString()));
    await until(async () => {
      if (child.exitCode !== null) throw new Error(`the manager ended: ${this.output}`);
      return (await fetch(`${this.url}/healthz`).catch(() => null))?.ok === true;
    });
  }

  // kill ends the manager by a signal, as "kill -9" does, and waits for it.
  async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
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

  // load offers 1,000 transfers a second for so many seconds, while nodes mine, and returns
  // how many a second came into blocks.
  async load(seconds: number): Promise<number> {
    const flags = ["load", "--rate", "1000", "--for", `${seconds}s`, "--mine", "--json", "--logs", join(this.folder, "logs")];
    const { stdout } = await promisify(execFile)(binary(), flags);
    const { included, seconds: took } = JSON.parse(stdout) as { included: number; seconds: number };
    return included / took;
  }

  // processorTime is what the manager has used, in seconds.
  processorTime(): number {
    const fields = readFileSync(`/proc/${this.manager!.pid}/stat`, "utf8").split(") ")[1]!.split(" ");
    return (Number(fields[11]) + Number(fields[12])) / 100; // user and system time in ticks, of which a second has 100
  }

  async end(): Promise<void> {
    await this.kill("SIGTERM");
    await rm(this.folder, { recursive: true, force: true });
  }
}

function binary(): string {
  const path = process.env.NETWORKMNGR;
  if (path === undefined) throw new Error("NETWORKMNGR names no program: run scripts/dashboard/test");
  return path;
}

// until waits for a condition.
export async function until(condition: () => Promise<boolean>, limit = 30_000): Promise<void> {
  for (const end = Date.now() + limit; !(await condition()); ) {
    if (Date.now() > end) throw new Error("waited in vain");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

// freePorts returns a port that is free now; those after it most likely are, too, as it is
// far below those that the system lends.
async function freePorts(): Promise<number> {
  for (;;) {
    const port = 10_000 + 250 * Math.floor(Math.random() * 80);
    const server = createServer();
    const free = await new Promise<boolean>((resolve) => {
      server.once("error", () => resolve(false));
      server.listen(port, "127.0.0.1", () => resolve(true));
    });
    await new Promise((resolve) => server.close(resolve));
    if (free) return port;
  }
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
export { expect } from "@playwright/test";
