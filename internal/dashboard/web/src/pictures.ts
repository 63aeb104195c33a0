import { signal } from "@preact/signals";
import { options } from "preact";
import { Budget, restAfter } from "./model/pace";

// When the network is drawn is said here alone, whatever is drawn of it.

// frame counts the pictures: whoever shows the network or the record reads it, and is
// drawn again when something has happened, at most once an animation frame.
export const frame = signal(0);

// crowded is whether the nodes have all cores of this machine busy, and much happens. What the
// page takes it takes from them then: there are fewer pictures, and nothing moves between two.
export const crowded = signal(false);

// What follows from a picture, such as what canvases show, is drawn in the same animation frame
// and not in one more: a frame costs, whatever changes in it.
options.requestAnimationFrame = (does) => queueMicrotask(() => queueMicrotask(does));

const leisure = 500; // ms until a picture that need not be at once
const budget = new Budget(); // of those, where the nodes have all cores
let shown = 0; // id of the animation frame that is asked for
let soon = 0; // timer of the picture that need not or may not be at once
let rested = 0; // performance.now() from when on there may be one
let took = 0; // ms, that the last one did

// show has a picture be drawn as soon as there may be one.
export function show(): void {
  window.clearTimeout(soon);
  soon = 0;
  if (shown !== 0) return;
  const asked = performance.now();
  if (asked < rested) soon = window.setTimeout(show, rested - asked);
  else shown = requestAnimationFrame(() => draw(asked));
}

// showLater has one be drawn in a while, with all that happens until then.
export function showLater(): void {
  if (soon === 0) soon = window.setTimeout(show, Math.max(leisure, crowded.peek() ? budget.wait(performance.now()) : 0));
}

function draw(asked: number): void {
  shown = 0;
  const began = performance.now();
  budget.spend(began, took);
  frame.value++;
  whenPainted(() => {
    const drawn = performance.now();
    took = drawn - began;
    rested = drawn + restAfter(drawn - asked);
  });
}

// whenPainted does something after the animation frame that is being made.
function whenPainted(does: () => void): void {
  window.setTimeout(does);
}

// whenDrawn does something once the picture that is made now is on the screen, which it would
// hold up; or at once, where nobody sees the page.
export function whenDrawn(does: () => void): void {
  if (document.hidden) does();
  else requestAnimationFrame(() => requestAnimationFrame(() => whenPainted(does)));
}
