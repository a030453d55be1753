/**
 * The text format of Prometheus, as pods expose their metrics.
 * https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
 */

export interface MetricSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A page of metrics longer than this is not one of an app. */
const samplesRead = 100_000;

/** The samples of a page. Lines that are no samples are left out: one broken line must not hide the others. */
export function parsePrometheusText(text: string): MetricSample[] {
  const samples: MetricSample[] = [];
  for (const line of text.split('\n')) {
    const sample = parseLine(line.trim());
    if (sample !== null) samples.push(sample);
    if (samples.length === samplesRead) break;
  }
  return samples;
}

const nameOnly = /^([a-zA-Z_:][a-zA-Z0-9_:]*)/;
const label = /\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*"((?:[^"\\]|\\.)*)"\s*,?/y;

function parseLine(line: string): MetricSample | null {
  if (line === '' || line.startsWith('#')) return null;
  const [, name] = nameOnly.exec(line) ?? [];
  if (name === undefined) return null;
  let rest = name.length;
  const labels: Record<string, string> = {};
  if (line[rest] === '{') {
    rest += 1;
    label.lastIndex = rest;
    for (let match = label.exec(line); match !== null; match = label.exec(line)) {
      const [, key = '', value = ''] = match;
      labels[key] = unescape(value);
      rest = label.lastIndex;
    }
    while (line[rest] === ' ') rest += 1;
    if (line[rest] !== '}') return null;
    rest += 1;
  }
  const [number] = line.slice(rest).trim().split(/\s+/);
  const value = parseValue(number);
  return value === null ? null : { name, labels, value };
}

function parseValue(text: string | undefined): number | null {
  switch (text?.toLowerCase()) {
    case undefined:
    case '':
      return null;
    case '+inf':
    case 'inf':
      return Number.POSITIVE_INFINITY;
    case '-inf':
      return Number.NEGATIVE_INFINITY;
    case 'nan':
      return Number.NaN;
    default: {
      const value = Number(text);
      return Number.isNaN(value) ? null : value;
    }
  }
}

function unescape(text: string): string {
  return text.replaceAll(/\\(.)/g, (_match, character: string) => (character === 'n' ? '\n' : character));
}
