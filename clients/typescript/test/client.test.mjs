// The client against answers made up here: retries, keys, errors, pages, waits, webhooks.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";

import { ApiError, EntryGo, NoAnswer, Refused, UnexpectedAnswer, isError, webhooks } from "../dist/index.js";

const PLAN = { warehouseId: "wh_1", brokerId: "br_1", orderIds: ["ord_1"] };
const json = (body, status = 200, headers = {}) => new Response(JSON.stringify(body), { status, headers });
const error = (status, errorCode, headers) => json({ errorCode, message: "m" }, status, headers);

/** A client whose requests are answered in turn, and the requests. */
function scripted(...answers) {
  const asked = [];
  const fetch = async (url, request) => {
    asked.push({ url: new URL(url), ...request });
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { asked, client: new EntryGo({ baseUrl: "http://x", apiKey: "key", accountId: "acc_1", fetch }) };
}

test("a write is tried again as the same request under one key", async () => {
  const lost = new TypeError("fetch failed");
  const { asked, client } = scripted(error(429, "RATE_LIMITED", { "retry-after": "0" }), lost, json({ exportId: "batch_1" }));
  const plan = await client.call("planExport", { body: PLAN });
  assert.equal(plan.exportId, "batch_1");
  assert.equal(asked.length, 3);
  assert.equal(new Set(asked.map((one) => one.headers["idempotency-key"])).size, 1);
  assert.equal(new Set(asked.map((one) => one.body)).size, 1);
  assert.deepEqual(JSON.parse(asked[0].body), { accountId: "acc_1", ...PLAN });
});

test("a date in Retry-After counts from that of the answer", async () => {
  const dates = (second) => ({ "retry-after": `Sun, 06 Nov 1994 08:49:${second} GMT`, date: "Sun, 06 Nov 1994 08:49:37 GMT" });
  const { asked, client } = scripted(error(503, "SERVICE_UNAVAILABLE", dates(38)), json({ exportId: "batch_1" }));
  const began = Date.now();
  await client.call("planExport", { body: PLAN });
  assert.ok(Date.now() - began >= 990, "a second, and not the half of one that is its own pause");
  assert.equal(asked.length, 2);
  const later = { "retry-after": "Sun, 06 Nov 1994 08:59:37 GMT", date: "Sun, 06 Nov 1994 08:49:37 GMT" };
  const far = scripted(error(503, "SERVICE_UNAVAILABLE", later));
  await assert.rejects(far.client.call("planExport", { body: PLAN }), (found) => found.status === 503);
  assert.equal(far.asked.length, 1);
});

test("what is no use to repeat is an error at once, by its code", async () => {
  const { asked, client } = scripted(error(409, "IDEMPOTENCY_CONFLICT", { "x-request-id": "req_1" }));
  await assert.rejects(client.call("planExport", { body: PLAN }), (found) => {
    assert.ok(found instanceof ApiError);
    assert.deepEqual([found.status, found.errorCode, found.requestId], [409, "IDEMPOTENCY_CONFLICT", "req_1"]);
    return true;
  });
  assert.equal(asked.length, 1);
});

test("an error is known by its code", async () => {
  const { client } = scripted(error(404, "NOT_FOUND"));
  const found = await client.call("getPolicy", {}).catch((error) => error);
  assert.ok(isError(found, "NOT_FOUND"));
  assert.ok(!isError(found, "RATE_LIMITED"));
  assert.ok(!isError(new Error("NOT_FOUND"), "NOT_FOUND"));
});

test("events of a stream come with their cursor, and it goes on there after it ended", async () => {
  const stream = (...parts) =>
    new Response(
      new ReadableStream({
        start(controller) {
          for (const part of parts) controller.enqueue(new TextEncoder().encode(part));
          controller.close();
        },
      }),
    );
  const { asked, client } = scripted(
    stream("retry: 0\n\n: \n\nid: c1\nda", 'ta: {"id":"evt_1"}\n\nid: c2\ndata: {"id":', '"evt_2"}\n\n'),
    error(503, "SERVICE_UNAVAILABLE", { "retry-after": "999" }),
    // As a proxy answers while the gateway behind it starts anew.
    new Response("<html> Bad Gateway", { status: 502, headers: { "retry-after": "999" } }),
    stream('id: c3\ndata: {"id":"evt_3"}\n\n'),
    error(403, "INSUFFICIENT_SCOPE"),
  );
  const found = [];
  const reading = (async () => {
    for await (const [cursor, event] of client.events({ exportId: "batch_1", type: "a,b" })) found.push([cursor, event.id]);
  })();
  await assert.rejects(reading, (error) => isError(error, "INSUFFICIENT_SCOPE"));
  assert.deepEqual(found, [["c1", "evt_1"], ["c2", "evt_2"], ["c3", "evt_3"]]);
  assert.deepEqual(asked.map((one) => one.headers["last-event-id"]), [undefined, "c2", "c2", "c2", "c3"]);
  assert.equal(asked[0].url.pathname + asked[0].url.search, "/api/exports/batch_1/stream?type=a%2Cb");
});

test("a text of an event may have what ends a line elsewhere", async () => {
  const bytes = new TextEncoder().encode('id: c1\ndata: {"reason":"too\u2028la\u2029te\u0085"}\n\n');
  const { client } = scripted(new Response(bytes), error(403, "INSUFFICIENT_SCOPE"));
  for await (const [cursor, event] of client.events()) {
    assert.deepEqual([cursor, event], ["c1", { reason: "too\u2028la\u2029te\u0085" }]);
    break;
  }
});

test("an answer that is lost each time is no answer", async () => {
  const { client } = scripted(...Array.from({ length: 3 }, () => new TypeError("fetch failed")));
  await assert.rejects(client.call("getPolicy", {}), NoAnswer);
});

/** A success whose connection ends within its body. */
const cutOff = () =>
  new Response(
    new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('{"exportId":'));
        controller.error(new TypeError("terminated"));
      },
    }),
  );

