import { join } from "node:path";
import type { Page } from "@playwright/test";
import axe from "axe-core";
import { playFaults } from "../played/faults";
import { Manager } from "../played/manager";
import { played } from "../played/open";
import { expect, focusedAtOnce, test } from "./network";

const dist = join(import.meta.dirname, "../../../dist");
const sizes = [[1280, 800], [1920, 1080], [390, 844]] as const;

// faults are what axe finds, in words.
async function faults(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => (window as unknown as { axe: typeof axe }).axe.run());
  return violations.map((v) => `${v.id}: ${v.help}: ${v.nodes.map((n) => n.html.slice(0, 120)).join(" | ")}`);
}

test("axe finds nothing, in both looks, on each tab and in each dialog", async ({ page, network }) => {
  test.setTimeout(900_000);
  await network.start(2);
  await network.post("/nodes/n0/mine?count=3");
  const { id } = await network.post<{ id: string }>("/nodes/n1/transactions", { sender: "alice", recipient: "bob", amount: "1" });
  await network.post("/nodes/n1/mine");
  for (const colorScheme of ["dark", "light"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.goto(network.url);
    await expect(page.locator("#tree").getByRole("button", { name: /^block 4/ })).toBeVisible();
    for (const tab of ["1", "2", "3", "4", "5", "6"]) {
      await page.keyboard.press(tab);
      expect(await faults(page), `${colorScheme}, tab ${tab}`).toEqual([]);
    }
    const { blocks } = await network.get<{ blocks: { hash: string }[] }>("/state");
    for (const opened of ["help/", "node/n0", `block/${blocks[1]!.hash}`, "chart/height", "chart/mining", "faults/", "mining/", "time/", "link/n0~n1", `transfer/${id}`]) {
      await page.goto(`${network.url}/#${opened}`);
      await expect(page.getByRole("dialog")).toBeVisible();
      expect(await faults(page), `${colorScheme}, ${opened}`).toEqual([]);
    }
  }
});

test("a key that is pressed before the page is drawn counts", async ({ page, network }) => {
  await network.start(1);
  await page.addInitScript(() =>
    document.addEventListener("DOMContentLoaded", () => document.dispatchEvent(new KeyboardEvent("keydown", { key: "3" }))),
  );
  await page.goto(network.url);
  await expect(page.locator("#tabs").getByRole("button", { name: "kill n0" })).toBeVisible();
});

// hidden are the controls of the page's top and of its panels' headers and bars that are
// not all within these: who reaches such a one would have to scroll what does not scroll.
async function hidden(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const list: string[] = [];
    for (const control of document.querySelectorAll(".top :is(button, select, a), .panel > header :is(button, select, input), .panel .bar :is(button, select, input)")) {
      const box = control.getBoundingClientRect();
      const around = control.closest(".panel, .top")!.getBoundingClientRect();
      const within = box.left >= around.left - 1 && box.right <= around.right + 1 && box.top >= around.top - 1 && box.bottom <= around.bottom + 1;
      if (!within) list.push(`${control.closest(".panel")?.id ?? "top"}: ${control.getAttribute("aria-label") ?? control.textContent}`);
    }
    return list;
  });
}

// endless are the names in lists whose end is not seen: many names begin alike.
async function endless(page: Page): Promise<string[]> {
  return page.evaluate(() => [...document.querySelectorAll(".who, .who span, .legend span")].filter((e) => e.scrollWidth > e.clientWidth && e.clientWidth > 0).map((e) => e.textContent!));
}

// across is by how much the page is wider than its window, in pixels.
const across = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

test("nothing is cut off or out of reach, at any size and with any number of nodes", async ({ page }) => {
  test.setTimeout(900_000);
  const names = [undefined, (i: number) => `a-node-whose-name-is-as-long-as-a-name-may-ever-be-in-words-${i}`];
  for (const nodes of [0, 1, 6, 20, 200]) {
    for (const name of names) {
      const manager = new Manager({ nodes, forks: 30, seed: nodes + 1, ...(name === undefined ? {} : { name }) }, dist);
      for (let i = 0; i < 30 && nodes > 0; i++) manager.block();
      const url = await manager.listen();
      for (const [width, height] of sizes) {
        await page.setViewportSize({ width, height });
        await page.goto(url);
        await expect(page.getByText("live", { exact: true })).toBeVisible();
        const down = await page.evaluate(() => document.documentElement.scrollHeight - innerHeight);
        expect(await across(page), `${nodes} nodes at ${width}: scrolls sideways`).toBeLessThanOrEqual(0);
        for (const tab of ["1", "2", "3", "4", "5", "6"]) {
          await page.keyboard.press(tab);
          expect(await hidden(page), `${nodes} nodes at ${width}, tab ${tab}: controls that are cut off`).toEqual([]);
          expect(await endless(page), `${nodes} nodes at ${width}, tab ${tab}: names without an end`).toEqual([]);
        }
        await page.keyboard.press("p");
        expect(await hidden(page), `${nodes} nodes at ${width}, on a projector: controls that are cut off`).toEqual([]);
        expect(await across(page), `${nodes} nodes at ${width}, on a projector: scrolls sideways`).toBeLessThanOrEqual(0);
        await page.keyboard.press("p");
        if (nodes === 0) await expect(page.locator("#tree").getByText("there is no node")).toBeVisible();
        if (nodes === 0) await expect(page.getByRole("list", { name: "legend of the network" }), "of no mark").toHaveCount(0);
        if (width > 800) expect(down, `${nodes} nodes at ${width}: scrolls down`).toBeLessThanOrEqual(0);
      }
      await manager.close();
    }
  }
});

