/**
 * The text format of Prometheus, as pods expose their metrics; that of OpenMetrics too, as far as both are alike.
 * https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
 */

export interface MetricSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A page with more samples than this is not read further. */
export const samplesRead = 100_000;

/**
 * The samples of a page, of the metrics in `names` alone where it is given. Lines that are no samples are left out: one
 * broken line must not hide the others.
 */
export function parsePrometheusText(text: string, names?: ReadonlySet<string>): MetricSample[] {
  const samples: MetricSample[] = [];
  for (let begin = 0; begin < text.length && samples.length < samplesRead;) {
    const newline = text.indexOf('\n', begin);
    const end = newline < 0 ? text.length : newline;
    const sample = parseLine(text.slice(begin, end).trim(), names);
    if (sample !== null) samples.push(sample);
    begin = end + 1;
  }
  return samples;
}

/** What each metric is: `counter`, `gauge`, `histogram`. Those that the page says nothing of are left out. */
export function metricTypes(text: string): ReadonlyMap<string, string> {
  const lines = text.matchAll(/^# TYPE[ \t]+(\S+)[ \t]+(\w+)/gm);
  return new Map([...lines].map(([, name = '', type = '']) => [name, type.toLowerCase()]));
}

const metricName = /^[a-zA-Z_:][a-zA-Z0-9_:]*/;
const label = /\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*"((?:[^"\\]|\\.)*)"\s*,?/y;

function parseLine(line: string, names: ReadonlySet<string> | undefined): MetricSample | null {
  const [name] = metricName.exec(line) ?? [];
  if (name === undefined || names?.has(name) === false) return null;
  const { labels, end } = parseLabels(line, name.length);
  // After the value there may be a time, and in OpenMetrics an exemplar.
  const [number] = line.slice(end).trim().split(/\s+/, 1);
  const value = end < 0 ? null : parseValue(number ?? '');
  return value === null ? null : { name, labels, value };
}

/** The labels that begin at `begin`, and where they end; -1 where they do not. */
function parseLabels(line: string, begin: number): { labels: Record<string, string>; end: number } {
  const labels: Record<string, string> = {};
  let end = begin;
  while (line[end] === ' ' || line[end] === '\t') end += 1;
  if (line[end] !== '{') return { labels, end };
  end += 1;
  label.lastIndex = end;
  for (let match = label.exec(line); match !== null; match = label.exec(line)) {
    const [, key = '', value = ''] = match;
    labels[key] = unescape(value);
    end = label.lastIndex;
  }
  while (line[end] === ' ' || line[end] === '\t') end += 1;
  return { labels, end: line[end] === '}' ? end + 1 : -1 };
}

function parseValue(text: string): number | null {
  switch (text.toLowerCase()) {
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
