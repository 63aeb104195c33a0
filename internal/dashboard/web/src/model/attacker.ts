import type { PlanForm } from "../api/mining";

// Attacker is who could undo a transfer, and what is known of its share of the hash power.
export interface Attacker {
  node: string; // empty while nobody has any
  share: number; // of the hash power, 0 to 1
  from: "attack" | "rates" | "plan" | "blocks" | "example"; // what the share is read from
}

const example: Attacker = { node: "", share: 0.3, from: "example" };

// attackerOf is the node whose double spend of the transfer is under way, or else the
// strongest miner. Shares are of the hash rates that are achieved now; where nobody searches, of
// those that are planned; where there is no plan, of the blocks won until now.
export function attackerOf(form: PlanForm | null, won: ReadonlyMap<string, number>, transfer: string): Attacker {
  const { shares, from } = sharesOf(form, won);
  const attack = form?.nodes.find(({ mining }) => mining !== null && mining.strategy.payment === transfer && !mining.strategy.outcome);
  if (attack !== undefined) return { node: attack.node, share: shares.get(attack.node) ?? 0, from: "attack" };
  const [node, share] = [...shares].reduce((best, s) => (s[1] > best[1] ? s : best), ["", 0] as [string, number]);
  return node === "" ? example : { node, share, from };
}

function sharesOf(form: PlanForm | null, won: ReadonlyMap<string, number>): { shares: Map<string, number>; from: Attacker["from"] } {
  const nodes = form?.nodes ?? [];
  for (const [key, from] of [["achieved", "rates"], ["share", "plan"]] as const) {
    const known = nodes.filter((n) => (n[key] ?? 0) > 0);
    if (known.length > 0) return { shares: new Map(known.map((n) => [n.node, n[key]!])), from };
  }
  const all = [...won.values()].reduce((sum, blocks) => sum + blocks, 0);
  return { shares: new Map([...won].map(([n, blocks]) => [n, blocks / all])), from: "blocks" };
}
