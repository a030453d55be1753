import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApplicationFailure } from '@temporalio/common';
import { KubeConfig } from '@kubernetes/client-node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Attempt } from '../../src/activities/attempt.ts';
import type { Dependencies } from '../../src/activities/dependencies.ts';
import { withinDeadline, type Terms } from '../../src/activities/within-deadline.ts';
import { DeploymentError } from '../../src/domain/failure.ts';
import type { Access } from '../../src/kubernetes/access/index.ts';
import { connectCluster, type Cluster } from '../../src/kubernetes/cluster.ts';
import { attemptOf } from './attempts.ts';

let server: Server;
let cluster: Cluster;
let aborted = 0;
/** An API server that takes every request and answers none. */
beforeEach(async () => {
  aborted = 0;
  server = createServer((_request, response) => response.once('close', () => (aborted += 1)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const kubeConfig = new KubeConfig();
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  kubeConfig.loadFromClusterAndUser({ name: 'c', server: address, skipTLSVerify: true }, { name: 'u' });
  cluster = connectCluster(kubeConfig);
});
afterEach(() => {
  cluster.close();
  server.closeAllConnections();
  server.close();
});

const terms = (ms: number): Terms => ({
  what: 'smoke of default/api',
  deadline: { setting: 'timeouts.smoke', value: `${ms}ms`, ms },
  graceMs: 200,
});

type Run = (dependencies: Dependencies, attempt: Attempt) => Promise<unknown>;

function running(run: Run, ms: number, attempt: Attempt = attemptOf()): Promise<unknown> {
  const create = (dependencies: Dependencies) => (_input: null, given: Attempt) => run(dependencies, given);
  return withinDeadline(create, { cluster, access: {} as Access }, () => terms(ms))(null, attempt);
}

const reading: Run = ({ cluster: given }) => given.api.json({ path: '/api/v1/pods' });

const telling: Run = async (dependencies, attempt) => {
  const progress = { step: 'smoke', at: '', summary: '2 of 3 checks done' } as const;
  attempt.heartbeat({ progress, resume: null });
  return reading(dependencies, attempt);
};

describe('a step that waits for an API server which hangs', () => {
  it('ends with its deadline, and names the setting, its value and what it did last', async () => {
    const startedAt = performance.now();
    const failed = running(telling, 300);
    await expect(failed).rejects.toMatchObject({ failure: 'DeadlineExceeded' });
    await expect(failed).rejects.toThrow(
      'timeouts.smoke (300ms) is over and smoke of default/api is not done: it waited for an answer that did not come, after this: 2 of 3 checks done. Now see whether the worker reaches the API server',
    );
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });

  it('changes nothing any more: what is on its way ends, and nothing follows it', async () => {
    let goesOn = false;
    let ended: Promise<unknown> = Promise.resolve();
    const step: Run = (dependencies, attempt) => {
      ended = reading(dependencies, attempt).then(
        () => (goesOn = true),
        () => undefined,
      );
      return ended;
    };
    await expect(running(step, 100)).rejects.toMatchObject({ failure: 'DeadlineExceeded' });
    await ended;
    expect(goesOn).toBe(false);
    await expect.poll(() => aborted).toBe(1);
  });

  it('is not held back from cleaning up when it is only interrupted', async () => {
    const stop = new AbortController();
    server.removeAllListeners('request');
    server.on('request', (_request, response) => response.end('{"cleaned": true}'));
    const step: Run = async (dependencies) => {
      stop.abort(new Error('interrupted'));
      return reading(dependencies, attemptOf());
    };
    expect(await running(step, 5_000, attemptOf({ signal: stop.signal }))).toEqual({ cleaned: true });
  });
});

const failing =
  (error: Error): Run =>
  async () => {
    throw error;
  };

describe('what a step fails for', () => {
  it('stays as it is where the step words it itself', async () => {
    const own = new DeploymentError('CandidateNotReady', 'timeouts.deploy (5m) is over and api-green is not ready');
    await expect(running(failing(own), 0)).rejects.toBe(own);
  });

  it('is left to the next attempt while there is time for one', async () => {
    const passing = new Error('socket hang up');
    await expect(running(failing(passing), 60_000)).rejects.toBe(passing);
  });

  it('has its next attempt before the deadline, when that is near', async () => {
    const failed: unknown = await running(failing(new Error('socket hang up')), 700).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(ApplicationFailure);
    const { nextRetryDelay, nonRetryable, message } = failed as ApplicationFailure;
    expect({ nonRetryable, message }).toEqual({ nonRetryable: false, message: 'socket hang up' });
    expect(nextRetryDelay).toBeLessThanOrEqual(700);
  });

  it('is given as the reason once the time is over', async () => {
    const failed = running(failing(new Error('socket hang up')), 0);
    await expect(failed).rejects.toMatchObject({
      failure: 'DeadlineExceeded',
      message: expect.stringContaining('is not done: socket hang up.') as string,
    });
  });

  it('is the interruption where there was one', async () => {
    const stopped = new Error('interrupted');
    const attempt = attemptOf({ signal: AbortSignal.abort(stopped) });
    await expect(running(failing(stopped), 0, attempt)).rejects.toBe(stopped);
  });
});
