import { once } from 'node:events';
import { request } from 'node:http';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Dialer } from '../../../sandbox/node/dialer.ts';
import { createEgressServer, listenEgress } from '../../../sandbox/node/egress.ts';
import { EndpointTable } from '../../../sandbox/node/endpoints.ts';
import { servicePorts } from '../../../sandbox/node/service-table.ts';

const network = { podPrefix: '10.77', podTwinPrefix: '127.77', servicePrefix: '10.78', serviceTwinPrefix: '127.78' };
const endpoints = new EndpointTable();
const dialer = new Dialer(network, endpoints);
let pod: Server;
let podPort: number;
let egress: ReturnType<typeof createEgressServer>;
let egressPort: number;

beforeEach(async () => {
  // Answers only when the client has ended its side: what half-closing is for.
  pod = createServer({ allowHalfOpen: true }, (socket) => {
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    socket.on('end', () => socket.end(text.toUpperCase()));
  });
  pod.listen(0, '127.77.1.1');
  await once(pod, 'listening');
  podPort = (pod.address() as AddressInfo).port;
  const spec = { clusterIP: '10.78.0.9', ports: [{ port: 80 }] };
  for (const port of servicePorts({ metadata: { name: 'api', namespace: 'shop' }, spec })) dialer.add(port);
  egress = createEgressServer({
    dialer,
    own: [
      {
        host: '10.78.0.44',
        port: 4_443,
        accept: (socket: Socket) => void socket.once('data', () => socket.end('own')),
      },
    ],
  });
  egressPort = await listenEgress(egress);
});

afterEach(() => {
  pod.close();
  egress.close();
  egress.closeAllConnections();
});

function setEndpoints(addresses: string[]): void {
  endpoints.changed({
    metadata: { name: 'a', namespace: 'shop', labels: { 'kubernetes.io/service-name': 'api' } },
    addressType: 'IPv4',
    ports: [{ port: podPort }],
    endpoints: addresses.map((address) => ({ addresses: [address], conditions: { ready: true } })),
  });
}

async function open(authority: string): Promise<{ status: number | undefined; socket: Socket }> {
  const connecting = request({ host: '127.0.0.1', port: egressPort, method: 'CONNECT', path: authority });
  connecting.end();
  const [response, socket] = (await once(connecting, 'connect')) as [{ statusCode?: number }, Socket];
  return { status: response.statusCode, socket };
}

async function say(authority: string, text: string): Promise<string> {
  const { status, socket } = await open(authority);
  expect(status).toBe(200);
  let answer = '';
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
  socket.end(text);
  await once(socket, 'end');
  return answer;
}

describe('the way into the cluster', () => {
  test('leads to a pod by its IP and to a Service by its IP and names', async () => {
    setEndpoints(['10.77.1.1']);
    for (const authority of [`10.77.1.1:${podPort}`, '10.78.0.9:80', 'api.shop:80', 'api.shop.svc.cluster.local:80']) {
      expect(await say(authority, 'hello')).toBe('HELLO');
    }
  });

  test('leads to what this process answers itself', async () => {
    expect(await say('10.78.0.44:4443', 'hello')).toBe('own');
    expect(await open('10.78.0.44:4444')).toMatchObject({ status: 403 });
  });

  test('leads nowhere else', async () => {
    const { port } = egress.address() as AddressInfo;
    for (const authority of [
      `127.0.0.1:${port}`,
      'localhost:22',
      'example.com:80',
      '10.77.0.1:10250',
      '10.78.0.9:81',
    ]) {
      const { status, socket } = await open(authority);
      expect([authority, status]).toEqual([authority, 403]);
      socket.destroy();
    }
  });

  test('says when a Service has no endpoint and when a pod does not answer', async () => {
    setEndpoints([]);
    expect(await open('api.shop:80')).toMatchObject({ status: 503 });
    expect(await open('10.77.1.1:1')).toMatchObject({ status: 502 });
  });
});
