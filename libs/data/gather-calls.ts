import type { Database } from "./database.ts";
import { isDatabaseUnavailable, isHeldUp } from "./database-failure.ts";

type Call<Item, Answer> = {
  readonly item: Item;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (reason: unknown) => void;
};

/**
 * Lets calls of one process go to the database together: one that finds none under way goes at once, and those that come
 * meanwhile wait for it and are one statement then. Each is answered when that statement was committed. When calls are refused together,
 * each is tried alone, so that none fails for another's sake, and so when one of their rows is held by somebody else; when the database
 * did not answer they fail together, since they may have been committed, and a second try would not be told so.
 * @param run does all of them in one transaction; one answer an item, in their order
 * @param options.keyOf only calls of the same key go together, and do not wait for those of others
 */
export function gatherCalls<Item, Answer>(
  run: (database: Database, items: readonly Item[]) => Promise<readonly Answer[]>,
  options: { readonly atOnce?: number; readonly keyOf?: (item: Item) => string } = {},
): (database: Database, item: Item) => Promise<Answer> {
  const { atOnce = 200, keyOf = () => "" } = options;
  const waiting = new WeakMap<Database, Map<string, Call<Item, Answer>[]>>();
  const go = async (database: Database, key: string, calls: Call<Item, Answer>[]) => {
    while (calls.length > 0) await answer(database, calls.splice(0, atOnce));
    waiting.get(database)?.delete(key);
  };
  const answer = async (database: Database, calls: readonly Call<Item, Answer>[]): Promise<void> => {
    try {
      const answers = await run(
        database,
        calls.map(({ item }) => item),
      );
      for (const [index, { resolve }] of calls.entries()) resolve(answers[index] as Answer);
    } catch (error) {
      const isUnanswered = isDatabaseUnavailable(error) && !isHeldUp(error);
      if (calls.length === 1 || isUnanswered) for (const { reject } of calls) reject(error);
      else for (const call of calls) await answer(database, [call]);
    }
  };
  return (database, item) =>
    new Promise((resolve, reject) => {
      const call = { item, resolve, reject };
      const ofDatabase = waiting.get(database) ?? new Map<string, Call<Item, Answer>[]>();
      waiting.set(database, ofDatabase);
      const key = keyOf(item);
      const under = ofDatabase.get(key);
      if (under !== undefined) return void under.push(call);
      const calls = [call];
      ofDatabase.set(key, calls);
      void go(database, key, calls);
    });
}
