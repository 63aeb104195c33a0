export type Field = "sender" | "recipient" | "amount" | "fee" | "form";

// Wrong is what is wrong with a form, and where.
export interface Wrong {
  field: Field;
  text: string;
}

// fields are those that a refusal's code speaks of.
const fields: { [code: string]: Field } = { overspend: "amount", "zero-amount": "amount", "fee-too-low": "fee", "no-key": "sender" };

// blame finds the field of a transfer that a node's refusal speaks of.
export function blame(code: string, message: string): Wrong {
  const text = message.replace(/^malformed JSON form: /, "");
  const named = /(?:^|: )(sender|recipient|amount|fee): /.exec(text)?.[1] as Field | undefined;
  return { field: named ?? fields[code] ?? "form", text };
}
