import { signal } from "@preact/signals";
import { onTokenNeeded } from "./api/client";

// Asked is that a person is asked for the network's token.
export interface Asked {
  why: string; // the last one was refused; empty at first
  answer: (token: string | null) => void;
}

// asked is what is being asked; null while nothing is.
export const asked = signal<Asked | null>(null);

let waiting: Promise<string | null> | null = null; // all acts wait for one answer

onTokenNeeded((why) => {
  waiting ??= new Promise<string | null>((resolve) => {
    asked.value = {
      why,
      answer: (token) => {
        asked.value = null;
        waiting = null;
        resolve(token);
      },
    };
  });
  return waiting;
});
