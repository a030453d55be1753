/** Whether every Secret is there that a header of the spec refers to. */
import { secretFieldsOf } from '../../domain/secret-header.ts';
import { readSecrets } from '../../kubernetes/secrets.ts';
import { mistake, orMistake, together, type Found, type Validation } from './context.ts';

export async function secretsFound({ dependencies, spec, signal }: Validation): Promise<Found> {
  return together(
    await Promise.all(
      secretFieldsOf(spec).map(({ path, key }) =>
        orMistake(path, signal, async () => {
          const { problems } = await readSecrets(dependencies.cluster, spec.namespace, [key]);
          return together(problems.map((problem) => mistake(path, problem)));
        }),
      ),
    ),
  );
}
