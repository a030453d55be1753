/**
 * Reads the spec of a deployment from a YAML or JSON file.
 *
 * Beside the fields of a spec, a file may name its manifest: `candidate.manifestFile`, a path from where the file is.
 */
import { createReadStream } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { pathParts } from '../domain/spec-path.ts';
import type { Spec } from '../domain/spec.ts';
import { parseSpec, type SpecMistake } from '../domain/spec-mistakes.ts';
import { byLine, ofNoLine, type FileMistake } from './file-mistake.ts';
import { readDocument, type SpecDocument } from './spec-document.ts';

export type SpecFile =
  /** `input` is what to deploy: the file as written, with the manifest and the image put in. */
  | {
      readonly ok: true;
      /** The file, as it is called in messages. */
      readonly name: string;
      readonly spec: Spec;
      readonly input: unknown;
      readonly locate: Locate;
    }
  | { readonly ok: false; readonly mistakes: readonly FileMistake[] };

/** Where in the file mistakes are that were found later; of a default, which is not in the file, it says so. */
type Locate = (mistakes: readonly SpecMistake[]) => FileMistake[];

export interface SpecFileOptions {
  /** Replaces candidate.image. */
  readonly image?: string;
  /** Where `-` is read from; by default this process's standard input. */
  readonly stdin?: AsyncIterable<Uint8Array | string>;
}

const largestBytes = 1024 * 1024;

/** Reads and validates a spec file, `-` for standard input. Every mistake is in the answer; it does not throw. */
export async function readSpecFile(path: string, options: SpecFileOptions = {}): Promise<SpecFile> {
  const file = path === '-' ? 'standard input' : path;
  const text = await readText(path === '-' ? (options.stdin ?? process.stdin) : createReadStream(path));
  if (!text.ok) return { ok: false, mistakes: [about(file, text.message)] };
  const read = readDocument(text.text);
  if (!read.ok) return { ok: false, mistakes: read.mistakes.map((mistake) => ({ ...mistake, file, path: '' })) };
  const { document } = read;
  const inlined = await inlineManifest(document.value, path === '-' ? '.' : dirname(path));
  if (!inlined.ok) return { ok: false, mistakes: inlined.mistakes.map((mistake) => located(mistake, file, document)) };
  const input = withImage(inlined.input, options.image);
  const parsed = parseSpec(input);
  const { manifest } = inlined;
  const locate = (mistake: SpecMistake): FileMistake => {
    const inManifest = manifest !== null && mistake.path.startsWith(`${manifestPath}.`);
    return inManifest ? located(mistake, manifest.file, manifest.document, 2) : located(mistake, file, document);
  };
  if (!parsed.ok) return { ok: false, mistakes: byLine(parsed.mistakes.map(locate)) };
  const { spec } = parsed;
  const locateLater: Locate = (mistakes) =>
    byLine(mistakes.map((mistake) => ofNoLine(mistake, file, { spec, input }) ?? locate(mistake)));
  return { ok: true, name: file, spec, input, locate: locateLater };
}

const manifestPath = 'candidate.manifest';

interface Manifest {
  readonly file: string;
  readonly document: SpecDocument;
}

type Inlined =
  | { readonly ok: true; readonly input: unknown; readonly manifest: Manifest | null }
  | { readonly ok: false; readonly mistakes: readonly (SpecMistake | FileMistake)[] };

async function inlineManifest(input: unknown, folder: string): Promise<Inlined> {
  const candidate = isObject(input) ? input['candidate'] : undefined;
  if (!isObject(input) || !isObject(candidate) || !Object.hasOwn(candidate, 'manifestFile')) {
    return { ok: true, input, manifest: null };
  }
  const { manifestFile, ...rest } = candidate;
  if (typeof manifestFile !== 'string') return wrongManifestFile('has to be text: a path from where this file is');
  if (Object.hasOwn(rest, 'manifest')) return wrongManifestFile('give only one of "manifest" or "manifestFile"');
  const file = resolve(folder, manifestFile);
  const text = await readText(createReadStream(file));
  if (!text.ok) return wrongManifestFile(`${file} ${text.message}`);
  const read = readDocument(text.text);
  if (!read.ok) return { ok: false, mistakes: read.mistakes.map((mistake) => ({ ...mistake, file, path: '' })) };
  const { document } = read;
  return {
    ok: true,
    input: { ...input, candidate: { ...rest, manifest: document.value } },
    manifest: { file, document },
  };
}

function wrongManifestFile(message: string): Inlined {
  return { ok: false, mistakes: [{ path: 'candidate.manifestFile', message }] };
}

function withImage(input: unknown, image: string | undefined): unknown {
  if (image === undefined || !isObject(input)) return input;
  const candidate = input['candidate'] ?? {};
  return isObject(candidate) ? { ...input, candidate: { ...candidate, image } } : input;
}

type Text = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly message: string };

async function readText(source: AsyncIterable<Uint8Array | string>): Promise<Text> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of source) {
      const data = Buffer.from(chunk);
      bytes += data.length;
      if (bytes > largestBytes) return { ok: false, message: 'is larger than 1 MiB' };
      chunks.push(data);
    }
    const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
    return { ok: true, text };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return { ok: false, message: readFailures[code ?? ''] ?? message };
  }
}

const readFailures: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  EACCES: 'may not be read',
  EISDIR: 'is a folder',
  ERR_ENCODING_INVALID_ENCODED_DATA: 'is not text in UTF-8',
};

function located(mistake: SpecMistake | FileMistake, file: string, document: SpecDocument, skip = 0): FileMistake {
  if ('file' in mistake) return mistake;
  return { ...mistake, file, line: document.lineOf(pathParts(mistake.path).slice(skip)), column: null };
}

function about(file: string, message: string): FileMistake {
  return { file, line: null, column: null, path: '', message };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
