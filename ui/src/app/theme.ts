import { createTheme } from "@mantine/core";

/** One look for all pages; the colours of states are in `theme.css`. Plain values: naming the
    components themselves would make the first page load them all. */
export const theme = createTheme({
  primaryColor: "cyan",
  primaryShade: { light: 9, dark: 9 },
  autoContrast: true,
  fontFamily:
    'Inter, Pretendard, "Noto Sans KR", -apple-system, BlinkMacSystemFont, "Segoe UI", "Apple SD Gothic Neo", "Malgun Gothic", sans-serif',
  fontFamilyMonospace:
    'ui-monospace, SFMono-Regular, "JetBrains Mono", "DejaVu Sans Mono", Menlo, Consolas, D2Coding, monospace',
  defaultRadius: "md",
  cursorType: "pointer",
  components: {
    Button: { defaultProps: { size: "sm" } },
    // The placeholder is a focusable element that has no name.
    Menu: { defaultProps: { withInitialFocusPlaceholder: false } },
    Modal: { defaultProps: { size: "lg" } },
    Table: { defaultProps: { verticalSpacing: 6, fz: "sm" } },
    Tooltip: {
      defaultProps: { openDelay: 250, events: { hover: true, focus: true, touch: true } },
    },
  },
});
