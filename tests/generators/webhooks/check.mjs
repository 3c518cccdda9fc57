// Posts what EntryGo signed to the receiver that docs/webhooks.md shows, and what it did not sign.
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";

const { secret, headers, body } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const said = [];
console.log = (...words) => said.push(words.join(" "));

/** A port that is free at this moment. */
async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

process.env.WEBHOOK_SECRET = secret;
process.env.PORT = String(await freePort());
await import("./receiver.mjs");
// It listens by the next turn of the loop: its address is a number.
await new Promise(setImmediate);

const post = async (changed = {}, content = body) => {
  const request = { method: "POST", headers: { ...headers, ...changed }, body: content };
  return (await fetch(`http://127.0.0.1:${process.env.PORT}/`, request)).status;
};
assert.equal(await post(), 204);
assert.equal(await post(), 204);
assert.equal(await post({}, body.replace("COMPLETED", "CANCELLED")), 400);
assert.equal(await post({ "webhook-timestamp": "1" }), 400);
assert.equal(await post({ "webhook-id": "evt_other" }), 400);
assert.deepEqual(said, ["export.executed batch_123"], "an event that comes twice is handled once");
process.stdout.write("docs/webhooks.md: its receiver takes what EntryGo signed, and nothing else\n");
process.exit(0);
