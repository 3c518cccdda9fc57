/** Verifies what a webhook receiver gets, by the Standard Webhooks specification. */
import { createHmac, timingSafeEqual } from "node:crypto";

import { EntryGoError } from "./errors.js";

const TOLERANCE_SECONDS = 5 * 60;
const PREFIX = "whsec_";

/** The signature is missing, old or wrong: answer 400 and do nothing. */
export class BadSignature extends EntryGoError {}

/** The event of a delivery, once its signature by `secret` and its age are right; BadSignature otherwise. */
export function verify<Event = unknown>(
  secret: string,
  headers: Headers | Record<string, string | string[] | undefined>,
  body: string | Uint8Array,
  now: Date = new Date(),
): Event {
  const id = read(headers, "webhook-id");
  const timestamp = read(headers, "webhook-timestamp");
  const given = read(headers, "webhook-signature").split(" ");
  const age = Math.abs(now.getTime() / 1000 - Number(timestamp));
  if (!id || !/^\d+$/.test(timestamp) || age > TOLERANCE_SECONDS) {
    throw new BadSignature("The delivery has no id, or its timestamp is not of the last five minutes.");
  }
  const content = typeof body === "string" ? body : new TextDecoder().decode(body);
  const key = Buffer.from(secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret, "base64");
  // With a key of nothing anybody signs: a variable that was not set must not open the door.
  if (key.length === 0) throw new BadSignature("The secret of the webhook is empty.");
  const wanted = Buffer.from(createHmac("sha256", key).update(`${id}.${timestamp}.${content}`).digest("base64"));
  // While a secret is rotated there are two signatures.
  const isRight = given.some((signature) => {
    const [version, digest] = signature.split(",");
    const bytes = Buffer.from(digest ?? "");
    return version === "v1" && bytes.length === wanted.length && timingSafeEqual(bytes, wanted);
  });
  if (!isRight) throw new BadSignature("No signature of the delivery is right.");
  return JSON.parse(content) as Event;
}

function read(headers: Headers | Record<string, string | string[] | undefined>, name: string): string {
  const value =
    headers instanceof Headers
      ? headers.get(name)
      : Object.entries(headers).find(([each]) => each.toLowerCase() === name)?.[1];
  return (Array.isArray(value) ? value[0] : value) ?? "";
}
