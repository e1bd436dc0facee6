import { useMay } from "../../api/me";
import { useGet } from "../../api/query";

/** What is wrong with a file as it is now; undefined where it can be read, or nobody may know. */
export function useBroken(file: string) {
  const may = useMay();
  const query = useGet(
    "/api/v2/importErrors",
    { params: { query: { filename: file } } },
    { live: ["import_errors"], enabled: may("can_read", "ImportError") },
  );
  return query.data?.import_errors[0];
}
