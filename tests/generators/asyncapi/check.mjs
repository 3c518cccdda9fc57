// Reads an AsyncAPI document as its own tools do; an error or a warning ends it with 1.
import { readFileSync } from "node:fs";

import { Parser } from "@asyncapi/parser";

const INFORMATION = 2; // such as: there is a newer version of AsyncAPI
const found = await new Parser().validate(readFileSync(process.argv[2], "utf8"));
const wrong = found.filter((each) => each.severity < INFORMATION);
for (const each of wrong) console.log(`${each.path.join(".")}: ${each.message} (${each.code})`);
console.log(`${process.argv[2]}: ${wrong.length} errors and warnings`);
process.exit(wrong.length ? 1 : 0);
