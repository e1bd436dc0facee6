/** Search and order of a list of administration, kept in the address. */

import { useDebouncedCallback } from "@mantine/hooks";
import { useNavigate } from "@tanstack/react-router";

type ListPath = "/admin/pools" | "/admin/variables" | "/admin/connections";

interface ListSearch {
  q?: string;
  sort?: string;
}

export function useListSearch(path: ListPath, search: ListSearch, sort: string) {
  const navigate = useNavigate();
  const put = (next: ListSearch) =>
    void navigate({ to: path, search: { ...search, ...next }, replace: true });
  const onSearch = useDebouncedCallback((q: string) => put({ q: q || undefined }), 200);
  return {
    search: search.q ?? "",
    onSearch,
    sort: search.sort ?? sort,
    onSort: (next: string) => put({ sort: next }),
  };
}

/** `%` around it: anywhere in the name. */
export function anywhere(search: string): string | undefined {
  return search === "" ? undefined : `%${search}%`;
}
