import { hueOf, miners } from "../view";

const most = 7; // miners that are named: further ones have their colours again

// Legend explains the marks of the fork tree and of the graph.
export function Legend() {
  const more = miners.value.length > most;
  return (
    <ul class="legend" aria-label="legend">
      {miners.value.slice(0, most).map((name) => (
        <li key={name}>
          <svg class={`block ${hueOf(name)}`} width="14" height="14" aria-hidden="true">
            <rect x="1" y="1" width="12" height="12" rx="3" />
          </svg>
          <span class="cut" title={name}>
            {name}
          </span>{" "}
          mined it
        </li>
      ))}
      {more && <li>and so on: the name in the block tells</li>}
      <li>
        <svg class="block hue-0" width="14" height="14" aria-hidden="true">
          <rect x="1" y="1" width="12" height="12" rx="3" />
        </svg>
        grey: no node of this network
      </li>
      <li>
        <svg class="block stale hue-0" width="14" height="14" aria-hidden="true">
          <rect x="1" y="1" width="12" height="12" rx="3" />
        </svg>
        stale: beside the best chain
      </li>
      <li>
        <svg class="chip" width="26" height="14" aria-hidden="true">
          <rect width="26" height="14" rx="7" />
          <text x="13" y="11">
            n0
          </text>
        </svg>
        this block is n0's tip
      </li>
      <li>
        <svg class="fold" width="26" height="14" aria-hidden="true">
          <rect width="26" height="14" rx="7" />
          <text x="13" y="11">
            …9
          </text>
        </svg>
        nine quiet blocks: click opens
      </li>
    </ul>
  );
}
