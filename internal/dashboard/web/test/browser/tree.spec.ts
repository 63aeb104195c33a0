import { join } from "node:path";
import type { Locator } from "@playwright/test";
import { Manager } from "../played/manager";
import { played } from "../played/open";
import { expect, test } from "./network";

const dist = join(import.meta.dirname, "../../../dist");

test("an empty chain says what to do, and the first block comes by itself", async ({ page, network }) => {
  await network.start(2);
  await page.goto(network.url);
  const tree = page.getByRole("region", { name: "Fork tree" });
  await expect(tree.getByText("No block is mined yet")).toBeVisible();
  await expect(tree.getByRole("button", { name: "genesis block, on the best chain, tip of n0, n1" })).toBeVisible();
  await network.post("/nodes/n1/mine");
  await expect(tree.getByRole("button", { name: "block 1 by n1, on the best chain, tip of n0, n1" })).toBeVisible();
  await expect(tree.getByText("No block is mined yet")).toBeHidden();
});

test("a fork is seen, and healed by more work", async ({ page, network }) => {
  await network.start(2);
  await page.goto(network.url);
  await network.post("/nodes/n0/mine");
  const legend = page.getByRole("list", { name: "legend", exact: true });
  await expect(legend).toContainText("n0 mined it");
  for (const absent of ["stale", "grey", "quiet"]) await expect(legend, "it has what there is").not.toContainText(absent);
  await network.together(1);
  await network.post("/nodes/n1/kill");
  await network.post("/nodes/n0/mine");
  await network.post("/nodes/n0/kill");
  await network.post("/nodes/n1/restart");
  await network.post("/nodes/n1/mine?count=2");
  await network.post("/nodes/n0/restart");
  const tree = page.getByRole("region", { name: "Fork tree" });
  await expect(tree.getByRole("button", { name: "block 3 by n1, on the best chain, tip of n0, n1" })).toBeVisible();
  await expect(tree.getByRole("button", { name: "block 2 by n0, stale" })).toBeVisible();
  await expect(legend).toContainText("stale: beside the best chain");
  await expect(tree.getByRole("button", { name: "block 2 by n1, on the best chain" })).toBeVisible();
});

test("the keyboard goes from block to block", async ({ page, network }) => {
  await network.start(1);
  await network.post("/nodes/n0/mine?count=3");
  await page.goto(network.url);
  const block = (height: number) => page.locator("#tree").getByRole("button", { name: `block ${height} by n0` });
  await expect(block(3)).toBeVisible();
  await page.keyboard.press("g");
  await expect(block(3)).toBeFocused();
  await page.keyboard.press("ArrowLeft");
  await expect(block(2)).toBeFocused();
  await page.keyboard.press("ArrowRight");
  await expect(block(3)).toBeFocused();
  await page.keyboard.press("Home");
  await expect(page.locator("#tree").getByRole("button", { name: "genesis block" })).toBeFocused();
});

test("quiet blocks are folded, and open by a click", async ({ page, network }) => {
  await network.start(1);
  await network.post("/nodes/n0/mine?count=30");
  await page.goto(network.url);
  const fold = page.locator("#tree").getByRole("button", { name: "19 quiet blocks, open" });
  await expect(page.locator("#tree").getByRole("button", { name: "block 30 by n0" })).toBeVisible();
  await fold.focus();
  await page.keyboard.press("Enter");
  await expect(fold).toBeHidden();
});

test("the line goes on through a folded stretch, from the block before to the one after", async ({ page, network }) => {
  await page.setViewportSize({ width: 1920, height: 1080 });
  await network.start(2);
  await network.post("/nodes/n0/mine?count=3");
  await network.together(3);
  await network.post("/nodes/n1/kill"); // which keeps its tip in sight
  await network.post("/nodes/n0/mine?count=24");
  await page.goto(network.url);
  const button = (name: string) => page.locator("#tree").getByRole("button", { name });
  await expect(button("block 27 by n0")).toBeVisible();
  const box = async (what: Locator) => (await what.boundingBox())!;
  const block = (height: number) => box(button(`block ${height} by n0`).locator("rect").first());
  const gaps = async () => {
    const [before, line, after] = [await block(5), await box(button("10 quiet blocks, open").locator(".link")), await block(16)];
    return Math.max(line.x - before.x - before.width, after.x - line.x - line.width);
  };
  await expect.poll(gaps, { message: "px between the line and a block beside it, once the tree has slid" }).toBeLessThan(1);
});

