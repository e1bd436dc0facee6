import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { Page } from "../../components/Page";
import { AuditTable } from "./AuditTable";

/** Who did what, anywhere. */
export default function AuditPage() {
  const { t } = useTranslation();
  const search = useSearch({ from: "/inside/browse/audit" });
  const navigate = useNavigate({ from: "/browse/audit" });
  return (
    <Page title={t("nav.audit")}>
      <AuditTable
        dagId={null}
        search={search}
        onSearch={(next) =>
          void navigate({ search: next as typeof search, replace: true, resetScroll: false })
        }
      />
    </Page>
  );
}
