import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { close } from "../ui";
import { useModal, type Opener } from "./modal";
import { Toasts } from "./toasts";

const opener: Opener = { current: null };

// Dialog shows something above the page. The browser keeps the focus in it, and Escape
// and a click beside it close it.
export function Dialog({ title, children }: { title: string; children: ComponentChildren }) {
  const ref = useRef<HTMLDialogElement>(null);
  useModal(ref, opener);
  return (
    <dialog
      ref={ref}
      aria-labelledby="dialog-title"
      onCancel={(e) => {
        e.preventDefault();
        close();
      }}
      onClick={(e) => e.target === ref.current && close()}
    >
      <div class="dialog">
        <header>
          <h2 id="dialog-title">{title}</h2>
          <button type="button" class="icon" aria-label="close" onClick={close}>
            ✕
          </button>
        </header>
        {children}
      </div>
      <Toasts />
    </dialog>
  );
}
