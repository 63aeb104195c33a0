import { network } from "../../store";
import { honest } from "../../model/network";
import { marks } from "./picture";
import { room } from "./places";

const most = 60; // nodes beside which there is room for a word

// StrategyMarks names the strategy of each node that is not honest, and how many blocks it
// withholds.
export function StrategyMarks() {
  const { hidden } = network.value.now;
  const list = marks.value.filter((m) => m.node.strategy !== honest);
  if (list.length === 0 || marks.value.length > most) return null;
  return (
    <svg class="faults strategies" width={room.value.width} height={room.value.height} aria-hidden="true">
      {list.map((m) => {
        const kept = hidden.of(m.node.name).length;
        const left = m.spot.x > room.value.width * 0.6; // there is more room on that side
        return (
          <text key={m.node.name} class={left ? "left" : "right"} x={m.spot.x + (left ? -1 : 1) * (m.radius + 8)} y={m.spot.y + 4}>
            {m.node.strategy}
            {kept > 0 && ` +${kept}`}
          </text>
        );
      })}
    </svg>
  );
}
