/** Which failures are tried again, and when. Pure but for the jitter. */

/** What passes by itself. */
export const STATUSES: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);
const FIRST_PAUSE = 0.5; // seconds
const LONGEST_PAUSE = 8;
/** A server that asks for more is not waited for. */
const LONGEST_RETRY_AFTER = 120;
const JITTER = 0.25;

/** An attempt that failed; no status where no answer came. */
export interface Failure {
  status?: number;
  code?: string;
  retryAfter?: string | null;
  /** When the answer was made, by the clock that a date in Retry-After is of. */
  date?: string | null;
}

/** Seconds until the next attempt; null when there is none. */
export function pauseBeforeRetry(failure: Failure, retriesDone: number, maxRetries: number): number | null {
  if (retriesDone >= maxRetries || !isWorthIt(failure)) return null;
  const asked = secondsAsked(failure);
  if (asked !== null) return asked <= LONGEST_RETRY_AFTER ? asked : null;
  const pause = Math.min(FIRST_PAUSE * 2 ** retriesDone, LONGEST_PAUSE);
  return pause * (1 - JITTER * Math.random());
}

/** Retry-After in seconds, or as a date from that of the answer; null where it is neither. */
function secondsAsked({ retryAfter, date }: Failure): number | null {
  if (!retryAfter) return null;
  if (/^\d+$/.test(retryAfter)) return Number(retryAfter);
  const seconds = (Date.parse(retryAfter) - Date.parse(date ?? "")) / 1000;
  return Number.isNaN(seconds) ? null : Math.max(0, seconds);
}

function isWorthIt({ status, code }: Failure): boolean {
  if (status === undefined) return true;
  return STATUSES.has(status) || (status === 409 && code === "IDEMPOTENCY_IN_PROGRESS");
}
