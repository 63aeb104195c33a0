// What this browser remembers. One that is told to keep nothing throws at the mere name of
// its storage, and a full one at a write; the page works without.

type Area = "localStorage" | "sessionStorage"; // for good, or for the tab

// recall returns what was remembered; null if there is nothing, or no storage.
export function recall(area: Area, key: string): string | null {
  try {
    return globalThis[area].getItem(key);
  } catch {
    return null;
  }
}

// remember keeps a text if it can be kept.
export function remember(area: Area, key: string, text: string): void {
  try {
    globalThis[area].setItem(key, text);
  } catch {
    // It is not there after a reload.
  }
}
