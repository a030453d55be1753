import { describe, expect, it } from 'vitest';
import { parseSpec } from '../../src/domain/spec-mistakes.ts';
import { spec } from '../workflows/scripted-activities.ts';

function mistakes(changes: Record<string, unknown>): string[] {
  const read = parseSpec({ ...spec, ...changes });
  return read.ok ? [] : read.mistakes.map(({ path, message }) => `${path}: ${message}`);
}

const prometheus = { url: 'https://prometheus.example/prefix' };
const query = { name: 'queue', prometheus: { query: 'sum(q{slot="{{slot}}"})' }, expect: { atMost: 1 } };

describe('the checks of a spec', () => {
  it('are taken as they are written, and parse to themselves', () => {
    const soak = {
      checks: [
        query,
        {
          name: 'gate',
          http: { url: 'https://gate.example/{{ app }}?slot={{slot}}', json: 'result' },
          expect: { equals: 'pass' },
        },
        { name: 'load', job: { podSpec: { containers: [{ name: 'load', image: 'load:v1' }] } } },
      ],
    };
    const read = parseSpec({ ...spec, prometheus, soak });
    if (!read.ok) throw new Error(JSON.stringify(read.mistakes));
    expect(parseSpec(read.spec)).toEqual(read);
    expect(parseSpec(spec)).not.toHaveProperty('spec.soak.checks');
  });

  it.each<[Record<string, unknown>, RegExp]>([
    [{ soak: { checks: [query] } }, /^prometheus: is required by what asks it/],
    [{ metrics: { prometheus: { preset: 'http' } } }, /^prometheus: is required by what asks it/],
    [
      { prometheus, soak: { checks: [{ ...query, prometheus: { query: 'up{a="{{pod}}"}' } }] } },
      /^soak\.checks\[0\]\.prometheus\.query: has the unknown placeholder \{\{pod\}\}: there is \{\{slot\}\}/,
    ],
    [{ prometheus, soak: { checks: [{ ...query, expect: {} }] } }, /^soak\.checks\[0\]\.expect: give one of "atMost"/],
    [{ prometheus, monitor: { checks: [query, query] } }, /^monitor\.checks\[1\]\.name: is used by two checks/],
    [
      { monitor: { checks: [{ name: 'x', htp: {} }] } },
      /^monitor\.checks\[0\]\.htp: is not a known field: did you mean http\?$/,
    ],
    [
      { monitor: { checks: [{ name: 'x', expect: { equals: 1 } }] } },
      /^monitor\.checks\[0\]: give one of "prometheus", "http" or "job"$/,
    ],
    [
      { monitor: { checks: [{ name: 'x', http: { url: 'gate' }, expect: { equals: 1 } }] } },
      /\.http\.url: has to be an address/,
    ],
    [{ prometheus: {} }, /^prometheus: give one of "url" or "service"/],
    [{ prometheus: { url: 'https://me:secret@prometheus.example' } }, /^prometheus\.url: holds credentials/],
    [{ prometheus: { url: 'https://prometheus.example/?a=b' } }, /^prometheus\.url: must have no query/],
    [
      { prometheus: { ...prometheus, headers: { authorization: 'Bearer abc' } } },
      /^prometheus\.headers\.authorization: would be kept/,
    ],
    [{ prometheus: { ...prometheus, ca: {} } }, /^prometheus\.ca: give one of/],
    [
      { prometheus, metrics: { prometheus: { requests: 'a' } } },
      /^metrics\.prometheus\.errors: is required without a preset/,
    ],
    [{ prometheus, metrics: { prometheus: { preset: 'nginx' } } }, /^metrics\.prometheus\.preset: has to be "http"/],
  ])('are refused with the field that is wrong: %j', (changes, words) => {
    expect(mistakes(changes)).toEqual([expect.stringMatching(words)]);
  });
});
