import type { Locator, Page } from "@playwright/test";
import { expect, lookAs, mark, place, test } from "./network";

// The README's lesson, on a real network and by the page and a mouse alone: what is waited
// for is what the page shows.

const dialog = (page: Page) => page.getByRole("dialog");
const bar = (page: Page) => page.getByRole("group", { name: "faults", exact: true });

test("a lesson: fork and heal, 51 %, a double spend, a selfish miner", async ({ page, network }) => {
  await network.start(6);
  await page.goto(network.url);
  await forkAndHeal(page);
  await majority(page, "n0");
  await doubleSpend(page, "n0");
  await selfish(page, "n0");
});

// forkAndHeal drags a line across the network, has the two sides mine, and joins them.
async function forkAndHeal(page: Page): Promise<void> {
  const [many, few] = await cut(page);
  for (let i = 0; i < 2; i++) await mineBlock(page, many, i + 1);
  await mineBlock(page, few, 1);
  const block = (words: string) => page.locator("#tree").getByRole("button", { name: words });
  await expect(block(`block 2 by ${many}, on the best chain`)).toBeVisible();
  await expect(block(`block 1 by ${few}, stale, tip of`)).toBeVisible();
  await bar(page).getByRole("button", { name: "heal" }).click();
  await expect(bar(page)).toContainText("no faults");
  await expect(page.locator("#tree .stale[data-hash]"), "it is nobody's tip any more").toHaveAccessibleName(`block 1 by ${few}, stale`);
  await expect(block(`block 2 by ${many}, on the best chain, tip of n0, n1, n2, n3, n4, n5`)).toBeVisible();
}

// cut drags a line from the top of the network to its bottom, and returns a node of each side.
async function cut(page: Page): Promise<[string, string]> {
  await place(page, "n0");
  const box = (await page.locator("#graph .graph").boundingBox())!;
  const x = box.x + box.width / 2 + 7;
  await page.mouse.move(x, box.y + 3);
  await page.mouse.down();
  await page.mouse.move(x, box.y + box.height - 3, { steps: 8 });
  await page.mouse.up();
  const ask = page.getByRole("group", { name: "cut the network" });
  const [left, right] = (await ask.getByRole("status").textContent())!.split(" | ").map((side) => /n\d/.exec(side)![0]);
  await ask.getByRole("button", { name: "cut", exact: true }).click();
  await expect(bar(page)).toContainText("|");
  return [left!, right!];
}

// mineBlock has a node mine, from its dialog.
async function mineBlock(page: Page, name: string, height: number): Promise<void> {
  await mark(page, name).click();
  await dialog(page).getByRole("button", { name: "mine a block" }).click();
  await expect(dialog(page)).toContainText(`at height ${height}`);
  await close(page);
}

const close = (page: Page) => dialog(page).getByRole("button", { name: "close" }).click();

async function openMining(page: Page): Promise<Locator> {
  await page.locator("#graph").getByRole("button", { name: "mining", exact: true }).click();
  return dialog(page);
}

// majority gives a node more than half of the hash power, paced.
async function majority(page: Page, name: string): Promise<void> {
  const mining = await openMining(page);
  await mining.getByRole("combobox", { name: "power" }).selectOption("paced");
  await mining.getByLabel("of all, hashes/s").fill("200000"); // a block in some 1.3 s
  await mining.getByRole("button", { name: `51 % for ${name}` }).click();
  await slide(page, mining.getByRole("slider", { name: `hash power of ${name}` }), 1);
  await mining.getByRole("button", { name: "apply" }).click();
  await expect(mining.getByLabel(`percent of the hash power for ${name}`)).toHaveValue(/^6\d/);
  await expect(mining.getByRole("row", { name }), "as much is achieved").toContainText(/6\d %/);
  await close(page);
  await expect(page.locator("#tree").getByRole("button", { name: `by ${name}, on the best chain` }).first()).toBeVisible();
}

// slide drags a slider to a part of its way.
async function slide(page: Page, slider: Locator, part: number): Promise<void> {
  const box = (await slider.boundingBox())!;
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + box.width / 2, y);
  await page.mouse.down();
  await page.mouse.move(box.x + 2 + (box.width - 4) * part, y, { steps: 4 });
  await page.mouse.up();
}

// doubleSpend has a node take a payment back that others have confirmed, and looks at how
// final that was said to be.
async function doubleSpend(page: Page, attacker: string): Promise<void> {
  await lookAs(page, "n5"); // the merchant's node
  const mining = await openMining(page);
  const attack = mining.getByRole("region", { name: "double spend" });
  await attack.getByLabel("attacker").selectOption(attacker);
  await attack.getByLabel("confirmations").fill("6"); // so that there is time to look at them
  await attack.getByLabel("gives up behind by").fill("100");
  await attack.getByRole("button", { name: "attack" }).click();
  await attack.getByRole("button", { name: "open transfer" }).click();
  const payment = page.getByRole("dialog", { name: /^Transfer/ });
  const meter = payment.getByRole("region", { name: "how final it is" });
  await expect(meter).toContainText(/now with \d+ confirmations?/);
  await expect(meter, "it has most of the hash power").toContainText("always wins");
  await expect(payment.getByRole("row", { name: /^n5 overtaken by/ })).toBeVisible();
  await expect(payment.getByRole("list", { name: "its story" })).toContainText(/confirmed in block \d+/);
  await expect(payment.getByRole("list", { name: "its story" })).toContainText("was undone by a reorg: overtaken by");
  await close(page);
  await lookAs(page, "");
}

// selfish has a node hide its blocks, which the page frames, and show them.
async function selfish(page: Page, name: string): Promise<void> {
  const mining = await openMining(page);
  await slide(page, mining.getByRole("slider", { name: `hash power of ${name}` }), 0.4);
  await mining.getByLabel(`strategy of ${name}`).selectOption("selfish");
  await mining.getByRole("button", { name: "apply" }).click();
  await expect(mining.getByRole("row", { name })).toContainText("now selfish");
  await close(page);
  await expect(mark(page, name)).toHaveAccessibleName(/strategy selfish/);
  const hidden = page.locator("#tree .block.secret").first();
  await expect(hidden).toHaveAccessibleName(new RegExp(`withheld by ${name}: no other node has it`));
  await expect(page.locator(".secrets text")).toContainText(`${name} withholds`);
}
