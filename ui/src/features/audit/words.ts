import { useCallback } from "react";
import { useTranslation } from "react-i18next";

/** An event in words; one that has none keeps its own name. */
export function useEventWords(): (event: string) => string {
  const { t } = useTranslation("audit");
  return useCallback((event) => t(`event.${event}`, { defaultValue: event }), [t]);
}
