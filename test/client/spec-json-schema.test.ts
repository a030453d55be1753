import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { specJsonSchema } from '../../src/client/spec-json-schema.ts';

it('is committed as it is (npm run schema writes it)', () => {
  const committed = readFileSync(new URL('../../schema/spec.schema.json', import.meta.url), 'utf8');
  expect(JSON.parse(committed)).toEqual(JSON.parse(JSON.stringify(specJsonSchema())));
});

it('knows that a manifest may be in a file of its own, and which fields are required', () => {
  expect(specJsonSchema()).toMatchObject({
    required: ['app', 'service', 'candidate'],
    additionalProperties: false,
    properties: {
      candidate: { anyOf: [{ required: ['manifest'] }, { required: ['image'] }, { required: ['manifestFile'] }] },
      retention: { default: '24h', pattern: expect.any(String) as string },
    },
  });
});
