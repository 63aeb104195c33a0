import { join } from "node:path";
import type { Page } from "@playwright/test";
import { Manager } from "./manager";

const dist = join(import.meta.dirname, "../../../dist");

// played opens a page of a played network with five blocks. What else the manager is to
// answer, play says; it has what was asked.
export async function played<T>(
  page: Page, nodes: number, play: (manager: Manager) => { asked: T }, then: (asked: T, manager: Manager) => Promise<void>,
): Promise<void> {
  const manager = new Manager({ nodes, forks: 0, seed: 7 }, dist);
  for (let i = 0; i < 5; i++) manager.block();
  const { asked } = play(manager);
  await page.goto(await manager.listen());
  await page.locator("[data-node=n0]").waitFor();
  try {
    await then(asked, manager);
  } finally {
    await manager.close();
  }
}
