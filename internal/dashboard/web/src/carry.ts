import { refused, sessionOver, type Answer, type Deed } from "./acts";
import { ask, curl, Refused } from "./api/client";
import { why } from "./parts/words";
import { listen } from "./store";
import { say } from "./ui";

// carryOut does an act and says what came of it. It returns whether it was done.
export async function carryOut(deed: Deed): Promise<boolean> {
  try {
    say(deed.did(await ask<Answer>(deed)), { curl: curl(deed) });
    return true;
  } catch (error) {
    say(error instanceof Refused ? refused(error.code, error.message) : why(error), { bad: true, curl: curl(deed) });
    return false;
  }
}

// announceSessions says when a session that has an end is over, whoever began it.
export function announceSessions(): void {
  let ends = false;
  listen((events) => {
    for (const { node, type, data } of events) {
      if (node !== undefined) continue;
      if (type === "mining-started") ends = Number(data.rounds ?? 0) > 0;
      if (type !== "mining-stopped" || !ends) continue;
      ends = false;
      const [sent, mined] = [Number(data.sent ?? 0), Number(data.mined ?? 0)];
      say(sessionOver(sent, mined), { bad: mined < sent });
    }
  });
}
