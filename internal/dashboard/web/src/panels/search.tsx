import { signal } from "@preact/signals";
import { get, onNode } from "../api/client";
import { asked } from "../asked";
import { find, joined, told, type Found } from "../model/find";
import { network } from "../store";
import { readSubmitted, submitted } from "../submitted";
import { open } from "../ui";
import { cut, why } from "../parts/words";

interface Answer {
  found: Found[];
  why: string; // nothing was found; empty if something was
}

const answer = signal<Answer | null>(null);
let latest = 0; // counts what was looked for: an answer to another question comes too late

function forget(): void {
  latest++;
  answer.value = null;
}

// Search finds a block, transfer, account or node, and opens it if there is but one.
export function Search() {
  const now = answer.value;
  return (
    <form
      class="search"
      role="search"
      onSubmit={(e) => {
        e.preventDefault();
        void look(new FormData(e.currentTarget).get("q") as string);
      }}
      onKeyDown={(e) => e.key === "Escape" && forget()}
    >
      <input
        id="search"
        name="q"
        type="search"
        autocomplete="off"
        spellcheck={false}
        aria-label="search: hash, height, transfer, address or node"
        aria-keyshortcuts="/"
        placeholder="find: hash, height, name /"
        onInput={forget}
      />
      {now !== null && (
        <div class="found" role="status">
          {now.why !== "" && <p>{now.why}</p>}
          {now.found.map((f) => (
            <button key={f.kind + f.id} type="button" onClick={() => show(f)}>
              {f.text} <span class="dim mono">{cut(f.id, 24)}</span>
            </button>
          ))}
        </div>
      )}
    </form>
  );
}

function show(f: Found): void {
  forget();
  open(f.kind, f.id);
}

async function look(text: string): Promise<void> {
  if (text.trim() === "") return;
  const mine = ++latest;
  const [there] = await Promise.all([ask(text.trim()), readSubmitted().catch(() => {})]);
  if (mine !== latest) return;
  const here = find(text, network.peek().now, submitted.peek().list.map((t) => t.id));
  const found = joined(here, there.found);
  if (found.length === 1) return show(found[0]!);
  answer.value = { found, why: found.length > 0 ? "" : there.why };
}

async function ask(text: string): Promise<Answer> {
  if (asked.peek() === "") return { found: [], why: "nothing like that is known here, and no node runs that could be asked" };
  try {
    const { results } = await get<{ results: Parameters<typeof told>[0] }>(onNode(asked.peek(), `/search?q=${encodeURIComponent(text)}`));
    return { found: told(results), why: "" };
  } catch (error) {
    return { found: [], why: why(error) };
  }
}
