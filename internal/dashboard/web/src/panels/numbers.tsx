import { computed } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { figureList, isNetworks } from "../figures";
import { figures, figuresThen, type Point } from "../model/figures";
import { history, managersTime, network, passTime, past } from "../store";
import { open } from "../ui";
import { view } from "../view";

const tick = 5000; // ms

// now are the figures that are shown.
export const now = computed<Point>(() => {
  const { network, node } = view.value;
  const { record } = history.value;
  const then = past.value === null ? null : figuresThen(network, record, node);
  return then ?? figures(network, record, managersTime(), node);
});

// Numbers is the strip of figures. Each opens its chart.
export function Numbers() {
  useEffect(() => {
    // What was found in the last minute grows less without an event.
    const timer = window.setInterval(() => now.value.hashrate > 0 && past.value === null && passTime(), tick);
    return () => window.clearInterval(timer);
  }, []);
  const { parameters } = network.value.now;
  return (
    <section id="numbers" class="panel" aria-labelledby="numbers-title">
      <h2 id="numbers-title" class="unseen">
        Numbers
      </h2>
      <div class="readings">
        {figureList.map((f) => (
          <button key={f.id} type="button" class="figure" data-figure={f.id} title={`${f.said} A click shows it over time.`} onClick={() => open("chart", f.id)}>
            <span class="name">{f.name}</span> <span class="value">{f.value(now.value, parameters)}</span>{" "}
            <span class="note">{isNetworks(f, now.value, view.value.node !== null) ? "network's" : f.note(now.value, parameters)}</span>
          </button>
        ))}
      </div>
    </section>
  );
}
