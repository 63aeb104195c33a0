import { join } from "node:path";
import { Manager } from "../played/manager";
import { expect, mark as node, place, test } from "./network";

const dist = join(import.meta.dirname, "../../../dist");

test("nodes stay where they are: over a restart, and where a person has put them over a reload", async ({ page, network }) => {
  await network.start(4);
  await page.goto(network.url);
  await place(page, "n1");
  const box = (await node(page, "n1").locator(".body").boundingBox())!;
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x - 40, y + 30, { steps: 4 });
  await page.mouse.up();
  await expect(node(page, "n1").locator(".pin"), "it is pinned").toBeAttached();
  await expect(page.getByRole("dialog"), "a drag is no click").toHaveCount(0);

  const before = await place(page, "n3");
  await network.post("/nodes/n3/kill");
  await expect(node(page, "n3")).toHaveAccessibleName(/^n3, down/);
  await network.post("/nodes/n3/restart");
  await expect(node(page, "n3")).toHaveAccessibleName(/^n3, running.*3 peers/);
  expect(await place(page, "n3")).toBe(before);

  await page.reload();
  await expect(node(page, "n1").locator(".pin")).toBeAttached();
  await page.getByRole("button", { name: "arrange anew" }).click();
  await expect(page.locator("#graph .pin")).toHaveCount(0);
});

test("nodes can be arranged anew at the moment when one has left", async ({ page, network }) => {
  await network.start(3);
  await page.goto(network.url);
  await place(page, "n2");
  await page.evaluate(() => {
    const left = new MutationObserver(() => {
      if (document.querySelector("#graph [data-node=n2]") !== null) return;
      left.disconnect();
      [...document.querySelectorAll("button")].find((b) => b.textContent === "arrange anew")!.click();
    });
    left.observe(document.querySelector("#graph")!, { subtree: true, childList: true });
  });
  await network.post("/nodes/n2", undefined, "DELETE");
  await expect(node(page, "n2")).toHaveCount(0);
  await place(page, "n1");
});

test("the network by keyboard alone", async ({ page, network }) => {
  await network.start(3);
  await page.goto(network.url);
  await node(page, "n0").focus();
  await page.keyboard.press("End");
  await expect(node(page, "n2")).toBeFocused();
  await page.keyboard.press("Home");
  await expect(node(page, "n0")).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog", { name: "Node n0" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(node(page, "n0")).toBeFocused();
});

test("a node's dialog shows what it has, and acts on it", async ({ page, network }) => {
  await network.start(3);
  await network.post("/start/mining?min=0s&max=0s");
  await network.together(3);
  await network.post("/nodes/n1/transactions", { sender: "alice", recipient: "bob", amount: 3 });
  await page.goto(network.url);
  await place(page, "n1");
  await node(page, "n1").click();
  const dialog = page.getByRole("dialog", { name: "Node n1" });
  const press = (name: string) => dialog.getByRole("button", { name, exact: true }).click();
  await expect(dialog.getByRole("table", { name: "the newest blocks of its chain" }).getByRole("row")).toHaveCount(5);
  await expect(dialog.getByRole("row", { name: /alice bob 3 0\.001/ })).toBeVisible();
  await expect(dialog.getByLabel("the last lines of n1's log")).toContainText("tip moved: height=3");
  await press("mine a block");
  await expect(dialog.getByText("at height 4")).toBeVisible();
  await expect(dialog.getByText("No transfer waits for a block."), "the block took it").toBeVisible();

  const height = async () => (await dialog.getByRole("button", { name: "kill" }).boundingBox())!.y;
  const before = await height();
  await press("pause");
  await expect(dialog.getByRole("button", { name: "mine a block" })).toBeDisabled();
  expect(await height(), "there is less to see, and the buttons stay where they are").toBe(before);
  await press("resume");
  await expect(dialog.getByRole("button", { name: "mine a block" })).toBeEnabled();
  await expect(dialog.getByRole("table", { name: "the newest blocks of its chain" })).toBeVisible();
  expect(await height(), "also while what was asked for comes").toBe(before);
  await press("kill");
  await expect(dialog.getByRole("button", { name: "kill" })).toBeDisabled();
  await press("start again");
  await expect(dialog.getByRole("button", { name: "kill" })).toBeEnabled();

  page.on("dialog", (asked) => void asked.accept());
  await press("remove");
  await expect(dialog.getByText("There is no node n1 in the network.")).toBeVisible();
  await expect(node(page, "n1")).toHaveCount(0);
  await press("bring back");
  await expect(dialog.getByText("running", { exact: true })).toBeVisible();
  await press("to its log");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(page.locator("#tabs").getByRole("combobox", { name: /^of/ })).toHaveValue("n1");
});

