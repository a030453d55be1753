import { defaultPayloadConverter } from '@temporalio/common';
import { afterEach, describe, expect, it } from 'vitest';
import { serveCodec, type Endpoint, type EndpointOptions } from '../../src/codec/endpoint.ts';
import { EncryptingCodec } from '../../src/codec/payload-codec.ts';
import { writePayloads } from '../../src/codec/payload-json.ts';

const keys = (fill: number) => ({ CUTOVER_PAYLOAD_KEYS: `k1:${Buffer.alloc(32, fill).toString('base64')}` });
const codec = EncryptingCodec.of(keys(1));
const ui = 'http://localhost:8233';
const plain = writePayloads([defaultPayloadConverter.toPayload({ app: 'canary' })]);

let endpoint: Endpoint;
afterEach(() => endpoint.close());

async function serve(changes: Partial<EndpointOptions> = {}): Promise<void> {
  endpoint = await serveCodec({ codec, host: '127.0.0.1', port: 0, origins: [ui], token: null, ...changes });
}

function post(path: string, body: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${endpoint.url}${path}`, { method: 'POST', body, headers });
}

describe('the codec endpoint', () => {
  it('encrypts and decrypts as the worker does', async () => {
    await serve();
    const encoded = await post('/encode', plain, { 'x-namespace': 'default' });
    expect(encoded.status).toBe(200);
    const sealed = await encoded.text();
    const [payload] = (JSON.parse(sealed) as { payloads: { metadata: Record<string, string> }[] }).payloads;
    expect(Buffer.from(payload?.metadata['encoding'] ?? '', 'base64').toString()).toBe('binary/encrypted');
    const decoded = await post('/decode?x=1', sealed);
    expect(await decoded.text()).toBe(plain);
  });

  it('says which key is missing', async () => {
    await serve({ codec: EncryptingCodec.of(keys(2)) });
    const answer = await post('/decode', writePayloads(await codec.encode([{ data: Buffer.from('x') }])));
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain('encrypted with the key "k1"');
  });

  it.each([
    ['', 400],
    ['null', 400],
    ['[]', 400],
    ['{"payloads": {}}', 400],
    ['{"payloads": [7]}', 400],
    ['{"payloads": [{"data": 7}]}', 400],
    ['{"payloads": [{"metadata": {"encoding": 7}}]}', 400],
    ['{"payloads": []}', 200],
    [`{"payloads": [${'['.repeat(100_000)}]}`, 400],
  ])('answers %.40s with %d', async (body, status) => {
    await serve();
    expect((await post('/decode', body)).status).toBe(status);
  });

  it('takes no more than it can hold', async () => {
    await serve();
    const answer = await post('/decode', 'x'.repeat(33 * 1_024 * 1_024));
    expect(answer.status).toBe(413);
  });

  it('has two paths, for POST', async () => {
    await serve();
    expect((await post('//', plain)).status).toBe(404);
    expect((await fetch(`${endpoint.url}/decode`)).status).toBe(405);
  });

  it("lets the UI's pages ask, and no others", async () => {
    await serve();
    const asked = { method: 'OPTIONS', headers: { origin: ui, 'access-control-request-method': 'POST' } };
    const preflight = await fetch(`${endpoint.url}/decode`, asked);
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-origin')).toBe(ui);
    expect(preflight.headers.get('access-control-allow-headers')).toContain('x-namespace');
    expect((await post('/decode', plain, { origin: ui })).status).toBe(200);
    for (const origin of ['http://evil.example', 'null', `${ui}.evil.example`]) {
      const refused = await post('/decode', plain, { origin });
      expect(refused.status).toBe(403);
      expect(refused.headers.get('access-control-allow-origin')).toBeNull();
    }
  });

  it('does nothing without its token, but answers a preflight, which cannot have it', async () => {
    await serve({ token: 'secret' });
    expect((await post('/decode', plain)).status).toBe(401);
    expect((await post('/decode', plain, { authorization: 'Bearer secre' })).status).toBe(401);
    expect((await post('/decode', plain, { authorization: 'Bearer secret' })).status).toBe(200);
    expect((await fetch(`${endpoint.url}/decode`, { method: 'OPTIONS', headers: { origin: ui } })).status).toBe(204);
  });
});
