import Code, { type CodeLanguage } from "../../components/Code";
import Markdown from "../../components/Markdown";

const LANGUAGES: Readonly<Record<string, CodeLanguage>> = { json: "json", yaml: "yaml" };

interface DocsTabProps {
  text: string;
  /** `md`, `rst`, `json`, `yaml` or `text`. */
  format: string;
}

/** What the task's author has written about it. */
export default function DocsTab({ text, format }: DocsTabProps) {
  if (format === "md") return <Markdown text={text} />;
  return <Code text={text} language={LANGUAGES[format] ?? "text"} label={format} />;
}
