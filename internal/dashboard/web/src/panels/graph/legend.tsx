import { FaultLegend } from "./faultlegend";
import { marks } from "./picture";

// GraphLegend explains the graph's marks, those for trouble while there is some.
export function GraphLegend() {
  if (marks.value.length === 0) return null;
  const there = (is: (m: (typeof marks.value)[number]) => boolean) => marks.value.some(is);
  return (
    <ul class="legend" aria-label="legend of the network">
      <li>
        <Sample kind="best running" />
        on the main tip; larger: more blocks won
      </li>
      {there((m) => m.tone === "behind") && (
        <li>
          <Sample kind="behind running" sign="−2" />
          two blocks behind
        </li>
      )}
      {there((m) => m.tone.startsWith("fork")) && (
        <li>
          <Sample kind="fork-1 running" sign="A" />
          on fork A
        </li>
      )}
      {there((m) => m.mining) && (
        <li>
          <Sample kind="best running" ring />
          mining
        </li>
      )}
      {there((m) => m.node.state === "down") && (
        <li>
          <Sample kind="best down" />
          down
        </li>
      )}
      {there((m) => m.node.state === "paused") && (
        <li>
          <Sample kind="best paused" />
          paused
        </li>
      )}
      {there((m) => m.node.state === "silent") && (
        <li>
          <Sample kind="best silent" sign="?" />
          not answering
        </li>
      )}
      <FaultLegend />
    </ul>
  );
}

function Sample({ kind, sign = "", ring = false }: { kind: string; sign?: string; ring?: boolean }) {
  return (
    <svg width="18" height="18" viewBox="-9 -9 18 18" aria-hidden="true">
      <g class={`node ${kind}`}>
        {ring && <circle class="mining" r="8" />}
        <circle class="body" r={ring ? 5 : 7} />
        {kind.includes("paused") && <path class="bars" d="M-2 -3.5v7 M2 -3.5v7" />}
        <text class="sign" y="3" style={{ fontSize: "8px" }}>
          {sign}
        </text>
      </g>
    </svg>
  );
}
