import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Answer } from "./fresh";
import { why } from "./words";

// useEvery reads something each so many ms: what no event tells of. Another key stands for
// another thing.
export function useEvery<T>(key: string, load: (signal: AbortSignal) => Promise<T>, ms: number): Answer<T> {
  const answer = useSignal<Answer<T>>({ value: null, why: "" });
  useEffect(() => {
    const ours = new AbortController();
    let timer = 0;
    const run = async () => {
      try {
        const value = await load(ours.signal);
        if (!ours.signal.aborted) answer.value = { value, why: "" };
      } catch (error) {
        if (!ours.signal.aborted) answer.value = { value: answer.peek().value, why: why(error) };
      }
      if (!ours.signal.aborted) timer = window.setTimeout(run, ms);
    };
    answer.value = { value: null, why: "" };
    void run();
    return () => {
      ours.abort();
      window.clearTimeout(timer);
    };
  }, [key]);
  return answer.value;
}
