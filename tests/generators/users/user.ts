// What somebody writes who has the package of the TypeScript client and nothing else of EntryGo.
import { EntryGo, NoAnswer, Refused, isError, webhooks, type Plan, type Schemas } from "entrygo-client";

const order: Schemas["OrderInput"] = {
  externalId: "SO-1001",
  destinationCountry: "US",
  items: [{ productId: "prod_1", quantity: 2, unitValueUsd: 110 }],
};
const entrygo = new EntryGo({ baseUrl: "http://127.0.0.1:9", apiKey: "key", accountId: "acc_1", maxRetries: 0 });

async function nightly(): Promise<string> {
  try {
    const policy = (plan: Plan) => plan.readinessState !== "BLOCKED";
    const { found } = await entrygo.lifecycle({ warehouseId: "wh_1", brokerId: "br_1" }, { key: "n", orders: [order], policy });
    return found.planHash;
  } catch (error) {
    if (error instanceof Refused) return error.plan.next_recommended_action;
    // @ts-expect-error: there is no such code.
    if (isError(error, "PLAN_HASH_MISMATHC")) return "misspelt";
    if (isError(error, "PLAN_HASH_MISMATCH")) return String(error.details["planHash"]);
    throw error;
  }
}

export async function follow(): Promise<void> {
  for await (const each of entrygo.iterate("listExports", { query: { state: "COMPLETED" } })) console.log(each.exportId);
  for await (const [cursor, event] of entrygo.events({ type: "export.executed" })) console.log(cursor, event.data.exportId);
  const document: Uint8Array = await entrygo.call("getArtifact", { path: { id: "cp_1", filename: "manifest.json" } });
  // @ts-expect-error: an operation takes what the contract says.
  await entrygo.call("inspectExport", { path: { exportId: "batch_1" } });
  console.log(document.length, (await entrygo.waitUntil("batch_1")).events.length);
}

try {
  webhooks.verify("whsec_x", new Headers(), "{}");
} catch (error) {
  if (!(error instanceof webhooks.BadSignature)) throw error;
}
try {
  console.log(await nightly());
} catch (error) {
  if (!(error instanceof NoAnswer)) throw error;
  console.log(error.message);
}
