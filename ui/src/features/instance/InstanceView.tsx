import { lazy, Suspense } from "react";

import { Waiting } from "../../components/Query";
import { AttemptsTab } from "./AttemptsTab";
import { DetailsTab } from "./DetailsTab";
import type { InstanceKey, Sheet, Tab, Try } from "./instance";
import { LogTab } from "./LogTab";
import { SiblingsTab } from "./SiblingsTab";
import { WhyTab } from "./WhyTab";
import { XcomTab } from "./XcomTab";

const RenderedTab = lazy(() => import("./RenderedTab"));
const DocsTab = lazy(() => import("./DocsTab"));

interface InstanceViewProps {
  tab: Tab;
  instanceKey: InstanceKey;
  sheet: Sheet;
  tries: readonly Try[];
  chosen: Try | null;
}

export function InstanceView(props: InstanceViewProps) {
  return <Suspense fallback={<Waiting />}>{viewOf(props)}</Suspense>;
}

function viewOf({ tab, instanceKey, sheet, tries, chosen }: InstanceViewProps) {
  switch (tab) {
    case "log":
      return <LogTab instanceKey={instanceKey} tries={tries} chosen={chosen} />;
    case "why":
      return <WhyTab instanceKey={instanceKey} sheet={sheet} tries={tries} />;
    case "attempts":
      return <AttemptsTab tries={tries} sheet={sheet} />;
    case "xcom":
      return <XcomTab instanceKey={instanceKey} />;
    case "rendered":
      return <RenderedTab fields={sheet.rendered} hasRun={tries.length > 0} />;
    case "mapped":
      return <SiblingsTab instanceKey={instanceKey} />;
    case "details":
      return <DetailsTab instanceKey={instanceKey} sheet={sheet} />;
    case "docs":
      return <DocsTab text={sheet.doc ?? ""} format={sheet.doc_format} />;
  }
}
