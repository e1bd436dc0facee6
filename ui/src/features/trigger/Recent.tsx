import { Select } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { useGet } from "../../api/query";
import { dateTime } from "../../lib/time";
import { useZone } from "../../lib/zone";
import type { Conf } from "./conf";

const TEXT_CHARS = 60;

/** Confs of former runs, to begin with. Nothing is shown where there are none. */
export function Recent({ dagId, onPick }: { dagId: string; onPick: (conf: Conf) => void }) {
  const { t } = useTranslation("trigger");
  const { zone } = useZone();
  const query = useGet(
    "/api/v2/ui/recentConfs/{dag_id}",
    { params: { path: { dag_id: dagId } } },
    { live: ["run"] },
  );
  const confs = query.data?.confs ?? [];
  if (confs.length === 0) return null;
  return (
    <Select
      aria-label={t("recent.label")}
      placeholder={t("recent.label")}
      value={null}
      w={{ base: "100%", xs: 280 }}
      size="xs"
      comboboxProps={{ width: 380, position: "bottom-end" }}
      data={confs.map((recent) => {
        const text = JSON.stringify(recent.conf);
        const short = text.length > TEXT_CHARS ? `${text.slice(0, TEXT_CHARS)}…` : text;
        return {
          value: recent.dag_run_id,
          label: `${dateTime(recent.run_after, zone)} · ${short}`,
        };
      })}
      onChange={(runId) => {
        const found = confs.find((recent) => recent.dag_run_id === runId);
        if (found) onPick(found.conf);
      }}
    />
  );
}
