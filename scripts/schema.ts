/** Writes schema/spec.schema.json from the spec's zod schema. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { specJsonSchema } from '../src/client/spec-json-schema.ts';

mkdirSync('schema', { recursive: true });
writeFileSync('schema/spec.schema.json', `${JSON.stringify(specJsonSchema(), null, 2)}\n`);
