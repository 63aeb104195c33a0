import { rest } from "../rest";
import { tab, tabs as names } from "../ui";
import { Blocks } from "./blocks";
import { Search } from "./search";

// Tabs has the lists: one of them is shown.
export function Tabs() {
  const now = names.includes(tab.value) ? tab.value : "blocks"; // what a browser remembers may be of another version
  const Shown = now === "blocks" ? Blocks : rest.value?.tabs[now];
  return (
    <section id="tabs" class="panel" aria-label="Lists">
      <header>
        <div role="tablist" aria-label="Lists" onKeyDown={step}>
          {names.map((name, i) => (
            <button
              key={name}
              type="button"
              role="tab"
              id={`tab-${name}`}
              aria-selected={name === now}
              aria-controls="tabpanel"
              aria-keyshortcuts={String(i + 1)}
              tabIndex={name === now ? 0 : -1}
              onClick={() => (tab.value = name)}
            >
              {name} <kbd aria-hidden="true">{i + 1}</kbd>
            </button>
          ))}
        </div>
        <Search />
      </header>
      <div class="content" role="tabpanel" id="tabpanel" aria-labelledby={`tab-${now}`}>
        {Shown !== undefined && <Shown key={now} />}
      </div>
    </section>
  );
}

// step moves between the tabs with the arrow keys.
function step(e: KeyboardEvent): void {
  const at = names.indexOf(tab.value);
  const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: names.length - 1 }[e.key];
  if (to === undefined) return;
  e.preventDefault();
  tab.value = names[(to + names.length) % names.length]!;
  document.getElementById(`tab-${tab.value}`)?.focus();
}
