import type { Cut, Faults, FaultsForm, LinkForm, PresetsForm, Regions, Rule, Sides } from "../api/faults";

// What the faults that are asked of a network come to for a pair of nodes, as the manager
// says it: a partition goes before all rules, and of those the most special one counts.

export const noFaults: FaultsForm = { generation: 0, desired: {}, partitions: [], pending: [] };

// isNone reports whether there are no faults.
export function isNone({ partitions = [], links = [], regions, topology }: Faults): boolean {
  return partitions.length + links.length === 0 && regions === undefined && topology === undefined;
}

// Direction is what holds for what a node sends to another one.
export interface Direction {
  cut: Cut | "";
  by: string; // name of the partition that cuts; empty for none
  link: LinkForm; // of what is not cut
  preset: string; // that it is called by; empty for none
}

type Grade = 0 | 1 | 2 | 3; // none, as all, by region, by name

// gradeOf says how specially references name a node.
function gradeOf(references: readonly string[], node: string, regions: Regions | undefined): Grade {
  let best: Grade = 0;
  for (const r of references) {
    if (r === node) return 3;
    if (r.startsWith("region:") && regions?.members[r.slice(7)]?.includes(node)) best = 2;
    else if (r === "all" && best === 0) best = 1;
  }
  return best;
}

const table = 2.5; // rank of the table of regions: after rules for one region, before those for two

// rankOf says how special a rule is for a pair that it names so; 0 if it does not.
function rankOf(from: Grade, to: Grade): number {
  const [low, high] = [Math.min(from, to), Math.max(from, to)];
  if (low === 0) return 0;
  if (low === 3) return 5;
  if (high === 3) return 4;
  return low === 2 ? 3 : high === 2 ? 2 : 1;
}

// regionOf is the region that a node is in; empty for none.
export function regionOf(regions: Regions | undefined, node: string): string {
  return Object.entries(regions?.members ?? {}).find(([, nodes]) => nodes.includes(node) || nodes.includes("all"))?.[0] ?? "";
}

// directionOf is what holds from a node to another one.
export function directionOf({ desired, partitions }: FaultsForm, from: string, to: string, presets: PresetsForm | null): Direction {
  const cutBy = partitions.find((p) => parts(p, from, to));
  if (cutBy !== undefined) return { cut: cutBy.how, by: cutBy.name, link: {}, preset: "" };
  const { regions } = desired;
  const rankIn = (froms: readonly string[], tos: readonly string[]) => rankOf(gradeOf(froms, from, regions), gradeOf(tos, to, regions));
  let [best, rank]: [Rule | null, number] = [null, 0];
  for (const rule of desired.links ?? []) {
    const r = Math.max(rankIn(rule.from, rule.to), rule.both ? rankIn(rule.to, rule.from) : 0);
    if (r > 0 && r >= rank) [best, rank] = [rule, r];
  }
  const planet = rank < table ? betweenRegions(regions, from, to, presets) : null;
  return planet ?? asked(best, presets);
}

// freshName is one for a cut: of two with the same name, the later takes the place of the
// earlier.
export function freshName(taken: readonly string[]): string {
  let number = 1;
  while (taken.includes(`cut ${number}`)) number++;
  return `cut ${number}`;
}

// parts reports whether a partition cuts what a node sends to another one.
function parts({ groups, oneway }: Sides, from: string, to: string): boolean {
  const [a, b] = [groups.findIndex((g) => g.includes(from)), groups.findIndex((g) => g.includes(to))];
  return a >= 0 && b >= 0 && a !== b && !(oneway && a > b);
}

function asked(rule: Rule | null, presets: PresetsForm | null): Direction {
  if (rule === null) return { cut: "", by: "", link: {}, preset: "" };
  const link: LinkForm = rule.preset === undefined ? rule : (presets?.presets.find((p) => p.name === rule.preset) ?? {});
  return { cut: link.cut ?? "", by: "", link, preset: rule.preset ?? "" };
}

// betweenRegions is what the table of regions says; null if it says nothing.
function betweenRegions(regions: Regions | undefined, from: string, to: string, presets: PresetsForm | null): Direction | null {
  const [a, b] = [regionOf(regions, from), regionOf(regions, to)];
  if (!regions?.table || a === "" || b === "") return null;
  const delay = latency(regions.table, a, b, presets);
  return { cut: "", by: "", link: delay === "" ? {} : { delay }, preset: regions.table };
}

// latency is how long a message takes from a region to another one; empty if that is not
// known.
export function latency(table: string, from: string, to: string, presets: PresetsForm | null): string {
  const found = presets?.tables.find((t) => t.name === table);
  return found?.latency[found.regions.indexOf(from)]?.[found.regions.indexOf(to)] ?? "";
}

const units: { [unit: string]: number } = { h: 3600, m: 60, s: 1, ms: 1e-3, µs: 1e-6, us: 1e-6, ns: 1e-9 };

// secondsOf reads a length of time such as "1m30s"; NaN if it is none.
export function secondsOf(text: string): number {
  if (!/^([\d.]+(h|ms|m|s|µs|us|ns))+$/.test(text)) return NaN;
  let sum = 0;
  for (const [, number, unit] of text.matchAll(/([\d.]+)(h|ms|m|s|µs|us|ns)/g)) sum += Number(number) * units[unit!]!;
  return sum;
}

const wordsFor = [
  ["cut", "cut, "], ["delay", "delay "], ["jitter", "jitter "], ["shape", ""], ["bandwidth", ""], ["burst", "burst "], ["loss", "loss "], ["drop", "drop "],
] as const;

// linkWords says what is asked of a link: "delay 50ms, loss 1%".
export function linkWords(link: LinkForm): string {
  const parts = wordsFor.flatMap(([field, before]) => (link[field] === undefined ? [] : before + link[field]));
  if (link.loss_burst !== undefined) parts.push("loss in bursts");
  if (link.flap !== undefined) parts.push(`silent ${link.flap.for} in ${link.flap.every}`);
  return parts.length === 0 ? "no faults" : parts.join(", ");
}

// isAsked reports whether something is asked of a direction.
export function isAsked({ cut, link, preset }: Direction): boolean {
  return cut !== "" || preset !== "" || linkWords(link) !== "no faults";
}

// directionWords says what holds for a direction.
export function directionWords({ cut, by, link, preset }: Direction): string {
  if (cut !== "" && by !== "") return `cut, ${cut}, by “${by}”`;
  const words = linkWords(link);
  return preset === "" ? words : words === "no faults" ? preset : `${preset}: ${words}`;
}

const few = 8; // names that are listed one by one

// groupWords names some nodes: of many, how many there are.
export function groupWords(names: readonly string[]): string {
  return names.length <= few ? names.join(" ") : `${names[0]} … ${names[names.length - 1]} (${names.length})`;
}

// cutWords says who is cut off from whom: "n0 n1 | n2".
export function cutWords(groups: readonly (readonly string[])[], oneway = false): string {
  return groups.map(groupWords).join(oneway ? " → " : " | ");
}
