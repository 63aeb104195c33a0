import { hint } from "../ui";

// Hint says in three lines what to do here, to whoever has never seen the page.
export function Hint() {
  if (!hint.value) return null;
  return (
    <aside class="hint" aria-label="first steps">
      <ol>
        <li>
          Press <kbd>m</kbd> and each node mines a block in turn; <kbd>r</kbd> lets all race, and where two find one at once the tree forks.
        </li>
        <li>Click what you see: a block shows its hash worked out, a node can be killed and restarted, a number opens its chart.</li>
        <li>
          <kbd>?</kbd> has all keys; Alt and a click on a button, or c, copies what it does as a command.
        </li>
      </ol>
      <button type="button" onClick={() => (hint.value = false)}>
        got it
      </button>
    </aside>
  );
}