test("a block's way is the order in which nodes had it", async ({ page, network }) => {
  await network.start(3);
  await page.goto(network.url);
  await network.post("/nodes/n2/mine");
  const column = page.locator("#propagation").getByRole("button", { name: /^block 1: half after .* m?s, nine in ten after/ });
  const [one, all] = [(await column.boundingBox())!, (await page.locator("#propagation .heat").boundingBox())!];
  expect(one.height, "the map fills its panel").toBeGreaterThan(all.height - 2);
  expect(one.width).toBeGreaterThan(40);
  await column.focus();
  await page.keyboard.press("Enter");
  const rows = page.locator("#propagation").getByRole("row");
  await expect(rows).toHaveCount(4);
  await expect(rows.nth(1)).toContainText(/n2.*first.*mined it/);
  await expect(rows.nth(3)).toContainText(/ m?s.*n[0-2]/);
  await page.getByRole("button", { name: "play in the network" }).click();
  await expect(page.getByText(/slowed down \d+ times/)).toBeVisible();
  await expect(page.getByRole("button", { name: "play in the network" }), "it ends by itself").toBeVisible();
  await page.keyboard.press("Escape");
  await expect(column).toBeFocused();
});

test("nothing is drawn while nothing happens", async ({ page, network }) => {
  await network.start(3);
  await page.goto(network.url);
  await network.post("/nodes/n0/mine");
  await page.locator("#propagation").getByRole("button", { name: /^block 1/ }).waitFor();
  await place(page, "n0");
  await expect
    .poll(() => page.evaluate(countAsked), { intervals: [100] })
    .toBe(0);
});

// countAsked counts the frames that the page asks for in a second.
function countAsked(): Promise<number> {
  return new Promise((resolve) => {
    const real = window.requestAnimationFrame;
    let asked = 0;
    window.requestAnimationFrame = (then) => real((now) => (asked++, then(now)));
    setTimeout(() => {
      window.requestAnimationFrame = real;
      resolve(asked);
    }, 1000);
  });
}

test("more than 200 nodes are drawn without elements, and it is said where they are listed", async ({ page }) => {
  const manager = new Manager({ nodes: 201, forks: 0, seed: 1 }, dist);
  await page.goto(await manager.listen());
  await expect(page.getByText('The nodes are more than can be shown one by one here')).toBeAttached();
  await expect(page.locator("#graph [data-node]")).toHaveCount(0);
  await manager.close();
});

// What a page of 200 nodes consists of is bounded, however long it is open: what was drawn
// once and is gone is let go.
test("a page with 200 nodes has few elements, and does not gather them", async ({ page }) => {
  const manager = new Manager({ nodes: 200, forks: 30, seed: 1 }, dist);
  await page.goto(await manager.listen());
  await expect(page.getByText("live", { exact: true })).toBeVisible();
  const cdp = await page.context().newCDPSession(page);
  const drawn = async (blocks: number) => {
    for (let i = 0; i < blocks; i++) {
      manager.block();
      await page.locator(`#tree [data-hash="${manager.state.blocks.at(-1)!.hash}"]`).waitFor();
    }
    await cdp.send("HeapProfiler.collectGarbage");
    return (await cdp.send("Memory.getDOMCounters")).nodes;
  };
  const before = await drawn(40);
  expect(before).toBeLessThan(3000);
  expect((await drawn(60)) - before, "nodes of the document that came with 60 blocks").toBeLessThan(100);
  await manager.close();
});

test("the list of whose view is shown is whole for who is at it, by mouse and by keys", async ({ page }) => {
  const manager = new Manager({ nodes: 20, forks: 0, seed: 1 }, dist);
  await page.goto(await manager.listen());
  const list = page.locator(".top").getByRole("combobox", { name: "as" });
  await expect(list.getByRole("option")).toHaveText(["everybody"]);
  await list.focus();
  await expect(list.getByRole("option")).toHaveCount(21);
  await page.keyboard.type("n13");
  await expect(page.getByRole("heading", { name: "Network, as n13 sees it" })).toBeVisible();
  await page.keyboard.press("Tab");
  await expect(list.getByRole("option")).toHaveText(["everybody", "n13"]);
  await expect(list).toHaveValue("n13");
  await list.dispatchEvent("pointerdown"); // comes before the click that opens the list
  await expect(list.getByRole("option")).toHaveCount(21);
  await manager.close();
});

// Each rewriting has the browser lay out and draw what is around it.
test("nothing of the document is written anew that stays as it was", async ({ page }) => {
  const manager = new Manager({ nodes: 6, forks: 30, seed: 1 }, dist);
  for (let i = 0; i < 30; i++) manager.block();
  await page.goto(await manager.listen());
  await expect(page.getByText("live", { exact: true })).toBeVisible();
  await page.evaluate(watchRewriting);
  for (let i = 0; i < 10; i++) {
    manager.block();
    await page.locator(`#tree [data-hash="${manager.state.blocks.at(-1)!.hash}"]`).waitFor();
  }
  const rewritten = await page.evaluate(() => (window as unknown as { rewritten: string[] }).rewritten);
  expect(rewritten).toEqual([]);
  await manager.close();
});

// watchRewriting notes texts that are written as they were, and where they are.
function watchRewriting(): void {
  const rewritten: string[] = [];
  Object.assign(window, { rewritten });
  new MutationObserver((records) => {
    for (const { target, oldValue } of records) {
      if (oldValue === target.textContent) rewritten.push(`"${oldValue}" in ${target.parentElement?.outerHTML.slice(0, 100)}`);
    }
  }).observe(document, { subtree: true, characterData: true, characterDataOldValue: true });
}
