import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { join } from "node:path";
import type { CDPSession } from "@playwright/test";
import { test } from "../browser/network";
import { Manager } from "../played/manager";
import { median, percentile, report } from "./figures";

// Figures of the page, each against what it must reach. They are measured, not asserted:
// how fast a shared machine is proves nothing. MINUTES is how long the long one runs.

const dist = join(import.meta.dirname, "../../../dist");
const minutes = Number(process.env.MINUTES ?? 10);
test.describe.configure({ timeout: (minutes + 15) * 60_000 }); // with room for a slow machine

test("bytes of the page", () => {
  const files = ["index.html", "app.js", "app.css", "icon.svg"];
  const bytes = files.reduce((sum, name) => sum + gzipSync(readFileSync(join(dist, name)), { level: 9 }).length, 0);
  report("the whole page, compressed", `${(bytes / 1000).toFixed(1)} kB`, "120 kB");
});

test("first picture", async ({ browser, network }) => {
  await network.start(6);
  await network.post("/start/mining?mode=race&rounds=5");
  const times: number[] = [];
  for (let i = 0; i < 9; i++) {
    const page = await browser.newPage();
    await page.goto(network.url);
    const drawn = await page.waitForFunction(() => performance.getEntriesByName("first-picture")[0]?.startTime);
    times.push((await drawn.jsonValue()) as number);
    await page.close();
  }
  report("first picture after load, six nodes", `${median(times).toFixed(0)} ms`, "500 ms");
});

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

// The network is real here, and so are the pages: they share the processor with it.
test("being watched by three pages", async ({ browser, network }) => {
  await network.start(6);
  const confirmed: { [watched: string]: number[] } = { no: [], yes: [] };
  for (let round = 0; round < 3; round++) {
    confirmed.no!.push(await network.load(20));
    const pages = await Promise.all([0, 1, 2].map(() => browser.newPage()));
    for (const page of pages) await page.goto(network.url);
    confirmed.yes!.push(await network.load(20));
    for (const page of pages) await page.close();
  }
  const [alone, watched] = [median(confirmed.no!), median(confirmed.yes!)];
  report("throughput, watched by three pages", `${watched.toFixed(0)} of ${alone.toFixed(0)} transfers/s: ${((1 - watched / alone) * 100).toFixed(1)} % less`, "5 %");
});

test("the manager with 200 nodes and a page", async ({ page, network }) => {
  await network.start(200);
  await page.goto(network.url);
  await network.post("/nodes/n0/mining", { mode: "interval", interval: 1 }, "PUT");
  await page.locator("#tree [data-hash]").nth(3).waitFor();
  const before = network.processorTime();
  await page.waitForTimeout(60_000);
  report("the manager, 200 nodes, a block a second, a page", `${(((network.processorTime() - before) / 60) * 100).toFixed(1)} % of a core`, "10 %");
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
    memory.push(await privateMemory(cdp));
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

// privateMemory is what the page's renderer has for itself, in MB.
async function privateMemory(cdp: CDPSession): Promise<number> {
  await cdp.send("HeapProfiler.collectGarbage");
  return Math.max(0, ...renderers().map(privateOf));
}

// renderers are the processes that Chromium draws pages with, of this test alone.
function renderers(): number[] {
  return descendants(process.pid).filter((pid) => commandLine(pid).includes("--type=renderer"));
}

function descendants(pid: number): number[] {
  const children = readTasks(pid);
  return [...children, ...children.flatMap(descendants)];
}

function readTasks(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").filter(Boolean).map(Number);
  } catch {
    return []; // it has ended
  }
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}

function privateOf(pid: number): number {
  try {
    const rows = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8").matchAll(/^Private_\w+:\s+(\d+) kB/gm);
    return [...rows].reduce((sum, row) => sum + Number(row[1]), 0) / 1000;
  } catch {
    return 0;
  }
}

async function heapUsed(cdp: CDPSession): Promise<number> {
  await cdp.send("HeapProfiler.collectGarbage");
  return (await cdp.send("Runtime.getHeapUsage")).usedSize / 1e6;
}
