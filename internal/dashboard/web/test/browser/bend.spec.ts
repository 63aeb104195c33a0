import type { Page } from "@playwright/test";
import { expect, test } from "./network";

const dialog = (page: Page) => page.getByRole("dialog");
const block = (page: Page, name: RegExp) => page.locator("#tree").getByRole("button", { name });

test("a block is invalidated on a node and reconsidered, from its dialog", async ({ page, network }) => {
  await network.start(2);
  await network.post("/nodes/n0/mine?count=3");
  await page.goto(network.url);
  await block(page, /^block 3 by n0, on the best chain, tip of n0, n1/).click();
  await dialog(page).getByRole("combobox", { name: "on" }).selectOption("n1");
  await dialog(page).getByRole("button", { name: "invalidate" }).click();
  await expect.poll(() => height(network, "n1")).toBe(2);
  await dialog(page).getByRole("button", { name: "reconsider" }).click();
  await expect.poll(() => height(network, "n1")).toBe(3);
  await page.keyboard.press("Escape");
  await page.keyboard.press("5");
  await expect(page.getByRole("row").filter({ hasText: "takes block 3 for invalid, by hand" })).toBeVisible();
});

async function height(network: { get<T>(path: string): Promise<T> }, name: string): Promise<number> {
  const { nodes } = await network.get<{ nodes: { name: string; tip: { index: number } | null }[] }>("/state");
  return nodes.find((n) => n.name === name)?.tip?.index ?? -1;
}

test("a reorg of a depth is asked for from a block's dialog, by keyboard", async ({ page, network }) => {
  test.setTimeout(120_000);
  await network.start(3);
  await network.post("/nodes/n0/mine?count=4");
  await page.goto(network.url);
  await block(page, /^block 3 by n0/).focus();
  await page.keyboard.press("Enter");
  await expect(dialog(page).getByLabel("reorg of")).toHaveValue("2");
  await expect(dialog(page)).toContainText("mines real blocks aside until they outweigh 2 blocks, which all leave: this one, and what is on it");
  await dialog(page).getByRole("button", { name: "reorg", exact: true }).focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Escape");
  // How many blocks that takes, depends on their difficulties.
  await expect(page.locator("#tree .stale[data-hash]")).toHaveCount(2, { timeout: 60_000 });
  const { nodes } = await network.get<{ nodes: { tip: { hash: string } }[] }>("/state");
  expect(new Set(nodes.map((n) => n.tip.hash)).size, "all are on one chain again").toBe(1);
});

test("how final a transfer is depends on its confirmations and on the attacker", async ({ page, network }) => {
  await network.start(2);
  const { id } = await network.post<{ id: string }>("/nodes/n0/transactions", { sender: "alice", recipient: "bob", amount: "1" });
  await network.post("/nodes/n0/mine");
  await page.goto(`${network.url}/#transfer/${id}`);
  const meter = dialog(page).getByRole("region", { name: "how final it is" });
  await expect(meter).toContainText("now with 1 confirmation");
  await expect(meter, "its only miner has all of the hash power").toContainText("always wins");
  await meter.getByRole("slider").fill("10");
  await expect(meter).toContainText("now with 1 confirmation: 20 %");
  await network.post("/nodes/n0/mine?count=5");
  await expect(meter).toContainText("now with 6 confirmations: 0.059 %");
  await expect(meter).toContainText("Below 0.1 % after 6 confirmations.");
  await meter.getByRole("button", { name: "as n0" }).click();
  await expect(meter).toContainText("always wins");
});

test("a lab clock that is behind is told, and set right; a node's own clock is set", async ({ page, network }) => {
  await network.start(2);
  await page.goto(network.url);
  const clock = page.locator(".top .clock");
  await expect(clock).toHaveText("time");
  await network.post("/network/clock", { behind: "96h" }, "PUT");
  await expect(clock).toHaveText("4 days behind");
  await page.reload();
  await expect(clock).toHaveText("4 days behind");
  await clock.click();
  await expect(dialog(page)).toContainText("4 days behind");
  await dialog(page).getByRole("button", { name: "set", exact: true }).click();
  await expect(clock).toHaveText("time");
  await dialog(page).getByRole("combobox", { name: "clock of" }).selectOption("n1");
  await dialog(page).getByLabel("ahead by").fill("90s");
  await dialog(page).getByRole("button", { name: "set its clock" }).click();
  await expect(clock).toHaveText("clocks set");
  await expect(dialog(page).getByRole("row", { name: /n1/ })).toContainText("1m30s ahead");
});

test("a snapshot is taken from the dialog, and of one name only once", async ({ page, network }) => {
  await network.start(2);
  await page.goto(`${network.url}/#time`);
  const name = dialog(page).getByLabel("name");
  const take = dialog(page).getByRole("button", { name: "take a snapshot" });
  await name.fill("before-the-fork");
  await take.click();
  await expect(page.locator(".toast:not(.bad)")).toContainText("before-the-fork");
  await take.click();
  await expect(page.locator(".toast.bad")).toContainText("there is a snapshot of this name already");
  await name.fill("");
  await expect(take).toBeDisabled();
});
