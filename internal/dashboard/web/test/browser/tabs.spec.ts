import type { Page } from "@playwright/test";
import { playFaults } from "../played/faults";
import { played } from "../played/open";
import { expect, lookAs, test } from "./network";

const panel = (page: Page) => page.locator("#tabs");
const send = (page: Page) => page.getByRole("form", { name: "send coins" });

test("coins are sent, and the transfer's story is told until a block has it", async ({ page, network }) => {
  await network.start(2);
  await page.goto(network.url);
  await page.keyboard.press("2");
  await send(page).getByLabel("amount").fill("3");
  await send(page).getByRole("button", { name: "send" }).click();
  const row = panel(page).getByRole("row").filter({ hasText: "alice" }).filter({ hasText: "bob" });
  await expect(row).toContainText("waits for a block");
  await expect.poll(async () => (await network.get<{ count: number }>("/nodes/n1/mempool")).count, "it came to the other node").toBe(1);
  await network.post("/nodes/n1/mine");
  await expect(row).toContainText("in block 1");
  await row.getByRole("button", { name: /open transfer/ }).click();
  await expect(page.getByRole("dialog")).toContainText("alice");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toBeHidden();
});

test("the story of a transfer that was sent before the page had looked back is told", async ({ page, network }) => {
  await network.start(1);
  let go = () => {};
  const held = new Promise<void>((resolve) => (go = resolve));
  await page.route("**/events?from=*", async (route) => {
    await held;
    await route.continue();
  });
  await page.goto(network.url);
  await page.keyboard.press("2");
  await send(page).getByLabel("amount").fill("3");
  await send(page).getByRole("button", { name: "send" }).click();
  const row = panel(page).getByRole("row").filter({ hasText: "alice" }).filter({ hasText: "bob" });
  await expect(row).toBeVisible();
  go();
  await expect(row).toContainText("waits for a block");
});

test("the page is told of transfers while somebody looks at them, then of those before, and of each once", async ({ page, network }) => {
  await network.start(2);
  const asked: string[] = [];
  page.on("request", (request) => request.url().includes("/events?") && asked.push(request.url()));
  const sendAndMine = async (amount: number) => {
    await network.post("/nodes/n1/transactions", { sender: "alice", recipient: "bob", amount: String(amount), fee: "0.001" });
    await network.post("/nodes/n1/mine");
  };
  const rows = panel(page).getByRole("row").filter({ hasText: "alice" }).filter({ hasText: "bob" });
  await sendAndMine(11);
  await page.goto(network.url);
  await expect(page.locator("#tree").getByRole("button", { name: "block 1 by n1" })).toBeVisible();
  await sendAndMine(12);
  await expect(page.locator("#tree").getByRole("button", { name: "block 2 by n1" })).toBeVisible();
  expect(asked.filter((url) => !url.includes("-transaction-submitted")), "nobody has looked at transfers").toEqual([]);
  await page.keyboard.press("2");
  await expect(rows).toContainText([/12.*in block 2/, /11.*in block 1/]);
  await sendAndMine(13);
  await expect(rows).toContainText([/13.*in block 3/, /12/, /11/]);
  await page.keyboard.press("1");
  await sendAndMine(14);
  await expect(page.locator("#tree").getByRole("button", { name: "block 4 by n1" })).toBeVisible();
  const before = asked.length;
  await page.keyboard.press("2");
  await expect(rows).toContainText([/14.*in block 4/, /13/, /12/, /11/]);
  await rows.first().getByRole("button", { name: /open transfer/ }).click();
  await expect(page.getByRole("list", { name: "its story" })).toContainText("submitted to n1");
  expect(asked.slice(before).every((url) => url.includes("from=")), "what happens is followed in one stream").toBe(true);
});

test("what the page was told to mine is mined, also when it is closed", async ({ page, network }) => {
  await network.start(3);
  await page.goto(network.url);
  await page.keyboard.press("m");
  await expect(page.locator("#tree").getByRole("button", { name: /^block 1 by n0/ })).toBeVisible();
  await page.close();
  const height = async () => (await network.get<{ nodes: { tip: { index: number } }[] }>("/state")).nodes[0]!.tip.index;
  await expect.poll(height, { timeout: 30_000 }).toBe(3);
});

