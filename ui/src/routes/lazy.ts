import { lazyRouteComponent } from "@tanstack/react-router";

type Page = { default: () => React.ReactNode };

/** A page that is loaded when it is gone to, or about to be. */
export function page(load: () => Promise<Page>) {
  return lazyRouteComponent(load, "default");
}
