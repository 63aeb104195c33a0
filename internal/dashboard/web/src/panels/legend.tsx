import type { ComponentChildren } from "preact";
import { listed } from "../parts/words";
import { hueOf, miners } from "../view";

const most = 7; // miners that are named: further ones have their colours again

// Present says which marks the fork tree has.
export interface Present {
  genesis: boolean;
  stranger: boolean; // a block that no node of the network has mined
  stale: boolean;
  chip: boolean;
  fold: boolean;
}

// Legend explains the marks that the fork tree has.
export function Legend({ of: present }: { of: Present }) {
  return (
    <ul class="legend" aria-label="legend">
      {miners.value.slice(0, most).map((name) => (
        <Block key={name} look={hueOf(name)}>
          <span title={name}>{listed(name)} mined it</span>
        </Block>
      ))}
      {miners.value.length > most && <li>and so on: the name in the block tells</li>}
      {present.genesis && (
        <Block look="hue-0" letter="G">
          the genesis block, which nobody mined
        </Block>
      )}
      {present.stranger && <Block look="hue-0">grey: none of the nodes shown</Block>}
      {present.stale && <Block look="stale hue-0">stale: beside the best chain</Block>}
      {present.chip && (
        <Pill look="chip" text="n0">
          this block is n0's tip
        </Pill>
      )}
      {present.fold && (
        <Pill look="fold" text="…9">
          nine quiet blocks: click opens
        </Pill>
      )}
    </ul>
  );
}

function Block({ look, letter = "", children }: { look: string; letter?: string; children: ComponentChildren }) {
  return (
    <li>
      <svg class={`block ${look}`} width="14" height="14" aria-hidden="true">
        <rect x="1" y="1" width="12" height="12" rx="3" />
        <text class="long" x="7" y="10">
          {letter}
        </text>
      </svg>
      {children}
    </li>
  );
}

function Pill({ look, text, children }: { look: string; text: string; children: ComponentChildren }) {
  return (
    <li>
      <svg class={look} width="26" height="14" aria-hidden="true">
        <rect width="26" height="14" rx="7" />
        <text x="13" y="11">
          {text}
        </text>
      </svg>
      {children}
    </li>
  );
}
