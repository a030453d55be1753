import { expect, it } from 'vitest';
import { resolveId } from '../../src/cli/app-id.ts';
import { fakeTerminal } from './fake-terminal.ts';

const spec = 'app: api\nnamespace: shop\nservice: api-service\ncandidate: {image: "a:1"}\n';

it.each([
  ['api', {}, 'default/api'],
  ['api', { namespace: 'shop' }, 'shop/api'],
  ['shop/api', {}, 'shop/api'],
  ['shop/api', { namespace: 'shop' }, 'shop/api'],
])('%s with %j is %s', async (app, options, id) => {
  await expect(resolveId(app, options, fakeTerminal())).resolves.toBe(id);
});

it('takes the name from a spec file', async () => {
  await expect(resolveId(undefined, { file: '-' }, fakeTerminal({ input: spec }))).resolves.toBe('shop/api');
});

it('refuses a namespace that the spec file is not for', async () => {
  const terminal = fakeTerminal({ input: spec });
  await expect(resolveId(undefined, { file: '-', namespace: 'other' }, terminal)).rejects.toThrow(
    'standard input is for the namespace shop, but --namespace says other',
  );
});

it.each([
  [undefined, {}, 'name the app'],
  ['api', { file: 'x.yaml' }, 'not both'],
  ['a/b/c', {}, '"a/b/c" names no app'],
  ['Api', {}, '"Api" names no app'],
  ['api', { namespace: 'A' }, 'not the name of a namespace'],
  ['shop/api', { namespace: 'other' }, 'in the namespace shop, but --namespace says other'],
])('refuses %s with %j', async (app, options, message) => {
  await expect(resolveId(app, options, fakeTerminal())).rejects.toThrow(message);
});
