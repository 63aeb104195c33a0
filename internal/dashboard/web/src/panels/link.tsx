import { get } from "../api/client";
import type { Achieved, LinksForm } from "../api/faults";
import { between, faults, without } from "../faults";
import { directionWords, linkWords, secondsOf } from "../model/faults";
import { ActButton } from "../parts/act";
import { Dialog } from "../parts/dialog";
import { useEvery } from "../parts/every";
import { millis } from "../parts/words";
import { network, past } from "../store";
import { RuleForm } from "./faults/rule";

const every = 2000; // ms

// LinkDialog shows what is asked of the link between two nodes and what it does, and sets it.
export function LinkDialog({ id }: { id: string }) {
  const [a, b] = id.split("~") as [string, string];
  const { nodes } = network.value.now;
  return (
    <Dialog title={`Link ${a} – ${b}`}>
      {[a, b].filter((name) => !nodes.has(name)).map((name) => (
        <p key={name} class="bad">
          There is no node {name}.
        </p>
      ))}
      <Directions a={a} b={b} />
      {past.value === null && nodes.has(a) && nodes.has(b) && (
        <>
          <h3>Set</h3>
          <RuleForm key={id} from={[a]} to={[b]} />
          <p class="dim">A delay is one way. Of all rules the one for these two nodes counts; a cut goes before it.</p>
          <Own a={a} b={b} />
        </>
      )}
    </Dialog>
  );
}

function Directions({ a, b }: { a: string; b: string }) {
  const { value, why } = useEvery(`${a} ${b}`, (signal) => measured(a, signal), every);
  const of = (from: string, to: string) => value?.links.find((l) => l.from === from && l.to === to)?.achieved ?? null;
  return (
    <div class="across">
      <table class="directions">
        <caption class="unseen">what is asked of each direction, and what it achieves</caption>
        <thead>
          <tr>
            <th scope="col">direction</th>
            <th scope="col">asked</th>
            <th scope="col">delay, achieved</th>
            <th scope="col">rate</th>
            <th scope="col" class="number">queue</th>
            <th scope="col" class="number">dropped</th>
          </tr>
        </thead>
        <tbody>
          {([[a, b], [b, a]] as const).map(([from, to]) => (
            <tr key={from}>
              <th scope="row">
                {from} → {to}
              </th>
              <td>{directionWords(between(from, to))}</td>
              <Figures of={of(from, to)} />
            </tr>
          ))}
        </tbody>
      </table>
      {why !== "" && <p class="bad">{why}</p>}
    </div>
  );
}

function measured(a: string, signal: AbortSignal): Promise<LinksForm> {
  return get<LinksForm>(`/network/links?node=${encodeURIComponent(a)}`, signal);
}

function Figures({ of: a }: { of: Achieved | null }) {
  if (a === null) return <td colSpan={4} class="dim">not linked, or nothing was sent yet</td>;
  const { delay } = a;
  return (
    <>
      <td title={delay === null ? undefined : `of the last ${delay.frames} messages: half within ${delay.p50}, 95 % within ${delay.p95}, at most ${delay.max}`}>{delay === null ? "–" : rounded(delay.mean)}</td>
      <td title="while messages waited for it">{a.bandwidth ?? "–"}</td>
      <td class="number">{a.queued.toLocaleString("en")} B</td>
      <td class="number">{a.dropped}</td>
    </>
  );
}

// rounded is a length of time such as 125.482913ms as one reads it.
function rounded(time: string): string {
  const seconds = secondsOf(time);
  return Number.isNaN(seconds) ? time : millis(1000 * seconds);
}

// Own are the rules for these two nodes alone, which can be taken away.
function Own({ a, b }: { a: string; b: string }) {
  const own = (faults.value.links ?? []).filter((r) => [[a, b], [b, a]].some(([x, y]) => r.from.join() === x && r.to.join() === y));
  return (
    <>
      {own.map((r, i) => (
        <p key={i} class="acts">
          {r.from} → {r.to}
          {r.both === true && " and back"}: {r.preset ?? linkWords(r)}
          <ActButton act={without(r)}>take away</ActButton>
        </p>
      ))}
    </>
  );
}
