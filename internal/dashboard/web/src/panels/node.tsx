import type { ComponentChildren } from "preact";
import { bringBack, kill, mineBlock, mineNoMore, mineOn, pause, remove, restart, resume } from "../acts";
import type { Happening } from "../api/forms";
import type { Node as NetworkNode } from "../model/network";
import { ActButton } from "../parts/act";
import { Copyable } from "../parts/copy";
import { Dialog } from "../parts/dialog";
import { BlockLink } from "../parts/links";
import { clock, plural, scaled, short, stateWords } from "../parts/words";
import { network, past, viewed } from "../store";
import { close, open } from "../ui";
import { won } from "../view";
import { Chain, Lines, Pending } from "./node/asked";
import { NodeStrategy } from "./node/strategy";

// Node shows one node, what it has, and what one can do to it.
export function Node({ id: name }: { id: string }) {
  const node = network.value.now.nodes.get(name);
  if (node === undefined) return <Gone name={name} />;
  const asks = node.state === "running" && past.value === null;
  return (
    <Dialog title={`Node ${name}`}>
      <Acts node={node} />
      <Facts node={node} />
      {asks ? (
        <div class="halves">
          <Section title="Its chain, the newest first">
            <Chain name={name} stirs={of(name, "tip-moved", "node-up")} />
          </Section>
          <Section title="Its mempool, the next to be mined first">
            <Pending name={name} stirs={of(name, "tip-moved", "mempool", "node-up")} />
          </Section>
        </div>
      ) : (
        <p class="dim">{past.value === null ? `It is ${stateWords[node.state]}: its chain and its mempool cannot be asked for.` : "This is the past: its chain and its mempool cannot be asked for."}</p>
      )}
      <Section title={`Its peers (${node.peers.size})`}>
        <Peers node={node} />
      </Section>
      {node.machine === undefined ? <Log name={name} /> : <p class="dim">Its log is on its machine: the page of {node.machine} shows it.</p>}
    </Dialog>
  );
}

// of tells which events of a node stir what is shown of it.
function of(name: string, ...types: string[]): (e: Happening) => boolean {
  return (e) => e.node === name && types.includes(e.type);
}

function Section({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section class="part">
      <h3>{title}</h3>
      {children}
    </section>
  );
}

// Gone is a node that there is none of any more, or never was.
function Gone({ name }: { name: string }) {
  return (
    <Dialog title={`Node ${name}`}>
      <p>There is no node {name} in the network. If it was removed, it can be brought back with the data that it had.</p>
      <p class="acts">
        <ActButton act={bringBack(name)}>bring back</ActButton>
      </p>
      <Log name={name} />
    </Dialog>
  );
}

function Log({ name }: { name: string }) {
  return (
    <Section title="Its log, the newest last">
      <Lines name={name} stirs={(e) => e.node === name} />
    </Section>
  );
}

function Acts({ node }: { node: NetworkNode }) {
  const { name, state } = node;
  const mines = node.mining !== null;
  const unable = network.value.now.unreachable(node);
  const up = state === "running";
  const down = state === "down";
  const mine = viewed.value === name;
  return (
    <p class="acts">
      <ActButton act={mineBlock(name)} disabled={!up}>
        mine a block
      </ActButton>
      {!mines ? (
        <ActButton act={mineOn(name)} disabled={!up}>
          mine on
        </ActButton>
      ) : (
        <ActButton act={mineNoMore(name)} disabled={!up}>
          stop mining
        </ActButton>
      )}
      <ActButton act={kill(name)} disabled={down} unable={unable}>
        kill
      </ActButton>
      <ActButton act={restart(name)} unable={unable}>
        {down ? "start again" : "restart"}
      </ActButton>
      {state === "paused" ? (
        <ActButton act={resume(name)} unable={unable}>
          resume
        </ActButton>
      ) : (
        <ActButton act={pause(name)} disabled={down} unable={unable}>
          pause
        </ActButton>
      )}
      <ActButton act={remove(name)} unable={unable} confirm={`Take ${name} out of the network? Its data stays, and it can be brought back.`}>
        remove
      </ActButton>
      <button
        type="button"
        aria-pressed={mine}
        onClick={() => {
          viewed.value = mine ? "" : name;
          close();
        }}
      >
        {mine ? "as everybody" : "as this node"}
      </button>
    </p>
  );
}

function Facts({ node: n }: { node: NetworkNode }) {
  return (
    <dl class="facts columns-2">
      <dt>state</dt>
      <dd>
        <b class={n.state === "running" ? "good" : "bad"}>{stateWords[n.state]}</b> since {clock(n.since)}
      </dd>
      <dt>tip</dt>
      <dd>
        {n.tip === null ? (
          "none"
        ) : (
          <>
            <BlockLink hash={n.tip.hash} /> at height {n.tip.index}
          </>
        )}
      </dd>
      <dt>address</dt>
      <dd>
        <Copyable text={`${location.protocol}//${n.address}`} what="address" shown={n.address} />
      </dd>
      {n.machine !== undefined && (
        <>
          <dt>machine</dt>
          <dd>
            {n.machine}
            {network.value.now.unreachable(n) !== "" && ", which does not answer"}
          </dd>
        </>
      )}
      <dt>work of its chain</dt>
      <dd title={`${n.work} hashes`}>{scaled(Number(n.work))} hashes</dd>
      <dt>process</dt>
      <dd>{n.state === "down" ? "none" : n.pid}</dd>
      <dt>blocks won</dt>
      <dd>
        {won.value.by.get(n.name) ?? 0} of the last {won.value.of} of the best chain
      </dd>
      <dt>mining</dt>
      <dd>{miningWords(n)}</dd>
      <dt>strategy</dt>
      <dd>
        <NodeStrategy node={n} />
      </dd>
      <dt>mempool</dt>
      <dd>
        {plural(n.mempool.transactions, "transfer")}
        {n.mempool.parked > 0 ? `, ${n.mempool.parked} parked` : ""}
      </dd>
      <dt>id</dt>
      <dd>
        <Copyable text={n.id} what="id" shown={short(n.id)} />
      </dd>
    </dl>
  );
}

function miningWords({ mining }: NetworkNode): string {
  if (mining === null) return "no";
  const { mode, solver, hashrate } = mining;
  return [mode, solver, hashrate ? `${scaled(hashrate)} hashes/s` : ""].filter((part) => part !== undefined && part !== "").join(", ");
}

function Peers({ node }: { node: NetworkNode }) {
  const { now } = network.value;
  if (node.peers.size === 0) return <p class="dim">It is linked to nobody.</p>;
  const peers = [...node.peers.values()].map((link) => ({ link, peer: now.named(link.peer) }));
  peers.sort((a, b) => (a.peer?.name ?? "~").localeCompare(b.peer?.name ?? "~", "en", { numeric: true }));
  return (
    <ul class="peers">
      {peers.map(({ link, peer }) => (
        <li key={link.peer} title={`${link.outbound ? `${node.name} dialled` : `dialled ${node.name}`}, linked since ${clock(Date.parse(link.since))}`}>
          <span class="dim" aria-label={link.outbound ? "dialled" : "was dialled by"}>
            {link.outbound ? "→" : "←"}
          </span>{" "}
          {peer === undefined ? (
            <code>{short(link.peer)}</code>
          ) : (
            <button type="button" class="link" onClick={() => open("node", peer.name)}>
              {peer.name}
            </button>
          )}{" "}
          <span class="dim">{peer?.tip?.index ?? ""}</span>
        </li>
      ))}
    </ul>
  );
}
