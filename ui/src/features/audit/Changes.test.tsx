import { MantineProvider } from "@mantine/core";
import { render, screen } from "@testing-library/react";
import { Suspense } from "react";
import { beforeAll, expect, it } from "vitest";

import { startI18n } from "../../i18n/i18n";
import { Changes } from "./Changes";

beforeAll(startI18n);

function show(before: Record<string, unknown> | null, after: Record<string, unknown> | null) {
  return render(
    <MantineProvider>
      <Suspense>
        <Changes before={before} after={after} />
        <output>drawn</output>
      </Suspense>
    </MantineProvider>,
  );
}

it("shows nothing where the entry tells nothing", async () => {
  const { container } = show(null, null);
  await screen.findByText("drawn");
  expect(container.querySelector("table")).toBeNull();
});

it("says of each place what it was and what it is, not by colour alone", async () => {
  show({ slots: 3, name: "db" }, { slots: 5, name: "db" });
  const rows = (await screen.findAllByRole("row")).slice(1);
  expect(rows.map((row) => row.dataset.became)).toEqual(["changed", "same"]);
  expect(rows[0]?.textContent).toContain("35");
  expect(screen.getAllByRole("img").map((icon) => icon.getAttribute("aria-label"))).toEqual([
    "changed",
    "unchanged",
  ]);
});

it("keeps HTML in a value as text", async () => {
  const { container } = show({ note: null }, { note: "<img src=x onerror=alert(1)>" });
  await screen.findByRole("table");
  expect(container.querySelector("img[src]")).toBeNull();
  expect(container.textContent).toContain("<img src=x onerror=alert(1)>");
});
