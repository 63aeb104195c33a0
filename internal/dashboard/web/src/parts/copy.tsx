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

// Copyable is a text with a button that copies it.
export function Copyable({ text, what, shown = text }: { text: string; what: string; shown?: string }) {
  return (
    <span class="copyable">
      <code title={text}>{shown}</code>
      <button type="button" class="icon" aria-label={`copy ${what}`} onClick={() => copy(text, what)}>
        ⧉
      </button>
    </span>
  );
}
