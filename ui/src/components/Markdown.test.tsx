import { MantineProvider } from "@mantine/core";
import { render, screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import Markdown from "./Markdown";

function show(text: string) {
  return render(
    <MantineProvider>
      <Markdown text={text} />
    </MantineProvider>,
  ).container;
}

describe("Markdown", () => {
  it("becomes headings, tables and links that open elsewhere", () => {
    show("# Sales\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n[docs](https://example.org)");
    expect(screen.getByRole("heading", { name: "Sales" })).toBeDefined();
    expect(screen.getByRole("table")).toBeDefined();
    const link = screen.getByRole("link", { name: "docs" });
    expect(link.getAttribute("rel")).toContain("noopener");
  });

  it("leaves HTML as text", () => {
    const place = show('<img src=x onerror="alert(1)"><script>alert(2)</script>**bold**');
    expect(place.querySelector("img, script")).toBeNull();
    expect(place.querySelector("strong")).not.toBeNull();
  });

  it("loads no image from elsewhere, and follows no script address", () => {
    const place = show("![x](https://example.org/a.png) [y](javascript:alert(1))");
    expect(place.querySelector("img")).toBeNull();
    expect(screen.getByText("y").getAttribute("href") ?? "").not.toContain("javascript");
  });
});
