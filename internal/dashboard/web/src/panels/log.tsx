import { signal, useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { get } from "../api/client";
import { joined, literal, newer, nothing, preceded, type Entry, type LogForm, type Skipped } from "../model/logs";
import { useFresh } from "../parts/fresh";
import { Rows, type Column } from "../parts/rows";
import { listed, why } from "../parts/words";
import { viewed } from "../store";
import { view } from "../view";
import { close, tab } from "../ui";

const filter = signal({ node: "", level: "info", text: "" });

// Who looks as a node sees that node's log, until another is chosen.
viewed.subscribe((node) => (filter.value = { ...filter.peek(), node }));

// around is the moment whose lines are shown, in ms since 1970; null for the last ones.
const around = signal<number | null>(null);

const page = 300; // lines
const hour = 3_600_000; // ms
const levels = ["trace", "debug", "info", "warn", "error"];

// logAround shows what the log says around a moment, in ms since 1970, of a node if one is
// named.
export function logAround(at: number, node = ""): void {
  filter.value = { ...filter.value, node, text: "" };
  around.value = at;
  tab.value = "log";
  close();
}

// logOf shows the last lines of a node's log, and follows them.
export function logOf(node: string): void {
  filter.value = { ...filter.value, node, text: "" };
  around.value = null;
  tab.value = "log";
  close();
}

const columns: Column<Entry>[] = [
  { name: "time", cell: (e) => <time title={new Date(e.at).toISOString()}>{moment(e.at)}</time> },
  { name: "level", cell: (e) => <span class={e.level === "error" || e.level === "warn" ? "bad" : "dim"}>{e.level}</span> },
  { name: "node", cell: (e) => e.node },
  { name: "line", wide: true, cell: (e) => <Line of={e} /> },
];

// Log shows the logs of the manager and the nodes as one, and follows them at their end.
export function Log() {
  const { node, level, text } = filter.value;
  const key = `${node} ${level} ${around.value} ${text}`;
  const { entries, more, why: trouble, skipped, older } = useLines(key);
  const at = around.value;
  const nearest = at === null ? undefined : (entries.find((e) => e.at >= at) ?? entries[entries.length - 1])?.id;
  return (
    <div class="list">
      <div class="bar">
        <Filter />
        {at !== null && (
          <span>
            around {moment(at)}{" "}
            <button type="button" onClick={() => (around.value = null)}>
              follow the end
            </button>
          </span>
        )}
        {more && (
          <button type="button" onClick={older}>
            older
          </button>
        )}
        {trouble !== "" && <span class="bad">{trouble}</span>}
        <LeftOut files={skipped} />
      </div>
      <Rows
        label="log, the newest last"
        columns={columns}
        rows={entries}
        keyOf={(e) => e.id}
        classOf={(e) => (e.id === nearest ? "here mono" : "mono")}
        grows={at === null ? "end" : "top"}
        {...(nearest === undefined ? {} : { mark: nearest })}
        empty={trouble === "" ? "No line is like that." : ""}
      />
    </div>
  );
}

// LeftOut names files with a log's name that could not be read.
function LeftOut({ files }: { files: readonly Skipped[] }) {
  return (
    <>
      {files.map(({ file, why }) => (
        <span key={file} class="bad">
          {file} is left out: {why}
        </span>
      ))}
    </>
  );
}

function Filter() {
  const { node, level, text } = filter.value;
  const set = (change: Partial<typeof filter.value>) => (filter.value = { ...filter.value, ...change });
  return (
    <>
      <label>
        of{" "}
        <select value={node} onChange={(e) => set({ node: e.currentTarget.value })}>
          <option value="">all</option>
          <option value="manager">manager</option>
          {[...view.value.network.nodes.keys()].map((name) => (
            <option key={name} value={name}>
              {listed(name)}
            </option>
          ))}
        </select>
      </label>
      <label>
        from level{" "}
        <select value={level} onChange={(e) => set({ level: e.currentTarget.value })}>
          {levels.map((l) => (
            <option key={l}>{l}</option>
          ))}
        </select>
      </label>
      <input type="search" aria-label="text in the line" placeholder="text" size={12} value={text} onChange={(e) => set({ text: e.currentTarget.value })} />
    </>
  );
}

function Line({ of: e }: { of: Entry }) {
  const part = e.logger.replace(/^(networkmngr|node-\d+)\.?/, "");
  return (
    <span title={e.text}>
      {part !== "" && <span class="dim">{part}: </span>}
      {e.text}
    </span>
  );
}

interface Lines {
  entries: Entry[];
  more: boolean; // there may be older ones
  why: string; // some could not be read; empty if all is well
  skipped: readonly Skipped[]; // files that were not read
  older: () => void;
}

// useLines has the lines that the filter lets through: those around a moment, or the last
// ones and what comes.
function useLines(key: string): Lines {
  const own = useRef({ key, known: nothing });
  const trouble = useSignal({ key: "", why: "" }); // with the older ones
  const load = async (signal: AbortSignal) => {
    if (own.current.key !== key) own.current = { key, known: nothing };
    const mine = own.current;
    const news = await newer(mine.known, (more) => get<LogForm>(query(more), signal));
    return (mine.known = joined(mine.known, news));
  };
  const answer = useFresh(`log ${key}`, load, () => around.peek() === null, 500);
  const older = async () => {
    const mine = own.current;
    const { before } = mine.known;
    try {
      const form = await get<LogForm>(query({ before }));
      if (mine.known.before === before) mine.known = preceded(mine.known, form); // it is another after a second click
      trouble.value = { key, why: "" };
    } catch (error) {
      trouble.value = { key, why: why(error) };
    }
  };
  const { list, more, skipped } = own.current.key === key ? own.current.known : nothing;
  return { entries: list, more, skipped, why: answer.why || (trouble.value.key === key ? trouble.value.why : ""), older: () => void older() };
}

function query(more: { [key: string]: string }): string {
  const { node, level, text } = filter.peek();
  const q = new URLSearchParams({ limit: String(page), level, ...more });
  if (node !== "") q.set("node", node);
  if (text !== "") q.set("match", literal(text));
  const at = around.peek();
  if (at !== null) q.set("from", new Date(at - hour).toISOString()); // it may be of an earlier run
  if (at !== null && more.before === undefined) q.set("around", new Date(at).toISOString());
  return `/logs?${q}`;
}

function moment(ms: number): string {
  return `${new Date(ms).toLocaleTimeString("en-GB")}.${String(ms % 1000).padStart(3, "0")}`;
}