test("what opens has the focus before the next key", async ({ page }) => {
  await played(page, 3, playFaults, async () => {
    await focusedAtOnce(page, "dialog", () => page.keyboard.press("?"));
    await page.keyboard.press("Escape");
    await expect(page.locator("dialog")).toHaveCount(0);
    const column = page.locator("#propagation").getByRole("button", { name: /^block 1:/ });
    await focusedAtOnce(page, "#propagation .way", () => column.press("Enter"));
    await page.keyboard.press("Escape");
    await expect(column).toBeVisible();
  });
});

test("the keyboard alone reaches all", async ({ page, network }) => {
  await network.start(2);
  await network.post("/nodes/n0/mine");
  await page.goto(network.url);
  await expect(page.locator("#tree").getByRole("button", { name: /^block 1/ })).toBeVisible();
  const reached = new Set<string>();
  for (let i = 0; i < 120; i++) {
    await page.keyboard.press("Tab");
    reached.add(await page.evaluate(() => document.activeElement?.closest("#numbers, #tree, #graph, #tabs, #propagation, .top")?.id || document.activeElement?.closest(".top")?.className || ""));
  }
  expect([...reached].filter((id) => id !== "").sort()).toEqual(["graph", "numbers", "propagation", "tabs", "top", "tree"]);
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Help" })).toBeVisible();
  await page.keyboard.press("Escape");
  await page.keyboard.press("m");
  await expect(page.locator("#tree").getByRole("button", { name: /^block 3/ })).toBeVisible();
});

test("the hint is there once, and the look and the projector stay chosen", async ({ page, network }) => {
  await network.start(1);
  await page.goto(network.url);
  await page.getByRole("button", { name: "got it" }).click();
  await page.emulateMedia({ colorScheme: "light" });
  await page.keyboard.press("d");
  await page.keyboard.press("p");
  await page.reload();
  await expect(page.locator("#tree")).toBeVisible();
  await expect(page.getByRole("button", { name: "got it" })).toHaveCount(0);
  await expect(page.locator("html")).toHaveAttribute("data-look", "dark");
  await expect(page.locator("html")).toHaveAttribute("data-projector", "true");
});

test("on a phone, a list that goes on beyond the edge is shaded there, and not at its end", async ({ page, network }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await network.start(2);
  await network.post("/nodes/n0/mine");
  await page.goto(network.url);
  const rows = page.locator("#tabs .rows");
  await expect(rows.getByRole("row")).toHaveCount(2);
  await rows.scrollIntoViewIfNeeded();
  const edge = async () => {
    const { x, y, width, height } = (await rows.boundingBox())!;
    return (await page.screenshot({ clip: { x: x + width - 3, y: y + height - 90, width: 2, height: 40 } })).toString("base64");
  };
  const before = await edge(); // below all texts
  await rows.evaluate((el) => (el.scrollLeft = el.scrollWidth));
  await expect.poll(edge).not.toBe(before);
});

test("each act can be copied as curl", async ({ page, network, context }) => {
  await network.start(1);
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const acted: string[] = [];
  page.on("request", (r) => r.method() !== "GET" && acted.push(r.url()));
  const copied = async (how: () => Promise<void>) => {
    await page.evaluate(() => navigator.clipboard.writeText(""));
    await how();
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).not.toBe("");
    return page.evaluate(() => navigator.clipboard.readText());
  };
  const seen: string[] = [];
  for (const place of ["", "#node/n0"]) {
    await page.goto(`${network.url}/${place}`);
    await page.keyboard.press("3");
    const within = place === "" ? page.locator(".top, main") : page.getByRole("dialog");
    await expect(within.getByRole("button", { name: /^kill/ })).toBeVisible();
    for (const act of await within.locator(".act:enabled").all()) {
      const command = (await act.getAttribute("title"))!.split("\n")[0]!;
      expect(await copied(() => act.click({ modifiers: ["Alt"] }))).toBe(command);
      expect(await copied(() => act.press("c")), "by keyboard").toBe(command);
      seen.push(command);
    }
  }
  expect(seen).toContain(`curl -X POST '${network.url}/start/mining?mode=race&continuous=true'`);
  expect(seen).toContain(`curl -X DELETE '${network.url}/nodes/n0'`);
  expect(acted, "what is copied is not done").toEqual([]);
});
