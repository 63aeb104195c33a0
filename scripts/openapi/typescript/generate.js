// generate.js DESCRIPTION FILE writes the types of an API. A number that a double may
// not hold exactly has the type Exact, which exact.ts has.
import { writeFile } from "node:fs/promises";
import openapi, { astToString } from "openapi-typescript";
import ts from "typescript";

const exact = ts.factory.createTypeReferenceNode("Exact");
const types = await openapi(new URL(process.argv[2], `file://${process.cwd()}/`), {
  transform: (schema) => (["decimal", "uint64"].includes(schema.format) ? exact : undefined),
});
await writeFile(process.argv[3], `import type { Exact } from "./exact.js";\n\n${astToString(types)}`);
