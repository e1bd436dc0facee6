/** A long list: its table, what stands there while it loads, and its end. */

import { Box } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { Pages } from "../../api/pages";
import { DataTable, type Column, type Selection } from "../DataTable";
import { Empty } from "../Empty";
import { Lines, ProblemBox } from "../Query";
import { ListFooter } from "./ListFooter";

interface ListOfProps<Row> {
  label: string;
  pages: Pages<Row>;
  total: number | null | undefined;
  columns: readonly Column<Row>[];
  keyOf: (row: Row) => string;
  nameOf: (row: Row) => string;
  sort: string | undefined;
  onSort: (sort: string) => void;
  selection?: Selection;
  isCurrent?: (row: Row) => boolean;
  /** Some rows are left out by filters. */
  isFiltered: boolean;
  /** What stands there when there is nothing at all. */
  empty: string;
  maxHeight?: string;
}

export function ListOf<Row>(props: ListOfProps<Row>) {
  const { t } = useTranslation();
  const { pages, isFiltered, empty, total, sort, selection, isCurrent, ...table } = props;
  if (pages.rows === undefined) {
    if (!pages.problem) return <Lines count={8} />;
    return <ProblemBox problem={pages.problem} onRetry={pages.refresh} />;
  }
  return (
    <Box aria-busy={pages.isStale} style={{ opacity: pages.isStale ? 0.6 : 1 }}>
      {pages.problem && <ProblemBox problem={pages.problem} onRetry={pages.refresh} />}
      <DataTable
        {...table}
        rows={pages.rows}
        onEnd={pages.loadMore}
        empty={<Empty title={isFiltered ? t("table.noMatch") : empty} />}
        {...(sort === undefined ? {} : { sort })}
        {...(selection ? { selection } : {})}
        {...(isCurrent ? { isCurrent } : {})}
      />
      {pages.rows.length > 0 && <ListFooter pages={pages} total={total} />}
    </Box>
  );
}
