import { useSignal, type Signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import type { BlockAnswer } from "../api/ledger";
import { turned, withNonce } from "../model/header";
import { fromHex, sha256, toHex } from "../model/sha256";
import { digits, targetOf } from "../model/target";

const lastNonce = 2 ** 32 - 1;

// Worked is a header's hash, with its nonce or one that a person tries.
interface Worked {
  once: string; // SHA-256 of the 80 bytes, in hex
  twice: string; // SHA-256 of that
  hash: string; // the same turned around
  target: ReturnType<typeof targetOf>;
  tried: boolean; // the nonce is not the block's own
}

function workOut(header: string, { bits, nonce }: BlockAnswer["block"], chosen: number): Worked {
  const once = sha256(fromHex(withNonce(header, chosen)));
  const twice = toHex(sha256(once));
  return { once: toHex(once), twice, hash: turned(twice), target: targetOf(bits), tried: chosen !== nonce };
}

// Work works a header's hash out, with its nonce or one that a person tries.
export function Work({ header, block }: { header: string; block: BlockAnswer["block"] }) {
  const nonce = useSignal(block.nonce);
  const worked = workOut(header, block, nonce.value);
  return (
    <>
      <h3>Its hash, worked out here</h3>
      <Steps of={worked} bits={block.bits}>
        <Verdict of={worked} block={block} />
      </Steps>
      <Try nonce={nonce} own={block.nonce} />
    </>
  );
}

function Steps({ of: { once, twice, hash, target }, bits, children }: { of: Worked; bits: string; children: ComponentChildren }) {
  const shown = digits(target.value);
  return (
    <ol class="work">
      <li>
        SHA-256 of the 80 bytes <code>{once}</code>
      </li>
      <li>
        SHA-256 of these 32 bytes <code>{twice}</code>
      </li>
      <li>
        turned around, last byte first: the hash <Compared hex={hash} with={shown} />
      </li>
      <li>
        the target, 0x{target.mantissa.toString(16).padStart(6, "0")} × 256<sup>{target.exponent} − 3</sup> from bits <code class="inline">{bits}</code>{" "}
        <Compared hex={shown} with={hash} />
      </li>
      <li class="verdict" aria-live="polite">
        {children}
      </li>
    </ol>
  );
}

// Verdict says whether the hash meets the target, and whether it is the block's.
function Verdict({ of: { hash, target, tried }, block }: { of: Worked; block: BlockAnswer["block"] }) {
  const meets = BigInt(`0x${hash}`) <= target.value;
  return (
    <>
      {meets ? (
        <strong class="good">
          The hash is not above the target: the work is done{tried ? ", as luck would have it" : ""}.
        </strong>
      ) : (
        <strong class="bad">The hash is above the target: {tried ? "with this nonce it would be no block." : "that is no work."}</strong>
      )}
      {!tried && hash !== block.hash && block.index > 0 && <strong class="bad"> It is not the hash that the block goes by.</strong>}
    </>
  );
}

// Try has a person try another nonce than the block's own.
function Try({ nonce, own }: { nonce: Signal<number>; own: number }) {
  return (
    <p class="try">
      <label>
        try another nonce{" "}
        <input
          type="number"
          min={0}
          max={lastNonce}
          value={nonce.value}
          onInput={(e) => (nonce.value = Math.min(Math.max(Math.floor(e.currentTarget.valueAsNumber || 0), 0), lastNonce))}
        />
      </label>{" "}
      <button type="button" onClick={() => (nonce.value = (nonce.value + 1) % (lastNonce + 1))}>
        the next one
      </button>{" "}
      <button type="button" disabled={nonce.value === own} onClick={() => (nonce.value = own)}>
        the block's own
      </button>
    </p>
  );
}

// Compared shows a number, and the digit that decides which of two is larger.
function Compared({ hex, with: other }: { hex: string; with: string }) {
  let i = 0;
  while (i < hex.length && hex[i] === other[i]) i++;
  return (
    <code>
      <span class="dim">{hex.slice(0, i)}</span>
      <b class="decides">{hex[i]}</b>
      {hex.slice(i + 1)}
    </code>
  );
}
