import type { Signal } from "@preact/signals";
import { get, onNode } from "../../api/client";
import type { AddressesForm } from "../../api/peers";
import { buckets, bucketsWide } from "../../model/peers";
import { useEvery } from "../../parts/every";
import { percent, plural } from "../../parts/words";

const every = 5000; // ms
const shown = 8; // shares

// Book shows the tables of addresses that a node chooses its peers from: the buckets that
// hold some, and the shares of groups and sources. One of these can be marked, as if it were
// an attacker's.
export function Book({ node, marked }: { node: string; marked: Signal<string | null> }) {
  const { value, why } = useEvery(node, (signal) => get<AddressesForm>(onNode(node, "/addresses?limit=500"), signal), every);
  if (value === null) return <p class={why === "" ? "empty" : "bad"}>{why}</p>;
  const is = marked.value; // null for none
  const ofIt = value.places.filter((p) => is !== null && [p.group, p.source_group || p.source].includes(is));
  return (
    <figure class="who-knows">
      <figcaption class="dim">
        {plural(value.tried, "address", "addresses")} that answered (above) and {value.new} that others told of, by bucket
        {value.count > value.places.length && `; the first ${value.places.length} are drawn`}
      </figcaption>
      <svg viewBox={`0 0 ${bucketsWide} 21`} role="img" aria-label="Buckets that hold addresses; the shares below say whose">
        <path class="field" d="M0 0h64v4h-64zM0 5h64v16h-64z" />
        <path class={`hue-2${is === null ? "" : " other"}`} d={buckets(value.places)} />
        <path class="hue-6" d={buckets(ofIt)} />
      </svg>
      <Shares what="group" of={value.groups} marked={marked} />
      <Shares what="source" of={value.sources} marked={marked} />
    </figure>
  );
}

function Shares({ what, of, marked }: { what: string; of: AddressesForm["groups"]; marked: Signal<string | null> }) {
  return (
    <p class="acts" role="group" aria-label={`shares by ${what}`}>
      {of.slice(0, shown).map(({ name, share }) => (
        <button key={name} type="button" class="act" aria-pressed={marked.value === name} onClick={() => (marked.value = marked.value === name ? null : name)}>
          {what} {name === "" ? "none" : name.slice(0, 18)}: {percent(share)}
        </button>
      ))}
    </p>
  );
}
