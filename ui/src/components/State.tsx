/** States as icon, colour and word: the colour is never alone. */

import { Group, Text } from "@mantine/core";
import {
  IconAlertOctagonFilled,
  IconCalendarDue,
  IconCircleCheckFilled,
  IconCircleDashed,
  IconCircleMinus,
  IconCircleXFilled,
  IconClockPause,
  IconHourglass,
  IconPlayerPlayFilled,
  IconPlayerTrackNextFilled,
  IconRefresh,
  IconReload,
  IconRotateClockwise,
  type Icon,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { stateColour, toState, type State } from "../lib/states";

const ICONS: Record<State, Icon> = {
  success: IconCircleCheckFilled,
  failed: IconCircleXFilled,
  upstream_failed: IconAlertOctagonFilled,
  running: IconPlayerPlayFilled,
  restarting: IconReload,
  queued: IconHourglass,
  scheduled: IconCalendarDue,
  up_for_retry: IconRotateClockwise,
  up_for_reschedule: IconRefresh,
  deferred: IconClockPause,
  skipped: IconPlayerTrackNextFilled,
  removed: IconCircleMinus,
  none: IconCircleDashed,
};

/** Only the icon; whoever uses it names the state beside it or in a label. */
export function StateIcon({ state, size = 16 }: { state: State; size?: number }) {
  const Shape = ICONS[state];
  return <Shape size={size} color={stateColour(state)} aria-hidden style={{ flexShrink: 0 }} />;
}

/** Icon and word. */
export function StateLabel({ state: word }: { state: string | null | undefined }) {
  const { t } = useTranslation();
  const state = toState(word);
  return (
    <Group
      gap={6}
      wrap="nowrap"
      component="span"
      display="inline-flex"
      style={{ verticalAlign: "middle" }}
      data-state={state}
    >
      <StateIcon state={state} />
      <Text span size="sm">
        {t(`state.${state}`)}
      </Text>
    </Group>
  );
}
