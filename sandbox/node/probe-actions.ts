import { request as httpRequest, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import type { V1HTTPGetAction, V1Probe } from '@kubernetes/client-node';
import { portNumber, targetHost, type PodTarget } from './pod-target.ts';
import { messageOf, runWithin, TimeOver, timerMs } from './waiting.ts';

export type ProbeOutcome = { readonly success: true } | { readonly success: false; readonly message: string };

/** Carries out a probe once. Never rejects: whatever goes wrong, the time running out included, is a failure with its message. */
export async function runProbe(probe: V1Probe, target: PodTarget, signal: AbortSignal): Promise<ProbeOutcome> {
  return await runWithin(timerMs(probe.timeoutSeconds ?? 1), signal, async (limit) => {
    try {
      return await act(probe, target, limit);
    } catch (error) {
      return { success: false, message: limit.reason instanceof TimeOver ? timeoutMessage(probe) : messageOf(error) };
    }
  });
}

async function act(probe: V1Probe, target: PodTarget, signal: AbortSignal): Promise<ProbeOutcome> {
  if (probe.httpGet) {
    const status = await httpGet(probe.httpGet, target, signal);
    if (status >= 200 && status < 400) return { success: true };
    return { success: false, message: `HTTP probe failed with statuscode: ${status}` };
  }
  if (probe.tcpSocket) {
    const { host, port } = probe.tcpSocket;
    await tcpConnect(targetHost(host, target), portNumber(port, target.container), signal);
    return { success: true };
  }
  if (probe.exec) {
    const { exitCode, output } = await target.execute(probe.exec.command ?? [], signal);
    signal.throwIfAborted();
    return exitCode === 0 ? { success: true } : { success: false, message: output || `exit code ${exitCode}` };
  }
  return { success: false, message: 'the sandbox knows httpGet, tcpSocket and exec probes only' };
}

/** Sends the GET of a probe or hook and gives the status; rejects when there is no answer. */
export function httpGet(action: V1HTTPGetAction, target: PodTarget, signal: AbortSignal): Promise<number> {
  const headers: Record<string, string> = { 'user-agent': 'kube-probe/1.36', accept: '*/*', connection: 'close' };
  for (const { name, value } of action.httpHeaders ?? []) headers[name.toLowerCase()] = value;
  const port = portNumber(action.port, target.container);
  const host = targetHost(action.host, target);
  headers['host'] ??= `${target.podIP}:${port}`;
  const options: RequestOptions = { host, port, path: action.path ?? '/', headers, agent: false, signal };
  return new Promise((resolve, reject) => {
    const onResponse = (response: { statusCode?: number | undefined; resume(): unknown }) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    };
    // A kubelet does not verify the certificate of a probe either.
    const request =
      action.scheme?.toUpperCase() === 'HTTPS'
        ? httpsRequest({ ...options, rejectUnauthorized: false }, onResponse)
        : httpRequest(options, onResponse);
    request.once('error', (error) => reject(new Error(`Get "${describeUrl(action, target, port)}": ${error.message}`)));
    request.end();
  });
}

function describeUrl(action: V1HTTPGetAction, target: PodTarget, port: number): string {
  const path = action.path ?? '/';
  return `${(action.scheme ?? 'HTTP').toLowerCase()}://${target.podIP}:${port}${path.startsWith('/') ? path : `/${path}`}`;
}

function tcpConnect(host: string, port: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, signal });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.destroy();
      resolve();
    });
  });
}

function timeoutMessage(probe: V1Probe): string {
  return probe.exec
    ? `command timed out: "${(probe.exec.command ?? []).join(' ')}" timed out after ${probe.timeoutSeconds ?? 1}s`
    : 'context deadline exceeded';
}
