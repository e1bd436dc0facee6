/** Gathers single questions that come close together into one. */

export interface BatchOptions<Answer> {
  /** Asks for many at once. Keys without an answer are left out. */
  load: (keys: readonly string[]) => Promise<ReadonlyMap<string, Answer>>;
  /** Keys of one question at most. */
  keysMax: number;
  /** How long the first one waits for others. */
  waitMs: number;
}

interface Waiting<Answer> {
  key: string;
  signal: AbortSignal | undefined;
  resolve: (answer: Answer | null) => void;
  reject: (reason: unknown) => void;
}

export type Ask<Answer> = (key: string, signal?: AbortSignal) => Promise<Answer | null>;

/** `ask(key)` answers null for what does not exist. Who has given up meanwhile is not asked for. */
export function batched<Answer>({ load, keysMax, waitMs }: BatchOptions<Answer>): Ask<Answer> {
  let waiting: Waiting<Answer>[] = [];

  const send = async (part: readonly Waiting<Answer>[]) => {
    try {
      const answers = await load([...new Set(part.map((one) => one.key))]);
      for (const one of part) one.resolve(answers.get(one.key) ?? null);
    } catch (error) {
      for (const one of part) one.reject(error);
    }
  };

  const flush = () => {
    const [wanted, given] = [waiting.filter((one) => !one.signal?.aborted), waiting];
    waiting = [];
    for (const one of given) if (one.signal?.aborted) one.reject(one.signal.reason);
    for (let at = 0; at < wanted.length; at += keysMax) void send(wanted.slice(at, at + keysMax));
  };

  return (key, signal) =>
    new Promise((resolve, reject) => {
      if (waiting.length === 0) setTimeout(flush, waitMs);
      waiting.push({ key, signal, resolve, reject });
    });
}
