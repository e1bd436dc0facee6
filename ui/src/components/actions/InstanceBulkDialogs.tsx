import { Checkbox, Group } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { BulkDialog } from "./BulkDialog";
import {
  choicesOf,
  clearInstances,
  deleteInstances,
  markInstances,
  namesOfInstances,
  previewClear,
} from "./bulk";
import { CodeChoice } from "./CodeChoice";
import { usePreview, type ClearWish } from "./dryRun";
import type { Mark } from "./MarkInstances";
import { Names } from "./Outcome";
import { Preview } from "./Preview";
import { ReachOptions } from "./ReachOptions";
import type { InstanceRef } from "./refs";

interface ManyProps {
  instances: readonly InstanceRef[];
  onDone: () => void;
  onClose: () => void;
}

const FIRST: ClearWish = {
  isPast: false,
  isFuture: false,
  isUpstream: false,
  isDownstream: true,
  isOnlyFailed: false,
  isLatestCode: false,
};

export function ClearMany({ instances, ...props }: ManyProps) {
  const { t } = useTranslation("actions");
  const [wish, setWish] = useState(FIRST);
  const choices = choicesOf(instances);
  const preview = usePreview(["clearMany", choices, wish], () => previewClear(choices, wish));
  return (
    <BulkDialog
      {...props}
      runs={instances}
      title={t("bulk.clearInstances", { count: instances.length })}
      verb={t("clear.verb", { count: preview.data?.length ?? 0 })}
      act={(report) => clearInstances(choices, wish, report)}
      total={choices.length}
      done={(count) => t("bulk.instancesCleared", { count })}
      isIdle={preview.isFetching || !preview.data?.length}
    >
      <ReachOptions value={wish} onChange={setWish} isWithinRun />
      <Group gap="xl" align="flex-start">
        <Checkbox
          label={t("clear.onlyFailed")}
          checked={wish.isOnlyFailed}
          onChange={(event) => setWish({ ...wish, isOnlyFailed: event.currentTarget.checked })}
        />
        <CodeChoice
          isLatest={wish.isLatestCode}
          onChange={(isLatestCode) => setWish({ ...wish, isLatestCode })}
        />
      </Group>
      <Preview query={preview} />
    </BulkDialog>
  );
}

export function MarkMany({ instances, state, ...props }: ManyProps & { state: Mark }) {
  const { t } = useTranslation(["actions", "common"]);
  const word = t(`common:state.${state}`);
  return (
    <BulkDialog
      {...props}
      runs={instances}
      title={t("bulk.markInstances", { count: instances.length, state: word })}
      verb={t("mark.verb", { count: instances.length })}
      act={(report) => markInstances(instances, state, report)}
      total={Math.ceil(instances.length / 1000)}
      done={(count) => t("mark.done", { count, state: word })}
    >
      <Names names={namesOfInstances(instances)} />
    </BulkDialog>
  );
}

export function DeleteMany({ instances, ...props }: ManyProps) {
  const { t } = useTranslation(["actions", "common"]);
  return (
    <BulkDialog
      {...props}
      runs={instances}
      title={t("bulk.deleteInstances", { count: instances.length })}
      verb={t("common:action.delete")}
      isDangerous
      act={(report) => deleteInstances(instances, report)}
      total={Math.ceil(instances.length / 1000)}
      done={(count) => t("bulk.instancesDeleted", { count })}
    >
      <Names names={namesOfInstances(instances)} />
    </BulkDialog>
  );
}