test("an answer that ends within its body is asked for again under the same key, and is no answer in the end", async () => {
  const { asked, client } = scripted(cutOff(), json({ exportId: "batch_1" }), cutOff(), cutOff(), cutOff());
  assert.equal((await client.call("planExport", { body: PLAN })).exportId, "batch_1");
  assert.equal(asked[1].headers["idempotency-key"], asked[0].headers["idempotency-key"]);
  await assert.rejects(client.call("getArtifact", { path: { id: "cp_1", filename: "a.pdf" } }), NoAnswer);
  assert.equal(asked.length, 5);
});

test("a success that is no JSON says what came, and is not asked for again", async () => {
  const { asked, client } = scripted(new Response("<html> sign in", { headers: { "content-type": "text/html" } }));
  await assert.rejects(client.call("getPolicy", {}), (found) => {
    assert.ok(found instanceof UnexpectedAnswer);
    assert.match(found.message, /text\/html and no JSON.*<html> sign in/);
    return true;
  });
  assert.equal(asked.length, 1);
});

test("what would happen twice is not asked for again", async () => {
  const { asked, client } = scripted(new TypeError("fetch failed"), json({}));
  await assert.rejects(client.call("testWebhook", { path: { id: "whk_1" } }), NoAnswer);
  assert.equal(asked.length, 1);
});

test("pages follow each other until there are no more", async () => {
  const { asked, client } = scripted(
    json({ data: [{ exportId: "a" }], hasMore: true, nextCursor: "c1" }),
    json({ data: [{ exportId: "b" }], hasMore: false, nextCursor: null }),
  );
  const found = [];
  for await (const each of client.iterate("listExports", { query: { state: "COMPLETED" } })) found.push(each.exportId);
  assert.deepEqual(found, ["a", "b"]);
  assert.equal(asked[1].url.search, "?state=COMPLETED&cursor=c1");
});

