/** All that there is to say of a DAG. */

import { SimpleGrid, Stack } from "@mantine/core";
import { useParams } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";

import { useGet } from "../../api/query";
import { Lines, Loaded } from "../../components/Query";
import "./details.css";
import { DefaultArgs } from "./DefaultArgs";
import { NextRuns } from "./NextRuns";
import { Operators, TaskSettings } from "./Tasks";
import { Params } from "./Params";
import { Section } from "./Section";
import { Settings } from "./Settings";
import { Statistics } from "./Statistics";

const Markdown = lazy(() => import("../../components/Markdown"));

export default function DetailsTab() {
  const { t } = useTranslation("details");
  const { dagId } = useParams({ from: "/inside/dags/$dagId" });
  const query = useGet(
    "/api/v2/ui/details/{dag_id}",
    { params: { path: { dag_id: dagId } } },
    { live: ["dag", "import_errors"] },
  );
  return (
    <Loaded query={query}>
      {(dag) => (
        <Stack gap="lg">
          {dag.doc_md && (
            <Section title={t("docs")}>
              <Suspense fallback={<Lines count={4} />}>
                <div className="details-doc">
                  <Markdown text={dag.doc_md} />
                </div>
              </Suspense>
            </Section>
          )}
          <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="lg">
            <Settings dag={dag} />
            <Stack gap="lg">
              <NextRuns dagId={dagId} zone={dag.timezone} isPaused={dag.is_paused} />
              <Statistics dagId={dagId} />
            </Stack>
            <Operators dag={dag} />
            <Params dag={dag} />
          </SimpleGrid>
          <TaskSettings dag={dag} />
          <DefaultArgs dag={dag} />
        </Stack>
      )}
    </Loaded>
  );
}
