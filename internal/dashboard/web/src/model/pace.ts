// How long the page draws nothing after a picture. What happens after a quiet time is shown
// at once. Where much happens, pictures take the processor from the network that they are
// of: the busier a machine is, the longer each takes, and the more time is left between.

const share = 4; // times as long as a picture took
const least = 50; // ms: a block comes to all nodes within a few of them, and need not be as many pictures
const longest = 500; // ms: that late news may be
const free = 17; // ms that a picture takes anyway, as it waits for the screen

// restAfter is for how many ms none is drawn after one that took so many, from when it was
// asked for until it was drawn.
export function restAfter(took: number): number {
  return Math.min(Math.max(least, share * (took - free)), longest);
}

const part = 100; // times as long as a picture took: the page's part is a hundredth, of which its process has others do as much again
const soonest = 250; // ms from one to the next
const latest = 4000;
const burst = 2; // that may follow each other, after a rest

// Budget is how many pictures may be drawn where the nodes have all cores: what they take is
// taken from the network that they are of.
export class Budget {
  private due = -Infinity; // ms, when there may be the next one

  // wait is for how many ms none may be drawn at a time.
  wait(at: number): number {
    return Math.max(0, this.due - at);
  }

  // spend takes down one that was drawn at a time, and took so many ms.
  spend(at: number, took: number): void {
    const apart = Math.min(Math.max(soonest, part * took), latest);
    this.due = Math.min(Math.max(this.due, at - apart * (burst - 1)), at) + apart;
  }
}

const window = 2000; // ms that count as lately
const often = 60; // events a second: a race of six nodes makes a third of it, once its blocks take their two seconds

// Flow is how often something happens.
export class Flow {
  private readonly parts: { at: number; happens: number }[] = [];

  // floods reports whether so much happens, with what has at a time, that pictures of all of it
  // would take the processor from the network.
  floods(at: number, happens: number): boolean {
    this.parts.push({ at, happens });
    while (this.parts[0]!.at <= at - window) this.parts.shift();
    return this.parts.reduce((sum, part) => sum + part.happens, 0) > (often * window) / 1000;
  }
}

const smooth = 20; // ms between two frames of a movement, which leaves out one in two: what those cost is noticed, and they are not
const coarse = 60; // ms between those of one that goes on and on
const most = 30; // smooth frames in them: what is rare is smooth, and what happens all the time leaves the processor to the network

// Motion is how often what moves is drawn.
export class Motion {
  private readonly frames = new Lately();

  // drawn returns for how many ms none is drawn after a frame at a time.
  drawn(at: number): number {
    return this.frames.add(at) > most ? coarse : smooth;
  }
}

const slides = 3; // in the window: each is drawn seven times, which costs more than all else of a page

// Slides tells whether what moves to another place slides there, or is there at once.
export class Slides {
  private readonly moves = new Lately();

  // moved reports whether a move at a time is a slide, as it is where moves are rare.
  moved(at: number): boolean {
    return this.moves.add(at) <= slides;
  }
}

// Lately counts what has happened in the window.
class Lately {
  private readonly times: number[] = []; // ms

  // add returns how often it has happened, this time with the others.
  add(at: number): number {
    this.times.push(at);
    while (this.times[0]! <= at - window) this.times.shift();
    return this.times.length;
  }
}
