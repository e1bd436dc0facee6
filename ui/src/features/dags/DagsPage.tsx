import { Text } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useSearch } from "@tanstack/react-router";
import { useDeferredValue, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import { FirstRun } from "../../components/dags/FirstRun";
import { ImportErrors } from "../../components/dags/ImportErrors";
import { Empty } from "../../components/Empty";
import { Page } from "../../components/Page";
import { Loaded } from "../../components/Query";
import { stored } from "../../lib/stored";
import { DagCards } from "./DagCards";
import { DagTableView } from "./DagTableView";
import "./dags.css";
import { findDags, sortDags } from "./filter";
import type { DagRow } from "./rows";
import { useDags } from "./table";
import { Toolbar, type View } from "./Toolbar";

/** Every DAG: found by typing, switched, triggered; what each has been doing and does next. */
export default function DagsPage() {
  const { t } = useTranslation(["dags", "common"]);
  const query = useDags();
  return (
    <Page title={t("common:nav.dags")}>
      <Loaded query={query}>
        {(rows) => (rows.length === 0 ? <FirstRun /> : <DagList rows={rows} />)}
      </Loaded>
    </Page>
  );
}

function DagList({ rows }: { rows: readonly DagRow[] }) {
  const { t } = useTranslation("dags");
  const search = useSearch({ from: "/inside/dags" });
  const isNarrow = useMediaQuery("(max-width: 48em)");
  // What is being typed: the address follows a moment later.
  const [typed, setTyped] = useState(search.q ?? "");
  const q = useDeferredValue(typed);
  const ordered = useMemo(() => sortDags(rows, search.sort), [rows, search.sort]);
  const found = useMemo(() => findDags(ordered, { ...search, q }), [ordered, search, q]);
  const broken = useMemo(() => rows.filter((row) => row.isBroken), [rows]);
  const view = toView(search.view ?? stored("dags.view"), isNarrow ?? false);
  return (
    <>
      <ImportErrors brokenDags={broken} isOpen={search.errors ?? false} />
      <Toolbar rows={rows} found={found} view={view} typed={typed} onType={setTyped} />
      <Text size="sm" c="dimmed" role="status">
        {found.rows.length === rows.length
          ? t("count", { count: rows.length })
          : t("countOf", { count: found.rows.length, total: rows.length })}
      </Text>
      {found.rows.length === 0 && <Empty title={t("nothing")}>{t("nothingHint")}</Empty>}
      {found.rows.length > 0 &&
        (view === "cards" ? <DagCards rows={found.rows} /> : <DagTableView rows={found.rows} />)}
    </>
  );
}

function toView(word: string | null, isNarrow: boolean): View {
  if (word === "cards" || word === "table") return word;
  return isNarrow ? "cards" : "table";
}
