import type { IncomingMessage } from 'node:http';
import type { Attempt } from './attempt.ts';
import type { FailureKind, Outcome } from './outcome.ts';
import { unknownVersion } from './outcome.ts';

/** The outcome of a request that is not sent again. */
export function classify(attempt: Attempt, timeoutMs: number): Outcome {
  switch (attempt.kind) {
    case 'response':
      return classifyAnswer(attempt.response, attempt.body);
    case 'timeout':
      return { kind: 'failed', failure: 'timeout', message: `no answer within ${timeoutMs} ms` };
    case 'error': {
      const { code, message, hasBytes } = attempt;
      return { kind: 'failed', failure: failureOf(code, hasBytes), message: message || code };
    }
  }
}

/** Whether browsers would silently send it again: the server closed an idle connection as it was being written to. */
export function isRetriable(attempt: Attempt): boolean {
  if (attempt.kind !== 'error' || !attempt.isReused || attempt.hasBytes) return false;
  return attempt.code === 'ECONNRESET' || attempt.code === 'EPIPE';
}

function classifyAnswer(response: IncomingMessage, body: string): Outcome {
  const { statusCode: status = 0, headers } = response;
  const version = versionOf(response, body);
  if (headers['x-injected-error'] !== undefined) return { kind: 'injected-error', version: version ?? unknownVersion };
  if (version === undefined && status >= 502 && status <= 504) {
    return { kind: 'failed', failure: 'gateway', message: `status ${status} from no version of the app` };
  }
  if (status >= 400) return { kind: 'app-error', version: version ?? unknownVersion, status };
  return { kind: 'answered', version: version ?? unknownVersion };
}

function versionOf({ headers }: IncomingMessage, body: string): string | undefined {
  const header = headers['x-version'];
  if (typeof header === 'string') return header;
  if (headers['content-type']?.includes('json') !== true) return undefined;
  try {
    const { version } = JSON.parse(body) as { version?: unknown };
    return typeof version === 'string' ? version : undefined;
  } catch {
    return undefined;
  }
}

function failureOf(code: string, hasBytes: boolean): FailureKind {
  switch (code) {
    case 'ECONNREFUSED':
      return 'refused';
    case 'ETIMEDOUT':
      return 'timeout';
    case 'EADDRNOTAVAIL':
    case 'EMFILE':
    case 'ENOTFOUND':
      return 'local';
    default:
      return hasBytes ? 'truncated' : 'reset';
  }
}
