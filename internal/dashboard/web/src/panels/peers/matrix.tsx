import type { PeersForm } from "../../api/peers";
import { hueOf } from "../../model/colours";
import { linesOf, squares } from "../../model/peers";

const named = 12; // nodes, above which names have no room
const many = 60; // nodes, above which squares are small enough to be drawn larger
const cell = 2; // em, which a square has at most, as names grow with it

// Matrix shows who dialled whom: a square in the row of the one and the column of the other,
// in the colour of the other's group. Nodes stand by group. A table beside it says the same.
export function Matrix({ form, groups, marked }: { form: PeersForm; groups: Map<string, string[]>; marked: string | null }) {
  const names = [...groups.values()].flat();
  const at = new Map(names.map((name, i) => [name, i]));
  const lines = linesOf(form, "");
  const margin = names.length > named ? 0 : 2.2;
  const size = names.length + margin;
  return (
    <figure class="who-knows">
      <svg class={names.length > many ? "many" : ""} style={{ maxHeight: `${cell * size}em` }} viewBox={`${-margin} ${-margin} ${size} ${size}`} role="img" aria-label="Rows dialled columns; the table lists the same links">
        <rect class="field" width={names.length} height={names.length} />
        {[...groups.keys()].map((g, i) => (
          <path key={g} class={`hue-${g === "" ? 2 : hueOf(`n${i}`)}${marked === null || marked === g ? "" : " other"}`} d={squares(lines.filter((l) => l.group === g), at)} />
        ))}
        <path class="self" d={`M0 0L${names.length} ${names.length}`} />
        {margin > 0 &&
          names.map((name, i) => (
            <g key={name}>
              <text x={-0.2} y={i + 0.75} text-anchor="end">
                {name.slice(0, 4)}
              </text>
              <text x={i + 0.5} y={-0.3} text-anchor="middle">
                {name.slice(0, 4)}
              </text>
            </g>
          ))}
      </svg>
      <figcaption class="dim">
        A row has dialled the columns.
        {[...groups.keys()].map((g, i) => g !== "" && (
          <span key={g} class={`hue-${hueOf(`n${i}`)}`}>
            <i class="swatch" aria-hidden="true" /> {g}
          </span>
        ))}
      </figcaption>
    </figure>
  );
}
