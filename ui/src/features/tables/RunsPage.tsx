import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { Page } from "../../components/Page";
import { RunsTable } from "./RunsTable";

/** The runs of all DAGs. */
export default function RunsPage() {
  const { t } = useTranslation();
  const search = useSearch({ from: "/inside/browse/runs" });
  const navigate = useNavigate({ from: "/browse/runs" });
  return (
    <Page title={t("nav.runs")}>
      <RunsTable
        dagId={null}
        search={search}
        onSearch={(next) =>
          void navigate({ search: next as typeof search, replace: true, resetScroll: false })
        }
      />
    </Page>
  );
}
