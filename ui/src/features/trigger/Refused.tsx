import { Alert, Anchor, Code, List, Stack, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import type { Form } from "./useForm";

/** What is wrong and stands at no field that is shown, and what became of many runs. */
export function Refused({ dagId, form }: { dagId: string; form: Form }) {
  const { t } = useTranslation("trigger");
  const { elsewhere, outcome } = form;
  const refusals = outcome && outcome.runIds.length + outcome.refusals.length > 1 ? outcome : null;
  if (elsewhere.length === 0 && !refusals) return null;
  return (
    <Alert
      color="red"
      icon={<IconAlertTriangle aria-hidden />}
      title={refusals ? t("refused.some", { count: refusals.refusals.length }) : t("refused.one")}
      role="alert"
    >
      <Stack gap="xs">
        {refusals && refusals.runIds.length > 0 && (
          <Text size="sm">
            {t("refused.made", { count: refusals.runIds.length })}{" "}
            <Anchor
              size="sm"
              renderRoot={(props) => <Link to="/dags/$dagId/runs" params={{ dagId }} {...props} />}
            >
              {t("refused.runs")}
            </Anchor>
          </Text>
        )}
        <List size="sm" spacing={4}>
          {refusals?.refusals.map(({ wish, words }) => (
            <List.Item key={wish.name}>
              <Code>{wish.name}</Code> {words}
            </List.Item>
          ))}
          {elsewhere.map((words) => (
            <List.Item key={words} className="wrapped">
              {words}
            </List.Item>
          ))}
        </List>
      </Stack>
    </Alert>
  );
}
