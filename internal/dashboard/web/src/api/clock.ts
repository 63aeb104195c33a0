import type { ClockSetting } from "./forms";

// NodeClock is what is wanted of one node's clock, and how it goes.
export interface NodeClock {
  node: string;
  own: boolean; // another one than that of all
  wanted: ClockSetting;
  clock: { offset: string; drift: string; stopped: boolean; time: string } | null; // as the node says
  error: string | null;
}

// LabClockForm answers GET /network/clock.
export interface LabClockForm {
  behind: string; // the machine's time, of the lab
  time: string; // of the lab
  stands: boolean; // the network is paused
  nodes: NodeClock[];
}
