import { menus } from "../../model/dial";
import type { Node } from "../../model/network";
import { BlockLink } from "../../parts/links";
import { plural } from "../../parts/words";
import { network } from "../../store";
import { open } from "../../ui";

// NodeStrategy says by what a node mines, and what it keeps to itself.
export function NodeStrategy({ node: { name, strategy } }: { node: Node }) {
  const kept = network.value.now.hidden.of(name);
  return (
    <>
      <button type="button" class="link" title={menus[strategy]?.said} onClick={() => open("mining")}>
        {strategy}
      </button>
      {kept.length > 0 && (
        <>
          , withholds {plural(kept.length, "block")}:{" "}
          {kept.map((hash) => (
            <BlockLink key={hash} hash={hash} />
          ))}
        </>
      )}
    </>
  );
}
