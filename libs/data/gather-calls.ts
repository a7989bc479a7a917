import type { Database } from "./database.ts";
import { isDatabaseUnavailable } from "./database-failure.ts";

type Call<Item, Answer> = {
  readonly item: Item;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (reason: unknown) => void;
};

/**
 * Lets calls of one process go to the database together: one that finds none under way goes at once, and those that come
 * meanwhile wait for it and are one statement then. Each is answered when that statement was committed. When calls are refused together,
 * each is tried alone, so that none fails for another's sake; when the database did not answer they fail together, since they may have
 * been committed, and a second try would not be told so.
 * @param run does all of them in one transaction; one answer an item, in their order
 */
export function gatherCalls<Item, Answer>(
  run: (database: Database, items: readonly Item[]) => Promise<readonly Answer[]>,
  atOnce = 200,
): (database: Database, item: Item) => Promise<Answer> {
  const waiting = new WeakMap<Database, Call<Item, Answer>[]>();
  const go = async (database: Database, calls: Call<Item, Answer>[]) => {
    while (calls.length > 0) await answer(database, calls.splice(0, atOnce));
    waiting.delete(database);
  };
  const answer = async (database: Database, calls: readonly Call<Item, Answer>[]): Promise<void> => {
    try {
      const answers = await run(
        database,
        calls.map(({ item }) => item),
      );
      for (const [index, { resolve }] of calls.entries()) resolve(answers[index] as Answer);
    } catch (error) {
      if (calls.length === 1 || isDatabaseUnavailable(error)) for (const { reject } of calls) reject(error);
      else await Promise.all(calls.map((call) => answer(database, [call])));
    }
  };
  return (database, item) =>
    new Promise((resolve, reject) => {
      const call = { item, resolve, reject };
      const under = waiting.get(database);
      if (under !== undefined) return void under.push(call);
      const calls = [call];
      waiting.set(database, calls);
      void go(database, calls);
    });
}
