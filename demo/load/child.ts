/** The process that `launchLoad` starts. It ends with its load, and when the process that started it is gone. */
import type { FromChild, ToChild } from './child-message.ts';
import { startLoad } from './load.ts';
import type { Load } from './load.ts';

function tell(message: FromChild): void {
  if (process.connected) process.send?.(message);
}

async function run({ options, statsEveryMs }: Extract<ToChild, { kind: 'start' }>): Promise<void> {
  const load = startLoad(options);
  const tellStats = () => tell({ kind: 'stats', stats: load.stats() });
  tellStats();
  const timer = setInterval(tellStats, statsEveryMs);
  const obey = (message: ToChild) => command(load, message);
  process.on('message', obey);
  process.once('disconnect', () => void load.stop());
  const report = await load.finished;
  clearInterval(timer);
  process.off('message', obey);
  tell({ kind: 'report', report });
}

function command(load: Load, message: ToChild): void {
  switch (message.kind) {
    case 'start':
      return tell({ kind: 'refused', message: 'a load has been started already' });
    case 'mark':
      try {
        return load.mark(message.name);
      } catch (error) {
        return tell({ kind: 'refused', message: (error as Error).message });
      }
    case 'stop':
      return void load.stop();
  }
}

// Ctrl-C reaches the whole process group: whoever started the load still wants its report.
process.on('SIGINT', () => undefined);

process.once('message', (message: ToChild) => {
  if (message.kind !== 'start') return;
  run(message)
    .catch((error: unknown) =>
      tell({ kind: 'refused', message: error instanceof Error ? error.message : String(error) }),
    )
    .finally(() => process.connected && process.disconnect());
});
