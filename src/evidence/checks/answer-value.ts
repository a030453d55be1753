/** What an HTTP answer says for a check: its status, or what stands at a path of its JSON. Pure. */
import { maskedBeginning } from '../../domain/mask.ts';
import type { WatchCheck } from '../../domain/spec.ts';
import type { HttpAnswer } from '../../kubernetes/access/index.ts';
import { atJsonPath } from '../json-path.ts';
import { missing, valueOf, type CheckReading } from './reading.ts';

export type AnswerCheck = Extract<WatchCheck, { http: unknown }>['http'];

const textKept = 100;

export function answerValue({ json }: AnswerCheck, answer: HttpAnswer): CheckReading {
  if (json === undefined) return valueOf(answer.status, 'the status');
  if (answer.status < 200 || answer.status > 299) return missing(`it answered ${answer.status}`);
  if (answer.truncated) return missing('the answer is too long to be read as JSON');
  const found = atJsonPath(answer.body, json);
  switch (typeof found) {
    case 'string':
      return valueOf(maskedBeginning(found, textKept), json);
    case 'number':
    case 'boolean':
      return valueOf(found, json);
    default:
      return missing(`there is no number, text or truth value at ${json} of its JSON`);
  }
}
