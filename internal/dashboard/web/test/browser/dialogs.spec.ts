import { createHash } from "node:crypto";
import type { Page } from "@playwright/test";
import { expect, test, type Network } from "./network";

const dialog = (page: Page) => page.getByRole("dialog");
const block = (page: Page, name: RegExp) => page.locator("#tree").getByRole("button", { name });

test("a block's dialog works its hash out, and leads to the parent", async ({ page, network }) => {
  await network.start(2);
  await network.post("/nodes/n0/mine?count=2");
  await page.goto(network.url);
  await block(page, /^block 2 by n0/).click();
  await expect(dialog(page).getByRole("heading", { name: "Block 2" })).toBeVisible();
  const { header, block: form } = await network.get<{ header: string; block: { hash: string; nonce: number } }>("/nodes/n0/blocks/2?details=true");
  const once = createHash("sha256").update(Buffer.from(header, "hex")).digest();
  const twice = createHash("sha256").update(once).digest();
  await expect(dialog(page)).toContainText(once.toString("hex"));
  await expect(dialog(page)).toContainText(twice.toString("hex"));
  await expect(dialog(page)).toContainText(form.hash);
  await expect(dialog(page)).toContainText(form.nonce.toLocaleString("en"));
  await dialog(page).getByRole("button", { name: /^1 by n0/ }).click();
  await expect(dialog(page).getByRole("heading", { name: "Block 1" })).toBeVisible();
  await page.goBack();
  await expect(dialog(page).getByRole("heading", { name: "Block 2" })).toBeVisible();
});

test("from dialog to dialog, closing leads back to where the first was opened", async ({ page, network }) => {
  await network.start(2);
  await network.post("/nodes/n0/mine?count=2");
  await page.goto(network.url);
  await block(page, /^block 2 by n0/).focus();
  await page.keyboard.press("Enter");
  await dialog(page).getByRole("button", { name: /^1 by n0/ }).click();
  await expect(dialog(page).getByRole("heading", { name: "Block 1" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(dialog(page)).toBeHidden();
  await expect(block(page, /^block 2 by n0/)).toBeFocused();
});

test("a node is mined on, killed, started and removed from its dialog, and brought back", async ({ page, network }) => {
  await network.start(3);
  await page.goto(`${network.url}/#node/n1`);
  const act = (name: string) => dialog(page).getByRole("button", { name, exact: true });
  await act("mine a block").click();
  await act("copy as curl").first().click(); // what came of an act is above its dialog, for some seconds
  await expect(block(page, /^block 1 by n1/)).toBeAttached();
  await act("mine on").click();
  await expect(act("stop mining")).toBeVisible();
  await act("stop mining").click();
  await expect(act("mine on")).toBeVisible();
  const asked = page.waitForResponse("**/nodes/n1/mine");
  await act("mine a block").click();
  expect((await asked).ok(), "who mines no more still mines when asked").toBe(true);
  await act("kill").click();
  await expect(dialog(page)).toContainText("down");
  await act("start again").click();
  await expect(dialog(page)).toContainText("running");
  page.once("dialog", (asked) => asked.accept());
  await act("remove").click();
  await expect(dialog(page)).toContainText("There is no node n1");
  await act("bring back").click();
  await expect(dialog(page)).toContainText("running");
});

// fork has n0 and n1 find blocks without each other, and n1 more of them.
async function fork(network: Network): Promise<void> {
  await network.post("/nodes/n1/kill");
  await network.post("/nodes/n0/mine");
  await network.post("/nodes/n0/kill");
  await network.post("/nodes/n1/restart");
  await network.post("/nodes/n1/mine?count=2");
  await network.post("/nodes/n0/restart");
}

test("a reorg has a post-mortem, and the number that counts it a chart", async ({ page, network }) => {
  await network.start(2);
  await page.goto(network.url);
  await fork(network);
  await expect(page.locator("#numbers [data-figure=reorgs]")).toContainText("1");
  await page.locator("#numbers [data-figure=reorgs]").click();
  await expect(dialog(page)).toContainText("Reorgs over time");
  await dialog(page).getByRole("row").filter({ hasText: "1 block" }).getByRole("button").click();
  await expect(page).toHaveURL(/#reorg\//);
  await expect(dialog(page)).toContainText("n0");
  await expect(dialog(page)).toContainText("n1");
});

test("every number opens its chart", async ({ page, network }) => {
  await network.start(1);
  await network.post("/nodes/n0/mine?count=3");
  await page.goto(network.url);
  await expect(block(page, /^block 3/)).toBeVisible();
  for (const figure of await page.locator("#numbers [data-figure]").all()) {
    await figure.click();
    await expect(dialog(page).locator("canvas")).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(dialog(page)).toBeHidden();
    await expect(figure).toBeFocused();
  }
});

test("the token is asked for once, and again if it is wrong", async ({ page, network }) => {
  await network.start(1);
  // Only a manager that others can reach wants a token: this one is made to seem so.
  await page.route("**/start/mining?*", (route) =>
    route.request().headers().authorization === "Bearer a-token-of-the-class"
      ? route.continue()
      : route.fulfill({ status: 401, json: { error: { code: "token-needed", message: "the network's token is missing or wrong" } } }),
  );
  await page.goto(network.url);
  await page.keyboard.press("m");
  await dialog(page).getByLabel("token", { exact: true }).fill("not the right one");
  await page.keyboard.press("Enter");
  await expect(dialog(page)).toContainText("The manager refuses this one: the network's token is missing or wrong.");
  await dialog(page).getByLabel("token", { exact: true }).fill("a-token-of-the-class");
  await page.keyboard.press("Enter");
  await expect(block(page, /^block 1 by n0/)).toBeVisible();
  await expect(page.getByRole("button", { name: /^mine in turns/ }), "that session has ended").toBeEnabled();
  await page.keyboard.press("m");
  await expect(block(page, /^block 2 by n0/)).toBeVisible();
});
