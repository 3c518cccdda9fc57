/** What a call fails with; every one is an EntryGoError. */
import type { components } from "./schema.js";

/** The codes of the contract. */
export type ErrorCode = components["schemas"]["ErrorCode"];

const SHOWN_ISSUES = 3;

export class EntryGoError extends Error {}

/** Nothing answered, or the answer was lost. A write may have happened: repeat it with the same key. */
export class NoAnswer extends EntryGoError {}

/**
 * A success whose body is no JSON, as a proxy or a page to sign in gives one: it need not be EntryGo's. A write may
 * have happened: repeat it with the same key.
 */
export class UnexpectedAnswer extends EntryGoError {}

/** What was waited for did not come in time; nothing was changed by waiting. */
export class TimedOut extends EntryGoError {}

export interface Issue {
  path: string;
  message: string;
  code: string;
}

/** The server's answer `{errorCode, message, field?, details?}`; `requestId` names it in its log. */
export class ApiError extends EntryGoError {
  readonly status: number;
  /** Of the contract, or one that a newer server knows. */
  readonly errorCode: ErrorCode | (string & {});
  readonly field: string | undefined;
  readonly details: Record<string, unknown>;
  readonly requestId: string;

  constructor(status: number, body: unknown, requestId: string) {
    const known = (typeof body === "object" && body !== null ? body : {}) as Record<string, unknown>;
    const errorCode = String(known["errorCode"] ?? `HTTP_${status}`);
    // What something before EntryGo answers may have details of another form.
    const details = (typeof known["details"] === "object" ? known["details"] : null) as Record<string, unknown> | null;
    const issues = details?.["issues"];
    super(`${errorCode} (${status}): ${String(known["message"] ?? "")}${named(Array.isArray(issues) ? issues : [])}`);
    this.status = status;
    this.errorCode = errorCode;
    this.field = known["field"] as string | undefined;
    this.details = details ?? {};
    this.requestId = requestId;
  }

  /** What is wrong with the fields of the request, at most 100. */
  get issues(): Issue[] {
    const issues = this.details["issues"];
    return Array.isArray(issues) ? issues : [];
  }
}

/** What is wrong, path by path, behind a message that names none of it; the first few. */
function named(issues: Issue[]): string {
  const shown = issues.slice(0, SHOWN_ISSUES).map((issue) => ` ${issue.path}: ${issue.message}`);
  return shown.join(";") + (issues.length > SHOWN_ISSUES ? " …" : "");
}

/** Whether it is the server's answer with this code: `if (isError(error, "PLAN_HASH_MISMATCH")) …`. */
export function isError(error: unknown, code: ErrorCode): error is ApiError {
  return error instanceof ApiError && error.errorCode === code;
}
