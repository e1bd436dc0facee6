import { MantineProvider } from "@mantine/core";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { beforeAll, expect, it } from "vitest";

import { startI18n } from "../../i18n/i18n";
import { confFaults, initialConf, withValue, type Conf } from "./conf";
import { fieldsOf, type Param } from "./fields";
import { ParamForm } from "./ParamForm";

beforeAll(async () => {
  await startI18n();
  // Fields that grow with their text wait for fonts; the page of tests has none.
  Object.defineProperty(document, "fonts", { value: new EventTarget(), configurable: true });
});

const PARAMS: Record<string, Param> = {
  city: { value: "seoul", schema: { type: "string", title: "도시" }, description: "<b>Where</b>" },
  rows: { value: 3, schema: { type: ["integer", "null"] }, description: null },
  extra: { value: { a: 1 }, schema: { type: "object", section: "More" }, description: null },
  days: { value: ["mon"], schema: { type: "array" }, description: null },
  fixed: { value: 1, schema: { const: 1 }, description: null },
};

function Form() {
  const fields = fieldsOf(PARAMS);
  const [own, setOwn] = useState(() => initialConf(fields));
  const errors = Object.fromEntries(
    Object.entries(confFaults(fields, own)).map(([name, fault]) => [name, fault.key]),
  );
  return (
    <>
      <ParamForm
        fields={fields}
        conf={own}
        errors={errors}
        onChange={(name, value) => setOwn((old) => withValue(old, name, value))}
      />
      <output>{JSON.stringify(own)}</output>
    </>
  );
}

function conf(): Conf {
  return JSON.parse(screen.getByRole("status").textContent) as Conf;
}

async function show() {
  render(
    <MantineProvider env="test">
      <Form />
    </MantineProvider>,
  );
  await screen.findByLabelText(/도시/);
}

it("HTML in a description is text, and a param of one value is not asked for", async () => {
  await show();
  expect(screen.getByText("<b>Where</b>")).toBeTruthy();
  expect(screen.queryByLabelText("fixed")).toBeNull();
});

it("a number that is emptied is null where the type allows it", async () => {
  await show();
  await userEvent.clear(screen.getByLabelText("rows"));
  expect(conf().rows).toBeNull();
});

it("a list has an entry on each line", async () => {
  await show();
  await userEvent.type(screen.getByLabelText("days"), "{Enter}tue");
  expect(conf().days).toEqual(["mon", "tue"]);
});

it("half typed JSON stays as it is typed, and is a fault until it can be read", async () => {
  await show();
  const field = screen.getByLabelText<HTMLTextAreaElement>("extra");
  await userEvent.clear(field);
  await userEvent.type(field, '{{"b": ');
  expect(field.value).toBe('{"b": ');
  expect(screen.getByText("json")).toBeTruthy();
  await userEvent.type(field, "2}");
  expect(conf().extra).toEqual({ b: 2 });
  expect(screen.queryByText("json")).toBeNull();
});
