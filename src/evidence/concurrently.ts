/** Runs `work` for each item, at most `limit` at once; resolves with the results in the order of the items. */
export async function concurrently<T, R>(
  items: Iterable<T>,
  limit: number,
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const queue = items[Symbol.iterator]();
  let taken = 0;
  const worker = async (): Promise<void> => {
    for (let next = queue.next(); next.done !== true; next = queue.next()) {
      const index = taken;
      taken += 1;
      results[index] = await work(next.value, index);
    }
  };
  await Promise.all(Array.from({ length: limit }, worker));
  return results;
}
