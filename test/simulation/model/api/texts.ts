/** Objects as text. What is kept is frozen, so its text is kept too: for the next list, and for all watches. */

const texts = new WeakMap<object, string>();

export function textOf(object: object): string {
  const known = texts.get(object);
  if (known !== undefined) return known;
  const text = JSON.stringify(object);
  if (Object.isFrozen(object)) texts.set(object, text);
  return text;
}

/** The text of an answer: an object, or a list of them. */
export function textOfAnswer(body: object): string {
  if (!('items' in body)) return textOf(body);
  const { items, ...rest } = body as { items: readonly object[] };
  return `${JSON.stringify(rest).slice(0, -1)},"items":[${items.map(textOf).join()}]}`;
}
