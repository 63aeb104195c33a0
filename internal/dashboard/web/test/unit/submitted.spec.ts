import { expect, test } from "@playwright/test";
import type { Happening } from "../../src/api/forms";
import { newer, none, pageSize, type Page, type Submitted } from "../../src/model/submitted";

const stream = "abc";
const names = (s: Submitted) => s.list.map((t) => t.id);

// Told is a stream that is read as the manager has it read: an offset with no event of the types
// that are asked for is passed over.
class Told {
  readonly events: Happening[] = [];
  readonly asked: number[] = []; // the offsets that parts were read from
  offset = 0; // of the last event, of any type
  stream = stream;

  pass(count: number): this {
    this.offset += count;
    return this;
  }

  tell(type: string, data: object, node?: string): this {
    this.offset++;
    this.events.push({ offset: this.offset, time: new Date(this.offset).toISOString(), type, data: data as Happening["data"], ...(node === undefined ? {} : { node }) });
    return this;
  }

  submit(count = 1): this {
    for (let i = 0; i < count; i++) this.tell("transaction-submitted", { id: `t${this.offset + 1}` }, "n0");
    return this;
  }

  readonly read = async (from: number): Promise<Page> => {
    this.asked.push(from);
    expect(from, "it is refused to read what is still to come").toBeLessThanOrEqual(this.offset + 1);
    const events = this.events.filter((e) => e.offset >= from).slice(0, pageSize);
    return { stream: this.stream, events, next: events.length === pageSize ? events[pageSize - 1]!.offset + 1 : this.offset + 1 };
  };

  newer(known: Submitted, first = 1, last = this.offset): Promise<Submitted> {
    return newer(known, stream, { first, last }, this.read);
  }
}

test("all that was submitted is read once, in order, however it is read", async () => {
  const told = new Told().submit(3).pass(50).submit(2);
  const first = await told.newer(none, 1, 54); // the page knows less than there is
  expect(names(first)).toEqual(["t1", "t2", "t3", "t54", "t55"]);
  expect(await told.newer(first, 1, 54)).toEqual(first);
  told.pass(9).submit().pass(3);
  expect(names(await told.newer(first))).toEqual([...names(first), "t65"]);
  expect(first.list[3]).toEqual({ id: "t54", node: "n0", at: 54 });
});

test("what is far back is looked for while there is room, and no further than the page looks back", async () => {
  const told = new Told().submit(2).pass(40_000).submit(1).pass(30_000);
  expect(names(await told.newer(none))).toEqual(["t1", "t2", "t40003"]);
  expect(names(await told.newer(none, 2))).toEqual(["t2", "t40003"]);
  expect(names(await told.newer(none, 3))).toEqual(["t40003"]);
  const busy = new Told().submit(30_000);
  const newest = await busy.newer(none);
  expect([newest.list.length, newest.list[0]!.id, newest.next]).toEqual([500, "t29501", 30_001]);
  expect(busy.asked.length, "what is not kept is not read").toBeLessThan(4);
});

test("after a long time without a look the newest are read, and none twice", async () => {
  const told = new Told().submit(2);
  const before = await told.newer(none);
  told.pass(10_000).submit(3);
  expect(names(await told.newer(before))).toEqual(["t1", "t2", "t10003", "t10004", "t10005"]);
  told.pass(300_000).submit(1);
  const after = await told.newer(before);
  expect([names(after), after.lost], "it is told that some may be missing").toEqual([["t1", "t2", "t310006"], true]);
});

test("it is told that events are lost", async () => {
  const told = new Told().submit().tell("gap", { first: 2, last: 2, reason: "lost" }, "n1").submit();
  const known = await told.newer(none);
  expect([names(known), known.lost]).toEqual([["t1", "t3"], true]);
  expect((await told.newer(known)).lost, "and it still is").toBe(true);
});

test("transfers of another network are left", async () => {
  const told = new Told().submit(2).tell("gap", {}).tell("network-changed", {}).submit();
  expect(await told.newer(none)).toMatchObject({ list: [{ id: "t5" }], lost: false });
  const before = await new Told().submit(2).newer(none);
  const same = await told.newer({ ...before, lost: true });
  expect([names(same), same.lost]).toEqual([["t5"], false]);
  const other = new Told().submit(2);
  other.stream = "xyz";
  expect(names(await newer(before, "xyz", { first: 1, last: 2 }, other.read))).toEqual(["t1", "t2"]);
  await expect(newer(before, stream, { first: 1, last: 2 }, other.read)).rejects.toThrow("another network");
});
