import type { Page } from "@playwright/test";
import { playMining } from "../played/mining";
import { played } from "../played/open";
import { expect, lookAs, test } from "./network";

const dialog = (page: Page) => page.getByRole("dialog", { name: /^Mining/ });

test("hash power is dialled by slider and by key, real or paced, achieved beside asked", async ({ page }) => {
  await played(page, 4, playMining, async (asked) => {
    await page.locator("#graph").getByRole("button", { name: "mining", exact: true }).click();
    const slider = dialog(page).getByRole("slider", { name: "hash power of n1" });
    await expect(slider).toHaveAttribute("aria-valuetext", "25 %");
    await slider.press("End");
    await expect(slider).toHaveAttribute("aria-valuetext", "57 %");
    await slider.press("ArrowLeft");
    await dialog(page).getByRole("combobox", { name: "power" }).selectOption("paced");
    await dialog(page).getByRole("button", { name: "apply" }).click();
    await expect.poll(() => asked()).toEqual({ mode: "continuous", power: "paced", hashrate: 1000, shares: { n0: 25, n1: 99, n2: 25, n3: 25 }, strategies: {} });
    await dialog(page).getByRole("button", { name: /^51 %/ }).click();
    await expect(slider).toHaveAttribute("aria-valuetext", "51 %");
    await expect(dialog(page).getByRole("row", { name: /n1/ })).toContainText("25 %");
  });
});

test("a strategy is chosen with what it wants, and shows on node, list and graph", async ({ page }) => {
  await played(page, 3, playMining, async (asked) => {
    await page.goto(`${page.url()}#mining`);
    await dialog(page).getByLabel("strategy of n2").selectOption("withhold");
    await dialog(page).getByLabel("at a time").fill("3");
    await dialog(page).getByLabel("strategy of n0").selectOption("selfish");
    await dialog(page).getByRole("button", { name: "apply" }).click();
    await expect.poll(() => asked()?.strategies).toEqual({
      n0: { name: "selfish" },
      n2: { name: "withhold", blocks: 3 },
    });
    await page.keyboard.press("Escape");
    await expect(page.locator(".strategies text")).toHaveText(["selfish", "withhold"]);
    await expect(page.locator("[data-node=n0]")).toHaveAccessibleName(/strategy selfish/);
    await page.keyboard.press("3");
    await expect(page.locator("#tabs").getByRole("row", { name: /n0/ })).toContainText("selfish");
    await page.locator("[data-node=n0]").click();
    await expect(page.getByRole("dialog", { name: "Node n0" }).getByRole("button", { name: "selfish" })).toBeVisible();
  });
});

test("blocks won count since nodes were told to mine another way, or from the first one on", async ({ page }) => {
  await played(page, 3, playMining, async (_, manager) => {
    for (const [i, n] of manager.state.nodes.entries()) manager.happen("mining-changed", { mode: "continuous", strategy: i === 0 ? "selfish" : "honest", solver: "cpu", hashrate: 9 }, n.name);
    manager.block();
    await page.goto(`${page.url()}#chart/mining`);
    const shares = page.getByRole("dialog", { name: /^Mining: share/ });
    const won = async () => (await shares.locator("tbody td:nth-of-type(2)").allTextContents()).reduce((sum, text) => sum + Number(text), 0);
    const counted = shares.getByRole("combobox", { name: "blocks that count" });
    await expect(counted).toContainText("since the last change of plan or strategy, at");
    await expect.poll(won).toBe(1);
    await counted.selectOption("all");
    await expect.poll(won).toBe(6);
    await page.keyboard.press("Escape");
    await page.getByRole("tab", { name: /timeline/ }).click();
    const marks = page.locator("#tabs").getByRole("row", { name: /mining changes/ });
    await expect(marks).toHaveCount(2);
    await expect(marks.filter({ hasText: "strategy selfish" })).toContainText("n0");
    await expect(marks.filter({ hasText: "2 nodes" })).toContainText("mode continuous, power real");
  });
});

test("what a miner withholds stands apart for who watches, and is not there for another node", async ({ page }) => {
  await played(page, 3, playMining, async (_, manager) => {
    const hash = (n: number) => `00${String(n).repeat(62)}`;
    const tip = manager.state.nodes[0]!.tip!;
    for (const [i, previous_hash] of [tip.hash, hash(1)].entries()) {
      const head = { hash: hash(i + 1), index: tip.index + i + 1, previous_hash, miner: "nm10", transactions: 1 };
      manager.happen("block-mined", { ...head, size: 300, seconds: 1, hashes: 9, withheld: true }, "n0");
      manager.happen("block-connected", { ...head, seconds: 0 }, "n0");
      manager.happen("tip-moved", { hash: head.hash, index: head.index, work: String(1e9 + i), applied: 1, reverted: 0 }, "n0");
    }
    const secret = page.locator("#tree .block.secret");
    await expect(secret).toHaveCount(2);
    await expect(secret.first()).toHaveAccessibleName(/withheld by n0: no other node has it/);
    await expect(page.locator(".secrets text")).toHaveText("n0 withholds 2");
    await lookAs(page, "n1");
    await expect(page.locator("#tree .block").first()).toBeVisible();
    await expect(secret).toHaveCount(0);
    await lookAs(page, "n0");
    await expect(secret).toHaveCount(2);
    await lookAs(page, "");
    manager.happen("blocks-published", { hash: hash(1), index: tip.index + 1, blocks: 1, withheld: 1 }, "n0");
    await expect(secret).toHaveCount(1);
    manager.happen("blocks-abandoned", { hash: hash(2), index: tip.index + 2, blocks: 1 }, "n0");
    await expect(secret.first()).toHaveAccessibleName(/given up by n0/);
    await expect(page.locator(".secrets")).toHaveCount(0);
  });
});
