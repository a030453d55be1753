/**
 * Puts the message and the stack trace of every failure into a payload, so that they are encrypted with the others.
 * Loaded by path: by the worker where payloads are encrypted, and into the bundle of its workflow code.
 */
import { DefaultFailureConverter } from '@temporalio/common';

export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
