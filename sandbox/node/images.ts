import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What an image holds: its entrypoint, its default arguments and its environment. */
interface ImageRun {
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** One row of the table: every tag of the image called `pattern`. A tag that the image does not have gives undefined. */
interface Image {
  readonly pattern: string;
  run(tag: string): ImageRun | undefined;
}

export type ImageTable = readonly Image[];

export interface ImageReference {
  readonly name: string;
  readonly tag: string;
  readonly digest?: string;
}

export interface ResolvedImage extends ImageRun {
  /** As in a container's status: `sandbox/<name>@sha256:<digest>`. */
  readonly imageId: string;
}

/** Splits `[registry/]name[:tag][@digest]`; Docker Hub's prefixes are dropped and the tag defaults to `latest`. */
export function parseImageReference(reference: string): ImageReference {
  const [named = '', digest] = reference.split('@', 2);
  const colon = named.lastIndexOf(':');
  const hasTag = colon > named.lastIndexOf('/');
  const name = (hasTag ? named.slice(0, colon) : named).replace(/^docker\.io\//, '').replace(/^library\//, '');
  return { name, tag: hasTag ? named.slice(colon + 1) : 'latest', ...(digest !== undefined && { digest }) };
}

/** Finds an image in the table; undefined when the table does not know it, or not with the digest asked for. */
export function resolveImage(table: ImageTable, reference: string): ResolvedImage | undefined {
  const { name, tag, digest } = parseImageReference(reference);
  const run = table.find((image) => image.pattern === name)?.run(tag);
  if (!run) return undefined;
  const actual = `sha256:${contentDigest(name, tag, run)}`;
  if (digest !== undefined && digest !== actual) return undefined;
  return { ...run, imageId: `sandbox/${name}@${actual}` };
}

/** The reference and the content of the files that it runs: the digest is the same on every machine with the same build. */
function contentDigest(name: string, tag: string, run: ImageRun): string {
  const hash = createHash('sha256').update(JSON.stringify([name, tag, run.env]));
  for (const argument of [...run.command.slice(1), ...run.args]) {
    const isFile = isAbsolute(argument) && existsSync(argument) && statSync(argument).isFile();
    hash.update('\0').update(isFile ? readFileSync(argument) : argument);
  }
  return hash.digest('hex');
}

/** As the entrypoint of the official Node.js images: arguments that are no command are Node's. */
const NODE_ENTRYPOINT = `if [ "\${1#-}" != "$1" ] || [ -z "$(command -v "$1")" ]; then set -- node "$@"; fi; exec "$@"`;

/** The images of the sandbox: the example API at any version, and this machine's shell and Node.js. */
export const defaultImages: ImageTable = [
  {
    pattern: 'myapp',
    run: (tag) => ({
      command: [process.execPath, join(packageRoot(), 'dist', 'examples', 'api', 'server.js')],
      args: [],
      env: { VERSION: tag, PORT: '8080' },
    }),
  },
  { pattern: 'busybox', run: () => ({ command: [], args: ['sh'], env: {} }) },
  { pattern: 'alpine', run: () => ({ command: [], args: ['sh'], env: {} }) },
  { pattern: 'node', run: () => ({ command: ['sh', '-c', NODE_ENTRYPOINT, 'node'], args: ['node'], env: {} }) },
];

/** The directory of package.json: this module runs from the sources in tests and from dist/ otherwise. */
function packageRoot(): string {
  let directory = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(directory, 'package.json'))) {
    const parent = dirname(directory);
    if (parent === directory) throw new Error('no package.json above the sandbox: the example API cannot be found');
    directory = parent;
  }
  return directory;
}