test("what became of mining is said in a user's words", async ({ page, network }) => {
  await network.start(2);
  await page.goto(network.url);
  await page.keyboard.press("m");
  const said = page.locator(".toasts");
  await expect(said).toContainText("Each node mines a block, one after the other.");
  await page.keyboard.press("m");
  await expect(said).toContainText("The nodes mine already: wait for the end, or stop it first.");
  await expect(said).toContainText("The nodes have mined 2 blocks.");
});

test("the hash rate is what the nodes try, and as one node sees it, its own", async ({ page, network }) => {
  await network.start(2);
  await page.goto(network.url);
  await network.post("/nodes/n0/mining", { mode: "continuous", hashrate: 20_000 }, "PUT");
  const rate = page.locator("#numbers [data-figure=hashrate]");
  await expect(rate.locator(".note"), "no estimate").toHaveText("hashes/s");
  await expect(rate.locator(".value")).toHaveText(/ k$/);
  await lookAs(page, "n1");
  await expect(rate.locator(".value"), "n1 does not search").toHaveText("0");
  await expect(page.locator("#numbers [data-figure=nodes] .note")).toHaveText("network's");
  await page.locator("#numbers [data-figure=stale]").click();
  await expect(page.getByRole("dialog", { name: "Stale rate over time, as n1 sees it" })).toContainText("The chart begins when this page began to look as n1.");
});

test("a transfer that cannot be is refused beside its field, and nothing is sent", async ({ page, network }) => {
  await network.start(1);
  await page.goto(network.url);
  await page.keyboard.press("2");
  for (const [amount, says] of [["1000000", "has 1000, amount 1000000 and fee 0.001 are more"], ["0", "zero-amount: amount is 0"], ["one", 'amount: not an amount: "one" is not a plain decimal number such as 1.5']] as const) {
    await send(page).getByLabel("amount").fill(amount);
    await send(page).getByRole("button", { name: "send" }).click();
    await expect(send(page).getByRole("alert")).toContainText(says);
    await expect(send(page).getByLabel("amount")).toHaveAttribute("aria-invalid", "true");
  }
  expect((await network.get<{ count: number }>("/nodes/n0/mempool")).count).toBe(0);
});

test("nodes are killed, restarted, paused and resumed from their list", async ({ page, network }) => {
  await network.start(2);
  await page.goto(network.url);
  await page.keyboard.press("3");
  const row = panel(page).getByRole("row").filter({ hasText: "n1" });
  for (const [act, state] of [["pause", "paused"], ["resume", "running"], ["kill", "down"], ["restart", "running"]] as const) {
    await row.getByRole("button", { name: `${act} n1` }).click();
    await expect(row).toContainText(state);
  }
});

test("the log of all is filtered by node and text, and follows", async ({ page, network }) => {
  await network.start(2);
  await page.goto(network.url);
  await page.keyboard.press("4");
  await network.post("/nodes/n1/mine");
  await expect(panel(page).getByText(/block found|mined/).first()).toBeVisible();
  await panel(page).getByRole("combobox", { name: /^of/ }).selectOption("n1");
  await panel(page).getByLabel("text in the line").fill("no line says this");
  await page.keyboard.press("Enter");
  await expect(panel(page).getByText("No line is like that.")).toBeVisible();
});

test("it is said when older lines of the log cannot be read, and they can be asked for again", async ({ page, network }) => {
  await network.start(1);
  let fails = true;
  const line = (message: string) => ({ time: "2026-11-29T08:30:00.000Z", level: "info", logger: "x", node: "n0", message, values: {}, file: "" });
  await page.route("**/logs?*", (route) => {
    const before = new URL(route.request().url()).searchParams.has("before");
    if (before && fails) return route.fulfill({ status: 500, json: { error: { code: "broken", message: "the disk is gone" } } });
    return route.fulfill({ json: { entries: [line(before ? "an older line" : "a line")], more: !before, before: "2026-11-29T08:30:00.000Z~1", skipped: [{ file: "node-9.log", why: "is no regular file" }] } });
  });
  await page.goto(network.url);
  await page.keyboard.press("4");
  await expect(panel(page)).toContainText("node-9.log is left out: is no regular file");
  await panel(page).getByRole("button", { name: "older" }).click();
  await expect(panel(page)).toContainText("the disk is gone");
  fails = false;
  await panel(page).getByRole("button", { name: "older" }).click();
  await expect(panel(page).getByRole("row")).toContainText([/an older line/, /a line/]);
  await expect(panel(page)).not.toContainText("the disk is gone");
});

