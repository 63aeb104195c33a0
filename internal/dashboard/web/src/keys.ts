import { mineInTurns, mineRace, stopMining } from "./acts";
import { carryOut } from "./carry";
import { close, legend, nextLook, open, opened, projector, tab, tabs } from "./ui";

interface Key {
  key: string;
  does: string;
  act: () => unknown;
}

// keys are those that work anywhere on the page, but where a person writes.
export const keys: Key[] = [
  { key: "m", does: "each node mines a block in turn", act: () => carryOut(mineInTurns) },
  { key: "r", does: "all nodes race, until s", act: () => carryOut(mineRace) },
  { key: "s", does: "stop mining", act: () => carryOut(stopMining) },
  ...tabs.map((name, i) => ({ key: String(i + 1), does: `tab: ${name}`, act: () => (tab.value = name) })),
  { key: "/", does: "search", act: () => document.getElementById("search")?.focus() },
  { key: "g", does: "to the fork tree's tip", act: () => document.querySelector<SVGElement>("#tree [data-hash][tabindex='0']")?.focus() },
  { key: "l", does: "legend", act: () => (legend.value = !legend.value) },
  { key: "d", does: "dark, light, or as the system has it", act: nextLook },
  { key: "p", does: "projector", act: () => (projector.value = !projector.value) },
  { key: "?", does: "help", act: () => (opened.value?.kind === "help" ? close() : open("help")) },
];

export function listenToKeys(): void {
  document.addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey || writes(e.target)) return;
    if (opened.value !== null && e.key !== "?") return;
    const key = keys.find((k) => k.key === e.key);
    if (key === undefined) return;
    e.preventDefault();
    key.act();
  });
}

function writes(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement || target instanceof HTMLSelectElement || target instanceof HTMLTextAreaElement;
}
