import type { Faults, Partition, PresetsForm, Rule } from "../../src/api/faults";
import type { Manager } from "./manager";

const presets: PresetsForm = {
  presets: [{ name: "3g", delay: "125ms", bandwidth: "750kbit/s", loss: "1.5%" }, { name: "lan", delay: "200µs", bandwidth: "1Gbit/s" }],
  tables: [
    {
      name: "planet-2019", regions: ["na", "eu", "asia"],
      latency: [["32ms", "124ms", "198ms"], ["124ms", "11ms", "237ms"], ["198ms", "237ms", "85ms"]],
    },
  ],
};

// playFaults has a played manager take faults, and tell of them.
export function playFaults(manager: Manager): { asked: () => Faults } {
  let desired: Faults = {};
  let generation = 0;
  const become = (next: Faults, done: string) => {
    desired = next;
    generation++;
    const partitions = (next.partitions ?? []).map((p) => ({ name: "partition", how: "silent" as const, oneway: false, ...p }));
    manager.state.faults = { generation, desired, partitions, pending: [] };
    manager.happen("faults-changed", { ...manager.state.faults, why: "asked", done });
    return { message: done, generation, desired };
  };
  manager.on("PUT /network/faults", (body) => become(body as Faults, "faults are set"));
  manager.on("POST /network/partition", (body) => {
    const p = { name: "partition", how: "silent" as const, ...(body as Partition) };
    return become({ ...desired, partitions: [p] }, "cut apart");
  });
  manager.on("POST /network/heal", () => become({ ...desired, partitions: [] }, "healed"));
  manager.on("PUT /network/links", (body) => become({ ...desired, links: [body as Rule] }, "links are set"));
  manager.on("GET /network/presets", () => presets);
  manager.on("GET /network/links", () => ({
    links: [{ from: "n0", to: "n1", asked: {}, achieved: { delay: { mean: "126ms", p50: "125ms", p95: "130ms", p99: "140ms", max: "141ms", frames: 40 }, bandwidth: null, queued: 0, in_flight: 0, dropped: 0 } }],
  }));
  return { asked: () => desired };
}
