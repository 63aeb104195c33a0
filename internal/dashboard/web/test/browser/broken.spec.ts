import type { Page } from "@playwright/test";
import { expect, test, type Network } from "./network";

const patient = { timeout: 40_000 }; // as the machine may be

// The page and the manager together, on real networks that are cut and bent.

const bar = (page: Page) => page.getByRole("group", { name: "faults", exact: true });
const ask = (page: Page) => page.getByRole("group", { name: "cut the network" });
const dialog = (page: Page) => page.getByRole("dialog");

async function heights(network: Network): Promise<number[]> {
  const { nodes } = await network.get<{ nodes: { tip: { index: number } | null }[] }>("/state");
  return nodes.map((n) => n.tip?.index ?? -1);
}

test("a real network is cut by keys, its halves mine apart, and it heals", async ({ page, network }) => {
  test.setTimeout(180_000);
  await network.start(4);
  await network.post("/nodes/n0/mine");
  await expect.poll(() => heights(network), patient).toEqual([1, 1, 1, 1]);
  await page.goto(network.url);
  await page.locator("[data-node=n3]").waitFor();
  for (const name of ["n0", "n1"]) {
    await page.locator(`[data-node=${name}]`).focus();
    await page.keyboard.press("x");
  }
  await ask(page).getByRole("button", { name: "cut", exact: true }).click();
  await expect(bar(page)).toContainText("n0 n1 | n2 n3");
  await network.post("/nodes/n0/mine");
  await network.post("/nodes/n3/mine?count=2");
  await expect.poll(() => heights(network), patient).toEqual([2, 2, 3, 3]);
  await page.goto(`${network.url}/#link/n0~n2`);
  await expect(dialog(page)).toContainText("cut, silent");
  await page.keyboard.press("Escape");
  await bar(page).getByRole("button", { name: "heal" }).click();
  await expect(bar(page)).toContainText("no faults");
  await expect.poll(() => heights(network), patient).toEqual([3, 3, 3, 3]);
  await page.keyboard.press("5");
  await expect(page.locator(".bands rect")).toHaveCount(1);
  await bar(page).getByRole("button", { name: /^undo/ }).click();
  await expect(bar(page)).toContainText("n0 n1 | n2 n3");
});

test("a real link is slowed down by a preset, and what it achieves stands beside it", async ({ page, network }) => {
  await network.start(2);
  await page.goto(`${network.url}/#link/n0~n1`);
  await dialog(page).getByLabel("preset").selectOption("3g");
  await dialog(page).getByRole("button", { name: "set", exact: true }).click();
  const row = dialog(page).getByRole("row", { name: /^n0 → n1/ });
  await expect(row).toContainText("3g: delay 125ms");
  await network.post("/nodes/n0/mine");
  await expect.poll(async () => Number(/(\d+) ms/.exec((await row.textContent()) ?? "")?.[1] ?? 0), patient).toBeGreaterThanOrEqual(125);
  await dialog(page).getByRole("button", { name: "take away" }).click();
  await expect(row).toContainText("no faults");
});

test("nodes of a real network stand in regions", async ({ page, network }) => {
  await network.start(3);
  await page.goto(`${network.url}/#faults`);
  await page.getByLabel("table of regions").selectOption("planet-2019");
  await page.getByRole("button", { name: "put nodes there" }).click();
  await expect(page.locator(".region text")).toHaveCount(3);
  await dialog(page).getByRole("button", { name: "end all faults" }).click();
  await expect(page.locator(".region")).toHaveCount(0);
});

test("a real network mines by the dial, paced, and a strategy is its node's", async ({ page, network }) => {
  test.setTimeout(120_000);
  await network.start(3);
  await page.goto(`${network.url}/#mining`);
  await dialog(page).getByRole("combobox", { name: "power" }).selectOption("paced");
  await dialog(page).getByLabel("of all, hashes/s").fill("1000000");
  await dialog(page).getByRole("button", { name: /^51 %/ }).click();
  await dialog(page).getByLabel("strategy of n2").selectOption("selfish");
  await dialog(page).getByRole("button", { name: "apply" }).click();
  await expect(dialog(page).getByRole("row", { name: /n2/ })).toContainText("now selfish");
  await expect.poll(async () => Math.max(...(await heights(network))), { timeout: 60_000 }).toBeGreaterThan(4);
  await expect(dialog(page).getByRole("row", { name: /n0/ })).toContainText("51 %");
  await page.keyboard.press("Escape");
  await expect(page.locator(".strategies text")).toContainText("selfish");
});

test("a double spend is played by mouse", async ({ page, network }) => {
  test.setTimeout(180_000);
  await network.start(3);
  await page.goto(`${network.url}/#mining`);
  await dialog(page).getByRole("combobox", { name: "power" }).selectOption("paced");
  await dialog(page).getByLabel("of all, hashes/s").fill("1000000");
  const slider = dialog(page).getByRole("slider", { name: "hash power of n1" });
  await slider.fill("100");
  for (const name of ["n0", "n2"]) await dialog(page).getByRole("slider", { name: `hash power of ${name}` }).fill("10");
  await dialog(page).getByRole("button", { name: "apply" }).click();
  const attack = dialog(page).getByRole("region", { name: "double spend" });
  await attack.getByLabel("attacker").selectOption("n1");
  await attack.getByRole("button", { name: "attack" }).click();
  await expect(attack).toContainText("n1:");
  await expect(attack).toContainText("won", { timeout: 120_000 });
  await attack.getByRole("button", { name: /^open transfer/ }).click();
  await expect(dialog(page)).toContainText("overtaken");
});
