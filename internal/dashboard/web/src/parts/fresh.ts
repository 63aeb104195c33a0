import { effect, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Happening } from "../api/forms";
import { connection, listen } from "../store";
import { why } from "./words";

// Answer is what was read last, and why nothing newer could be.
export interface Answer<T> {
  value: T | null;
  why: string; // empty if all is well
}

// useFresh reads something, and again when an event stirs it, at most once in so many ms.
// Another key stands for another thing.
export function useFresh<T>(key: string, load: (signal: AbortSignal) => Promise<T>, stirs: (e: Happening) => boolean, atMost = 1000): Answer<T> {
  const answer = useSignal<Answer<T>>({ value: null, why: "" });
  useEffect(() => {
    const ours = new AbortController();
    let [timer, last, busy, again] = [0, 0, false, false];
    const run = async () => {
      [timer, last, busy] = [0, Date.now(), true];
      try {
        const value = await load(ours.signal);
        if (!ours.signal.aborted) answer.value = { value, why: "" };
      } catch (error) {
        if (!ours.signal.aborted) answer.value = { value: answer.peek().value, why: why(error) };
      }
      busy = false;
      if (again && !ours.signal.aborted) soon();
    };
    const soon = () => {
      again = busy;
      if (busy || timer !== 0) return;
      timer = window.setTimeout(run, Math.max(0, last + atMost - Date.now()));
    };
    const deaf = listen((events) => events.some(stirs) && soon());
    const apart = effect(() => {
      if (connection.value.up && answer.peek().why !== "") soon(); // the manager is back
    });
    answer.value = { value: null, why: "" };
    void run();
    return () => {
      ours.abort();
      deaf();
      apart();
      window.clearTimeout(timer);
    };
  }, [key]);
  return answer.value;
}

// movesTip is what stirs a node's ledger.
export function movesTip(node: string): (e: Happening) => boolean {
  return (e) => e.node === node && (e.type === "tip-moved" || e.type === "node-up" || e.type === "mempool");
}
