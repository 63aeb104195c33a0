import { useSignal } from "@preact/signals";
import type { BlockAnswer } from "../api/ledger";
import { fields, hexOf } from "../model/header";
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

// Bytes shows the header's fields beside its 80 bytes: what one points at or focuses is
// marked in both.
export function Bytes({ header, block }: { header: string; block: Block }) {
  const marked = useSignal("");
  const mark = (name: string) => ({
    onMouseEnter: () => (marked.value = name),
    onMouseLeave: () => (marked.value = ""),
    onFocusIn: () => (marked.value = name),
    onFocusOut: () => (marked.value = ""),
  });
  const classOf = (i: number, name: string) => `field field-${i % 2}${marked.value === name ? " marked" : ""}`;
  return (
    <>
      <h3>The 80 bytes that are hashed</h3>
      <p class="bytes mono">
        {fields.map((f, i) => (
          <span key={f.name} class={classOf(i, f.name)} title={f.name} {...mark(f.name)}>
            {hexOf(header, f).match(/../g)!.join(" ")}{" "}
          </span>
        ))}
      </p>
      <div class="across">
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
              <tr key={f.name} class={marked.value === f.name ? "marked" : ""} {...mark(f.name)}>
                <th scope="row">
                  <button type="button" class={`icon ${classOf(i, f.name)}`} aria-description="marks its bytes above">
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
            ))}
          </tbody>
        </table>
      </div>
      <p class="dim">Numbers are written with their lowest byte first, and hashes as they come out of SHA-256: turned around against how they are shown.</p>
    </>
  );
}
