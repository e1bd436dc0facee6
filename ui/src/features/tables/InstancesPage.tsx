import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { Page } from "../../components/Page";
import { InstancesTable } from "../../components/tables/InstancesTable";

/** The task instances of all runs. */
export default function InstancesPage() {
  const { t } = useTranslation();
  const search = useSearch({ from: "/inside/browse/task-instances" });
  const navigate = useNavigate({ from: "/browse/task-instances" });
  return (
    <Page title={t("nav.instances")}>
      <InstancesTable
        run={null}
        search={search}
        onSearch={(next) =>
          void navigate({ search: next as typeof search, replace: true, resetScroll: false })
        }
      />
    </Page>
  );
}
