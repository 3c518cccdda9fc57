// A first export with the client that @hey-api/openapi-ts makes; prints what it came to as JSON.
import { randomUUID } from "node:crypto";

import { client } from "./client/client.gen.js";
import {
  executeExport, getActualLandedCosts, getArtifact, inspectExport, planExport, syncOrders,
} from "./client/index.js";

function setting(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
}

const accountId = setting("ENTRYGO_ACCOUNT_ID");
const work = randomUUID();
client.setConfig({ baseUrl: setting("ENTRYGO_BASE_URL"), auth: setting("ENTRYGO_API_KEY") });

const synced = await syncOrders({
  throwOnError: true,
  headers: { "Idempotency-Key": `${work}-orders` },
  body: {
    accountId,
    items: [
      {
        externalId: `generated-${work}`,
        destinationCountry: "US",
        destinationRegion: "CA",
        destinationPostalCode: "94105",
        items: [{ productId: setting("ENTRYGO_PRODUCT_ID"), quantity: 2, unitValueUsd: 110 }],
      },
    ],
  },
});
const { data: plan } = await planExport({
  throwOnError: true,
  headers: { "Idempotency-Key": `${work}-plan` },
  body: {
    accountId,
    warehouseId: setting("ENTRYGO_WAREHOUSE_ID"),
    brokerId: setting("ENTRYGO_BROKER_ID"),
    orderIds: synced.data.data.map((order) => order.id),
  },
});
// Null where a plan was only tried.
if (plan.exportId === null) throw new Error("the plan was not stored");
const { data: execution } = await executeExport({
  throwOnError: true,
  headers: { "Idempotency-Key": `${work}-execute` },
  body: { accountId, batchId: plan.exportId, expectedPlanHash: plan.planHash },
});
const { data: found } = await inspectExport({ throwOnError: true, path: { id: plan.exportId } });
const path = { id: execution.customs_package_id, filename: "manifest.json" };
// By its header it would be read as JSON; the document says bytes.
const { data: manifest } = await getArtifact({ throwOnError: true, path, parseAs: "blob" });
const costs = await getActualLandedCosts({ path: { id: plan.exportId } });
const { error } = await inspectExport({ path: { id: "none" } });

console.log(
  JSON.stringify({
    status: found.status,
    planned: plan.planHash,
    executed: execution.planHash,
    manifest: Boolean(JSON.parse(await manifest.text())),
    costs: costs.data ?? costs.error.message,
    unknown: error?.errorCode,
  }),
);
