/** Errors as Node's HTTP client has them. */

export function connectionReset(): Error {
  return Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
}

export function aborted(signal: AbortSignal): Error {
  return abortError(signal.reason);
}

export function timedOut(): Error {
  return abortError(new DOMException('The operation was aborted due to timeout', 'TimeoutError'));
}

function abortError(cause: unknown): Error {
  return Object.assign(new Error('The operation was aborted', { cause }), { name: 'AbortError', code: 'ABORT_ERR' });
}
