import { describe, expect, it } from "vitest";

import { allows } from "./me";

const VIEWER = ["can_read:DAGs", "can_read:DAG Runs", "can_read:Task Instances"];

describe("allows", () => {
  it("takes a right to all DAGs as one to each", () => {
    expect(allows(VIEWER, "can_read", "DAG Runs", "sales")).toBe(true);
    expect(allows(VIEWER, "can_edit", "DAG Runs", "sales")).toBe(false);
  });

  it("needs the DAG's own door for what is inside of it", () => {
    const runsOnly = ["can_edit:DAG Runs", "can_read:DAGs"];
    expect(allows(runsOnly, "can_edit", "DAG Runs", "sales")).toBe(false);
    expect(allows([...runsOnly, "can_edit:DAG:sales"], "can_edit", "DAG Runs", "sales")).toBe(true);
    expect(allows([...runsOnly, "can_edit:DAG:sales"], "can_edit", "DAG Runs", "hr")).toBe(false);
  });

  it("needs the run for its instances", () => {
    expect(allows(["can_read:Task Instances"], "can_read", "Task Instances")).toBe(false);
    expect(allows(VIEWER, "can_read", "Task Instances")).toBe(true);
  });

  it("answers for some DAG when none is named", () => {
    expect(allows(["can_read:DAG:sales"], "can_read", "DAGs")).toBe(true);
    expect(allows([], "can_read", "DAGs")).toBe(false);
  });
});
