// A client of an API whose types openapi-typescript has generated.
import { parseExactly } from "./exact.js";

type JSONOf<T> = T extends { content: { "application/json": infer Form } } ? Form : never;
type Good = 200 | 201 | 202;
type Answer<Operation> = Operation extends { responses: infer R } ? JSONOf<R[keyof R & Good]> : never;
type Body<Operation> = Operation extends { requestBody?: infer R } ? JSONOf<NonNullable<R>> : never;

interface Options<Operation> {
  /** Values of the path's placeholders. */
  values?: Record<string, string>;
  body?: Body<Operation>;
}

/** Makes the client of the server at address, host:port. A refusal is an error of it. */
export function client<Paths>(address: string) {
  return async <Path extends keyof Paths & string, Method extends keyof Paths[Path] & ("get" | "post")>(
    method: Method,
    path: Path,
    { values = {}, body }: Options<Paths[Path][Method]> = {},
  ): Promise<Answer<Paths[Path][Method]>> => {
    const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? ""));
    const response = await fetch(`http://${address}${filled}`, {
      method: method.toUpperCase(),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${filled}: ${text}`);
    return parseExactly(text) as Answer<Paths[Path][Method]>;
  };
}
