import { expect, lookAs, place, test } from "./network";

test("nodes and their states are in the graph, and open", async ({ page, network }) => {
  await network.start(3);
  await page.goto(network.url);
  const node = (name: string) => page.locator("#graph").getByRole("button", { name: new RegExp(`^(node )?${name}\\b`) });
  await expect(node("n2")).toBeVisible();
  await network.post("/nodes/n2/kill");
  await expect(node("n2")).toHaveAccessibleName(/down/);
  await network.post("/nodes/n1/pause");
  await expect(node("n1")).toHaveAccessibleName(/paused/);
  await network.post("/nodes/n1/resume");
  await place(page, "n1");
  await node("n1").click();
  await expect(page.getByRole("dialog").getByRole("heading", { name: "Node n1" })).toBeVisible();
});

test("a node is added, and takes part", async ({ page, network }) => {
  await network.start(1);
  await page.goto(network.url);
  await page.getByRole("button", { name: "add node" }).click();
  await expect(page.locator("[data-node=n1]")).toBeVisible();
  await expect(page.getByText("2 nodes of 2 up")).toBeVisible();
});

test("a node that was dragged stays where it was put, also after a reload", async ({ page, network }) => {
  await network.start(3);
  await page.goto(network.url);
  const at = async () => (await page.locator("[data-node=n0] .body").boundingBox())!;
  await place(page, "n0");
  const before = await at();
  await page.mouse.move(before.x + before.width / 2, before.y + before.height / 2);
  await page.mouse.down();
  await page.mouse.move(before.x + 60, before.y + 50, { steps: 5 });
  await page.mouse.up();
  await expect.poll(async () => Math.hypot((await at()).x - before.x, (await at()).y - before.y)).toBeGreaterThan(20);
  const after = await at();
  await page.reload();
  await place(page, "n0");
  const again = await at();
  expect(Math.hypot(after.x - again.x, after.y - again.y)).toBeLessThan(3);
});

test("how a block spread is told, and shown again in slow motion", async ({ page, network }) => {
  await network.start(3);
  await network.post("/nodes/n0/mine");
  await page.goto(network.url);
  const table = page.locator("#propagation").getByRole("table", { name: /Propagation/ });
  await expect(table.getByRole("row").filter({ hasText: "3 of 3" })).toHaveCount(1);
  await page.locator("#propagation").getByRole("button", { name: /^block 1:/ }).press("Enter");
  await expect(page.getByRole("heading", { name: "The way of block 1" })).toBeVisible();
  await expect(page.locator("#propagation")).toContainText("n2");
});

test("the log and the timeline are a node's own for who looks as it", async ({ page, network }) => {
  await network.start(2);
  for (const name of ["n0", "n1"]) await network.post(`/nodes/${name}/restart`);
  await page.goto(network.url);
  await page.keyboard.press("5");
  const rows = page.locator("#tabs").getByRole("row");
  await expect(rows.filter({ hasText: "n1" }).first()).toBeVisible();
  await lookAs(page, "n0");
  await expect(rows.filter({ hasText: "n1" })).toHaveCount(0);
  await expect(rows.filter({ hasText: "n0" }).first()).toBeVisible();
  await page.locator("#tab-log").click();
  await expect(page.getByRole("combobox", { name: /^of/ })).toHaveValue("n0");
  await expect(rows.filter({ hasText: "n0" }).first()).toBeVisible();
  await expect(rows.filter({ hasText: "manager" })).toHaveCount(0);
  await lookAs(page, "");
  await expect(rows.filter({ hasText: "manager" }).first()).toBeVisible();
});

test("each panel is shown as a node knows it", async ({ page, network }) => {
  await network.start(2);
  await network.post("/nodes/n1/mine");
  await network.together(1);
  await network.post("/nodes/n1/kill");
  await network.post("/nodes/n0/mine");
  await page.goto(network.url);
  await expect(page.locator("#tree").getByRole("button", { name: /^block 2/ })).toBeVisible();
  await lookAs(page, "n1");
  await expect(page.getByRole("heading", { name: "Fork tree, as n1 knows it" })).toBeVisible();
  await expect(page.locator("#tree").getByRole("button", { name: /^block 2/ })).toHaveCount(0);
  await expect(page.locator("#tree").getByRole("button", { name: "block 1 by n1, on the best chain, tip of n1" })).toBeVisible();
});

test("at a phone's width no node's name is under another node", async ({ page, network }) => {
  await network.start(6);
  await network.post("/start/mining?min=0s&max=0s"); // with a block each, all are as large as can be
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(network.url);
  await expect(page.locator('.graph > svg[aria-busy=false] .node .body[r="22"]')).toHaveCount(6);
  const covered = await page.locator(".graph .node").evaluateAll((nodes) =>
    nodes.flatMap((node) => {
      const name = node.querySelector(".name")!.getBoundingClientRect();
      const over = (b: DOMRect) => name.left < b.right && b.left < name.right && name.top < b.bottom && b.top < name.bottom;
      return nodes.filter((other) => other !== node && over(other.querySelector(".body")!.getBoundingClientRect())).map((other) => `${node.textContent} under ${other.textContent}`);
    }),
  );
  expect(covered).toEqual([]);
});
