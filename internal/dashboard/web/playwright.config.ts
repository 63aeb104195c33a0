import { defineConfig } from "@playwright/test";

// unit: the pure parts, without a browser. browser: the page on a real network, in the
// browser that CHROMIUM names. measure: figures of it.
// pictures: those that the README shows.
export default defineConfig({
  testDir: "test",
  outputDir: process.env.TEST_OUTPUT ?? "test-results",
  forbidOnly: true,
  retries: 0,
  workers: 1,
  // Limits are for machines that do other work beside.
  timeout: 300_000,
  expect: { timeout: 60_000 },
  reporter: [["list"]],
  use: {
    actionTimeout: 60_000,
    viewport: { width: 1280, height: 800 },
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync",
      ],
    },
  },
  projects: [
    { name: "unit", testDir: "test/unit" },
    { name: "browser", testDir: "test/browser" },
    { name: "measure", testDir: "test/measure" },
    { name: "pictures", testDir: "test/pictures" },
  ],
});
