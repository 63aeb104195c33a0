import type { Plan, PlanForm } from "../../src/api/mining";
import type { Manager } from "./manager";

// playMining has a played manager take hash power and strategies, and tell of them.
export function playMining(manager: Manager): { asked: () => Plan | null } {
  let plan: Plan | null = null;
  const names = manager.state.nodes.map((n) => n.name);
  const form = (): PlanForm & { message: string } => ({
    message: "mining is set",
    plan,
    hashrate: 1000,
    nodes: names.map((node) => {
      const mining = { hashrate: 1000 / names.length, strategy: { withheld: 0, ...(plan?.strategies?.[node] ?? { name: "honest" }) } };
      return { node, share: null, achieved: 1 / names.length, mining, pending: false };
    }),
  });
  manager.on("GET /network/mining", form);
  manager.on("PUT /network/mining", (body) => {
    const { mode, power } = (plan = body as Plan);
    for (const { node, mining } of form().nodes) manager.happen("mining-changed", { mode, strategy: mining!.strategy.name, solver: power }, node);
    return form();
  });
  return { asked: () => plan };
}
