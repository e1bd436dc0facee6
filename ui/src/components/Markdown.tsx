/** Markdown as React elements. HTML in it stays text; images come from this server only. */

import { Anchor, Typography } from "@mantine/core";
import ReactMarkdown, { type Components } from "react-markdown";
import remarkGfm from "remark-gfm";

const COMPONENTS: Components = {
  a: ({ href, children }) => (
    <Anchor href={href} target="_blank" rel="noreferrer noopener" underline="always">
      {children}
    </Anchor>
  ),
  img: ({ src, alt }) =>
    typeof src === "string" && /^(\/(?!\/)|data:image\/)/.test(src) ? (
      <img src={src} alt={alt ?? ""} />
    ) : (
      <Anchor href={typeof src === "string" ? src : undefined} target="_blank" rel="noreferrer">
        {alt || String(src)}
      </Anchor>
    ),
};

export default function Markdown({ text }: { text: string }) {
  return (
    <Typography className="markdown">
      <ReactMarkdown remarkPlugins={[remarkGfm]} components={COMPONENTS}>
        {text}
      </ReactMarkdown>
    </Typography>
  );
}
