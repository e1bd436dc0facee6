import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";

import { Lines } from "../../components/Query";
import { Section } from "./Section";
import type { Dag } from "./Settings";

const Code = lazy(() => import("../../components/Code"));

/** Arguments that all of its tasks take unless they say otherwise. */
export function DefaultArgs({ dag }: { dag: Dag }) {
  const { t } = useTranslation("details");
  if (Object.keys(dag.default_args ?? {}).length === 0) return null;
  return (
    <Section title={t("defaultArgs")}>
      <Suspense fallback={<Lines count={3} />}>
        <Code
          text={JSON.stringify(dag.default_args, null, 2)}
          language="json"
          label={t("defaultArgs")}
          maxHeight="24rem"
        />
      </Suspense>
    </Section>
  );
}
