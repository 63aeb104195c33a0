import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { clock, duration, plural } from "../parts/words";
import { connection, history, listen, network } from "../store";
import { say } from "../ui";
import type { GapData } from "../api/forms";

const patience = 1500; // ms without a connection before it is said aloud

// Banner says that the page does not hear the manager, which makes all of it old.
export function Banner() {
  const c = connection.value;
  const now = useSignal(Date.now());
  useEffect(() => {
    if (c.up) return;
    now.value = Date.now();
    const timer = window.setInterval(() => (now.value = Date.now()), 1000);
    return () => window.clearInterval(timer);
  }, [c.up]);
  if (c.up || now.value - c.since < patience) return null;
  const seen = history.value.record.lastAt;
  return (
    <p class="banner">
      <span role="alert">
        <strong>{network.value.now.ended ? "The network has ended" : "This is not live"}:</strong> {network.value.now.ended ? "it was told to" : c.why}
        {seen > 0 && `; what is shown is of ${clock(seen)}`}.
      </span>{" "}
      The page has tried for {duration(Math.round((now.value - c.since) / 1000))}, and goes on by itself when the manager answers.
    </p>
  );
}

// announceGaps says aloud when events were missed.
export function announceGaps(): void {
  listen((events) => {
    for (const e of events) {
      if (e.type !== "gap") continue;
      const { first, last } = e.data as unknown as GapData;
      const what = last >= first && last > 0 ? plural(last - first + 1, "event") : "events";
      say(`${what}${e.node === undefined ? "" : ` of ${e.node}`} were missed: figures since then may lack something. The timeline has a mark.`, { bad: true });
    }
  });
}
