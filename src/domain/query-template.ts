/** Texts of a spec that are filled in for each slot: `sum(up{app="{{app}}",version="{{slot}}"})`. Pure. */
import { oneOf } from './spec-wording.ts';

const placeholders = ['slot', 'namespace', 'app'] as const;

/** What a template is filled in with: names of Kubernetes, which mean nothing in PromQL or a URL but themselves. */
export type TemplateValues = Readonly<Record<(typeof placeholders)[number], string>>;

/** What is wrong with a template, or null. */
export function templateMistake(template: string): string | null {
  const unknown = namesIn(template).find((name) => !isPlaceholder(name));
  if (unknown === undefined) return null;
  return `has the unknown placeholder {{${unknown}}}: there is ${oneOf(placeholders.map((name) => `{{${name}}}`))}`;
}

export function fillTemplate(template: string, values: TemplateValues): string {
  return template.replaceAll(pattern, (text, name: string) => (isPlaceholder(name) ? values[name] : text));
}

const pattern = /\{\{\s*([^{}]*?)\s*\}\}/g;

function namesIn(template: string): string[] {
  return [...template.matchAll(pattern)].map(([, name = '']) => name);
}

function isPlaceholder(name: string): name is keyof TemplateValues {
  return (placeholders as readonly string[]).includes(name);
}
