import { signal } from "@preact/signals";
import { onTokenNeeded } from "./api/client";

// Question is that a person is asked for the network's token.
export interface Question {
  why: string; // the last one was refused; empty at first
  answer: (token: string | null) => void;
}

// question is what is being asked; null while nothing is.
export const question = signal<Question | null>(null);

let waiting: Promise<string | null> | null = null; // all acts wait for one answer

onTokenNeeded((why) => {
  waiting ??= new Promise<string | null>((resolve) => {
    question.value = {
      why,
      answer: (token) => {
        question.value = null;
        waiting = null;
        resolve(token);
      },
    };
  });
  return waiting;
});
