// Progress that a person can read: a bar on a terminal (done, left, rate, ETA), and a line every few
// seconds where there is none, so that a CI log shows life too.
import {SingleBar} from "cli-progress";

const LINE_EVERY_MS = 5_000;

export interface Progress {
  update(done: number, total: number, doing: string): void;
  end(): void;
}

export interface Terminal {
  write(text: string): unknown;
  isTTY?: boolean;
}

function seconds(value: number): string {
  if (!Number.isFinite(value)) return "?";
  const whole = Math.round(value);
  return whole < 90 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** One line: `006  ██░░ 42 %  840/2,000  410/s  ETA 3 s  loading passages`. */
export function line(label: string, done: number, total: number, elapsedSeconds: number, doing: string) {
  const share = total > 0 ? Math.min(1, done / total) : 0;
  const rate = elapsedSeconds > 0 ? done / elapsedSeconds : 0;
  const eta = rate > 0 ? (total - done) / rate : Number.POSITIVE_INFINITY;
  const speed = rate >= 10 ? Math.round(rate).toLocaleString("en") : rate.toFixed(1);
  return `${label}  ${Math.round(share * 100)} %  ${done.toLocaleString("en")}/${total.toLocaleString("en")}  left ${(total - done).toLocaleString("en")}  ${speed}/s  ETA ${seconds(eta)}  ${doing}`;
}

export function progress(
  label: string,
  terminal: Terminal & NodeJS.WritableStream,
  now = Date.now,
): Progress {
  const started = now();
  if (terminal.isTTY) {
    const bar = new SingleBar({
      stream: terminal,
      hideCursor: true,
      barsize: 24,
      format: (_options, params, payload: {doing?: string}) => {
        const filled = Math.round(24 * Math.min(1, params.value / Math.max(1, params.total)));
        const drawn = "█".repeat(filled) + "░".repeat(24 - filled);
        const text = line(label, params.value, params.total, (now() - started) / 1000, payload.doing ?? "");
        return text.replace(label, `${label}  ${drawn}`);
      },
    });
    bar.start(1, 0, {doing: "starting"});
    return {
      update: (done, total, doing) => {
        bar.setTotal(total);
        bar.update(done, {doing});
      },
      end: () => bar.stop(),
    };
  }
  let last = started - LINE_EVERY_MS;
  return {
    update: (done, total, doing) => {
      if (now() - last < LINE_EVERY_MS && done < total) return;
      last = now();
      terminal.write(`${line(label, done, total, (now() - started) / 1000, doing)}\n`);
    },
    end: () => undefined,
  };
}
