/** Adds Korean to `cronstrue`; the package has no types for it. */
declare module "cronstrue/locales/ko";
