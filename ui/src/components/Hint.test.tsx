import { MantineProvider } from "@mantine/core";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";

import { Hint } from "./Hint";

it("words appear when something is pointed at, are made only then, and go again", async () => {
  const label = vi.fn<() => string>(() => "0 7 * * *");
  render(
    <MantineProvider env="test">
      <Hint label={label}>Every day</Hint>
    </MantineProvider>,
  );
  expect(label).not.toHaveBeenCalled();
  await userEvent.hover(screen.getByText("Every day"));
  expect(await screen.findByText("0 7 * * *")).toBeTruthy();
  await userEvent.unhover(screen.getByText("Every day"));
  expect(screen.queryByText("0 7 * * *")).toBeNull();
});

it("what has no words shows nothing", async () => {
  render(
    <MantineProvider env="test">
      <Hint label={null}>plain</Hint>
    </MantineProvider>,
  );
  await userEvent.hover(screen.getByText("plain"));
  await new Promise((done) => {
    setTimeout(done, 400);
  });
  expect(screen.queryByRole("tooltip")).toBeNull();
});
