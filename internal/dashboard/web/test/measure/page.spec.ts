import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { join } from "node:path";
import type { CDPSession } from "@playwright/test";
import { test, type Network } from "../browser/network";
import { Manager } from "../played/manager";
import { median, percentile, report } from "./figures";
import { browsers, privateMemory, processorTime, renderers, resting } from "./processes";
import { read, requestsOf } from "./reader";

// Figures of the page, each against what it must reach. They are measured, not asserted:
// how fast a shared machine is proves nothing. MINUTES is how long the long one runs.

const dist = join(import.meta.dirname, "../../../dist");
const minutes = Number(process.env.MINUTES ?? 10);
test.describe.configure({ timeout: (minutes + 15) * 60_000 }); // with room for a slow machine

test("bytes of the page", () => {
  const files = ["index.html", "app.js", "chunk.js", "rest.js", "app.css", "icon.svg"];
  const bytes = files.reduce((sum, name) => sum + gzipSync(readFileSync(join(dist, name)), { level: 9 }).length, 0);
  report("the whole page, compressed", `${(bytes / 1000).toFixed(1)} kB`, "120 kB");
});

test("first picture", async ({ browser, network }) => {
  await network.start(6);
  await network.post("/start/mining?mode=race&rounds=5");
  const times: number[][] = [];
  for (let i = 0; i < 9; i++) {
    const page = await browser.newPage();
    await resting();
    await page.goto(network.url);
    const way = await page.waitForFunction(wayToPicture);
    times.push((await way.jsonValue()) as number[]);
    await page.close();
  }
  const [document, state, script, run, drawn] = [0, 1, 2, 3, 4].map((step) => median(times.map((t) => t[step]!)).toFixed(0));
  report("first picture after load, six nodes", `${drawn} ms`, "500 ms");
  report("  until then the document, the state and the script are there, and that has run", `${document} ms, ${state} ms, ${script} ms, ${run} ms`, "");
});

// wayToPicture is when the document, the network's state and the script had come, when the
// script had run and when the first picture was drawn, in ms after the page was asked for;
// null until all that is over.
function wayToPicture(): number[] | null {
  const drawn = performance.getEntriesByName("first-picture")[0]?.startTime;
  if (drawn === undefined) return null;
  const document = performance.getEntriesByType("navigation")[0] as PerformanceNavigationTiming;
  const files = performance.getEntriesByType("resource") as PerformanceResourceTiming[];
  const came = (path: string) => files.find((f) => f.name.endsWith(path))!.responseEnd;
  return [document.responseEnd, came("/state"), Math.max(came("/app.js"), came("/chunk.js")), document.domContentLoadedEventEnd, drawn];
}

// A frame is drawn by the second animation frame after the change of the document.
test("event to pixels", async ({ page, network }) => {
  await network.start(6);
  await page.goto(network.url);
  await page.locator("#tree [data-hash]").first().waitFor();
  await page.evaluate(watchBlocks);
  const lags: number[] = [];
  for (let i = 0; i < 100; i++) {
    const { block } = await network.post<{ block: { hash: string } }>(`/nodes/n${i % 6}/mine`);
    const drawn = await page.waitForFunction((h) => (window as unknown as { drawn: Map<string, number> }).drawn.get(h), block.hash, { polling: "raf" });
    lags.push(((await drawn.jsonValue()) as number) - (await foundAt(network.url, block.hash)));
  }
  report("event in the node to pixels, six nodes", `p50 ${percentile(lags, 50).toFixed(0)} ms, p95 ${percentile(lags, 95).toFixed(0)} ms`, "p95 150 ms");
});

// The network is real here, and so are the pages. What serves them is told apart from what
// draws them, which shares the processor with the network: readers read the same, and draw
// nothing.
test("being watched by three pages", async ({ browser, page, network }) => {
  await network.start(6);
  const asked = await requestsOf(page, network.url);
  await page.close();
  const watched = {
    "by nobody": async () => async () => {},
    "by three readers": async () => {
      const ours = new AbortController();
      const readers = [0, 1, 2].map(() => read(network.url, asked, ours.signal));
      return async () => {
        ours.abort();
        await Promise.all(readers);
      };
    },
    "by three pages": async () => {
      const pages = await Promise.all([0, 1, 2].map(() => browser.newPage()));
      for (const p of pages) await p.goto(network.url);
      await resting(); // once they have read what was before
      return async () => {
        for (const p of pages) await p.close();
      };
    },
  };
  const runs: { [how: string]: Use[] } = {};
  for (let round = 0; round < 3; round++) {
    for (const [how, watch] of Object.entries(watched)) {
      const end = await watch();
      (runs[how] ??= []).push(await underLoad(network, 20));
      await end();
    }
  }
  const alone = median(runs["by nobody"]!.map((r) => r.transfers));
  for (const [how, list] of Object.entries(runs)) {
    const of = (key: keyof Use) => median(list.map((r) => r[key]));
    const used = (["manager", "nodes", "browser", "test"] as const).map((who) => `${who} ${(100 * of(who)).toFixed(0)}`).join(", ");
    report(`throughput, watched ${how}`, `${of("transfers").toFixed(0)} transfers/s, ${((1 - of("transfers") / alone) * 100).toFixed(1)} % less; of a core in %: ${used}`, "5 %");
  }
});

