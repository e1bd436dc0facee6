/** The state of the form: what is typed, what is wrong with it, and what is sent. */

import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { hasHidden } from "../../components/actions/conf";
import { notifyDone } from "../../components/notify";
import { useZone } from "../../lib/zone";
import {
  confFaults,
  confOfAddress,
  initialConf,
  ofAddress,
  runField,
  withValue,
  type Conf,
} from "./conf";
import type { Fault } from "./faults";
import type { Field } from "./fields";
import { readMoment } from "./many";
import { wishesOf, type Settings } from "./request";
import type { TriggerFormProps } from "./TriggerForm";
import { useTrigger, type Outcome } from "./useTrigger";

export interface Form {
  conf: Conf;
  settings: Settings;
  /** In words, by param or field of the run. */
  errors: Readonly<Record<string, string>>;
  /** In words, of what is not shown. */
  elsewhere: readonly string[];
  outcome: Outcome | null;
  isBusy: boolean;
  changeParam: (name: string, value: unknown) => void;
  /** Null: what is typed is no JSON object. */
  changeConf: (conf: Conf | null) => void;
  /** With the DAG's own values for what the conf does not name. */
  replaceConf: (conf: Conf) => void;
  changeSettings: (change: Partial<Settings>) => void;
  submit: () => void;
}

const OF_RUN = ["dag_run_id", "logical_date", "note", "lines"].map(runField);

export function useForm({ dagId, fields, search }: TriggerFormProps, canUnpause: boolean): Form {
  const { zone } = useZone();
  const base = initialConf(fields);
  const [conf, setConf] = useState<Conf>(() => ({ ...base, ...confOfAddress(search, fields) }));
  const [isBroken, setBroken] = useState(false);
  const [settings, setSettings] = useState<Settings>(() => settingsOf(search, zone));
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set());
  const [isTried, setTried] = useState(false);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const leave = useLeave(dagId);
  const sending = useTrigger(dagId, (result) => {
    if (result.refusals.length === 0) return leave(result.runIds);
    setOutcome(result);
    // What is made is not asked for again.
    const left = result.refusals.map(({ wish }) => wish.name).join("\n");
    if (settings.count !== "one") setSettings({ ...settings, [settings.count]: left });
  });
  const wishes = wishesOf(settings, conf, { zone, fields });
  const words = useWords();
  const faults = { ...(settings.count === "confs" ? {} : confFaults(fields, conf)) };
  const shown = words(faults, outcome, (name) => isTried || touched.has(name));
  if (isTried && "fault" in wishes) shown[runField("lines")] = words.one(wishes.fault);
  const touch = (name: string) => {
    setTouched((old) => new Set(old).add(name));
    setOutcome(null);
  };
  const replaceConf = (next: Conf) => {
    setBroken(false);
    setTouched(new Set(Object.keys(next)));
    setOutcome(null);
    setConf({ ...base, ...next });
  };
  return {
    ...{ conf, settings, outcome, isBusy: sending.isPending, replaceConf },
    errors: shown,
    elsewhere: elsewhere(fields, shown, { isHidden: isTried && hasHidden(conf), words }),
    changeParam: (name, value) => {
      touch(name);
      setConf((old) => withValue(old, name, value));
    },
    changeConf: (next) => {
      setBroken(next === null);
      setOutcome(null);
      if (next) setConf(next);
    },
    changeSettings: (change) => {
      setOutcome(null);
      setSettings((old) => ({ ...old, ...change }));
    },
    submit: () => {
      setTried(true);
      setOutcome(null);
      const isWrong = isBroken || Object.keys(faults).length > 0 || hasHidden(conf);
      if (isWrong || "fault" in wishes) return showFirst();
      const unpause = canUnpause && settings.isUnpaused;
      sending.mutate({ wishes: wishes.wishes, note: settings.note, unpause });
    },
  };
}

function settingsOf(search: Conf, zone: string): Settings {
  return {
    count: "one",
    runId: ofAddress(search, "run_id"),
    date: readMoment(ofAddress(search, "logical_date"), zone) ?? "",
    dates: "",
    confs: "",
    note: ofAddress(search, "note"),
    isUnpaused: true,
  };
}

/** Where one goes when all went well. */
function useLeave(dagId: string) {
  const { t } = useTranslation("trigger");
  const navigate = useNavigate();
  return (runIds: readonly string[]) => {
    notifyDone(t("done", { count: runIds.length }));
    const [runId] = runIds;
    if (runIds.length === 1 && runId) {
      void navigate({ to: "/dags/$dagId/runs/$runId", params: { dagId, runId } });
    } else {
      void navigate({ to: "/dags/$dagId/runs", params: { dagId } });
    }
  };
}

type Words = ReturnType<typeof useWords>;

/** Faults in words: the page's, and the server's where one run was refused. */
function useWords() {
  const { t } = useTranslation("trigger");
  const one = (fault: Fault) => t(`fault.${fault.key}`, fault.values ?? {});
  const all = (
    faults: Readonly<Record<string, Fault>>,
    outcome: Outcome | null,
    isShown: (name: string) => boolean,
  ): Record<string, string> => {
    const found: Record<string, string> = {};
    for (const [name, fault] of Object.entries(faults)) if (isShown(name)) found[name] = one(fault);
    const isOne = outcome && outcome.runIds.length + outcome.refusals.length === 1;
    const refusal = isOne ? outcome.refusals[0] : undefined;
    if (refusal) found[refusal.field ?? ""] = refusal.words;
    return found;
  };
  return Object.assign(all, { one, masked: t("fault.masked") });
}

function elsewhere(
  fields: readonly Field[],
  shown: Readonly<Record<string, string>>,
  { isHidden, words }: { isHidden: boolean; words: Words },
): string[] {
  const places = new Set([...OF_RUN, ...fields.filter((f) => !f.isHidden).map((f) => f.name)]);
  const found = Object.entries(shown).filter(([name]) => !places.has(name));
  const names = new Set(fields.map((field) => field.name));
  // The server names in its own words what is no param.
  const told = found.map(([name, fault]) => (names.has(name) ? `${name}: ${fault}` : fault));
  return isHidden ? [...told, words.masked] : told;
}

/** Brings the first fault into view, once it is drawn. */
function showFirst(): void {
  requestAnimationFrame(() => {
    const field = document.querySelector<HTMLElement>(
      "form [aria-invalid='true'], form [role='alert']",
    );
    field?.focus({ preventScroll: true });
    field?.scrollIntoView({ block: "center" });
  });
}
