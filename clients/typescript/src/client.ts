/** The client: every operation of the contract by its name, and what is made of several of them. */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import { ApiError, EntryGoError, NoAnswer, TimedOut, UnexpectedAnswer } from "./errors.js";
import { OPERATIONS } from "./operations.js";
import { STATUSES, pauseBeforeRetry, type Failure } from "./retrying.js";
import type { components, operations } from "./schema.js";
import { messages } from "./stream.js";

export type Schemas = components["schemas"];
export type OperationId = keyof operations & keyof typeof OPERATIONS;

type Content<Holder> = Holder extends { content: { "application/json": infer Json } } ? Json : Uint8Array;
type OkOf<Operation> = Operation extends { responses: { 200: infer Ok } } ? Ok : never;
/** What an operation answers. */
export type Answer<Id extends OperationId> = Content<OkOf<operations[Id]>>;
type BodyOf<Operation> = Operation extends { requestBody: infer Body } ? Content<Body> : never;
/** What an operation takes; `accountId` is filled in. */
export type Body<Id extends OperationId> = Omit<BodyOf<operations[Id]>, "accountId"> & { accountId?: string };
type PathOf<Operation> = Operation extends { parameters: { path: infer Path } } ? Path : never;
type QueryOf<Operation> = Operation extends { parameters: { query?: infer Query } } ? Query : never;
type Item<Id extends OperationId> = Answer<Id> extends { data: (infer One)[]; hasMore: boolean } ? One : never;
/** The operations that answer in pages. */
export type PagedId = { [Id in OperationId]: Item<Id> extends never ? never : Id }[OperationId];

/** What a call may be given beside the name of its operation. */
export type Given<Id extends OperationId> = ([PathOf<operations[Id]>] extends [never]
  ? { path?: undefined }
  : { path: PathOf<operations[Id]> }) &
  ([BodyOf<operations[Id]>] extends [never] ? { body?: undefined } : { body: Body<Id> }) & {
    query?: QueryOf<operations[Id]>;
    /** Minted where it is missing; give your own where a later run must repeat the write. */
    idempotencyKey?: string;
  };

export type Export = Answer<"inspectExport">;
export type Plan = Answer<"planExport">;
export type Event = Answer<"listEvents">["data"][number];

export interface Options {
  /** Default: ENTRYGO_BASE_URL, else http://localhost:3000. */
  baseUrl?: string;
  /** Default: ENTRYGO_API_KEY. */
  apiKey?: string;
  /** Default: ENTRYGO_ACCOUNT_ID. */
  accountId?: string;
  /** How long one attempt may take. */
  seconds?: number;
  maxRetries?: number;
  fetch?: typeof globalThis.fetch;
}

/** The policy said no: nothing was executed. */
export class Refused extends EntryGoError {
  constructor(readonly plan: Plan) {
    super(`${plan.exportId} is ${plan.readinessState}: ${plan.next_recommended_action}`);
  }
}

const WAIT_SECONDS = 25;
const STALE_PAUSE = 1; // seconds
const RECONNECT_PAUSE = 1000; // milliseconds, until the server names its own
const STREAM_SECONDS = 3600; // a stream is opened again then at the latest
const SHOWN_CHARACTERS = 80; // of a body that is not what was expected
const ON_THE_WAY = new Set(["prepared", "sending"]);

/** Whether nothing of it is under way: neither the execution nor the handing over to the broker. */
export function isSettled(found: Export): boolean {
  if (found.stale || found.status === "EXECUTING") return false;
  return !found.brokerSubmissions.some((one) => ON_THE_WAY.has(one.status));
}

/** The policy that asks a person whenever a plan does: READY alone goes. */
export function mayGo(plan: Plan): boolean {
  return plan.readinessState === "READY";
}

/** A client of one account on one server. A write is tried again under the same idempotency key. */
export class EntryGo {
  readonly accountId: string;
  readonly #baseUrl: string;
  readonly #apiKey: string;
  readonly #seconds: number;
  readonly #maxRetries: number;
  readonly #fetch: typeof globalThis.fetch;