test("who waits asks for changes of the version that it knows", async () => {
  const running = { status: "EXECUTING", stale: false, brokerSubmissions: [] };
  const half = { status: "COMPLETED", stale: false, brokerSubmissions: [{ status: "prepared" }, { status: "failed" }] };
  const done = { status: "COMPLETED", stale: false, brokerSubmissions: [{ status: "sent" }, { status: "failed" }] };
  const { asked, client } = scripted(
    json(running, 200, { etag: '"1"' }),
    new Response(null, { status: 304 }),
    json(half, 200, { etag: '"2"' }),
    json({ ...done, stale: true }),
    json(done, 200, { etag: '"3"' }),
  );
  assert.deepEqual(await client.waitUntil("batch/1"), done);
  assert.equal(asked.length, 5);
  assert.equal(asked[0].url.pathname, "/api/exports/batch%2F1");
  assert.deepEqual([asked[1].headers["if-none-match"], asked[1].headers["prefer"]], ['"1"', "wait=25"]);
});

test("nothing is executed when the policy says no", async () => {
  const { asked, client } = scripted(json({ exportId: "batch_1", readinessState: "REVIEW_REQUIRED" }));
  await assert.rejects(client.lifecycle(PLAN, { key: "night-1" }), Refused);
  assert.equal(asked.length, 1);
  assert.equal(asked[0].headers["idempotency-key"], "night-1-plan");
});

test("a delivery is read only with a signature that is right and new", () => {
  const secret = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
  const body = '{"type":"export.executed","timestamp":"2026-11-27T22:55:00Z","data":{"exportId":"exp_1"}}';
  const headers = {
    "webhook-id": "evt_01JTESTVECTOR",
    "webhook-timestamp": "1795820100",
    "webhook-signature": "v1,old v1,5OeEYRkV4JMEDE7eph4kj0twZBaLaY5qR5c6CYk+GA0=",
  };
  const now = new Date(1795820100_000);
  assert.equal(webhooks.verify(secret, headers, body, now).data.exportId, "exp_1");
  assert.throws(() => webhooks.verify(secret, headers, `${body} `, now), webhooks.BadSignature);
  for (const another of [1795820500_000, 1795819700_000]) {
    assert.throws(() => webhooks.verify(secret, headers, body, new Date(another)), webhooks.BadSignature);
  }
  const named = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]));
  assert.equal(webhooks.verify(secret, named, body, now).data.exportId, "exp_1");
  // Signed with no key at all, for a receiver whose variable was not set.
  const signed = `evt_01JTESTVECTOR.1795820100.${body}`;
  const unkeyed = `v1,${createHmac("sha256", "").update(signed).digest("base64")}`;
  for (const empty of ["", "whsec_"]) {
    const given = { ...headers, "webhook-signature": unkeyed };
    assert.throws(() => webhooks.verify(empty, given, body, now), webhooks.BadSignature);
  }
  const forged = createHmac("sha256", "x").update(body).digest("base64");
  assert.throws(() => webhooks.verify(secret, { ...headers, "webhook-signature": `v1,${forged}` }, body, now));
});

test("an error says what is wrong where", async () => {
  const issues = [0, 1, 2, 3].map((n) => ({ path: `items.${n}`, message: "Required", code: "invalid_type" }));
  const refusal = json({ errorCode: "VALIDATION_ERROR", message: "Failed.", details: { issues } }, 400);
  const { client } = scripted(refusal);
  await assert.rejects(client.call("planExport", { body: PLAN }), {
    message: "VALIDATION_ERROR (400): Failed. items.0: Required; items.1: Required; items.2: Required …",
  });
});

test("an error of something before EntryGo is its status, whatever its details are", async () => {
  for (const details of ["a text", 1, null, ["x"], { issues: "a text" }]) {
    const { client, asked } = scripted(json({ message: "No such route", details }, 404));
    await assert.rejects(client.call("getPolicy", {}), (found) => {
      assert.deepEqual([found.errorCode, found.issues.length, asked.length], ["HTTP_404", 0, 1]);
      return true;
    });
  }
});

test("what can be no key is refused, and not repeated in the error", () => {
  for (const apiKey of ["shpbndl_live_1\nx", "shpbndl_live_1é", "shpbndl_live_1 2"]) {
    assert.throws(() => new EntryGo({ baseUrl: "http://x", apiKey }), (found) => {
      assert.match(found.message, /characters that no key has/);
      assert.doesNotMatch(found.message, /shpbndl/);
      return true;
    });
  }
});
