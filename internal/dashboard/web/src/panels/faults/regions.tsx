import { useSignal, type Signal } from "@preact/signals";
import { faults, presets, setFaults } from "../../faults";
import { regionOf } from "../../model/faults";
import { ActButton } from "../../parts/act";
import { network } from "../../store";

interface Draft {
  table: string;
  of: ReadonlyMap<string, string>; // regions by node; empty for none
}

// RegionForm says which node is where. What lies between regions is a table's.
export function RegionForm() {
  const { regions } = faults.value;
  const tables = presets.value?.tables ?? [];
  const names = [...network.value.now.nodes.keys()];
  const draft = useSignal<Draft>({ table: regions?.table ?? "", of: new Map(names.map((n) => [n, regionOf(regions, n)])) });
  const { table, of } = draft.value;
  const there = tables.find((t) => t.name === table)?.regions ?? [];
  const { regions: _, ...others } = faults.value;
  const spread = (table: string) => {
    const all = tables.find((t) => t.name === table)?.regions ?? [];
    draft.value = { table, of: new Map(names.map((n, i) => [n, all[i % all.length] ?? ""])) };
  };
  return (
    <>
      <p class="acts">
        <select aria-label="table of regions" value={table} onChange={(e) => spread(e.currentTarget.value)}>
          <option value="">no regions</option>
          {tables.map((t) => (
            <option key={t.name} value={t.name}>
              {t.name}
            </option>
          ))}
        </select>
        <ActButton act={setFaults(table === "" ? others : { ...others, regions: { table, members: membersOf(of) } })} disabled={table === "" && regions === undefined}>
          {table === "" ? "take regions away" : "put nodes there"}
        </ActButton>
      </p>
      {table !== "" && <Homes names={names} regions={there} draft={draft} />}
    </>
  );
}

// Homes says of each node where it is.
function Homes({ names, regions, draft }: { names: string[]; regions: string[]; draft: Signal<Draft> }) {
  const { table, of } = draft.value;
  return (
    <p class="acts">
      {names.map((name) => (
        <label key={name} class="choice">
          {name}{" "}
          <select value={of.get(name) ?? ""} onChange={(e) => (draft.value = { table, of: new Map([...of, [name, e.currentTarget.value]]) })}>
            {["", ...regions].map((r) => (
              <option key={r} value={r}>
                {r === "" ? "nowhere" : r}
              </option>
            ))}
          </select>
        </label>
      ))}
    </p>
  );
}

// membersOf lists the nodes of each region.
function membersOf(of: ReadonlyMap<string, string>): { [region: string]: string[] } {
  const members: { [region: string]: string[] } = {};
  for (const [node, region] of of) if (region !== "") (members[region] ??= []).push(node);
  return members;
}
