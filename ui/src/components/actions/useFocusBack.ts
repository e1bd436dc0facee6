import { useRef, type FocusEvent } from "react";

/** Remembers which button was used last, so that focus goes back to it when a dialog closes. */
export function useFocusBack<T extends HTMLElement>() {
  const place = useRef<T>(null);
  const last = useRef<HTMLElement | null>(null);
  return {
    place,
    // What happens in menus comes by here too, though it stands elsewhere on the page.
    onFocusCapture: (event: FocusEvent<T>) => {
      const target: EventTarget = event.target;
      if (target instanceof HTMLElement && place.current?.contains(target)) last.current = target;
    },
    goBack: () => setTimeout(() => last.current?.focus()),
  };
}