  constructor(options: Options = {}) {
    const apiKey = (options.apiKey ?? process.env["ENTRYGO_API_KEY"] ?? "").trim();
    if (!apiKey) throw new EntryGoError("give apiKey, or set ENTRYGO_API_KEY");
    // Said here, and without the key: what cannot be a header is quoted whole by who refuses it.
    if (!/^[!-~]+$/.test(apiKey)) throw new EntryGoError("the API key holds characters that no key has");
    this.#apiKey = apiKey;
    this.#baseUrl = (options.baseUrl ?? process.env["ENTRYGO_BASE_URL"] ?? "http://localhost:3000").replace(/\/+$/, "");
    this.accountId = options.accountId ?? process.env["ENTRYGO_ACCOUNT_ID"] ?? "";
    this.#seconds = options.seconds ?? 60;
    this.#maxRetries = options.maxRetries ?? 2;
    this.#fetch = options.fetch ?? globalThis.fetch;
  }

  /** Calls an operation of the contract by its name. */
  async call<Id extends OperationId>(id: Id, given: Given<Id>): Promise<Answer<Id>> {
    const operation = OPERATIONS[id];
    const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => {
      const values = (given.path ?? {}) as Record<string, unknown>;
      return encodeURIComponent(String(values[name]));
    });
    const headers: Record<string, string> = {};
    let body: string | undefined;
    if (operation.method !== "GET") {
      // Minted once, so that every attempt is the same request.
      headers["idempotency-key"] = given.idempotencyKey ?? `js-${randomUUID()}`;
      if (operation.method !== "DELETE") body = JSON.stringify(this.#withAccount(given.body ?? {}));
    }
    const read: Read<unknown> = operation.isJson ? asJson : asBytes;
    const found = await this.#send(operation.method, path + asQuery(given.query), headers, read, {
      body,
      isRepeatable: operation.isRepeatable,
    });
    return found as Answer<Id>;
  }

  /** What a paged operation answers, one after the other, page after page. */
  async *iterate<Id extends PagedId>(id: Id, given: Given<Id>): AsyncGenerator<Item<Id>> {
    let query = given.query as Record<string, unknown> | undefined;
    for (;;) {
      const page = (await this.call(id, { ...given, query } as Given<Id>)) as {
        data: Item<Id>[];
        hasMore: boolean;
        nextCursor: string | null;
      };
      yield* page.data;
      if (!page.hasMore) return;
      query = { ...query, cursor: page.nextCursor };
    }
  }

  /** The export once `isReached` says so of it: by default, once nothing is under way any more. */
  async waitUntil(
    exportId: string,
    { isReached = isSettled, seconds = 300 }: { isReached?: (found: Export) => boolean; seconds?: number } = {},
  ): Promise<Export> {
    const endsAt = Date.now() + seconds * 1000;
    const path = `/api/exports/${encodeURIComponent(exportId)}`;
    let etag: string | null = null;
    for (;;) {
      const left = Math.ceil((endsAt - Date.now()) / 1000);
      if (left <= 0) throw new TimedOut(`${exportId} is not there after ${seconds} s`);
      const wait = Math.max(1, Math.min(WAIT_SECONDS, left));
      const headers: Record<string, string> = etag ? { "if-none-match": etag, prefer: `wait=${wait}` } : {};
      const changed = await this.#send("GET", path, headers, asVersion, { wait });
      if (changed === null) continue;
      etag = changed.etag;
      if (isReached(changed.found)) return changed.found;
      // Without a version there is nothing to wait on.
      if (!etag) await sleep(STALE_PAUSE * 1000);
    }
  }

  /**
   * `[cursor, event]` as it happens, on and on: after `cursor`, else from now on (of one export: all). A stream
   * that ends is opened again where it was. Store the cursor once the event is dealt with.
   */
  async *events({ exportId, cursor, type }: { exportId?: string; cursor?: string; type?: string } = {}): AsyncGenerator<
    [string, Event]
  > {
    const path = exportId ? `/api/exports/${encodeURIComponent(exportId)}/stream` : "/api/events/stream";
    let pause = RECONNECT_PAUSE;
    for (;;) {
      const headers = { accept: "text/event-stream", ...(cursor ? { "last-event-id": cursor } : {}) };
      try {
        const answer = await this.#send("GET", path + asQuery({ type }), headers, asItIs, { wait: STREAM_SECONDS });
        for await (const message of messages(answer.body!)) {
          cursor = message.id ?? cursor;
          pause = message.retry ?? pause;
          if (message.data !== undefined) yield [cursor ?? "", JSON.parse(message.data) as Event];
        }
      } catch (error) {
        // Cut off, away, or too many streams: what else it may be does not mend itself.
        if (error instanceof ApiError && !STATUSES.has(error.status)) throw error;
      }
      await sleep(pause);
    }
  }

  /**
   * Sync, plan, ask the policy, execute what was planned and nothing else, wait until it is settled. `key`
   * names this piece of work: called again with it after a crash, nothing happens twice.
   */
  async lifecycle(
    body: Body<"planExport">,
    { key, orders, policy = mayGo }: { key: string; orders?: Schemas["OrderInput"][]; policy?: (plan: Plan) => boolean },
  ): Promise<{ plan: Plan; execution: Answer<"executeExport">; found: Export }> {
    let orderIds = body.orderIds ?? [];
    if (orders?.length) {
      const synced = await this.call("syncOrders", { body: { items: orders }, idempotencyKey: `${key}-sync` });
      orderIds = [...orderIds, ...synced.data.map((each) => each.id)];
    }
    const plan = await this.call("planExport", { body: { ...body, orderIds }, idempotencyKey: `${key}-plan` });
    if (!plan.exportId || !policy(plan)) throw new Refused(plan);
    const execution = await this.call("executeExport", {
      body: { batchId: plan.exportId, expectedPlanHash: plan.planHash },
      idempotencyKey: `${key}-execute`,
    });
    return { plan, execution, found: await this.waitUntil(plan.exportId) };
  }

  /** Bodies that have no account of their own ignore it. */
  #withAccount(body: object): object {
    return !this.accountId || "accountId" in body ? body : { accountId: this.accountId, ...body };
  }

  /** What `read` makes of the answer, 304 included; an answer that ends before it is read is none. */
  async #send<T>(
    method: string,
    path: string,
    headers: Record<string, string>,
    read: Read<T>,
    { body, wait = 0, isRepeatable = true }: { body?: string | undefined; wait?: number; isRepeatable?: boolean },
  ): Promise<T> {
    const request: RequestInit = {
      method,
      headers: {
        ...headers,
        authorization: `Bearer ${this.#apiKey}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body }),
      redirect: "error",
    };
    for (let retries = 0; ; retries++) {
      let failure: Failure;
      let problem: EntryGoError;
      try {
        const signal = AbortSignal.timeout((this.#seconds + wait) * 1000);
        const answer = await this.#fetch(this.#baseUrl + path, { ...request, signal });
        if (answer.ok || answer.status === 304) return await read(answer);
        const parsed: unknown = await answer.json().catch(() => undefined);
        const error = new ApiError(answer.status, parsed, answer.headers.get("x-request-id") ?? "");
        failure = {
          status: answer.status,
          code: error.errorCode,
          retryAfter: answer.headers.get("retry-after"),
          date: answer.headers.get("date"),
        };
        problem = error;
      } catch (error) {
        if (error instanceof UnexpectedAnswer) throw error;
        failure = {};
        problem = new NoAnswer(`${method} ${path}: ${String(error)}`, { cause: error });
      }
      const pause = pauseBeforeRetry(failure, retries, isRepeatable ? this.#maxRetries : 0);
      if (pause === null) throw problem;
      await sleep(pause * 1000);
    }
  }
}

type Read<T> = (answer: Response) => Promise<T>;

const asItIs: Read<Response> = async (answer) => answer;

const asBytes: Read<Uint8Array> = async (answer) => new Uint8Array(await answer.arrayBuffer());

async function asJson(answer: Response): Promise<unknown> {
  const text = await answer.text();
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const kind = answer.headers.get("content-type") ?? "no content type";
    const begins = text.slice(0, SHOWN_CHARACTERS).replace(/\s+/g, " ");
    throw new UnexpectedAnswer(
      `${answer.status} from ${answer.url} is ${kind} and no JSON: is it EntryGo that answers there, or something before it? ` +
        `It begins: ${begins}`,
      { cause: error },
    );
  }
}

async function asVersion(answer: Response): Promise<{ etag: string | null; found: Export } | null> {
  if (answer.status === 304) return null;
  return { etag: answer.headers.get("etag"), found: (await asJson(answer)) as Export };
}

function asQuery(query: object | undefined): string {
  const given = Object.entries(query ?? {}).filter(([, value]) => value !== undefined && value !== null);
  const text = new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)])).toString();
  return text ? `?${text}` : "";
}
