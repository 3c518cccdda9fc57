/** EntryGo's client for Node. */
export * from "./client.js";
export * from "./errors.js";
export * as webhooks from "./webhooks.js";
