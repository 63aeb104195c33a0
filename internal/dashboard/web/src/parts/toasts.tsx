import { question } from "../token";
import { dismiss, opened, toasts } from "../ui";
import { copy } from "./copy";

// Toasted is the toasts beside a page without a dialog. An open dialog has them in it: what
// is beside it cannot be clicked.
export function Toasted() {
  return opened.value === null && question.value === null ? <Toasts /> : null;
}

// Toasts says what came of an act, for some seconds.
export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map((t) => (
        <div key={t.id} class={t.bad ? "toast bad" : "toast"}>
          <span>{t.text}</span>
          {t.more !== undefined && (
            <button type="button" onClick={t.more.act}>
              {t.more.text}
            </button>
          )}
          {t.curl !== "" && (
            <button type="button" onClick={() => copy(t.curl, "the command")}>
              copy as curl
            </button>
          )}
          <button type="button" class="icon" aria-label="dismiss" onClick={() => dismiss(t.id)}>
            ✕
          </button>
        </div>
      ))}
    </div>
  );
}
