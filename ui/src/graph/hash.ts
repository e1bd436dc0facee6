/** A name for a layout: the same for the same plan, another for any other. */

import type { Plan } from "./types";

const OFFSET = 0x811c9dc5;
const PRIME = 0x01000193;

/** FNV-1a forwards and backwards: 64 bits, http://www.isthe.com/chongo/tech/comp/fnv/ */
function hashText(text: string): string {
  let forwards = OFFSET;
  let backwards = OFFSET;
  for (let at = 0; at < text.length; at += 1) {
    forwards = Math.imul(forwards ^ text.charCodeAt(at), PRIME);
    backwards = Math.imul(backwards ^ text.charCodeAt(text.length - 1 - at), PRIME);
  }
  return `${(forwards >>> 0).toString(36)}${(backwards >>> 0).toString(36)}`;
}

/** To be raised when the same plan is laid out differently from then on. */
const RULES = 1;

export function hashOf(plan: Plan): string {
  const parts = [String(RULES), plan.orientation];
  for (const node of plan.nodes) {
    parts.push(`n${JSON.stringify([node.id, node.parent, node.isOpen, node.width, node.height])}`);
  }
  for (const edge of plan.edges) {
    parts.push(`e${JSON.stringify([edge.source, edge.target, edge.labelWidth])}`);
  }
  return `${hashText(parts.join("\n"))}-${plan.nodes.length}-${plan.edges.length}`;
}
