import { clock, duration } from "../../parts/words";
import { history } from "../../store";
import type { Band } from "../../model/bands";

// FaultBands are the times with faults, behind the timeline's marks.
export function FaultBands({ from, to, x, height }: { from: number; to: number; x: (at: number) => number; height: number }) {
  const { record } = history.value;
  const end = Math.min(to, record.lastAt || to); // one that lasts goes to now
  return (
    <g class="bands">
      {record.bands.between(from, end).map((b) => (
        <rect key={b.offset} data-offset={b.offset} x={x(b.from)} width={Math.max(2, x(b.to) - x(b.from))} height={height}>
          <title>{bandWords(b)}</title>
        </rect>
      ))}
    </g>
  );
}

function bandWords({ from, to, text }: Band): string {
  return `faults from ${clock(from)}, for ${duration((to - from) / 1000)}: ${text}`;
}
