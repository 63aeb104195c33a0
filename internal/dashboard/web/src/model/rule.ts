import type { LinkForm, Rule } from "../api/faults";

// Draft is what a person has filled in for a link.
export interface Draft {
  preset: string; // name; empty for none
  fields: { [name in Field]: string }; // empty for none
  way: "both" | "there" | "back";
}

export type Field = "delay" | "jitter" | "bandwidth" | "loss" | "drop";

// fieldWords say what each field is, and what one is like.
export const fieldWords: { [name in Field]: { name: string; like: string; said: string } } = {
  delay: { name: "delay", like: "120ms", said: "one way: a round trip takes both" },
  jitter: { name: "jitter", like: "15ms", said: "by how much the delay varies" },
  bandwidth: { name: "rate", like: "8Mbit/s", said: "messages wait for it in a queue" },
  loss: { name: "loss", like: "1%", said: "of packets, which are sent again: messages come later, none is missing" },
  drop: { name: "drop", like: "1%", said: "of messages, which never come: unreal over TCP, a test of the protocol" },
};

export const fields = Object.keys(fieldWords) as Field[];

export function emptyDraft(): Draft {
  return { preset: "", fields: { delay: "", jitter: "", bandwidth: "", loss: "", drop: "" }, way: "both" };
}

// fill shows what a link is asked in a draft.
export function fill(draft: Draft, preset: string, link: LinkForm): Draft {
  const filled = { ...emptyDraft().fields };
  for (const f of fields) filled[f] = link[f] ?? "";
  return { ...draft, preset, fields: filled };
}

// edit sets a field by hand: the link is no preset's then.
export function edit(draft: Draft, field: Field, text: string): Draft {
  return { ...draft, preset: "", fields: { ...draft.fields, [field]: text.trim() } };
}

// ruleOf is what a draft asks of the links from some nodes to others.
export function ruleOf(draft: Draft, from: string[], to: string[]): Rule {
  const [a, b] = draft.way === "back" ? [to, from] : [from, to];
  const rule: Rule = { from: a, to: b, ...(draft.way === "both" && a.join() !== b.join() ? { both: true } : {}) };
  if (draft.preset !== "") return { ...rule, preset: draft.preset };
  for (const f of fields) if (draft.fields[f] !== "") rule[f] = draft.fields[f];
  return rule;
}
