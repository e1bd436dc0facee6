import { Alert, Box, Button, Card, Group, SegmentedControl, Stack, Title } from "@mantine/core";
import { IconPlayerPlay } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "../../api/me";
import type { Conf } from "./conf";
import type { Field } from "./fields";
import { JsonView } from "./JsonView";
import { ParamForm } from "./ParamForm";
import { Recent } from "./Recent";
import { Refused } from "./Refused";
import { RunSettings } from "./RunSettings";
import { useForm, type Form } from "./useForm";

import "./trigger.css";

export interface TriggerFormProps {
  dagId: string;
  isPaused: boolean;
  /** Its file does not give it any more. */
  isGone: boolean;
  fields: readonly Field[];
  search: Conf;
}

export function TriggerForm(props: TriggerFormProps) {
  const { dagId, isPaused, isGone } = props;
  const { t } = useTranslation(["trigger", "common"]);
  const may = useMay();
  const canUnpause = isPaused && may("can_edit", "DAGs", dagId);
  const form = useForm(props, canUnpause);
  const mayTrigger = may("can_create", "DAG Runs", dagId);
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        form.submit();
      }}
    >
      <Stack gap="md">
        {isGone && (
          <Alert color="orange" title={t("goneTitle")}>
            {t("gone")}
          </Alert>
        )}
        {!mayTrigger && <Alert color="gray">{t("common:problem.lacking")}</Alert>}
        <Refused dagId={dagId} form={form} />
        <Box className="trigger-columns">
          <ConfCard dagId={dagId} fields={props.fields} form={form} />
          <Card withBorder className="trigger-side">
            <Stack gap="md">
              <Title order={2} size="h5">
                {t("run.title")}
              </Title>
              <RunSettings
                settings={form.settings}
                errors={form.errors}
                canUnpause={canUnpause}
                onChange={form.changeSettings}
              />
              <Button
                type="submit"
                leftSection={<IconPlayerPlay size={16} aria-hidden />}
                loading={form.isBusy}
                disabled={!mayTrigger || isGone}
              >
                {form.settings.count === "one" ? t("common:action.trigger") : t("triggerMany")}
              </Button>
            </Stack>
          </Card>
        </Box>
      </Stack>
    </form>
  );
}

interface ConfCardProps {
  dagId: string;
  fields: readonly Field[];
  form: Form;
}

/** The params as fields or as JSON; a DAG without any has JSON only. */
function ConfCard({ dagId, fields, form }: ConfCardProps) {
  const { t } = useTranslation("trigger");
  const hasFields = fields.some((field) => !field.isHidden);
  const [view, setView] = useState("form");
  const isForm = hasFields && view === "form";
  return (
    <Card withBorder>
      <Stack gap="md">
        <Group justify="space-between" gap="xs">
          <Title order={2} size="h5">
            {t(hasFields ? "params" : "conf")}
          </Title>
          <Group gap="xs">
            <Recent dagId={dagId} onPick={form.replaceConf} />
            {hasFields && (
              <SegmentedControl
                aria-label={t("view.label")}
                size="xs"
                data={[
                  { value: "form", label: t("view.form") },
                  { value: "json", label: "JSON" },
                ]}
                value={view}
                onChange={(next) => {
                  // Broken JSON is left behind: the fields still hold what could be read last.
                  form.changeConf(form.conf);
                  setView(next);
                }}
              />
            )}
          </Group>
        </Group>
        {isForm ? (
          <ParamForm
            fields={fields}
            conf={form.conf}
            errors={form.errors}
            onChange={form.changeParam}
          />
        ) : (
          <JsonView conf={form.conf} hasFields={hasFields} onChange={form.changeConf} />
        )}
      </Stack>
    </Card>
  );
}