test("the past is shown from the timeline, and the way back leads to now", async ({ page, network }) => {
  await network.start(2);
  await network.post("/nodes/n0/mine?count=2");
  await network.together(2);
  await network.post("/nodes/n1/kill");
  await network.post("/nodes/n0/mine?count=2");
  await page.goto(network.url);
  await page.keyboard.press("5");
  const mark = panel(page).getByRole("row").filter({ hasText: "down" }).filter({ hasText: "n1" });
  await mark.getByRole("button", { name: /^go there/ }).click();
  await expect(page.getByText(/the past, at event/)).toBeVisible();
  await expect(page.locator("#numbers [data-figure=nodes]")).toContainText("1 of 2");
  expect((await page.locator(".top").boundingBox())!.height, "the top is one line").toBeLessThan(30);
  await expect(page.locator("#tree").getByRole("button", { name: /block 2 by n0.*tip of/ })).toBeVisible();
  await expect(page.locator("#tree").getByRole("button", { name: /block 4/ })).toHaveCount(0);
  await page.getByRole("button", { name: "back to now" }).click();
  await expect(page.locator("#tree").getByRole("button", { name: /block 4 by n0.*tip of n0/ })).toBeVisible();
});

test("an answer to what was looked for before comes too late", async ({ page, network }) => {
  await network.start(1);
  await page.goto(network.url);
  await expect(page.getByText("1 node of 1 up"), "there is who is asked").toBeVisible();
  let answer = () => {};
  const slow = new Promise<void>((resolve) => (answer = resolve));
  await page.route("**/search?q=first", (route) => slow.then(() => route.continue()));
  const first = page.waitForResponse("**/search?q=first");
  await page.getByRole("searchbox", { name: /search/ }).fill("first");
  await page.keyboard.press("Enter");
  await page.getByRole("searchbox", { name: /search/ }).fill("n0");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/#node\/n0/);
  await page.keyboard.press("Escape");
  answer();
  await (await first).finished();
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
  await expect(page.getByRole("search").getByRole("status")).toHaveCount(0);
});

test("the past stands where it is when what follows cannot be read", async ({ page, network }) => {
  await network.start(2);
  await network.post("/nodes/n1/kill");
  await network.post("/nodes/n0/mine?count=2");
  await network.together(2);
  await page.goto(network.url);
  await page.keyboard.press("5");
  await panel(page).getByRole("row").filter({ hasText: "down" }).filter({ hasText: "n1" }).getByRole("button", { name: /^go there/ }).click();
  await expect(page.getByText(/the past, at event/)).toBeVisible();
  await page.route("**/events?*", (route) => route.abort());
  await panel(page).getByRole("button", { name: /×60/ }).click();
  await expect(page.getByText("the manager does not answer")).toBeVisible();
  await expect(panel(page).getByRole("button", { name: /▶ ×60/ })).toBeVisible();
  await expect(page.getByText(/the past, at event/)).toBeVisible();
});

test("a block is found by its height, a node by its name", async ({ page, network }) => {
  await network.start(1);
  await network.post("/nodes/n0/mine?count=2");
  await page.goto(network.url);
  await expect(page.locator("#tree").getByRole("button", { name: /block 2/ })).toBeVisible();
  await page.keyboard.press("/");
  await page.keyboard.type("nobody has this");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("search").getByRole("status")).toHaveText('malformed request: q is "nobody has this", want a hash, a height, an address or a name');
  await page.getByRole("searchbox", { name: /search/ }).fill("2");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/#block\/[0-9a-f]{64}/);
});

test("managers of other machines are listed with how they are", async ({ page }) => {
  await played(page, 3, playFaults, async (_, manager) => {
    await page.keyboard.press("3");
    const machines = page.getByRole("list", { name: "other machines" });
    await expect(machines).toHaveCount(0);
    manager.happen("node-up", { id: "far", pid: 9, address: "10.0.0.2:5000", machine: "http://10.0.0.2:4999" }, "n2");
    manager.happen("machine-changed", { url: "http://10.0.0.2:4999", state: "joined", nodes: ["n2"] });
    await expect(machines).toHaveText("10.0.0.2:4999, 1 node: answers");
    manager.happen("machine-changed", { url: "http://10.0.0.2:4999", state: "silent", error: "no route", nodes: ["n2"] });
    await expect(machines).toContainText("does not answer: no route");
    manager.happen("machine-changed", { url: "http://10.0.0.2:4999", state: "removed", nodes: ["n2"] });
    await expect(machines).toHaveCount(0);
  });
});
