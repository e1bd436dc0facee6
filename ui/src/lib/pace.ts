/** Keeps a question that is costly from being asked all the time. */

export interface PaceOptions {
  /** Which part of the time the question may take up: 0.1 waits nine times as long as it took. */
  share: number;
  waitMaxMs: number;
  now?: () => number;
}

type Question<Answer> = (signal: AbortSignal) => Promise<Answer>;

/** The first question goes through at once; each later one when the one before has paid off. */
export function paced<Answer>(
  question: Question<Answer>,
  { share, waitMaxMs, now = () => performance.now() }: PaceOptions,
): Question<Answer> {
  let notBefore = 0;
  return async (signal) => {
    await pause(notBefore - now(), signal);
    const began = now();
    const answer = await question(signal);
    const took = now() - began;
    notBefore = now() + Math.min(waitMaxMs, took * (1 / share - 1));
    return answer;
  };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms <= 0) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    });
  });
}
