// A first export on the running system that ENTRYGO_BASE_URL names.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";

import { ApiError, EntryGo } from "../dist/index.js";

const { ENTRYGO_BASE_URL, ENTRYGO_WAREHOUSE_ID, ENTRYGO_BROKER_ID, ENTRYGO_PRODUCT_ID } = process.env;

test("a first export, done once however often it is asked for", { skip: !ENTRYGO_BASE_URL && "no system" }, async () => {
  const entrygo = new EntryGo();
  const work = randomUUID();
  const order = {
    externalId: `js-${work}`,
    destinationCountry: "US",
    destinationRegion: "CA",
    destinationPostalCode: "94105",
    items: [{ productId: ENTRYGO_PRODUCT_ID, quantity: 2, unitValueUsd: 110 }],
  };
  const body = { warehouseId: ENTRYGO_WAREHOUSE_ID, brokerId: ENTRYGO_BROKER_ID };
  const given = { key: work, orders: [order], policy: (plan) => plan.readinessState !== "BLOCKED" };
  const { plan, execution, found } = await entrygo.lifecycle(body, given);
  assert.equal(found.status, "COMPLETED");
  assert.equal(found.planHash, plan.planHash);
  const again = await entrygo.lifecycle(body, given);
  assert.equal(again.execution.customs_package_id, execution.customs_package_id);

  const path = { id: execution.customs_package_id, filename: "manifest.json" };
  const manifest = JSON.parse(new TextDecoder().decode(await entrygo.call("getArtifact", { path })));
  assert.ok(manifest);
  const listed = [];
  for await (const each of entrygo.iterate("listEvents", { query: { exportId: found.exportId, limit: 2 } })) {
    listed.push(each.type);
  }
  assert.ok(listed.includes("export.executed"));
  await assert.rejects(entrygo.call("inspectExport", { path: { id: "none" } }), (error) => {
    return error instanceof ApiError && error.errorCode === "NOT_FOUND" && error.requestId.startsWith("req_");
  });
});
