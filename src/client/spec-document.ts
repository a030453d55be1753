/** A YAML or JSON text of unknown origin as a value, with the lines at which its parts stand. */
import { isMap, isNode, isScalar, LineCounter, parseAllDocuments, type Document, type YAMLError } from 'yaml';

/** A mistake and where it is; the line is 1 for the first, null where it is not known. */
interface TextMistake {
  readonly line: number | null;
  readonly column: number | null;
  readonly message: string;
}

export interface SpecDocument {
  readonly value: unknown;
  /** The line of a field, or of the nearest thing around it that is there; null where no line is known. */
  lineOf(path: readonly (string | number)[]): number | null;
}

export type DocumentReading =
  | { readonly ok: true; readonly document: SpecDocument }
  | { readonly ok: false; readonly mistakes: readonly TextMistake[] };

const mostSyntaxErrors = 10;
/** Enough for any honest use of anchors; a document that multiplies itself needs more. */
const maxAliasCount = 100;

/** Reads the one document of a text. Never throws. */
export function readDocument(text: string): DocumentReading {
  const lines = new LineCounter();
  try {
    const documents = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, merge: true });
    if (!Array.isArray(documents)) return refuse('is empty');
    const [document, second] = documents;
    const errors = documents.flatMap((one) => one.errors);
    if (errors.length > 0) return readAsJson(text, errors, lines) ?? refuseAll(errors, lines);
    if (document === undefined || document.contents === null) return refuse('is empty');
    if (second !== undefined) {
      return refuse('holds several documents: write one a file', lines.linePos(second.range[0]).line);
    }
    const value: unknown = document.toJS({ maxAliasCount });
    return { ok: true, document: { value, lineOf: (path) => lineOf(document, lines, path) } };
  } catch (error) {
    if (error instanceof ReferenceError) return refuse('repeats itself too often through its anchors and aliases');
    if (error instanceof RangeError) return refuse('is nested too deeply');
    return refuse((error as Error).message);
  }
}

/** JSON that YAML stumbles over, such as one that is indented with tabs. Of a key that is there twice it would take the last. */
function readAsJson(text: string, errors: readonly YAMLError[], lines: LineCounter): DocumentReading | null {
  try {
    const value: unknown = JSON.parse(text);
    const doubled = errors.filter(({ code }) => code === 'DUPLICATE_KEY');
    return doubled.length > 0 ? refuseAll(doubled, lines) : { ok: true, document: { value, lineOf: () => null } };
  } catch {
    return null;
  }
}

function refuseAll(errors: readonly YAMLError[], lines: LineCounter): DocumentReading {
  return { ok: false, mistakes: errors.slice(0, mostSyntaxErrors).map((error) => locate(error, lines)) };
}

function locate(error: YAMLError, lines: LineCounter): TextMistake {
  const { line, col } = lines.linePos(error.pos[0]);
  return { line, column: col, message: error.message };
}

function lineOf(document: Document, lines: LineCounter, path: readonly (string | number)[]): number | null {
  let node: unknown = document.contents;
  let offset = isNode(node) ? node.range?.[0] : undefined;
  for (const part of path) {
    const pair = isMap(node) ? node.items.find(({ key }) => isScalar(key) && key.value === part) : undefined;
    const child: unknown = isMap(node) ? pair?.value : childOf(node, part);
    const place = pair?.key ?? child;
    if (!isNode(place)) break;
    offset = place.range?.[0] ?? offset;
    node = child;
  }
  return offset === undefined ? null : lines.linePos(offset).line;
}

function childOf(node: unknown, part: string | number): unknown {
  if (typeof node !== 'object' || node === null || !('items' in node) || !Array.isArray(node.items)) return undefined;
  return typeof part === 'number' ? node.items[part] : undefined;
}

function refuse(message: string, line: number | null = null): DocumentReading {
  return { ok: false, mistakes: [{ line, column: null, message }] };
}
