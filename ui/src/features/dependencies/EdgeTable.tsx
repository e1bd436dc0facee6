import { Anchor, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";

import { DataTable, type Column } from "../../components/DataTable";
import type { AcrossEdge } from "./dependencies";
import type { DagFacts } from "./DagNode";

type Words = TFunction<["dependencies", "common"]>;
type DagsById = ReadonlyMap<string, DagFacts>;

function dagCell(dags: DagsById, dagId: string) {
  const dag = dags.get(dagId);
  const name = dag?.display_name ?? dagId;
  if (!dag?.is_known) return <Text size="sm">{name}</Text>;
  return (
    <Anchor
      size="sm"
      renderRoot={(props) => <Link to="/dags/$dagId" params={{ dagId }} {...props} />}
    >
      {name}
    </Anchor>
  );
}

function columnsOf(dags: DagsById, t: Words): Column<AcrossEdge>[] {
  return [
    { id: "source", header: t("first"), cell: (edge) => dagCell(dags, edge.source) },
    { id: "kind", header: t("how"), cell: (edge) => t(`inWords.${edge.kind}`) },
    { id: "target", header: t("second"), cell: (edge) => dagCell(dags, edge.target) },
    {
      id: "task",
      header: t("byTask"),
      isMinor: true,
      cell: (edge) =>
        [edge.task_id, edge.other_task_id, edge.label].filter((word) => word !== null).join(" · "),
    },
  ];
}

interface EdgeTableProps {
  edges: readonly AcrossEdge[];
  dags: DagsById;
}

/** The same as the graph, row by row. */
export function EdgeTable({ edges, dags }: EdgeTableProps) {
  const { t } = useTranslation(["dependencies", "common"]);
  return (
    <DataTable
      label={t("common:nav.dependencies")}
      rows={edges}
      columns={columnsOf(dags, t)}
      keyOf={(edge) =>
        [edge.source, edge.target, edge.kind, edge.task_id, edge.other_task_id, edge.label].join(
          " ",
        )
      }
      empty={<Text c="dimmed">{t("common:table.noMatch")}</Text>}
    />
  );
}
