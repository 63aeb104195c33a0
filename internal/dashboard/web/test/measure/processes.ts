import { readFileSync } from "node:fs";

// What processes of this machine have used, from /proc.

// renderers are the processes that Chromium draws pages with, of this test alone.
export function renderers(): number[] {
  return browsers().filter((pid) => commandLine(pid).includes("--type=renderer"));
}

// browsers are all processes of Chromium, of this test alone.
export function browsers(): number[] {
  return descendants(process.pid).filter((pid) => commandLine(pid).includes("chromium"));
}

// processorTime is what processes have used that still run, in seconds.
export function processorTime(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + usedBy(pid), 0);
}

function usedBy(pid: number): number {
  const fields = read(pid, "stat").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / 100; // user and system time in ticks, of which a second has 100
}

// resting waits until Chromium has little to do: for a new window it makes pages of its own, of
// its menus and lists, which take longer than the one that is measured.
export async function resting(): Promise<void> {
  for (let [before, still] = [processorTime(browsers()), 0]; still < 5; ) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    const now = processorTime(browsers());
    still = now - before < 0.02 ? still + 1 : 0;
    before = now;
  }
}

// privateMemory is what a process has for itself, in MB.
export function privateMemory(pid: number): number {
  const rows = read(pid, "smaps_rollup").matchAll(/^Private_\w+:\s+(\d+) kB/gm);
  return [...rows].reduce((sum, row) => sum + Number(row[1]), 0) / 1000;
}

function descendants(pid: number): number[] {
  const children = read(pid, `task/${pid}/children`).trim().split(" ").filter(Boolean).map(Number);
  return [...children, ...children.flatMap(descendants)];
}

function commandLine(pid: number): string {
  return read(pid, "cmdline");
}

// read is a file of a process; empty once it has ended.
function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}
