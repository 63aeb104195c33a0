import { curl, type Act } from "../api/client";
import { say } from "../ui";

// copy puts text on the clipboard, and says so. Browsers lend the clipboard to pages at
// loopback or with TLS only; elsewhere the text is shown to be copied by hand.
export async function copy(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    say(`${what} is on the clipboard`);
  } catch {
    window.prompt("Copy by hand:", text);
  }
}

// copyHint tells who points at a button how its act is copied.
export function copyHint(act: Act): string {
  return `${curl(act)}\nAlt and a click copy this, or c where the keyboard is here`;
}

// copyByKey has a button copy its act as a command where c is pressed on it.
export function copyByKey(act: Act): (e: KeyboardEvent) => void {
  return (e) => {
    if (e.key !== "c" || e.ctrlKey || e.metaKey || e.altKey) return;
    e.preventDefault();
    e.stopPropagation();
    void copy(curl(act), "the command");
  };
}

// Copyable is a text with a button that copies it.
export function Copyable({ text, what, shown = text }: { text: string; what: string; shown?: string }) {
  return (
    <span class="copyable">
      <code title={text}>{shown}</code>
      <button type="button" class="icon" aria-label={`copy ${what}`} onClick={() => copy(text, what)}>
        <svg width="11" height="12" aria-hidden="true">
          <path d="M3.5 8.5h-3v-8h7v2M3.5 3.5h7v8h-7z" fill="none" stroke="currentColor" />
        </svg>
      </button>
    </span>
  );
}
