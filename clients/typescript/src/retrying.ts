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
}

/** Seconds until the next attempt; null when there is none. */
export function pauseBeforeRetry(failure: Failure, retriesDone: number, maxRetries: number): number | null {
  if (retriesDone >= maxRetries || !isWorthIt(failure)) return null;
  if (failure.retryAfter && /^\d+$/.test(failure.retryAfter)) {
    const asked = Number(failure.retryAfter);
    return asked <= LONGEST_RETRY_AFTER ? asked : null;
  }
  const pause = Math.min(FIRST_PAUSE * 2 ** retriesDone, LONGEST_PAUSE);
  return pause * (1 - JITTER * Math.random());
}

function isWorthIt({ status, code }: Failure): boolean {
  if (status === undefined) return true;
  return STATUSES.has(status) || (status === 409 && code === "IDEMPOTENCY_IN_PROGRESS");
}
