import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import type { BlockForm, Happening, NodeForm, StateForm } from "../../src/api/forms";
import { random, type Random } from "../unit/random";

// What is played: so many nodes, blocks at such a pace, and how many in a hundred have a
// competitor.
export interface Play {
  nodes: number;
  forks: number; // percent
  seed: number;
  name?: (number: number) => string; // of a node
}

const types: { [extension: string]: string } = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };

// Manager plays one that has a network, for pictures and measurements that no real
// network of this machine could be had for, always the same. It serves the page's files.
export class Manager {
  private readonly next: Random;
  private readonly readers = new Set<ServerResponse>();
  readonly state: StateForm;
  private readonly doing = new Map<string, (body: unknown) => unknown>(); // by method and path
  private readonly log: string[] = []; // events as lines
  private part = ""; // of them, that readers are not sent yet
  private readonly server: Server;
  private height = 0;
  private hashes = 0;

  constructor(
    private readonly play: Play,
    private readonly dist: string,
  ) {
    this.next = random(play.seed);
    const nodes = Array.from({ length: play.nodes }, (_, i) => this.node(i));
    for (const n of nodes) this.link(n, nodes);
    this.state = { stream: "played", offset: 0, network: "dev", genesis: this.hash(), nodes, blocks: [], parameters: { block_time: 1, block_reward: "50" }, session: null, faults: null, manager: { token_required: false } };
    for (const n of nodes) n.tip = { hash: this.state.genesis, index: 0 };
    this.server = createServer((request, response) => {
      const url = new URL(request.url ?? "/", "http://x");
      const does = this.doing.get(`${request.method} ${url.pathname}`);
      if (does === undefined) this.answer(url, response);
      else void bodyOf(request).then((body) => json(response, does(body)));
    });
  }

  // on has requests be answered, such as "POST /network/heal".
  on(what: string, does: (body: unknown) => unknown): void {
    this.doing.set(what, does);
  }

  // happen tells of something that happens now.
  happen(type: string, data: object, node?: string): void {
    this.tell(type, node, new Date().toISOString(), data as Record<string, unknown>);
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`;
  }

  async close(): Promise<void> {
    for (const r of this.readers) r.destroy();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  // block plays the way of a block through the network, and sometimes a competitor's.
  block(): void {
    const tip = this.state.nodes.find((n) => n.tip?.index === this.height)?.tip ?? { hash: this.state.genesis, index: 0 };
    const miner = this.next(this.play.nodes);
    if (this.next(100) < this.play.forks) this.spread(tip.hash, this.next(this.play.nodes), false);
    this.spread(tip.hash, miner, true);
    this.height++;
  }

  // spread has a block come to each node; a stale one to its miner alone.
  private spread(previous_hash: string, miner: number, wins: boolean): void {
    const at = Date.now();
    const hash = this.hash();
    const index = this.height + 1;
    const { nodes } = this.state;
    const head = { hash, index, previous_hash, miner: `nm1${miner}`, transactions: 1 + this.next(30) };
    const stamp = (ms: number) => new Date(at + ms).toISOString().replace("Z", `${this.next(1000)}Z`.padStart(4, "0"));
    this.tell("block-mined", nodes[miner]!.name, stamp(0), { ...head, size: 900, seconds: 1, hashes: 200_000, withheld: false });
    this.state.blocks = [...this.state.blocks.slice(-499), { ...head, time: stamp(0), node: nodes[miner]!.name } as BlockForm];
    for (const [i, n] of nodes.entries()) {
      if (!wins && i !== miner) continue;
      const from = i === miner ? undefined : nodes[(i * 7 + miner) % nodes.length]!.id;
      const later = i === miner ? 0 : 2 + this.next(120);
      if (from !== undefined) this.tell("block-received", n.name, stamp(later), { hash, index, from, seconds: 0.001 });
      this.tell("block-connected", n.name, stamp(later), { ...head, from, seconds: 0.002 });
      this.tell("tip-moved", n.name, stamp(later), { hash, index, work: String(index * 262_144), applied: 1, reverted: 0 });
      n.tip = { hash, index };
      n.work = String(index * 262_144);
    }
  }

  private tell(type: string, node: string | undefined, time: string, data: Record<string, unknown>): void {
    const event: Happening = { offset: ++this.state.offset, time, type, ...(node === undefined ? {} : { node, boot: "0", seq: this.state.offset }), data };
    const line = `${JSON.stringify(event)}\n`;
    this.log.push(line);
    if (this.part === "") setImmediate(() => this.send());
    this.part += line;
  }

  // send sends what has happened at once in one part, as a real manager does.
  private send(): void {
    for (const r of this.readers) r.write(this.part);
    this.part = "";
  }

  private answer(url: URL, response: ServerResponse): void {
    const file = url.pathname === "/" ? "index.html" : /^\/dashboard\/([\w.]+)$/.exec(url.pathname)?.[1];
    if (file !== undefined) {
      response.writeHead(200, { "Content-Type": types[extname(file)] ?? "text/plain", "Content-Security-Policy": "default-src 'self'" });
      response.end(readFileSync(join(this.dist, file)));
    } else if (url.pathname === "/state") {
      json(response, this.state);
    } else if (url.pathname === "/events" && url.searchParams.has("limit")) {
      const from = Number(url.searchParams.get("from"));
      const part = this.log.slice(from - 1, from - 1 + Number(url.searchParams.get("limit")));
      json(response, { stream: "played", next: from + part.length, events: part.map((line) => JSON.parse(line) as Happening) });
    } else if (url.pathname === "/events") {
      response.writeHead(200, { "Content-Type": "application/x-ndjson" });
      response.flushHeaders();
      this.readers.add(response);
      response.on("close", () => this.readers.delete(response));
    } else {
      response.writeHead(404);
      json(response, { error: { code: "not-found", message: "not played" } });
    }
  }

  private node(i: number): NodeForm {
    const name = this.play.name?.(i) ?? `n${i}`;
    return {
      name, id: this.hash(), account: `nm1${i}`, pid: 1000 + i, address: `127.0.0.1:${5000 + i}`, state: "running", since: new Date().toISOString(), tip: null,
      work: "0", peers: [], mempool: { transactions: 0, bytes: 0, parked: 0 }, mining: null, strategy: "honest", withheld: 0,
    };
  }

  // link links a node with the next one, as in a ring, and with some others.
  private link(n: NodeForm, nodes: NodeForm[]): void {
    const at = nodes.indexOf(n);
    const ways = new Set([at + 1, ...Array.from({ length: 7 }, () => this.next(nodes.length))].map((i) => i % nodes.length));
    for (const i of ways) {
      const peer = nodes[i]!;
      if (peer === n || n.peers.some((l) => l.peer === peer.id)) continue;
      n.peers.push({ peer: peer.id, outbound: true, since: n.since });
      peer.peers.push({ peer: n.id, outbound: false, since: n.since });
    }
  }

  private hash(): string {
    this.hashes++;
    return `0000${Array.from({ length: 7 }, () => this.next(2 ** 32).toString(16).padStart(8, "0")).join("")}${this.hashes.toString(16).padStart(4, "0").slice(-4)}`;
  }
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = "";
  for await (const part of request) text += String(part);
  return text === "" ? undefined : JSON.parse(text);
}

function json(response: ServerResponse, body: unknown): void {
  if (!response.headersSent) response.writeHead(200, { "Content-Type": "application/json" });
  response.end(JSON.stringify(body));
}
