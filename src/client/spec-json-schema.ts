import { z } from 'zod';
import { specSchema } from '../domain/spec.ts';

/** The JSON Schema of a spec file, for editors: what the spec's own schema says, and `candidate.manifestFile`. */
export function specJsonSchema(): unknown {
  const fromManifest = specSchema.shape.candidate.options[0];
  const fromManifestFile = fromManifest.omit({ manifest: true }).extend({
    manifestFile: z
      .string()
      .min(1)
      .describe('A file with a Deployment manifest of your own: a path from where this file is'),
  });
  const fileSchema = z.strictObject({
    ...specSchema.shape,
    candidate: z.union([...specSchema.shape.candidate.options, fromManifestFile]),
  });
  return {
    title: 'The spec of a blue/green deployment',
    ...z.toJSONSchema(fileSchema, { io: 'input', target: 'draft-7', override: ({ jsonSchema }) => trim(jsonSchema) }),
  };
}

/** Bounds that only say "an integer that a double can hold" help nobody. */
function trim(schema: z.core.JSONSchema.BaseSchema): void {
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
}
