// record.js MANAGER FOLDER runs the collection to its end on the network of the manager at
// MANAGER, host:port, and saves in it what each request was answered, as an example. Paths
// in FOLDER, where the network is, stand there without it.
const fs = require("fs");
const path = require("path");
const newman = require("newman");

const file = path.join(__dirname, "networkmngr.postman_collection.json");
const collection = JSON.parse(fs.readFileSync(file));

/** Calls visit(request's item, its name with those of its folders). */
function walk(items, visit, above = "") {
  for (const item of items) {
    if (item.item) walk(item.item, visit, `${above}${item.name}/`);
    else visit(item, above + item.name);
  }
}

/** A text of at most so many lines. */
function shortened(text) {
  const lines = text.match(/.{1,200}/g) ?? [];
  return lines.length > 12 ? [...lines.slice(0, 12), "…"].join("\n") : text;
}

const archives = ["application/x-tar", "application/zstd"];

/** The answer's JSON with lists of at most three, or its text. */
function bodyOf(response) {
  if (archives.includes(response.headers.get("Content-Type"))) return "…";
  try {
    const answer = JSON.parse(response.text(), (_, value) => (Array.isArray(value) ? value.slice(0, 3) : value));
    return JSON.stringify(answer, null, 2).replaceAll(`${process.argv[3]}/`, "");
  } catch {
    return shortened(response.text());
  }
}

function example(item, response) {
  const header = response.headers.filter(({ key }) => ["content-type", "etag", "location", "upgrade"].includes(key.toLowerCase()));
  const body = bodyOf(response);
  return {
    name: `${response.code} ${response.status}`,
    originalRequest: item.request,
    status: response.status,
    code: response.code,
    _postman_previewlanguage: body.startsWith("{") ? "json" : "text",
    header: header.map(({ key, value }) => ({ key, value })),
    body,
  };
}

const numbered = JSON.parse(JSON.stringify(collection));
walk(numbered.item, (item, name) => { item.id = name; });
const answers = new Map();
newman
  .run({
    collection: numbered,
    envVar: [{ key: "manager", value: process.argv[2] }, { key: "end", value: "yes" }],
    reporters: ["cli"],
    reporter: { cli: { silent: true } },
  })
  .on("request", (error, { item, response }) => {
    if (!error && !answers.has(item.id)) answers.set(item.id, response);
  })
  .on("done", (error, { run }) => {
    if (error || run.failures.length > 0) {
      console.error(error ?? run.failures.map((f) => `${f.source.name}: ${f.error.message}`).join("\n"));
      process.exit(1);
    }
    walk(collection.item, (item, name) => { item.response = [example(item, answers.get(name))]; });
    fs.writeFileSync(file, `${JSON.stringify(collection, null, 1)}\n`);
    console.log("the examples were saved");
  });
