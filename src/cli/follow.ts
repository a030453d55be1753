/** Follows a deployment while it is waited for: redrawn on a terminal, line by line elsewhere. */
import type { DeploymentStatus, WaitEnd, WaitOptions } from '../client/index.ts';
import type { CommandContext } from './context.ts';
import { exitCodeOf, exitCodes, type ExitCode } from './exit-code.ts';
import { LiveScreen } from './live-screen.ts';
import { describeChanges, describeProgress } from './render/changes.ts';
import { renderScreen, renderStatus } from './render/status.ts';

interface View {
  show(status: DeploymentStatus): void;
  trouble(message: string): void;
  end(): void;
}

type Wait = (options: WaitOptions) => Promise<WaitEnd>;

const redrawEveryMs = 1_000;
const progressEveryMs = 10_000;

/** Waits while showing what happens. Ctrl-C ends the wait, never the deployment. */
export async function follow(context: CommandContext, wait: Wait, timeoutMs?: number): Promise<WaitEnd> {
  const { terminal } = context;
  const view = terminal.isInteractive && !context.json ? screenView(context) : lineView(context);
  const { signal, release } = terminal.interruptible();
  try {
    return await wait({
      signal: AbortSignal.any([signal, terminal.closed]),
      onStatus: (status) => view.show(status),
      onTrouble: (message) => view.trouble(message),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
  } finally {
    release();
    view.end();
  }
}

/** The exit code of a wait; says so when the deployment goes on without us. */
export function concludeWait(context: CommandContext, id: string, end: WaitEnd): ExitCode {
  const hint = `follow it with \`cutover status ${id} --watch\``;
  switch (end.kind) {
    case 'reached':
      return exitCodeOf(end.status.state.outcome);
    case 'timedOut': {
      const phase = end.status === null ? 'has not answered yet' : `is at ${end.status.state.phase}`;
      context.warn(`waited long enough: ${id} ${phase} and goes on; ${hint}`);
      return exitCodes.waitTimedOut;
    }
    case 'aborted':
      context.warn(`interrupted: ${id} goes on; ${hint}`);
      return exitCodes.interrupted;
  }
}

function screenView(context: CommandContext): View {
  const screen = new LiveScreen(context.terminal);
  let latest: DeploymentStatus | null = null;
  let problem: string | null = null;
  const text = (status: (latest: DeploymentStatus) => string): string | null => {
    const lines = [...(latest === null ? [] : [status(latest)]), ...troubleLines(problem, context.layout.width)];
    return lines.length === 0 ? null : lines.join('\n');
  };
  const draw = (): void => {
    const rows = screen.rows - troubleLines(problem, Infinity).length;
    const frame = text((shown) => renderScreen(shown, context.layout, rows));
    if (frame !== null) screen.draw(frame);
  };
  const forget = context.terminal.onResize(() => {
    screen.clear();
    draw();
  });
  const redraw = setInterval(draw, redrawEveryMs);
  return {
    show(status) {
      latest = status;
      problem = null;
      draw();
    },
    trouble(message) {
      problem = message;
      draw();
    },
    end() {
      clearInterval(redraw);
      forget();
      screen.end(text((shown) => renderStatus(shown, context.layout)));
    },
  };
}

function troubleLines(problem: string | null, width: number): string[] {
  return problem === null ? [] : ['', `  ${problem}: trying again`.slice(0, width)];
}

function lineView(context: CommandContext): View {
  let before: DeploymentStatus | null = null;
  let saidProgress: { status: DeploymentStatus | null; atMs: number } = { status: null, atMs: 0 };
  let problem: string | null = null;
  return {
    show(status) {
      const now = context.terminal.now();
      for (const line of describeChanges(before, status, now)) context.say(line);
      const isDue = now.getTime() - saidProgress.atMs >= progressEveryMs;
      const progress = isDue ? describeProgress(saidProgress.status, status, now) : null;
      if (progress !== null) {
        context.say(progress);
        saidProgress = { status, atMs: now.getTime() };
      }
      before = status;
      problem = null;
    },
    trouble(message) {
      if (message !== problem) context.warn(`${message}: trying again`);
      problem = message;
    },
    end() {},
  };
}
