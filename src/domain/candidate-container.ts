/** Which container of the candidate's pods gets the image. Pure. */

export type ContainerChoice =
  | { readonly ok: true; readonly index: number }
  /** What is wrong with `candidate.container`. */
  | { readonly ok: false; readonly problem: string };

/** The container that the spec names, or the only one; `names` are those of the pods, at least one. */
export function chooseContainer(
  names: readonly string[],
  { image, container }: { readonly image?: string | undefined; readonly container?: string | undefined },
): ContainerChoice {
  const shown = names.join(', ');
  if (container !== undefined) {
    const index = names.indexOf(container);
    if (index >= 0) return { ok: true, index };
    return { ok: false, problem: `is "${container}", but the pods have ${shown}: name one of these` };
  }
  if (image === undefined || names.length === 1) return { ok: true, index: 0 };
  const problem = `is required, since the pods have ${names.length} containers (${shown}): say which of them gets the image`;
  return { ok: false, problem };
}
