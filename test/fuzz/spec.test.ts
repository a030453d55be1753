import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDocument } from '../../src/client/spec-document.ts';
import { largest } from '../../src/domain/bounds.ts';
import { bytesOfJson, clipToBytes } from '../../src/domain/json-size.ts';
import { readMessage } from '../../src/domain/message.ts';
import { describeMistakes, parseSpec } from '../../src/domain/spec-mistakes.ts';
import { anything, bytesKept, expectAlways, text } from './documents.ts';

const good = { app: 'api', service: 'api-service', candidate: { image: 'myapp:v2.0' } };
const fields = fc.constantFrom('app', 'candidate', 'smoke', 'warmUp', 'soak', 'metrics', 'cutover', '__proto__');

/** In the places where users write what is theirs. */
const specs = fc
  .tuple(anything, fields, text)
  .chain(([value, field, name]) =>
    fc.constantFrom<unknown>(
      value,
      { ...good, [field]: value },
      { ...good, candidate: { image: 'a', patch: { [name]: value } } },
    ),
  );

describe('a spec of any content', () => {
  it('is a spec of a bounded size, or mistakes of a bounded size', () => {
    expectAlways(specs, (input) => {
      const parsed = parseSpec(input);
      if (parsed.ok) return bytesKept(parsed.spec) < largest.spec + 20_000;
      return parsed.mistakes.length > 0 && describeMistakes(parsed.mistakes).length < 30_000;
    });
  });

  it('that contains itself, or is as deep as memory goes, is refused', () => {
    const loop: Record<string, unknown> = { ...good };
    loop['candidate'] = { image: 'a', patch: loop };
    expect(parseSpec(loop).ok).toBe(false);
    let deep: unknown = 1;
    for (let depth = 0; depth < 1_000_000; depth += 1) deep = [deep];
    expect(parseSpec({ ...good, candidate: { image: 'a', patch: { deep } } }).ok).toBe(false);
  });

  it('is read from a file of any text', () => {
    const signs = fc.constantFrom('{', '[', '&a ', '*a', '<<: ', '- ', ': ', '\n', '!!', '|', '? ', '%');
    expectAlways(fc.array(fc.oneof(text, signs)), (parts) => {
      const reading = readDocument(parts.join('').slice(0, 20_000));
      if (!reading.ok) return reading.mistakes.length > 0;
      const parsed = parseSpec(reading.document.value);
      return parsed.ok || parsed.mistakes.length > 0;
    });
  });
});

describe('a message of any content', () => {
  const messages = fc
    .tuple(anything, text)
    .chain(([value, by]) =>
      fc.constantFrom<unknown>(value, { by, reason: value, successor: value }, { by: value, successor: by }),
    );

  it('is read to a small one, or refused in few words', () => {
    expectAlways(messages, (input) => {
      const reading = readMessage(input);
      return bytesKept(reading) < 10_000 && (reading.ok || reading.refusal !== '');
    });
  });

  it('pollutes no prototype', () => {
    const message: unknown = JSON.parse('{"__proto__": {"by": "eve"}, "constructor": {"prototype": {"by": "eve"}}}');
    expect(readMessage(message)).toMatchObject({ ok: true, message: { by: 'somebody who gave no name' } });
    expect(({} as Record<string, unknown>)['by']).toBeUndefined();
  });
});

describe('sizes', () => {
  it('are those of JSON in UTF-8', () => {
    expectAlways(fc.oneof(text, fc.jsonValue()), (value) => {
      const bytes = bytesKept(value);
      return bytesOfJson(value) >= bytes && bytesOfJson(value) <= 2 * bytes + 2;
    });
  });

  it('are kept to when a text is cut, and what fits is not cut', () => {
    expectAlways(fc.tuple(text, fc.integer({ min: 2, max: 5_000 })), ([given, most]) => {
      const cut = clipToBytes(given, most);
      if (bytesKept(given) <= most) return cut === given;
      return given.startsWith(cut) && bytesKept(cut) <= most && bytesKept(cut) > most - 12;
    });
  });
});