// Use is how many transfers a second came into blocks, and how many cores were used by whom.
interface Use {
  transfers: number;
  manager: number;
  nodes: number;
  browser: number;
  test: number; // with its readers
}

// underLoad offers a network transfers for so many seconds.
async function underLoad(network: Network, seconds: number): Promise<Use> {
  const { nodes } = await network.get<{ nodes: { pid: number }[] }>("/state");
  const all = { manager: [network.pid], nodes: nodes.map((n) => n.pid), browser: browsers(), test: [process.pid] };
  const use = () => Object.entries(all).map(([who, pids]) => [who, processorTime(pids)] as const);
  const [before, began] = [new Map(use()), performance.now()];
  const transfers = await network.load(seconds);
  const took = (performance.now() - began) / 1000;
  return { transfers, ...Object.fromEntries(use().map(([who, time]) => [who, (time - before.get(who)!) / took])) } as unknown as Use;
}

test("the manager with 200 nodes and a page", async ({ page, network }) => {
  await network.start(200);
  await page.goto(network.url);
  await network.post("/nodes/n0/mining", { mode: "interval", interval: 1 }, "PUT");
  await page.locator("#tree [data-hash]").nth(3).waitFor();
  const before = processorTime([network.pid]);
  await page.waitForTimeout(60_000);
  report("the manager, 200 nodes, a block a second, a page", `${(((processorTime([network.pid]) - before) / 60) * 100).toFixed(1)} % of a core`, "10 %");
});

test("200 nodes, a block a second", async ({ page }) => {
  const manager = new Manager({ nodes: 200, forks: 10, seed: 1 }, dist);
  for (let i = 0; i < 50; i++) manager.block();
  await page.goto(await manager.listen());
  await page.locator("#tree [data-hash]").first().waitFor();
  const cdp = await page.context().newCDPSession(page);
  const beat = setInterval(() => manager.block(), 1000);
  const frames: number[] = [];
  const memory: number[] = [];
  for (let minute = 0; minute < minutes; minute++) {
    frames.push(...(await page.evaluate(countFrames, 60_000)));
    await cdp.send("HeapProfiler.collectGarbage");
    memory.push(Math.max(0, ...renderers().map(privateMemory)));
  }
  clearInterval(beat);
  const heap = await heapUsed(cdp);
  const { nodes } = await cdp.send("Memory.getDOMCounters");
  await manager.close();
  report(`200 nodes, a block a second, ${minutes} min`, `${median(frames).toFixed(0)} frames/s, slowest second ${Math.min(...frames)}`, "30 frames/s");
  report("  private memory of the page, a minute each", `${memory.map((m) => m.toFixed(0)).join(" ")} MB`, "150 MB, and flat");
  report("  heap after collection, DOM nodes", `${heap.toFixed(1)} MB, ${nodes}`, "40 MB, 3000");
});

// watchBlocks notes when each block was drawn first.
function watchBlocks(): void {
  const drawn = new Map<string, number>();
  Object.assign(window, { drawn });
  const look = () => {
    for (const g of document.querySelectorAll<SVGElement>("#tree [data-hash]")) {
      const hash = g.dataset.hash!;
      if (drawn.has(hash)) continue;
      drawn.set(hash, 0);
      requestAnimationFrame(() => requestAnimationFrame(() => drawn.set(hash, Date.now())));
    }
  };
  new MutationObserver(look).observe(document.querySelector("#tree")!, { subtree: true, childList: true, attributes: true });
}

// foundAt is when the node that mined a block connected it, in ms since 1970.
async function foundAt(url: string, hash: string): Promise<number> {
  const state = (await (await fetch(`${url}/state`)).json()) as { blocks: { hash: string; time: string }[] };
  return Date.parse(state.blocks.find((b) => b.hash === hash)!.time);
}

// countFrames counts the frames of each second.
function countFrames(time: number): Promise<number[]> {
  return new Promise((resolve) => {
    const counts: number[] = [];
    const begin = performance.now();
    const tick = (now: number) => {
      const second = Math.floor((now - begin) / 1000);
      counts[second] = (counts[second] ?? 0) + 1;
      if (now - begin < time) requestAnimationFrame(tick);
      else resolve(Array.from(counts.slice(0, Math.floor(time / 1000)), (c) => c ?? 0));
    };
    requestAnimationFrame(tick);
  });
}

async function heapUsed(cdp: CDPSession): Promise<number> {
  await cdp.send("HeapProfiler.collectGarbage");
  return (await cdp.send("Runtime.getHeapUsage")).usedSize / 1e6;
}
