import { lazyRouteComponent } from "@tanstack/react-router";

import { loadTexts } from "../i18n/i18n";

type Page = { default: () => React.ReactNode };

/** A page that is loaded, with its texts, when it is gone to or about to be. */
export function page(load: () => Promise<Page>, ...namespaces: string[]) {
  return lazyRouteComponent(async () => {
    const [module] = await Promise.all([load(), loadTexts(namespaces)]);
    return module;
  }, "default");
}