test("a block that comes alone has the tree slide, and many have it jump", async ({ page }) => {
  await page.addInitScript(() => {
    const now = performance.now.bind(performance);
    const from = now();
    performance.now = () => from + (now() - from) / 10; // however slow the machine is, blocks come fast
  });
  await played(page, 2, () => ({ asked: undefined }), async (_, manager) => {
    const slide = () => page.locator("#tree .camera").evaluate((g) => getComputedStyle(g).transitionDuration);
    expect(await slide()).toBe("0.12s");
    for (let height = 6; height < 10; height++) {
      manager.block();
      await expect(page.locator("#tree").getByRole("button", { name: new RegExp(`^block ${height} by`) })).toBeVisible();
    }
    expect(await slide()).toBe("0s");
  });
});

test("a person's camera stays where it is, until it goes back to the tip", async ({ page, network }) => {
  await network.start(1);
  await network.post("/nodes/n0/mine?count=30");
  await page.goto(network.url);
  await expect(page.locator("#tree").getByRole("button", { name: "block 30 by n0" })).toBeVisible();
  const box = (await page.locator("#tree .canvas").boundingBox())!;
  await page.mouse.move(box.x + 200, box.y + 120);
  await page.mouse.down();
  await page.mouse.move(box.x + 400, box.y + 120, { steps: 4 });
  await page.mouse.up();
  const camera = () => page.locator("#tree .camera").evaluate((g) => (g as SVGElement).style.transform);
  const before = await camera();
  await network.post("/nodes/n0/mine");
  await expect(page.locator("#tree").getByRole("button", { name: "block 31 by n0" })).toBeAttached();
  expect(await camera()).toBe(before);
  await page.getByRole("button", { name: "to the tip" }).click();
  expect(await camera()).not.toBe(before);
});

test("at a phone's width the picture has all the room above its legend", async ({ page, network }) => {
  await network.start(2);
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(network.url);
  const heightOf = async (what: string) => (await page.locator(what).boundingBox())!.height;
  await page.locator("#tree .canvas > svg").waitFor();
  await expect.poll(async () => (await heightOf("#tree .canvas > svg")) - (await heightOf("#tree .canvas"))).toBeCloseTo(0, 0);
  expect(await heightOf("#tree .canvas"), "three lanes").toBeGreaterThan(180);
  const title = page.getByRole("heading", { name: "Network", exact: true });
  expect(await title.evaluate((e) => e.scrollWidth - e.clientWidth), "the title is whole").toBe(0);
});

for (const look of ["dark", "light"] as const)
  test(`the edge of a stale block is seen on its ground, whoever mined it, in the ${look} look`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: look });
    const manager = new Manager({ nodes: 9, forks: 30, seed: 4 }, dist);
    for (let i = 0; i < 40; i++) manager.block();
    await page.goto(await manager.listen());
    const stale = page.locator("#tree .block.stale").first();
    for (let hue = 0; hue < 8; hue++) expect(await stale.evaluate(contrast, hue), `hue ${hue}`).toBeGreaterThan(3);
    await manager.close();
  });

// contrast is that of a block's edge with its ground, by WCAG, if its miner had another hue.
function contrast(block: Element, hue: number): number {
  block.setAttribute("class", `block stale hue-${hue}`);
  const { stroke, fill } = getComputedStyle(block.querySelector("rect")!);
  const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true })!;
  const luminance = (colour: string) => {
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 1, 1);
    const linear = [...pen.getImageData(0, 0, 1, 1).data].map((v) => (v <= 10 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * linear[0]! + 0.7152 * linear[1]! + 0.0722 * linear[2]!;
  };
  const [low, high] = [luminance(stroke), luminance(fill)].sort((a, b) => a - b);
  return (high! + 0.05) / (low! + 0.05);
}
