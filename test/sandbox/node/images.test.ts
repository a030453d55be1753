import { describe, expect, test } from 'vitest';
import { defaultImages, parseImageReference, resolveImage, type ImageTable } from '../../../sandbox/node/images.ts';

const table: ImageTable = [
  { pattern: 'myapp', run: (tag) => ({ command: ['serve'], args: [], env: { VERSION: tag } }) },
  { pattern: 'strict', run: (tag) => (tag === 'v1' ? { command: ['serve'], args: [], env: {} } : undefined) },
];

describe('image references', () => {
  test('are split into name, tag and digest', () => {
    expect(parseImageReference('myapp')).toEqual({ name: 'myapp', tag: 'latest' });
    expect(parseImageReference('docker.io/library/node:20')).toEqual({ name: 'node', tag: '20' });
    expect(parseImageReference('registry:5000/team/app')).toEqual({ name: 'registry:5000/team/app', tag: 'latest' });
    expect(parseImageReference('app:v1@sha256:ab')).toEqual({ name: 'app', tag: 'v1', digest: 'sha256:ab' });
  });
});

describe('the image table', () => {
  test('gives every tag of an image its own, stable id', () => {
    const [v1, again, v2] = ['myapp:v1', 'myapp:v1', 'myapp:v2'].map((image) => resolveImage(table, image)?.imageId);
    expect(v1).toMatch(/^sandbox\/myapp@sha256:[0-9a-f]{64}$/);
    expect(again).toBe(v1);
    expect(v2).not.toBe(v1);
  });

  test('finds an image by its digest only when that is the right one', () => {
    const digest = resolveImage(table, 'myapp:v1')?.imageId.split('@')[1];
    expect(resolveImage(table, `myapp:v1@${digest}`)).toBeDefined();
    expect(resolveImage(table, `myapp:v2@${digest}`)).toBeUndefined();
  });

  test('does not know other names, other registries, or tags that an image does not have', () => {
    for (const image of ['other:v1', 'registry.example.com/myapp:v1', 'strict:v2', '']) {
      expect(resolveImage(table, image)).toBeUndefined();
    }
  });

  test('has the example API at any version', () => {
    expect(resolveImage(defaultImages, 'myapp:v2.0')?.env).toMatchObject({ VERSION: 'v2.0', PORT: '8080' });
  });
});
