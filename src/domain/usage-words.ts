/** CPU and memory as Kubernetes writes them: `250m`, `1.5`, `128Mi`. */
export function describeCores(cores: number): string {
  return cores < 1 ? `${Math.round(cores * 1_000)}m` : String(Number(cores.toPrecision(3)));
}

const units = [
  ['Gi', 2 ** 30],
  ['Mi', 2 ** 20],
  ['Ki', 2 ** 10],
] as const;

export function describeBytes(bytes: number): string {
  const [unit, size] = units.find(([, least]) => bytes >= least) ?? ['', 1];
  return `${Number((bytes / size).toPrecision(3))}${unit}`;
}
