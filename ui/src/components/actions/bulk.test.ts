import { expect, it } from "vitest";

import { ApiProblem } from "../../api/client";
import { choicesOf, doEach, inParts, outcomeOf } from "./bulk";

it("goes on after what fails, and names it", async () => {
  const seen: number[] = [];
  const outcome = await doEach(
    [1, 2, 3, 4, 5, 6, 7],
    (item) => `item ${item}`,
    async (item) => {
      if (item % 3 === 0) throw new Error(`${item} is refused`);
      seen.push(item);
      return Promise.resolve();
    },
  );
  expect(seen.toSorted()).toEqual([1, 2, 4, 5, 7]);
  expect(outcome).toEqual({
    done: 5,
    faults: [
      { name: "item 3", words: "3 is refused" },
      { name: "item 6", words: "6 is refused" },
    ],
  });
});

it("has no more than four under way, and counts along", async () => {
  let open = 0;
  let most = 0;
  const finished: number[] = [];
  await doEach(
    Array.from({ length: 20 }, (_, item) => item),
    String,
    async () => {
      open += 1;
      most = Math.max(most, open);
      await new Promise((resolve) => setTimeout(resolve, 1));
      open -= 1;
    },
    (count) => finished.push(count),
  );
  expect(most).toBe(4);
  expect(finished).toEqual(Array.from({ length: 20 }, (_, count) => count + 1));
});

it("stops when nobody is logged in any more", async () => {
  const act = async () => Promise.reject(new ApiProblem(401, "log in"));
  await expect(doEach([1, 2], String, act)).rejects.toThrow("log in");
});

it("sends a thousand at a time", async () => {
  const sizes: number[] = [];
  const outcome = await inParts(Array.from({ length: 2500 }), async (part) => {
    sizes.push(part.length);
    return Promise.resolve({ done: part.length - 1, faults: [{ name: "x", words: "no" }] });
  });
  expect(sizes).toEqual([1000, 1000, 500]);
  expect(outcome.done).toBe(2497);
  expect(outcome.faults).toHaveLength(3);
});

it("reads what the server says of one kind of action", () => {
  const errors = [{ name: "sales.r1", error: "it is running", status_code: 409 }];
  const answer = { create: null, update: null, delete: { success: ["sales.r2"], errors } };
  expect(outcomeOf(answer, "delete")).toEqual({
    done: 1,
    faults: [{ name: "sales.r1", words: "it is running" }],
  });
  expect(outcomeOf(answer, "update")).toEqual({ done: 0, faults: [] });
});

it("gathers instances run by run", () => {
  const of = (dagId: string, runId: string, taskId: string, mapIndex: number) => ({
    ...{ dagId, runId, taskId, mapIndex },
  });
  const found = choicesOf([of("a", "r1", "x", -1), of("b", "r1", "x", 2), of("a", "r1", "y", 0)]);
  expect(found).toEqual([
    {
      dagId: "a",
      runId: "r1",
      tasks: [
        ["x", null],
        ["y", 0],
      ],
    },
    { dagId: "b", runId: "r1", tasks: [["x", 2]] },
  ]);
});
