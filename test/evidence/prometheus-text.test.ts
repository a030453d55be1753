import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePrometheusText } from '../../src/evidence/prometheus-text.ts';

describe('the text format of Prometheus', () => {
  it('gives names, labels and values, and leaves out comments and broken lines', () => {
    const page = [
      '# HELP http_requests_total All requests.',
      '# TYPE http_requests_total counter',
      'http_requests_total{method="GET",status="200"} 1027 1395066363000',
      'http_requests_total{ method = "POST", status="500", } 3',
      'up 1',
      'broken{ 7',
      'no_value',
      'temperature{room="a \\"b\\"\\n\\\\"} -1.5e3',
      'http_request_duration_seconds_bucket{le="+Inf"} 12 # {trace_id="x"} 0.3',
      'limit +Inf',
    ].join('\n');
    expect(parsePrometheusText(page)).toEqual([
      { name: 'http_requests_total', labels: { method: 'GET', status: '200' }, value: 1027 },
      { name: 'http_requests_total', labels: { method: 'POST', status: '500' }, value: 3 },
      { name: 'up', labels: {}, value: 1 },
      { name: 'temperature', labels: { room: 'a "b"\n\\' }, value: -1500 },
      { name: 'http_request_duration_seconds_bucket', labels: { le: '+Inf' }, value: 12 },
      { name: 'limit', labels: {}, value: Number.POSITIVE_INFINITY },
    ]);
  });

  it('gives the metrics that are asked for, and no others', () => {
    expect(parsePrometheusText('a 1\nab 2\na{x="b"} 3', new Set(['a'])).map(({ value }) => value)).toEqual([1, 3]);
  });

  it('reads NaN, tabs, Windows line ends and a page without a last line end', () => {
    const page = 'a\t1\r\nb{x="1"}\tNaN\r\nc -Inf';
    expect(parsePrometheusText(page).map(({ value }) => value)).toEqual([1, Number.NaN, Number.NEGATIVE_INFINITY]);
  });

  it('reads pages of any size within seconds', () => {
    const pages = [
      '\n'.repeat(5_000_000),
      'x'.repeat(5_000_000),
      `a{${'b="c",'.repeat(800_000)}`,
      'a{b="\\'.repeat(700_000),
    ];
    for (const page of pages) expect(parsePrometheusText(page)).toEqual([]);
    expect(parsePrometheusText('a 1\n'.repeat(1_000_000))).toHaveLength(100_000);
  });

  it('never throws, whatever a pod answers', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(Array.isArray(parsePrometheusText(text))).toBe(true);
      }),
    );
  });

  it('reads back what was written', () => {
    const label = fc.string().map((text) => text.replaceAll(/[\r\n]/g, ' '));
    fc.assert(
      fc.property(label, fc.double({ noNaN: true }), (text, value) => {
        const escaped = text.replaceAll('\\', '\\\\').replaceAll('"', '\\"');
        const number = Number.isFinite(value) ? String(value) : value > 0 ? '+Inf' : '-Inf';
        const [sample] = parsePrometheusText(`m{a="${escaped}"} ${number}`);
        expect(sample?.labels['a']).toBe(text);
        expect(sample?.value).toBe(value === 0 ? 0 : value);
      }),
    );
  });
});
