import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import type { Deed } from "../acts";
import { curl } from "../api/client";
import { carryOut } from "../carry";
import { copy, copyByKey, copyHint } from "./copy";

interface Props {
  act: Deed;
  children: ComponentChildren;
  shortcut?: string; // key that does the same
  confirm?: string; // asked first
  disabled?: boolean;
  unable?: string; // why it cannot be done now, if it is not plain to see
  then?: () => void; // when it was done
  label?: string; // for who cannot see what it stands beside
}

// ActButton carries out an act, and is disabled meanwhile. With the Alt key, and by the key
// c, it copies the act as a command for curl.
export function ActButton({ act, children, shortcut, confirm, disabled = false, unable = "", then, label }: Props) {
  const busy = useSignal(false);
  const press = async (e: MouseEvent) => {
    if (e.altKey) return copy(curl(act), "the command");
    if (confirm !== undefined && !window.confirm(confirm)) return;
    busy.value = true;
    try {
      if (await carryOut(act)) then?.();
    } finally {
      busy.value = false;
    }
  };
  return (
    <button
      type="button"
      class="act"
      disabled={disabled || unable !== "" || busy.value}
      aria-busy={busy.value}
      aria-label={label}
      aria-keyshortcuts={shortcut}
      title={unable === "" ? copyHint(act) : `not now: ${unable}`}
      onClick={press}
      onKeyDown={copyByKey(act)}
    >
      {children}
      {shortcut !== undefined && <kbd aria-hidden="true">{shortcut}</kbd>}
    </button>
  );
}
