import { expect, test } from "./network";

test("the page goes on after the manager was killed and has come back", async ({ page, network }) => {
  await network.start(2);
  await network.post("/nodes/n0/mine");
  await page.goto(network.url);
  await expect(page.getByText("live", { exact: true })).toBeVisible();
  await network.kill();
  await expect(page.getByText("not live", { exact: true })).toBeVisible();
  await network.start(2);
  await expect(page.getByText("live", { exact: true })).toBeVisible();
  await network.post("/nodes/n1/mine");
  await expect(page.locator("#tree").getByRole("button", { name: "block 2 by n1, on the best chain, tip of n0, n1" })).toBeVisible();
});

test("another network at the same address is taken up as it is", async ({ page, network }) => {
  await network.start(2);
  await network.post("/nodes/n0/mine?count=3");
  await page.goto(network.url);
  await expect(page.locator("#tree").getByRole("button", { name: "block 3 by n0" })).toBeVisible();
  await network.end();
  await network.start(1);
  await expect(page.locator("#tree").getByRole("button", { name: "genesis block, on the best chain, tip of n0" })).toBeVisible();
  await expect(page.locator("#tree").getByRole("button", { name: "block 3 by n0" })).toHaveCount(0);
});

test("a node that dies and returns", async ({ page, network }) => {
  await network.start(2);
  await page.goto(network.url);
  await expect(page.getByText("2 nodes of 2 up")).toBeVisible();
  await network.post("/nodes/n1/kill");
  await expect(page.getByText("1 node of 2 up")).toBeVisible();
  await network.post("/nodes/n1/restart");
  await expect(page.getByText("2 nodes of 2 up")).toBeVisible();
});
