import { MantineProvider } from "@mantine/core";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { NodeProps } from "@xyflow/react";
import i18next from "i18next";
import { Suspense, type ComponentType } from "react";
import { beforeAll, describe, expect, it, vi } from "vitest";

import { Far } from "../../components/flow/far";
import { startI18n } from "../../i18n/i18n";
import { Knowledge, type GraphKnowledge } from "./context";
import { FoldedGroup } from "./GroupNode";
import type { TaskFacts } from "./graphOf";
import { OtherDagNode } from "./OtherDagNode";
import type { Status } from "./statuses";
import { TaskNode } from "./TaskNode";

const TASK: TaskFacts = {
  task_id: "load",
  label: "<b>load</b>",
  group_id: null,
  operator: "BashOperator",
  is_mapped: false,
  is_setup: true,
  is_teardown: false,
  is_sensor: false,
  trigger_rule: "all_done",
  ui_color: "#fff",
  ui_fgcolor: "#000",
  tooltip: null,
  has_outlets: false,
};
const status = (more: Partial<Status>): Status => ({
  state: "running",
  counts: null,
  tries: 1,
  startedAt: null,
  endedAt: null,
  ...more,
});
const GROUP = { group_id: "g", label: "Group", parent_id: null, tooltip: "", is_mapped: false };
const knowledge = (more: Partial<GraphKnowledge>): GraphKnowledge => ({
  shown: new Map([
    ["g", { id: "g", label: "g", kind: "folded", parent: null, tasks: ["load", "gone"] }],
  ]),
  tasks: new Map([["load", TASK]]),
  groups: new Map([["g", { ...GROUP, ui_color: "#fff", ui_fgcolor: "#000" }]]),
  others: new Map([
    ["after:x", { id: "after:x", dagId: "x", side: "after", kinds: ["triggers", "waits"] }],
  ]),
  statuses: new Map([["load", status({})]]),
  hasRun: true,
  toggle: vi.fn<(group: string) => void>(),
  ...more,
});

function show(Shape: ComponentType<NodeProps>, id: string, given: GraphKnowledge, isFar = false) {
  const props = { id, data: { nameId: "name" } } as unknown as NodeProps;
  return render(
    <MantineProvider>
      <Suspense>
        <Knowledge.Provider value={given}>
          <Far.Provider value={isFar}>
            <Shape {...props} />
          </Far.Provider>
        </Knowledge.Provider>
      </Suspense>
    </MantineProvider>,
  );
}

beforeAll(async () => {
  await startI18n();
  await i18next.changeLanguage("en");
  await i18next.loadNamespaces(["graph", "common"]);
});

describe("a task's node", () => {
  it("says name, operator, rule, setup and state in words, and makes no markup of a name", () => {
    show(TaskNode, "load", knowledge({}));
    expect(screen.getByText("<b>load</b>")).toBeTruthy();
    for (const words of ["BashOperator", "all_done", "running"]) {
      expect(screen.getByText(words)).toBeTruthy();
    }
    expect(screen.getByLabelText("setup task")).toBeTruthy();
  });

  it("counts the instances of a mapped task", () => {
    const counts = [
      ["failed", 2],
      ["success", 9998],
    ] as const;
    const statuses = new Map([["load", status({ state: "failed", counts })]]);
    show(TaskNode, "load", knowledge({ statuses }));
    expect(screen.getByText("9,998")).toBeTruthy();
    expect(screen.getByText("failed")).toBeTruthy();
  });

  it("says no state without a run", () => {
    show(TaskNode, "load", knowledge({ hasRun: false }));
    expect(screen.queryByText("running")).toBeNull();
    expect(screen.queryByText("no status")).toBeNull();
  });

  it("keeps its name for who can't see it when it is only an icon", () => {
    const { container } = show(TaskNode, "load", knowledge({}), true);
    expect(container.querySelector("#name")?.textContent).toBe("<b>load</b> running");
  });
});

describe("other nodes", () => {
  it("of folded groups count their tasks and unfold", async () => {
    const toggle = vi.fn<(group: string) => void>();
    show(FoldedGroup, "g", knowledge({ toggle }));
    expect(screen.getByText("2 tasks")).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: "Unfold Group" }));
    expect(toggle).toHaveBeenCalledExactlyOnceWith("g");
  });

  it("of other DAGs say what they have to do with this one", () => {
    show(OtherDagNode, "after:x", knowledge({}));
    expect(screen.getByText("is started from here, waits for this DAG")).toBeTruthy();
  });
});
