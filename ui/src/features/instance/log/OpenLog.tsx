import { Button, Group, Text } from "@mantine/core";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Empty } from "../../../components/Empty";
import type { LogPlace } from "./log";
import { LogBar } from "./LogBar";
import { LogLines } from "./LogLines";
import { LogNote } from "./LogNote";
import { LogRow } from "./LogRow";
import { useLooks, type Looks } from "./looks";
import { SearchField } from "./SearchField";
import type { LogStore } from "./store";
import { useLogKeys } from "./useLogKeys";
import type { useLogSearch } from "./useLogSearch";
import { useOpenLog } from "./useOpenLog";
import { useRowLook } from "./useRowLook";

interface OpenLogProps {
  store: LogStore;
  label: string;
  title: string | undefined;
  /** More tools. */
  extra: ReactNode;
  search: ReturnType<typeof useLogSearch>;
  isAtEnd: boolean;
  hasKeys: boolean;
  onPlace: (place: LogPlace) => void;
  onReset: () => void;
}

export function OpenLog(props: OpenLogProps) {
  const { store, search } = props;
  const [isFull, setFull] = useState(false);
  const [looks, toggleLook] = useLooks();
  const open = useOpenLog(props);
  const follow = () => open.follow(!open.isFollowing);
  useLogKeys(props.hasKeys, {
    next: open.next,
    former: open.former,
    error: open.toError,
    follow,
    top: open.toTop,
    bottom: () => open.follow(true),
    leaveFull: () => setFull(false),
  });
  return (
    <section className="log" data-full={isFull} aria-label={props.label}>
      <div className="log-bar">
        {props.title && (
          <Text size="sm" fw={600} w="100%">
            {props.title}
          </Text>
        )}
        <SearchField
          text={search.text}
          onText={search.setText}
          hits={open.hits}
          current={open.current}
          onNext={open.next}
          onFormer={open.former}
        />
        <LogBar
          log={store.log}
          summary={open.summary}
          filter={search.filter}
          onFilter={search.setFilter}
          looks={looks}
          onLook={toggleLook}
          onError={open.toError}
          folds={open.groups.all}
          follow={store.hasEnded ? null : { isOn: open.isFollowing, onToggle: follow }}
          full={{ isOn: isFull, onToggle: () => setFull(!isFull) }}
        />
        {props.extra}
      </div>
      {open.count === 0 ? (
        <Nothing
          isLive={!store.hasEnded}
          isFiltered={!open.isWhole}
          onAll={() => search.setFilter({ levels: [], sources: [] })}
        />
      ) : (
        <Rows store={store} label={props.label} open={open} looks={looks} search={search} />
      )}
      <LogNote store={store} summary={open.summary} />
    </section>
  );
}

interface RowsProps {
  store: LogStore;
  label: string;
  open: ReturnType<typeof useOpenLog>;
  looks: Looks;
  search: ReturnType<typeof useLogSearch>;
}

function Rows({ store, label, open, looks, search }: RowsProps) {
  const look = useRowLook(looks, search.text, open.summary);
  return (
    <LogLines
      key={store.id}
      label={label}
      digits={String(store.linesTotal).length}
      count={open.count}
      start={store.opened}
      isFollowing={open.isFollowing}
      onFollow={open.follow}
      onTop={open.onTop}
      onRange={open.onRange}
      isWrapped={looks.isWrapped}
      handle={open.lines}
    >
      {(place) => {
        const line = open.lineAt(place);
        return (
          <LogRow
            key={place}
            line={line}
            look={look}
            isCurrent={line !== undefined && line.number === search.line}
            isHit={line !== undefined && line.number === open.current}
            fold={open.foldOf(line)}
          />
        );
      }}
    </LogLines>
  );
}

interface NothingProps {
  isLive: boolean;
  isFiltered: boolean;
  onAll: () => void;
}

function Nothing({ isLive, isFiltered, onAll }: NothingProps) {
  const { t } = useTranslation("log");
  if (!isFiltered) return <Empty title={t(isLive ? "nothing.yet" : "nothing.ever")} />;
  return (
    <Empty title={t("nothing.filtered")}>
      <Group justify="center">
        <Button size="xs" variant="default" onClick={onAll}>
          {t("nothing.all")}
        </Button>
      </Group>
    </Empty>
  );
}
