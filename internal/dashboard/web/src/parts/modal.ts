import type { RefObject } from "preact";
import { useEffect, useLayoutEffect } from "preact/hooks";

// Opener is what had the focus before a dialog was opened.
export interface Opener {
  current: Element | null;
}

// useModal opens a dialog above the page before the browser takes another key: a person's
// next one counts for it. The focus goes back to the opener once the dialog is gone, as
// until then nothing behind it takes the focus. Dialogs that follow each other share an
// opener, which is that of the first.
export function useModal(dialog: RefObject<HTMLDialogElement | null>, opener: Opener): void {
  useLayoutEffect(() => {
    if (document.activeElement !== document.body) opener.current = document.activeElement;
    dialog.current?.showModal();
  }, []);
  useEffect(() => () => lead(opener), []);
}

// lead has the focus go back, unless the next dialog is open already.
function lead(opener: Opener): void {
  const { current: to } = opener;
  if (to instanceof HTMLElement || to instanceof SVGElement) to.focus();
  if (document.activeElement === to) opener.current = null;
}
