// How long the page draws nothing after a picture. What happens after a quiet time is shown
// at once. Where much happens, pictures take the processor from the network that they are
// of: the busier a machine is, the longer each takes, and the more time is left between.

const share = 4; // times as long as a picture took
const longest = 500; // ms: that late news may be
const free = 17; // ms that a picture takes anyway, as it waits for the screen

// restAfter is for how many ms none is drawn after one that took so many, from when it was
// asked for until it was drawn.
export function restAfter(took: number): number {
  return Math.min(share * Math.max(0, took - free), longest);
}
