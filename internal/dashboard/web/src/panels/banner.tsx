import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { missed, missedWords } from "../model/missed";
import { clock, duration, plural } from "../parts/words";
import { absence, connection, history, listen, network, patience, type Absence, type Connection } from "../store";
import { say } from "../ui";
import type { GapData } from "../api/forms";

// Banner says that the page does not hear the manager, which makes all of it old, and once
// it does again, for how long it did not.
export function Banner() {
  const c = connection.value;
  if (!c.up) return <Lost of={c} />;
  return absence.value === null ? null : <Back from={absence.value} />;
}

function Lost({ of: c }: { of: Exclude<Connection, { up: true }> }) {
  const now = useSignal(Date.now());
  useEffect(() => {
    const timer = window.setInterval(() => (now.value = Date.now()), 1000);
    return () => window.clearInterval(timer);
  }, []);
  if (now.value - c.since < patience) return null;
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

// Back says how long the manager was away, and what happened meanwhile.
function Back({ from: { lasted, from, until, anew } }: { from: Absence }) {
  const meanwhile = anew
    ? "What it tells now does not go on from before: this page begins anew, and what happened meanwhile is not known"
    : `Meanwhile ${missedWords(missed(history.value.record, from, until))}`;
  return (
    <p class="banner back" role="status">
      <span>
        <strong>The manager was away for {duration(lasted / 1000)}</strong>, until {clock(until)}. {meanwhile}.
      </span>
      <button type="button" class="icon" aria-label="dismiss that the manager was away" onClick={() => (absence.value = null)}>
        ✕
      </button>
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
