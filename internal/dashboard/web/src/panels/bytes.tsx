import { useSignal, type Signal } from "@preact/signals";
import type { BlockAnswer } from "../api/ledger";
import { fields, hexOf, type Field } from "../model/header";
import { scaled } from "../parts/words";
import { workOf } from "../model/target";

type Block = BlockAnswer["block"];

// means says what a field is for.
const means: { [field: string]: (b: Block) => string } = {
  version: () => "of the rules that the block follows",
  "previous hash": () => "names the parent: whoever changes an older block changes all that follow",
  "Merkle root": () => "a hash over all of the block's transactions",
  time: (b) => `${new Date(b.timestamp * 1000).toISOString().slice(0, 19).replace("T", " ")} UTC, by the miner's clock`,
  bits: (b) => `the target, shortened: a hash meets it once in ${scaled(workOf(b.bits))} tries`,
  nonce: () => "what the miner tries out until the hash meets the target",
};

const values: { [field: string]: (b: Block) => string } = {
  version: (b) => String(b.version),
  "previous hash": (b) => b.previous_hash,
  "Merkle root": (b) => b.merkle_root,
  time: (b) => String(b.timestamp),
  bits: (b) => b.bits,
  nonce: (b) => b.nonce.toLocaleString("en"),
};

type Marked = Signal<string>; // name of the field that is pointed at or focused; empty for none

// marking has an element mark a field while one points at it or focuses it.
const marking = (marked: Marked, name: string) => ({
  onMouseEnter: () => (marked.value = name),
  onMouseLeave: () => (marked.value = ""),
  onFocusIn: () => (marked.value = name),
  onFocusOut: () => (marked.value = ""),
});

const classOf = (i: number, is: boolean) => `field field-${i % 2}${is ? " marked" : ""}`;

// Bytes shows the header's fields beside its 80 bytes: what one points at or focuses is
// marked in both.
export function Bytes({ header, block }: { header: string; block: Block }) {
  const marked = useSignal("");
  return (
    <>
      <h3>The 80 bytes that are hashed</h3>
      <p class="bytes mono">
        {fields.map((f, i) => (
          <span key={f.name} class={classOf(i, marked.value === f.name)} title={f.name} {...marking(marked, f.name)}>
            {hexOf(header, f).match(/../g)!.join(" ")}{" "}
          </span>
        ))}
      </p>
      <div class="across">
        <Fields block={block} marked={marked} />
      </div>
      <p class="dim">Numbers are written with their lowest byte first, and hashes as they come out of SHA-256: turned around against how they are shown.</p>
    </>
  );
}

function Fields({ block, marked }: { block: Block; marked: Marked }) {
  return (
    <table class="fields">
      <caption class="unseen">The header's fields</caption>
      <thead>
        <tr>
          <th scope="col">field</th>
          <th scope="col" class="number">
            bytes
          </th>
          <th scope="col">value</th>
        </tr>
      </thead>
      <tbody>
        {fields.map((f, i) => (
          <FieldRow key={f.name} of={f} at={i} block={block} marked={marked} />
        ))}
      </tbody>
    </table>
  );
}

function FieldRow({ of: f, at, block, marked }: { of: Field; at: number; block: Block; marked: Marked }) {
  const is = marked.value === f.name;
  return (
    <tr class={is ? "marked" : ""} {...marking(marked, f.name)}>
      <th scope="row">
        <button type="button" class={`icon ${classOf(at, is)}`} aria-description="marks its bytes above">
          {f.name}
        </button>
      </th>
      <td class="number">
        {f.at}–{f.at + f.size - 1}
      </td>
      <td class="value">
        <code>{values[f.name]!(block)}</code> <span class="dim">{means[f.name]!(block)}</span>
      </td>
    </tr>
  );
}
