import { signal } from "@preact/signals";

// rest is what the first picture does not need; null until it is there.
export const rest = signal<typeof import("./panels/rest") | null>(null);

const pause = 1000; // ms between two attempts

// loadRest has the rest be there. It does not end before.
export async function loadRest(): Promise<void> {
  while (rest.peek() === null) {
    try {
      rest.value = await import("./panels/rest");
    } catch {
      await new Promise((resolve) => window.setTimeout(resolve, pause)); // the manager is away
    }
  }
}
