/** The users of one app: the demo's load on its production Service, and what they got. */
import { launchLoad, type LaunchedLoad } from '../../../demo/load/launch.ts';
import type { LoadReport } from '../../../demo/load/report.ts';
import { usersPath } from './app/behaviour.ts';

/** Who has waited so long has gone. */
const timeoutMs = 2_000;
/** Connections that were open before the cutover stay with stable: most users come anew. */
const keepAliveShare = 0.2;
/** None of them outlives a deployment by much, whatever becomes of the campaign. */
const longestMs = 600_000;

export interface UsersReport {
  readonly requests: number;
  /** Answers of the fault, and requests that got no answer. */
  readonly bad: number;
  /** Errors that both versions give at any time. */
  readonly usualErrors: number;
  /** Of `bad`, requests that were refused, cut or timed out. */
  readonly unanswered: number;
  /** Milliseconds since the epoch; null where all was well. */
  readonly firstBadAt: number | null;
}

export class Users {
  readonly #url: string;
  readonly #loads: LaunchedLoad[];

  private constructor(url: string, load: LaunchedLoad) {
    this.#url = url;
    this.#loads = [load];
  }

  /** Resolves once they have begun. */
  static async come(service: string, requestsPerSecond: number): Promise<Users> {
    const url = service + usersPath;
    return new Users(url, await launch(url, requestsPerSecond));
  }

  /** So many more requests a second. */
  async grow(requestsPerSecond: number): Promise<void> {
    if (requestsPerSecond > 0) this.#loads.push(await launch(this.#url, requestsPerSecond));
  }

  async leave(): Promise<UsersReport> {
    return reportOf(await Promise.all(this.#loads.map((load) => load.stop())));
  }
}

function launch(url: string, requestsPerSecond: number): Promise<LaunchedLoad> {
  return launchLoad({
    urls: [url],
    requestsPerSecond,
    durationMs: longestMs,
    timeoutMs,
    keepAliveShare,
    connections: 10,
  });
}

function reportOf(loads: readonly LoadReport[]): UsersReport {
  const sum = (count: (load: LoadReport) => number): number => loads.reduce((total, load) => total + count(load), 0);
  const bad = loads.flatMap(({ firstInjectedErrorAt, firstFailures }) => [
    ...(firstInjectedErrorAt === null ? [] : [firstInjectedErrorAt]),
    ...firstFailures.map(({ at }) => at),
  ]);
  return {
    requests: sum(({ requestsSent }) => requestsSent),
    bad: sum(({ injectedErrors, requestsFailed }) => injectedErrors + requestsFailed),
    usualErrors: sum(({ appErrors }) => appErrors),
    unanswered: sum(({ requestsFailed }) => requestsFailed),
    firstBadAt: bad.length === 0 ? null : Math.min(...bad),
  };
}
